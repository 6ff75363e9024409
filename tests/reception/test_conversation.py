"""What a client may say over a real socket: what gets in is safe, what does not is told exactly why."""

import asyncio
import fcntl
import json
import logging
import smtplib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from consultant.config import SmtpSettings
from consultant.reception import conversation
from consultant.reception.conversation import MAX_ERRORS
from consultant.reception.door import open_door
from consultant.reception.transfer import LINE_TOO_LONG, TOO_LARGE, TOO_MANY_HOPS
from consultant.spool.box import Spool
from consultant.spool.writer import SpoolFullError
from tests.reception.visitors import INTRODUCTION, LETTER, NOON, Client, House, a_client, by_smtplib, story, until


def test_a_letter_sent_by_an_ordinary_client_is_kept_as_it_was(tmp_path: Path) -> None:
    raw = b"Subject: dots\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n" + bytes(range(128, 256)) + b"\0\r\n"

    def talk(client: smtplib.SMTP) -> None:
        client.sendmail("a@example.org", "consult@consult.localhost", raw)

    assert by_smtplib(tmp_path, talk) == [raw]


def test_the_envelope_is_kept_beside_the_letter(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION[:3], b"RCPT TO:<Consult+T-7@CONSULT.localhost>", b"RCPT TO:<Postmaster>")
        assert await client.says(b"DATA", LETTER + b".") == b"250 2.0.0 OK: kept as 1"
        letter = house.spool.get(1)
        assert letter.envelope_from == "asker@example.org"
        assert letter.envelope_to == ("consult@consult.localhost", "Consult+T-7@CONSULT.localhost", "Postmaster")
        assert (letter.peer, letter.helo, letter.received, letter.raw) == ("127.0.0.1", "asker", NOON, LETTER)

    story(tmp_path, tell)


