"""A house with an open door, and clients that say exactly what they are told to."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consultant.config import SmtpSettings
from consultant.reception.door import Reception, open_door
from consultant.spool.box import Spool

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INTRODUCTION = (b"EHLO asker", b"MAIL FROM:<asker@example.org>", b"RCPT TO:<consult@consult.localhost>", b"DATA")
LETTER = b"Subject: a question\r\n\r\nIs it valid?\r\n"


@dataclass
class House:
    spool: Spool
    door: Reception
    folder: Path

    def letters(self) -> list[bytes]:
        return [letter.raw for letter in self.spool.waiting(limit=1000)]


@asynccontextmanager
async def a_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    spool = Spool(folder, patience=0.2)
    door = await open_door(SmtpSettings(port=0, **settings), spool, clock=lambda: NOON)
    try:
        yield House(spool, door, folder)
    finally:
        await door.close()
        spool.close()


class Client:
    """A client that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> bytes:
        """Return the last line of the next reply; empty when the door has closed."""
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 10)
            if line[3:4] != b"-":
                return line.rstrip()

    async def says(self, *commands: bytes) -> bytes:
        reply = b""
        for command in commands:
            self.write(command + b"\r\n")
            reply = await self.reply()
        return reply

    async def closed(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 10) == b""


@asynccontextmanager
async def a_client(house: House) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.door.port)
    client = Client(reader, writer)
    try:
        assert (await client.reply()).startswith(b"220 consult.localhost ESMTP")
        yield client
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def story(folder: Path, tell: Callable[[House, Client], Coroutine[Any, Any, None]], **settings: Any) -> None:
    """Open a door, send a client in, and run one story."""

    async def run() -> None:
        async with a_house(folder, **settings) as house, a_client(house) as client:
            await tell(house, client)

    asyncio.run(run())


def by_smtplib(folder: Path, talk: Callable[[smtplib.SMTP], None]) -> list[bytes]:
    """Open a door, let Python's own client talk, and return what was kept."""

    async def run() -> list[bytes]:
        async with a_house(folder) as house:

            def visit() -> None:
                with smtplib.SMTP("127.0.0.1", house.door.port, timeout=10) as client:
                    talk(client)

            await asyncio.to_thread(visit)
            return house.letters()

    return asyncio.run(run())


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that shows nowhere but in the house itself."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  the house has no event for it
            await asyncio.sleep(0.005)
