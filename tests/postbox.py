"""A real SMTP server on loopback that keeps the letters it takes, and can be told how to misbehave.

    with Postbox() as postbox:
        postbox.will_say("451 4.3.0 Busy", at=Moment.MAIL)      # once
        postbox.refuses("bob@clinic.example", "550 5.1.1 Gone")  # always
        ...
        (letter,) = postbox.wait_for(1)

It runs on an event loop of its own in a thread, on a free port.
"""

import asyncio
import email
import email.policy
import shutil
import ssl
import subprocess
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Self, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from consultant.config import RelaySettings

HANG_UP = ""
PATIENCE = 10.0  # seconds a test waits for a letter before it fails


class Moment(StrEnum):
    """When the postbox does what it was told."""

    GREETING = "greeting"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"  # the letter has come in whole; it is kept only when the postbox hangs up instead of answering


@dataclass(frozen=True)
class Received:
    """One letter as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    hello: str
    encrypted: bool
    utf8: bool

    @property
    def message(self) -> EmailMessage:
        """Return the letter parsed by the standard library, as a receiving program would."""
        return email.message_from_bytes(self.content, policy=email.policy.default)


class Postbox:
    """The server; use it in a `with` statement."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: Mapping[str, str] | None = None,
        size_limit: int = 1_000_000,
        utf8: bool = False,
    ) -> None:
        """Offer STARTTLS with that context (or speak TLS at once when `implicit`), take those logins."""
        self.host = "127.0.0.1"
        self.port = 0
        self.letters: list[Received] = []
        self._tls, self._implicit, self._login = tls, implicit, dict(login or {})
        self._size_limit, self._utf8 = size_limit, utf8
        self._plans: dict[Moment, deque[str]] = {moment: deque() for moment in Moment}
        self._refused: dict[str, str] = {}
        self._arrived = threading.Condition()
        self._doors: list[_Door] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postbox")

    def will_say(self, reply: str, *, at: Moment) -> None:
        """Answer so the next time that moment comes; tell it twice to have it happen twice."""
        self._plans[at].append(reply)

    def will_hang_up(self, *, at: Moment) -> None:
        """Drop the connection without a word the next time that moment comes."""
        self.will_say(HANG_UP, at=at)

    def refuses(self, recipient: str, reply: str) -> None:
        """Answer so each time that recipient is named."""
        self._refused[recipient] = reply

    def wait_for(self, count: int) -> list[Received]:
        """Return the letters once there are at least so many."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.letters) >= count, PATIENCE):
                pytest.fail(f"{len(self.letters)} of {count} letters came in {PATIENCE:g} s")
            return list(self.letters)

    def settings(self, **changed: object) -> RelaySettings:
        """Return relay settings that lead here, in the clear unless told otherwise."""
        return RelaySettings.model_validate({"host": self.host, "port": self.port, "tls": "none", **changed})

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> int:
        self._server = await self._loop.create_server(
            self._door, self.host, 0, ssl=self._tls if self._implicit else None
        )
        return int(self._server.sockets[0].getsockname()[1])

    def _door(self) -> "_Door":
        door = _Door(
            self,
            hostname="postbox.example",
            ident="Postbox",
            loop=self._loop,
            data_size_limit=self._size_limit,
            enable_SMTPUTF8=self._utf8,
            tls_context=None if self._implicit else self._tls,
            authenticator=self._authenticate,
            auth_required=bool(self._login),
        )
        door._auth_require_tls = not self._implicit  # it cannot know that the connection began encrypted
        self._doors.append(door)
        return door

    async def _close(self) -> None:
        self._server.close()
        for door in self._doors:
            _drop(door)
        await asyncio.sleep(0)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*others, return_exceptions=True)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, who: object
    ) -> AuthResult:
        known = isinstance(who, LoginPassword) and self._login.get(who.login.decode()) == who.password.decode()
        return AuthResult(success=known, handled=False)

    def _planned(self, moment: Moment) -> str | None:
        return self._plans[moment].popleft() if self._plans[moment] else None

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender, or do as planned."""
        reply = self._planned(Moment.MAIL)
        if reply is not None:
            return _said(server, reply)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender fine"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or do as planned."""
        reply = self._refused.get(address, self._planned(Moment.RCPT))
        if reply is not None:
            return _said(server, reply)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep the letter, or do as planned."""
        reply = self._planned(Moment.DOT)
        if not reply:
            self._keep(session, envelope)
        return "250 2.0.0 Taken as 7F3K" if reply is None else _said(server, reply)

    def _keep(self, session: Session, envelope: Envelope) -> None:
        sender = envelope.mail_from or ""
        received = Received(
            sender="" if sender == "<>" else sender,
            recipients=tuple(str(recipient) for recipient in envelope.rcpt_tos),
            content=bytes(envelope.original_content or b""),
            hello=str(session.host_name),
            encrypted=self._implicit or session.ssl is not None,
            utf8=bool(envelope.smtp_utf8),
        )
        with self._arrived:
            self.letters.append(received)
            self._arrived.notify_all()


class _Door(SMTP):
    """One connection; a planned greeting or a planned answer to DATA comes before anything else is done."""

    async def _handle_client(self) -> None:
        reply = self.event_handler._planned(Moment.GREETING)  # a test's server looks inside itself
        if reply is None:
            await super()._handle_client()
            return
        if reply:
            await self.push(reply)
        cast("asyncio.Transport", self.transport).close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        """Refuse DATA if that was planned."""
        reply = self.event_handler._planned(Moment.DATA)
        if reply is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(_said(self, reply))


def _said(server: SMTP, reply: str) -> str:
    """Return the reply; hang up first when that is what was planned."""
    if reply == HANG_UP:
        _drop(server)
    return reply or "421 4.3.2 Gone"


def _drop(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a self-made certificate for localhost and its key; skip where there is no openssl to make one."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    paths = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own words only
    return paths


def tls_from(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Return a server's TLS context with that certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
