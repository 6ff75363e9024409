"""Every part of aiosmtpd we replaced, beside the original on the same input: where they differ, they differ on purpose.

These are private names of that library (pinned below 1.5); a new release that changes them fails here.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from consultant.config import SmtpSettings
from consultant.reception.conversation import Conversation
from consultant.reception.hall import Hall
from consultant.spool.box import Spool
from tests.reception.visitors import INTRODUCTION, LETTER, NOON, Client, a_client, a_house

ODD_ADDRESSES = [
    "<a@example.org>",
    "<a@example.org> SIZE=10 BODY=8BITMIME",
    "a@example.org",
    "a@example.org SIZE=10",
    "<>",
    "<> SIZE=10",
    "<@relay.example,@b.example:a@example.org>",
    '<"odd name"@example.org>',
    "<a.b+c=d@sub.example.org>",
    "<a@[192.0.2.1]>",
    "<a..b@example.org>",
    "<.a@example.org>",
    "<a.@example.org>",
    "<a@example.org",
    "a@example.org>",
    "<<a@example.org>>",
    "<a b@example.org>",
    "<(comment)a@example.org>",
    "<ü@example.org>",
    "<a@exämple.org>",
    "<a>",
    "<@>",
    "<@example.org>",
    "<a@>",
    "",
]


class Postbox:
    """Keeps what the original hands over."""

    def __init__(self) -> None:
        self.letters: list[tuple[str | None, list[str], bytes | None]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 2.0.0 OK: kept"


@asynccontextmanager
async def the_original(postbox: Postbox) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(postbox, hostname="consult.localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


async def replies_to(client: Client, wire: bytes, pieces: int) -> list[bytes]:
    """Say it all in some pieces and return the status of every reply."""
    step = len(wire) // pieces + 1
    for at in range(0, len(wire), step):
        client.write(wire[at : at + step])
        await client.writer.drain()
        await asyncio.sleep(0)
    replies = []
    while reply := await client.reply():
        replies.append(reply[:3])
    return replies


def both(folder: Path, wire: bytes, pieces: int) -> tuple[list[Any], list[Any]]:
    """Return (replies, letters) of the original, and ours."""

    async def run() -> tuple[list[Any], list[Any]]:
        postbox = Postbox()
        async with the_original(postbox) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            client = Client(reader, writer)
            await client.reply()
            theirs = [await replies_to(client, wire, pieces), postbox.letters]
            writer.close()
        async with a_house(folder) as house, a_client(house) as client:
            replies = await replies_to(client, wire, pieces)
            kept = house.spool.waiting(limit=100)
            ours = [replies, [(letter.envelope_from, list(letter.envelope_to), letter.raw) for letter in kept]]
        return theirs, ours

    return asyncio.run(run())


def said(*commands: bytes) -> bytes:
    return b"\r\n".join([*INTRODUCTION[:1], *commands, b"QUIT", b""])


def a_talk(*letters: bytes) -> bytes:
    return said(*(part for letter in letters for part in (*INTRODUCTION[1:], letter + b".")))


@pytest.mark.parametrize("pieces", [1, 13])
@pytest.mark.parametrize(
    "wire",
    [
        a_talk(LETTER),
        a_talk(b""),
        a_talk(b".\r\n"),
        a_talk(b"..\r\n.a\r\n...\r\n.\0\r\n"),
        a_talk(b"one\n.\ntwo\r\n.\nthree\n.\r\nfour\r.\rfive\r\n"),
        a_talk(b"ends in two\r\r\n"),
        a_talk(bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n", LETTER, b"\r\n\r\n"),
        said(b"DATA"),
        said(*INTRODUCTION[1:3], b"DATA now"),
        said(b"RCPT TO:<consult@consult.localhost>"),
        said(*INTRODUCTION[1:3], b"MAIL FROM:<b@example.org>"),
        said(*INTRODUCTION[1:3], b"RSET", b"DATA"),
        said(b"MAIL FROM:<a@example.org> FOO=1", b"MAIL FROM:<a@example.org> SIZE=x", b"MAIL FROM: "),
        said(*INTRODUCTION[1:2], b"RCPT TO:<consult@consult.localhost> NOTIFY=NEVER"),
        said(b"", b"\xff\xfe", b"NOOP", b"HELP DATA", b"EXPN a", b"BDAT 3"),
    ],
)
def test_a_talk_goes_as_with_the_original(tmp_path: Path, wire: bytes, pieces: int) -> None:
    theirs, ours = both(tmp_path, wire, pieces)
    assert ours == theirs


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the original's and our reader of addresses."""
    loop = asyncio.new_event_loop()
    spool = Spool(tmp_path_factory.mktemp("spool"))
    hall = Hall(SmtpSettings(), spool, lambda: NOON, loop)
    yield SMTP(Postbox(), hostname="x", loop=loop)._getaddr, Conversation(hall)._getaddr
    spool.close()
    loop.close()


def theirs_of(original: Any, argument: str) -> Any:
    """Return what the original reads; where it fails with an exception, that is no address."""
    try:
        return original(argument)
    except (AttributeError, LookupError, NameError, RecursionError, TypeError, ValueError):
        return None, None


@pytest.mark.parametrize("argument", ODD_ADDRESSES)
def test_an_address_is_read_as_by_the_original(readers: Any, argument: str) -> None:
    original, ours = readers
    assert ours(argument) == theirs_of(original, argument)


@given(st.text(alphabet="<>@.,:;\"'()[]\\ \tab=-+ü\x7f", max_size=24))
def test_any_address_is_read_as_by_the_original_or_refused(readers: Any, argument: str) -> None:
    original, ours = readers
    read = ours(argument)
    assert read in (theirs_of(original, argument), (None, None))


@given(st.from_regex(r"\A<[a-z.]{1,6}@[a-z.-]{1,6}> ?[A-Z=0-9 ]{0,6}\Z"))
def test_a_plain_address_is_read_as_by_the_original(readers: Any, argument: str) -> None:
    original, ours = readers
    assert ours(argument) == theirs_of(original, argument)


def test_postmaster_needs_no_domain(readers: Any) -> None:
    _, ours = readers
    assert ours("<Postmaster> SIZE=1") == ("Postmaster", "SIZE=1")
