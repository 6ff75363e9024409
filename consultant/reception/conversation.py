"""One client's connection: aiosmtpd's conversation, with the parts replaced that hurt (as of aiosmtpd 1.4.6).

Replaced, each with a test that compares it with the original: reading a letter (the original holds an endless line in
memory and needs a minute for ten megabytes of empty ones), the answer to a failure (the original bounces the letter for
good and quotes the exception), what happens when the client closes its half of the wire after the dot (the original
drops the letter), the timer (the original never ends a client that says NOOP), and reading plain addresses (the
original spends more time on them than on all the rest).
"""

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Never, cast

from aiosmtpd.smtp import SMTP, syntax

from consultant.reception.hall import Hall
from consultant.reception.stream import CommandSizes, Stream
from consultant.reception.transfer import TOO_MANY_HOPS, Transfer, loops
from consultant.spool.letters import NewLetter
from consultant.spool.writer import SpoolFullError

READ_BYTES = 64 * 1024
SMALL_LETTER_BYTES = 256 * 1024
SECONDS_FOR_A_LETTER = 600.0
SECONDS_TO_SAY_GOODBYE = 5.0
MAX_ERRORS = 10

TRY_LATER = "451 4.3.0 Temporary failure, please try again later"
NO_ROOM = "452 4.3.1 No room for mail just now, please try again later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections from your address"
TOO_MANY_ERRORS = "421 4.7.0 Too many errors"
TOO_SLOW = "421 4.4.2 Waited too long"
CLOSING = "421 4.3.2 Closing, please try again later"
CANNOT_VERIFY = "252 2.1.5 Cannot verify, but will take mail for mailboxes that are here"

