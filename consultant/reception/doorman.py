"""What the door announces, and which senders and recipients it lets pass: the rules, none of the talking."""

from typing import Protocol

from aiosmtpd.smtp import Envelope, Session

from consultant.config import SmtpSettings
from consultant.reception.mailboxes import refusal
from consultant.reception.transfer import TOO_LARGE

TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
TOO_MANY_MESSAGES = "421 4.7.0 Too many messages in one connection"


class Visitor(Protocol):
    """What the doorman must know of a conversation: how many letters it has brought."""

    letters: int


class Doorman:
    """The hooks aiosmtpd calls while a client introduces itself and its letter."""

    def __init__(self, settings: SmtpSettings) -> None:
        """Keep to these limits."""
        self._settings = settings

    async def handle_EHLO(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, _visitor: Visitor, session: Session, _envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        """Announce the size limit (RFC 1870) and that commands may come in one go (RFC 2920)."""
        session.host_name = hostname
        return [replies[0], f"250-SIZE {self._settings.max_message_bytes}", "250-PIPELINING", *replies[1:]]

    async def handle_MAIL(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, visitor: Visitor, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let a letter begin, unless it is one too many or says itself that it is too large."""
        if visitor.letters >= self._settings.max_messages_per_connection:
            return TOO_MANY_MESSAGES
        if _announced_size(options) > self._settings.max_message_bytes:
            return TOO_LARGE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds its hooks by these names
        self, _visitor: Visitor, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient down, if it is ours and not one too many."""
        reply = refusal(address, self._settings)
        if reply is None and len(envelope.rcpt_tos) >= self._settings.max_recipients:
            reply = TOO_MANY_RECIPIENTS
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 2.1.5 OK"


def _announced_size(options: list[str]) -> int:
    sizes = [option.removeprefix("SIZE=") for option in options if option.startswith("SIZE=")]
    # RFC 1870, section 6: at most twenty digits. aiosmtpd has refused what is no number, but "²" is a digit to it.
    return max((int(size[:20]) for size in sizes if size.isascii()), default=0)
