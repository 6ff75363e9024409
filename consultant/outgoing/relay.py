"""Handing a message to the relay; the only room that speaks SMTP outwards.

A letter is handed over when the relay has said 250 after the final dot; until that dot is sent nothing has happened.
Between the two nobody can know (RFC 5321, section 6.1), so the caller is told just before: see `hand_over`.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from consultant.config import RelaySettings
from consultant.errors import HouseError
from consultant.outgoing.addresses import AddressUnfitError, on_the_wire

# RFC 5321, section 4.5.3.2.6: a relay may take ten minutes over the final dot; to hang up earlier makes duplicates.
SECONDS_AFTER_THE_DOT = 600.0
SECONDS_TO_LEAVE = 5.0
LONGEST_REPLY = 300  # characters of a relay's reply that are kept

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_READY = 354


@dataclass(frozen=True)
class Refusal:
    """A recipient the relay would not take, with its reply."""

    address: str
    code: int
    text: str

    @property
    def temporary(self) -> bool:
        """Tell whether another try may succeed (RFC 5321, section 4.2.1)."""
        return not _permanent(self.code)


@dataclass(frozen=True)
class HandedOver:
    """The relay took the letter: its reply, which often names its queue number, and the recipients it left out."""

    reply: str
    refused: tuple[Refusal, ...] = ()


class TryLaterError(HouseError):
    """The relay {relay} could not take the letter now: {reason}. It will be tried again."""


class RefusedError(HouseError):
    """The relay {relay} refused the letter for good: {reason}."""


class UnknownOutcomeError(HouseError):
    """The connection to {relay} broke before it said whether it took the letter ({reason}): ask there, then resend."""


def hand_over(  # noqa: PLR0913  an envelope, a message, and whom to ask
    message: bytes,
    sender: str,
    recipients: Sequence[str],
    settings: RelaySettings,
    *,
    on_the_brink: Callable[[], None],
    hostname: str = "localhost",
) -> HandedOver:
    """Hand one message to the relay over one connection; it counts if at least one recipient was taken.

    `sender` "" is the null sender; `hostname` is the name we greet with. `on_the_brink` is called when all but the
    final dot has been sent: from then until this returns or raises nobody knows whether the relay took the letter, and
    the caller notes that durably. When it raises, nothing was handed over.

    Raise `RefusedError` for a reply 5xx about this letter, `UnknownOutcomeError` when the connection broke after the
    dot, and `TryLaterError` for all else: a reply 4xx, no connection, a time-out, no trusted TLS where TLS is required,
    a login that failed. Those say nothing about the letter.
    """
    relay = f"{settings.host}:{settings.port}"
    sender, recipients = _envelope(sender, recipients, relay)
    content = _LINE_END.sub(b"\r\n", message).removesuffix(b"\r\n") + b"\r\n"
    with _connection(settings, hostname, relay) as client:
        with _translated(relay):
            refused = _offer(client, content, sender, recipients, relay)
            _pour(client, content, relay)
        on_the_brink()
        reply = _finish(client, relay)
        _take_leave(client)
    return HandedOver(reply, refused)


def _envelope(sender: str, recipients: Sequence[str], relay: str) -> tuple[str, list[str]]:
    """Return the envelope as it goes on the wire, each recipient once."""
    try:
        return sender and on_the_wire(sender), list(dict.fromkeys(map(on_the_wire, recipients)))
    except AddressUnfitError as error:
        raise RefusedError(relay=relay, reason=error) from error


@contextmanager
def _connection(settings: RelaySettings, hostname: str, relay: str) -> Iterator[smtplib.SMTP]:
    """Yield a connection that is encrypted and logged in as configured; there is no way back to clear text."""
    with _translated(relay):
        client = _connect(settings, hostname)
    with closing(client):
        with _translated(relay):
            if settings.tls == "starttls":
                client.starttls(context=ssl.create_default_context())
            client.ehlo_or_helo_if_needed()
            if settings.username:
                client.login(settings.username, settings.secret())
        yield client


def _connect(settings: RelaySettings, hostname: str) -> smtplib.SMTP:
    if settings.tls != "implicit":
        return smtplib.SMTP(settings.host, settings.port, hostname, settings.timeout_seconds)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(settings.host, settings.port, hostname, timeout=settings.timeout_seconds, context=context)


@contextmanager
def _translated(relay: str) -> Iterator[None]:
    """Turn what goes wrong on the wire into a reason to try later."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise TryLaterError(relay=relay, reason=_said(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:  # smtplib sends logins in ASCII only
        raise TryLaterError(relay=relay, reason=_visible(str(error)) or type(error).__name__) from error