def test_a_letter_is_safe_before_250_is_said(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        with (tmp_path / "spool.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            client.write(LETTER + b".\r\n")
            reply = asyncio.ensure_future(client.reply())
            await asyncio.sleep(0.1)
            assert not reply.done()
            assert house.letters() == []
        assert (await reply).startswith(b"250")
        assert house.letters() == [LETTER]

    story(tmp_path, tell)


def test_the_door_announces_what_it_can(tmp_path: Path) -> None:
    def talk(client: smtplib.SMTP) -> None:
        client.ehlo()
        assert client.esmtp_features["size"] == str(10 * 1024 * 1024)
        assert {"8bitmime", "smtputf8", "pipelining"} < set(client.esmtp_features)
        assert "auth" not in client.esmtp_features

    by_smtplib(tmp_path, talk)


@pytest.mark.parametrize(
    ("commands", "reply"),
    [
        ([*INTRODUCTION[:2], b"RCPT TO:<nobody@consult.localhost>"], b"550 5.1.1 No such mailbox"),
        ([*INTRODUCTION[:2], b"RCPT TO:<consult@elsewhere.example>"], b"550 5.7.1 Relaying denied"),
        ([*INTRODUCTION[:2], b"RCPT TO:<nobody@consult.localhost>", b"DATA"], b"503 5.5.1 Error: need RCPT command"),
        ([*INTRODUCTION[:3], b"DATA now"], b"501 5.5.4 Syntax: DATA"),
        ([b"EHLO a", b"MAIL FROM:<a@x> SIZE=10485761"], b"552 5.3.4 Message too large"),
        ([b"EHLO a", b"MAIL FROM:<a@x> SIZE=99999999999999999999999"], b"552 5.3.4 Message too large"),
        ([b"EHLO a", b"MAIL FROM:<a@x> SIZE=10485760 BODY=8BITMIME SMTPUTF8"], b"250 2.1.0 OK"),
        ([b"EHLO a", "MAIL FROM:<a@x> SIZE=²".encode()], b"250 2.1.0 OK"),
        ([b"EHLO a", b"MAIL FROM:<\xff@x>"], b"553 5.1.3 Error: malformed address"),
        ([b"EHLO a", b"MAIL FROM:<" + b"(" * 400 + b"@x>"], b"553 5.1.3 Error: malformed address"),
        ([b"VRFY consult"], b"252 2.1.5 Cannot verify, but will take mail for mailboxes that are here"),
        ([b"AUTH PLAIN AGEAYg=="], b'500 Error: command "AUTH" not recognized'),
        ([b"NOOP " + b"x" * 2000], b"500 Command line too long"),
        ([b"HELO a", b"QUIT"], b"221 Bye"),
    ],
)
def test_every_question_gets_its_exact_answer(tmp_path: Path, commands: list[bytes], reply: bytes) -> None:
    async def tell(_house: House, client: Client) -> None:
        assert await client.says(*commands) == reply

    story(tmp_path, tell)


def test_a_refused_recipient_does_not_spoil_the_others(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION[:3], b"RCPT TO:<nobody@consult.localhost>", b"DATA")
        assert (await client.says(LETTER + b".")).startswith(b"250")
        assert house.spool.get(1).envelope_to == ("consult@consult.localhost",)

    story(tmp_path, tell)


def test_the_null_sender_is_an_empty_one(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(b"EHLO a", b"MAIL FROM:<>", *INTRODUCTION[2:], LETTER + b".")
        assert house.spool.get(1).envelope_from == ""

    story(tmp_path, tell)


def test_more_recipients_than_allowed_are_put_off_and_the_letter_still_comes(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION[:3])
        plus = [b"RCPT TO:<consult+%d@consult.localhost>" % number for number in range(3)]
        assert [await client.says(command) for command in plus] == [
            b"250 2.1.5 OK",
            b"452 4.5.3 Too many recipients",
            b"452 4.5.3 Too many recipients",
        ]
        assert (await client.says(b"DATA", LETTER + b".")).startswith(b"250")
        assert len(house.spool.get(1).envelope_to) == 2

    story(tmp_path, tell, max_recipients=2)


@pytest.mark.parametrize(
    ("letter", "reply"),
    [
        (b"x" * 70 + b"\r\n" + (b"y" * 98 + b"\r\n") * 120, b"552 5.3.4 Message too large"),
        (b"Subject: wide\r\n\r\n" + b"x" * 5000 + b"\r\n", b"500 5.6.0 Line too long"),
        (b"Received: a\r\n" * 50 + b"\r\n", b"554 5.4.6 Too many Received headers, the message is in a loop"),
    ],
)
def test_a_letter_that_is_too_much_is_refused_and_the_next_one_is_welcome(
    tmp_path: Path, letter: bytes, reply: bytes
) -> None:
    async def tell(house: House, client: Client) -> None:
        assert await client.says(*INTRODUCTION, letter + b".") == reply
        assert house.letters() == []
        assert (await client.says(*INTRODUCTION[1:], LETTER + b".")).startswith(b"250")

    story(tmp_path, tell, max_message_bytes=10_000, max_line_bytes=1000)


def test_a_letter_of_one_line_of_two_megabytes_is_refused(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        assert await client.says(*INTRODUCTION, b"x" * 2_000_000 + b"\r\n.") == b"500 5.6.0 Line too long"
        assert house.letters() == []

    story(tmp_path, tell)


async def flood(client: Client, piece: bytes, times: int) -> int:
    """Send a piece again and again until the door closes; return how often it was taken."""
    for number in range(times):
        try:
            client.write(piece)
            await client.writer.drain()
        except ConnectionError:
            return number
    return times


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_an_endless_line_costs_no_memory_and_ends_at_twice_the_size(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        before = resident_bytes()
        assert await flood(client, b"x" * 1_000_000, 200) < 200
        assert resident_bytes() - before < 20_000_000
        assert house.letters() == []

    story(tmp_path, tell)


def test_an_endless_command_ends_the_conversation(tmp_path: Path) -> None:
    async def tell(_house: House, client: Client) -> None:
        assert await flood(client, b"x" * 100_000, 500) < 500

    story(tmp_path, tell)


def test_a_letter_of_nothing_but_empty_lines_is_kept_like_any_other(tmp_path: Path) -> None:
    empty = b"\r\n" * (5 * 1024 * 1024 - 10)

    async def tell(house: House, client: Client) -> None:
        assert (await client.says(*INTRODUCTION, empty + b".")).startswith(b"250")
        assert house.letters() == [empty]

    story(tmp_path, tell)


def test_everything_may_be_said_in_one_breath(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        both = [*INTRODUCTION, LETTER + b".", *INTRODUCTION[1:], b"second\r\n.", b"QUIT"]
        client.write(b"\r\n".join(both) + b"\r\n")
        replies = [(await client.reply())[:3] for _ in both]
        assert replies == [b"250", b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250", b"221"]
        assert await client.closed()
        assert house.letters() == [LETTER, b"second\r\n"]

    story(tmp_path, tell)


def test_a_client_that_closes_its_half_after_the_dot_still_gets_its_answer(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        client.write(LETTER + b".\r\n")
        client.writer.write_eof()
        assert (await client.reply()).startswith(b"250")
        assert await client.closed()
        assert house.letters() == [LETTER]

    story(tmp_path, tell)


def test_a_letter_is_kept_when_its_sender_resets_the_connection_after_the_dot(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        with (tmp_path / "spool.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            client.write(LETTER + b".\r\n")
            await asyncio.sleep(0.05)
            client.writer.transport.abort()
            await asyncio.sleep(0.05)
        await until(lambda: house.spool.count() == 1)
        assert house.letters() == [LETTER]

    story(tmp_path, tell)


def test_half_a_letter_is_never_kept(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        client.write(LETTER)
        client.writer.write_eof()
        assert await client.closed()
        assert house.letters() == []

    story(tmp_path, tell)


@pytest.mark.parametrize(
    "false_end",
    [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\n.\r\r\n"],
)
def test_no_second_letter_can_be_smuggled_inside_the_first(tmp_path: Path, false_end: bytes) -> None:
    inner = false_end + b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<consult@consult.localhost>\r\nDATA\r\nevil\r\n"

    async def tell(house: House, client: Client) -> None:
        assert (await client.says(*INTRODUCTION, b"good" + inner + b".")).startswith(b"250")
        [letter] = house.spool.waiting()
        assert letter.envelope_from == "asker@example.org"
        assert letter.raw.replace(b"\r\n", b"").endswith(b"DATAevil")

    story(tmp_path, tell)


def test_a_failure_of_ours_is_temporary_and_tells_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def tell(house: House, client: Client) -> None:
        with (tmp_path / "spool.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            reply = await client.says(*INTRODUCTION, LETTER + b".")
        assert reply == b"451 4.3.0 Temporary failure, please try again later"
        assert (await client.says(*INTRODUCTION[1:], LETTER + b".")).startswith(b"250")
        assert house.letters() == [LETTER]

    story(tmp_path, tell)
    assert "another process is writing" in caplog.text
    assert "asker" not in caplog.text


def test_no_room_is_told_as_such_and_passes(tmp_path: Path) -> None:
    class FullOnce(Spool):
        full = True

        def store(self, letter: Any) -> Any:
            promise = super().store(letter)
            if self.full:
                promise.result()
                promise = type(promise)()
                promise.set_exception(SpoolFullError(folder="queue"))
            self.full = False
            return promise

    async def run() -> None:
        spool = FullOnce(tmp_path)
        house = House(spool, await open_door(SmtpSettings(port=0), spool, clock=lambda: NOON), tmp_path)
        async with a_client(house) as client:
            assert (await client.says(*INTRODUCTION, LETTER + b".")).startswith(b"452 4.3.1")
            assert (await client.says(*INTRODUCTION[1:], LETTER + b".")).startswith(b"250")
        await house.door.close()
        spool.close()

    asyncio.run(run())


def test_what_clients_say_is_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def tell(_house: House, client: Client) -> None:
        await client.says(*INTRODUCTION, LETTER + b".", b"Jane-Doe-canary born 1950")

    story(tmp_path, tell)
    assert "letter 1 kept" in caplog.text
    assert not [word for word in ("asker", "Subject", "valid", "Jane", "JANE") if word in caplog.text]


def test_more_letters_than_allowed_in_one_connection_are_put_off(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(INTRODUCTION[0])
        for _ in range(2):
            assert (await client.says(*INTRODUCTION[1:], LETTER + b".")).startswith(b"250")
        assert (await client.says(INTRODUCTION[1])).startswith(b"421 4.7.0 Too many messages")
        assert await client.closed()
        assert len(house.letters()) == 2

    story(tmp_path, tell, max_messages_per_connection=2)


async def asked_until_closed(client: Client, commands: Iterable[bytes]) -> bytes:
    last = b""
    for command in commands:
        reply = await client.says(command)
        if not reply:
            break
        last = reply
    return last


@pytest.mark.parametrize("command", [b"NOOP", b"RSET", b"VRFY a", b"EHLO a", b"HELP"])
def test_nobody_stays_for_ever_by_saying_nothing_much(tmp_path: Path, command: bytes) -> None:
    async def tell(_house: House, client: Client) -> None:
        assert (await asked_until_closed(client, [command] * 500)).startswith(b"421 4.7.0")

    story(tmp_path, tell, max_messages_per_connection=2, max_recipients=2)


def test_a_client_that_only_makes_errors_is_shown_out(tmp_path: Path) -> None:
    async def tell(_house: House, client: Client) -> None:
        await client.says(*INTRODUCTION[:2])
        wrong = [b"RCPT TO:<guess%d@consult.localhost>" % number for number in range(MAX_ERRORS + 5)]
        client.write(b"".join(command + b"\r\n" for command in wrong))
        replies = await asyncio.wait_for(client.reader.read(), 10)
        assert replies.count(b"550 5.1.1") == MAX_ERRORS
        assert replies.endswith(b"421 4.7.0 Too many errors\r\n")

    story(tmp_path, tell)


def test_a_silent_client_is_shown_out(tmp_path: Path) -> None:
    async def tell(_house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        client.write(b"and then nothing")
        assert (await client.reply()).startswith(b"421 4.4.2")
        assert await client.closed()

    story(tmp_path, tell, idle_seconds=1)


def test_a_client_that_brings_no_letter_is_shown_out_however_much_it_talks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "SECONDS_FOR_A_LETTER", 0.2)

    async def tell(_house: House, client: Client) -> None:
        async with asyncio.timeout(10):
            while (reply := await client.says(b"NOOP")) == b"250 OK":
                pass
        assert reply.startswith(b"421 4.4.2")

    story(tmp_path, tell, max_messages_per_connection=1_000_000)


def test_a_client_that_is_slow_but_goes_on_is_heard_out(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        await client.says(*INTRODUCTION)
        for _ in range(4):
            client.write(b"slow\r\n")
            await asyncio.sleep(0.4)
        assert (await client.says(b".")).startswith(b"250")
        assert house.letters() == [b"slow\r\n" * 4]

    story(tmp_path, tell, idle_seconds=1)


def on_the_wire(raw: bytes) -> bytes:
    """Return a letter as a client sends it: lines ending in CRLF, dots stuffed, the last line ended."""
    lines = raw.replace(b"\r\n", b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n."


def test_every_real_letter_is_kept_byte_for_byte(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[2].parent / "shared" / "data" / "mail"
    if not corpus.exists():
        pytest.skip("the corpus of real mail is not here")
    rows = [json.loads(line) for line in (corpus / "INDEX.jsonl").read_text(encoding="utf-8").splitlines()]

    async def tell(house: House, client: Client) -> None:
        await client.says(INTRODUCTION[0])
        refused = 0
        for row in rows:
            raw = (corpus / row["file"]).read_bytes()
            reply = await client.says(*INTRODUCTION[1:], on_the_wire(raw))
            if reply.startswith(b"250"):
                number = int(reply.split()[-1])
                assert house.spool.get(number).raw == raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"
            else:
                assert reply in {TOO_LARGE.encode(), LINE_TOO_LONG.encode(), TOO_MANY_HOPS.encode()}, row["file"]
                refused += 1
        assert refused <= 0.005 * len(rows)

    story(tmp_path, tell, max_messages_per_connection=2000)