# No AUTH: nobody signs in here. STARTTLS joins this list with the certificate it needs.
COMMANDS = ("HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]{1,64}"
_LABEL = r"[A-Za-z0-9-]{1,63}"
_PLAIN = re.compile(rf"<({_ATOM}(?:\.{_ATOM}){{0,9}}@{_LABEL}(?:\.{_LABEL}){{0,9}})>[ \t]{{0,8}}(.*)\Z")
_POSTMASTER = re.compile(r"<(postmaster)>[ \t]{0,8}(.*)\Z", re.IGNORECASE)
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

log = logging.getLogger(__name__)


class Conversation(SMTP):
    """One client's connection. A letter is answered with 250 only after the spool has committed it."""

    def __init__(self, hall: Hall) -> None:
        """Start from the hall's copy of aiosmtpd's own state; everything that is one connection's alone is made new."""
        # SMTP.__init__ is not called on purpose: it looks through all methods anew for each connection.
        self.__dict__.update(hall.original)
        self._stream = Stream(limit=READ_BYTES, loop=hall.loop)
        asyncio.StreamReaderProtocol.__init__(
            self, self._stream, client_connected_cb=self._cb_client_connected, loop=hall.loop
        )
        self._smtp_methods = {name: getattr(self, f"smtp_{name}") for name in COMMANDS}
        self.command_size_limits = CommandSizes()
        self.hall = hall
        self.letters = 0
        self.busy = False
        self._keeping = False
        self._peer = ""
        self._errors = 0
        self._reply = b""

    @property
    def ended(self) -> "asyncio.Task[None]":
        """Return the task that is done when the conversation has ended."""
        return cast("asyncio.Task[None]", self._handler_coroutine)

    def say_goodbye(self, reply: str = CLOSING) -> None:
        """End the conversation from our side, at once."""
        wire = cast("asyncio.Transport | None", self.transport)
        self.ended.cancel()
        if wire and not wire.is_closing():
            wire.write(f"{reply}\r\n".encode())
            self._close(wire)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note who came."""
        self._letter_until = self.loop.time() + SECONDS_FOR_A_LETTER
        super().connection_made(transport)
        if self not in self.hall.here:
            self._peer = str((transport.get_extra_info("peername") or ("",))[0])
            self.hall.guests[self._peer] += 1
            self.hall.here.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Note that they have gone; a letter already handed to the spool is kept all the same."""
        super().connection_lost(error)
        self.hall.here.discard(self)
        self.hall.guests[self._peer] -= 1
        if not self.hall.guests[self._peer]:
            del self.hall.guests[self._peer]

    def eof_received(self) -> bool | None:
        """Answer what was said before the client closed its half of the wire (aiosmtpd issue 110)."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return self.session is not None and self.session.ssl is None

    async def push(self, status: Any) -> None:
        """Send one line of a reply, the lines of a longer one together; 421 ends the conversation (RFC 5321, 3.8)."""
        wire = cast("asyncio.Transport | None", self.transport)
        if wire is None or wire.is_closing():
            await asyncio.sleep(0)  # where a conversation that was cancelled ends
            return
        line = status if isinstance(status, bytes) else str(status).encode(errors="replace")
        self._reply += line + b"\r\n"
        if line[3:4] == b"-":
            return
        wire.write(self._reply)
        self._reply = b""
        self._errors += line.startswith(b"5")
        if line.startswith(b"421"):
            await self._hang_up()
        if self._errors >= MAX_ERRORS:
            await self.push(TOO_MANY_ERRORS)
        if wire.get_write_buffer_size() > READ_BYTES:
            await self._writer.drain()

    async def handle_exception(self, error: Exception) -> str:
        """Say that it is our fault and will pass, log why, and begin anew: a failure of ours never bounces mail."""
        if isinstance(error, asyncio.IncompleteReadError):
            await self._hang_up()
        log.error("a conversation failed", exc_info=error)
        self.envelope = self._create_envelope()
        return TRY_LATER

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  aiosmtpd finds its commands by these names
        """Take a letter in, keep it, and only then say so."""
        if await self.check_helo_needed():
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
        else:
            with self._at_work():
                await self.push("354 End data with <CR><LF>.<CR><LF>")
                reply = await self._take_letter()
                self.envelope = self._create_envelope()
                await self.push(reply)
            if self.hall.closing:
                await self.push(CLOSING)

    @syntax("VRFY <address>")
    async def smtp_VRFY(self, _arg: str | None) -> None:  # noqa: N802  aiosmtpd finds its commands by these names
        """Tell nobody which mailboxes there are (RFC 5321, section 7.3)."""
        await self.push(CANNOT_VERIFY)

    async def _handle_client(self) -> None:
        if self.hall.closing:
            await self.push(CLOSING)
        if self.hall.guests[self._peer] > self.hall.settings.max_connections_per_address:
            await self.push(TOO_MANY_CONNECTIONS)
        await super()._handle_client()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self.busy = True
        try:
            yield
        finally:
            self.busy = False

    async def _take_letter(self) -> str:
        """Read a letter to its end and keep it; return the reply."""
        transfer = Transfer(self.hall.settings.max_message_bytes, self.hall.settings.max_line_bytes)
        self.letters += 1
        held = 0
        try:
            while not await self._hear(transfer):
                self.hall.bytes_in_hand += transfer.held - held
                held = transfer.held
                if held > SMALL_LETTER_BYTES and self.hall.crowded():
                    transfer.refuse(NO_ROOM)
            if transfer.refusal:
                return transfer.refusal
            return await self._keep(transfer.letter())
        finally:
            self.hall.bytes_in_hand -= held

    async def _hear(self, transfer: Transfer) -> bool:
        """Read on; return whether the letter has ended. A client that stops or never ends is left."""
        chunk = await self._stream.read(READ_BYTES)
        if not chunk:
            await self._hang_up()
        self._reset_timeout()
        rest = transfer.take(chunk)
        if rest is not None:
            self._stream.put_back(rest)
        elif transfer.overrun:
            await self.push(transfer.refusal)
            await self._hang_up()
        return rest is not None

    async def _keep(self, raw: bytes) -> str:
        if loops(raw):
            return TOO_MANY_HOPS
        letter = self._letter(raw)
        self._keeping = True
        try:
            # Shielded: a client that hangs up now must not undo a commit under way.
            number = await asyncio.shield(asyncio.wrap_future(self.hall.spool.store(letter), loop=self.loop))
        except SpoolFullError as error:
            log.error("a letter was refused: %s", error)  # noqa: TRY400  the sentence is the whole cause
            return NO_ROOM
        finally:
            self._keeping = False
            self._letter_until = self.loop.time() + SECONDS_FOR_A_LETTER
            self._reset_timeout()
        log.info("letter %d kept, %d bytes", number, len(raw))
        return f"250 2.0.0 OK: kept as {number}"

    def _letter(self, raw: bytes) -> NewLetter:
        envelope, session = self.envelope, self.session
        assert envelope is not None
        assert session is not None
        sender = envelope.mail_from or ""
        return NewLetter(
            envelope_from="" if sender == "<>" else sender,  # aiosmtpd's way to write the null sender
            envelope_to=tuple(envelope.rcpt_tos),
            peer=self._peer,
            helo=(session.host_name or "").encode("ascii", "backslashreplace").decode(),
            received=self.hall.clock(),
            raw=raw,
        )

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read an address and what follows it; a plain one by a pattern, an odd one by aiosmtpd's parser."""
        plain = _PLAIN.match(arg) or _POSTMASTER.match(arg)
        if plain:
            return plain[1], plain[2]
        try:
            address, rest = super()._getaddr(arg)
        except (AttributeError, LookupError, NameError, RecursionError, TypeError, ValueError):
            return None, None  # the standard library's parser fails in all these ways on what is no address
        return (None, None) if address and _UNSPEAKABLE.search(address) else (address, rest)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Move the time until which we wait. One timer for each connection looks whether it has come."""
        self._idle_until = self.loop.time() + (duration or self.hall.settings.idle_seconds)
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(self._seconds_left(), self._look_at_clock)

    def _seconds_left(self) -> float:
        return min(self._idle_until, self._letter_until) - self.loop.time()

    def _look_at_clock(self) -> None:
        left = self.hall.settings.idle_seconds if self._keeping else self._seconds_left()
        if left <= 0:
            self.say_goodbye(TOO_SLOW)
        else:
            self._timeout_handle = self.loop.call_later(left, self._look_at_clock)

    async def _hang_up(self) -> Never:
        wire = cast("asyncio.Transport | None", self.transport)
        if wire:
            self._close(wire)
        raise asyncio.CancelledError

    def _close(self, wire: asyncio.Transport) -> None:
        wire.close()
        if wire.get_write_buffer_size():
            # A client that does not read its replies would otherwise keep the connection.
            self.loop.call_later(SECONDS_TO_SAY_GOODBYE, wire.abort)