def _offer(
    client: smtplib.SMTP, content: bytes, sender: str, recipients: Sequence[str], relay: str
) -> tuple[Refusal, ...]:
    """Name the sender and each recipient; return those refused, unless that is all of them."""
    _accepted(client.mail(sender, _options(client, content, [sender, *recipients], relay)), relay)
    answers = [(recipient, *client.rcpt(recipient)) for recipient in recipients]
    refused = tuple(Refusal(to, code, _visible(text)) for to, code, text in answers if not _done(code))
    if len(refused) < len(recipients):
        return refused
    reason = "; ".join(f"{refusal.code} {refusal.text}" for refusal in refused) or "it has no recipient"
    if any(refusal.temporary for refusal in refused):
        raise TryLaterError(relay=relay, reason=reason, refused=refused)
    raise RefusedError(relay=relay, reason=reason, refused=refused)


def _options(client: smtplib.SMTP, content: bytes, addresses: Sequence[str], relay: str) -> list[str]:
    """Return what MAIL must say: the size (RFC 1870), and SMTPUTF8 (RFC 6531) only when something needs it."""
    options = []
    if client.has_extn("size"):
        limit = client.esmtp_features["size"].strip()
        if limit.isdecimal() and 0 < int(limit) < len(content):
            raise RefusedError(relay=relay, reason=f"it has {len(content)} bytes and the relay takes {limit}")
        options.append(f"SIZE={len(content)}")
    header = content.partition(b"\r\n\r\n")[0]
    if not ("".join(addresses).isascii() and header.isascii()):
        if not client.has_extn("smtputf8"):
            raise RefusedError(relay=relay, reason="an address is not ASCII and the relay does not offer SMTPUTF8")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _pour(client: smtplib.SMTP, content: bytes, relay: str) -> None:
    """Send everything but the final dot, dots at the start of a line doubled (RFC 5321, section 4.5.2)."""
    code, text = client.docmd("DATA")
    if code != _READY:
        _accepted((code, text), relay)
        raise TryLaterError(relay=relay, reason=_said(code, text))
    # The dot is a small write after a large one, which would otherwise wait for the other side's acknowledgement.
    _socket(client).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.send(_LEADING_DOT.sub(b"..", content))


def _finish(client: smtplib.SMTP, relay: str) -> str:
    """Send the dot and return the relay's reply."""
    try:
        _socket(client).settimeout(SECONDS_AFTER_THE_DOT)
        client.send(b".\r\n")
        code, text = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise UnknownOutcomeError(relay=relay, reason=_visible(str(error)) or type(error).__name__) from error
    if not (_done(code) or _temporary(code) or _permanent(code)):
        raise UnknownOutcomeError(relay=relay, reason=_said(code, text))
    _accepted((code, text), relay)
    return _said(code, text)


def _take_leave(client: smtplib.SMTP) -> None:
    """Say good-bye; the letter has been taken, and how the relay hangs up changes nothing."""
    with suppress(smtplib.SMTPException, OSError):
        _socket(client).settimeout(SECONDS_TO_LEAVE)
        client.quit()


def _accepted(answer: tuple[int, bytes], relay: str) -> None:
    code, text = answer
    if _permanent(code):
        raise RefusedError(relay=relay, reason=_said(code, text), code=code)
    if not _done(code):
        raise TryLaterError(relay=relay, reason=_said(code, text), code=code)


def _socket(client: smtplib.SMTP) -> socket.socket:
    assert client.sock is not None, "smtplib keeps the socket until it has raised"
    return client.sock


def _done(code: int) -> bool:
    return code // 100 == 2  # noqa: PLR2004  RFC 5321, section 4.2.1


def _temporary(code: int) -> bool:
    return code // 100 == 4  # noqa: PLR2004  RFC 5321, section 4.2.1


def _permanent(code: int) -> bool:
    return code // 100 == 5  # noqa: PLR2004  RFC 5321, section 4.2.1


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {_visible(text)}"


def _visible(text: bytes | str) -> str:
    """Return a reply as one bounded line."""
    line = text.decode(errors="replace") if isinstance(text, bytes) else text
    return _INVISIBLE.sub(" ", line[: 4 * LONGEST_REPLY]).strip()[:LONGEST_REPLY]
