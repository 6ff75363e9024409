"""The door: who may stand in it, what it does when it closes, and that nothing is lost in a crowd."""

import asyncio
import signal
import smtplib
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from consultant.config import SmtpSettings
from consultant.reception.door import PortInUseError, PortRefusedError, open_door
from consultant.spool.box import Spool
from tests.reception.visitors import INTRODUCTION, LETTER, NOON, Client, House, a_client, a_house, story, until


def test_a_letter_answered_with_250_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from consultant.config import SmtpSettings; from consultant.reception.door import open_door\n"
        "from consultant.spool.box import Spool\n"
        "async def run():\n"
        "    door = await open_door(SmtpSettings(port=0), Spool(Path(sys.argv[1])), clock=lambda: datetime.now(UTC))\n"
        "    print(door.port, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(run())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(  # noqa: S603  our own program
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        with smtplib.SMTP("127.0.0.1", int(process.stdout.readline()), timeout=10) as client:
            for number in range(5):
                client.sendmail("a@example.org", "consult@consult.localhost", b"%d\r\n" % number)
            process.send_signal(signal.SIGKILL)
            process.wait()
            client.close()
    spool = Spool(tmp_path)
    assert [letter.raw for letter in spool.waiting()] == [b"%d\r\n" % number for number in range(5)]
    spool.close()


def test_more_connections_than_allowed_from_one_address_are_put_off(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        async with a_client(house):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.door.port)
            assert (await reader.read()).startswith(b"421 4.7.0 Too many connections")
            writer.close()
        await client.says(b"QUIT")
        assert await client.closed()
        async with a_client(house) as later:
            assert (await later.says(b"NOOP")).startswith(b"250")

    story(tmp_path, tell, max_connections_per_address=2)


def test_two_houses_cannot_share_a_port(tmp_path: Path) -> None:
    async def run() -> None:
        async with a_house(tmp_path / "one") as house:
            spool = Spool(tmp_path / "two")
            with pytest.raises(PortInUseError, match=rf"port {house.door.port} on 127\.0\.0\.1 .* smtp\.port"):
                await open_door(SmtpSettings(port=house.door.port), spool, clock=lambda: NOON)
            with pytest.raises(PortRefusedError, match=r"192\.0\.2\.1.* smtp\.host"):
                await open_door(SmtpSettings(host="192.0.2.1"), spool, clock=lambda: NOON)
            spool.close()

    asyncio.run(run())


def test_closing_lets_a_letter_under_way_end_and_sends_the_others_home(tmp_path: Path) -> None:
    async def tell(house: House, client: Client) -> None:
        async with a_client(house) as idle:
            await client.says(*INTRODUCTION)
            client.write(b"first half\r\n")
            await asyncio.sleep(0.05)
            closing = asyncio.ensure_future(house.door.close())
            assert (await idle.reply()).startswith(b"421 4.3.2")
            assert await client.says(b"second half\r\n.") == b"250 2.0.0 OK: kept as 1"
            assert (await client.reply()).startswith(b"421 4.3.2")
            await closing
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", house.door.port)
        assert house.letters() == [b"first half\r\nsecond half\r\n"]

    story(tmp_path, tell)


def test_many_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    async def one(house: House, name: int) -> None:
        async with a_client(house) as client:
            await client.says(INTRODUCTION[0])
            for number in range(10):
                reply = await client.says(*INTRODUCTION[1:], b"%d of %d\r\n." % (number, name))
                assert reply.startswith(b"250")

    async def run() -> None:
        async with a_house(tmp_path, max_connections_per_address=50) as house:
            await asyncio.gather(*(one(house, name) for name in range(30)))
            assert sorted(house.letters()) == sorted(b"%d of %d\r\n" % (n, m) for n in range(10) for m in range(30))

    asyncio.run(run())


def test_large_letters_beyond_what_can_be_held_at_once_are_put_off_and_small_ones_are_not(tmp_path: Path) -> None:
    large = (b"x" * 998 + b"\r\n") * 950

    async def fill(house: House, clients: list[Client]) -> None:
        for client in clients:
            await client.says(*INTRODUCTION)
            client.write(large)
        await until(lambda: house.door._hall.bytes_in_hand >= len(clients) * len(large))

    async def run() -> None:
        async with a_house(tmp_path, max_message_bytes=1_000_000) as house, AsyncExitStack() as street:
            clients = [await street.enter_async_context(a_client(house)) for _ in range(4)]
            await fill(house, clients)
            late = await street.enter_async_context(a_client(house))
            assert (await late.says(*INTRODUCTION, large + b".")).startswith(b"452 4.3.1")
            assert (await late.says(*INTRODUCTION[1:], LETTER + b".")).startswith(b"250")
            assert {(await client.says(b"."))[:3] for client in clients} == {b"250"}
            assert house.door._hall.bytes_in_hand == 0

    asyncio.run(run())


def test_the_door_never_asks_the_dns_for_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> str:
        pytest.fail("asked")

    monkeypatch.setattr(socket, "getfqdn", never)

    async def tell(_house: House, client: Client) -> None:
        assert await client.says(b"NOOP") == b"250 OK"

    story(tmp_path, tell)
