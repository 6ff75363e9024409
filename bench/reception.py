"""How many letters a second the door accepts durably, beside aiosmtpd as shipped with one commit for each letter.

    python bench/reception.py [--rounds 3] [--seconds 0.7] [--uvloop]

Both servers run as processes of their own on loopback; the same client, in lock-step, drives them in turn, cell by
cell. Only the ratios inside one run count: a machine's mood changes the figures, hardly the ratios. About 30 seconds.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from consultant.config import SmtpSettings
from consultant.reception.door import open_door
from consultant.spool.box import Spool

SIZES = (2_000, 50_000)
SESSIONS = (1, 10, 50)
# What the door is held to in these cells, as a ratio to the other: medians of interleaved rounds in one run.
TARGETS = {2_000: 1.5, 50_000: 2.5}
COMMANDS = (b"MAIL FROM:<a@load.test>\r\n", b"RCPT TO:<consult@consult.localhost>\r\n", b"DATA\r\n")


class OneCommitEach:
    """The obvious handler: one row, one synced commit, then 250."""

    def __init__(self, folder: Path) -> None:
        self.database = sqlite3.connect(folder / "letters.sqlite", isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.execute("CREATE TABLE letters(id INTEGER PRIMARY KEY, sender, recipients, received, raw)")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        """Keep one letter."""
        row = (envelope.mail_from, ",".join(envelope.rcpt_tos), time.time(), envelope.original_content)
        self.database.execute("INSERT INTO letters(sender, recipients, received, raw) VALUES(?, ?, ?, ?)", row)
        return "250 2.0.0 OK"


async def serve(kind: str, folder: Path) -> None:
    if kind == "ours":
        settings = SmtpSettings(port=0, max_connections_per_address=1000, max_messages_per_connection=1_000_000)
        port = (await open_door(settings, Spool(folder), clock=lambda: datetime.now(UTC))).port
    else:
        handler, loop = OneCommitEach(folder), asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(handler, hostname="mx.test", loop=loop), "127.0.0.1", 0, backlog=512
        )
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await asyncio.Event().wait()


class Sender(asyncio.Protocol):
    """One client in lock-step: each reply calls forth the next command, until the time is up."""

    def __init__(self, letter: bytes, until: float) -> None:
        self.letter = letter
        self.until = until
        self.step = -1
        self.begun = 0.0
        self.waits: list[float] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        self.wire: Any = transport

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell when the server hung up before the time was up."""
        if not self.over.done():
            self.over.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Say what comes next."""
        if not data.startswith((b"2", b"3")):
            self.over.set_exception(ValueError(data))
        elif self.step < 0:
            self.step = 0
            self.wire.write(b"HELO bench\r\n")
        elif self.step < len(COMMANDS):
            if self.step == 0:
                self._note_letter()
            if not self.over.done():
                self.wire.write(COMMANDS[self.step])
                self.step += 1
        else:
            self.step = 0
            self.wire.write(self.letter)

    def _note_letter(self) -> None:
        now = time.perf_counter()
        if self.begun:
            self.waits.append(now - self.begun)
        self.begun = now
        if now > self.until:
            self.over.set_result(None)
            self.wire.close()


@dataclass(frozen=True)
class Server:
    """A server process and where it listens."""

    port: int
    pid: int


@dataclass(frozen=True)
class Load:
    """What every server gets in a cell."""

    letter: bytes
    sessions: int
    seconds: float


@dataclass
class Cell:
    """What one server did in one cell, round by round: letters a second, CPU microseconds a letter, waits."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def drive(server: Server, load: Load, cell: Cell) -> None:
    loop = asyncio.get_running_loop()
    begun, cpu = time.perf_counter(), cpu_seconds(server.pid)
    until = begun + load.seconds
    senders = [
        (await loop.create_connection(lambda: Sender(load.letter, until), "127.0.0.1", server.port))[1]
        for _ in range(load.sessions)
    ]
    await asyncio.gather(*(sender.over for sender in senders))
    elapsed = time.perf_counter() - begun
    waits = [wait for sender in senders for wait in sender.waits]
    cell.rates.append(len(waits) / elapsed)
    cell.costs.append((cpu_seconds(server.pid) - cpu) / len(waits) * 1e6)
    cell.waits.extend(waits)


@contextlib.contextmanager
def a_server(kind: str, *, uvloop: bool) -> Iterator[Server]:
    folder = tempfile.mkdtemp(prefix=f"bench-{kind}-")
    command = [sys.executable, __file__, "--serve", kind, "--folder", folder, *(["--uvloop"] if uvloop else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  this very file
        try:
            assert process.stdout is not None
            yield Server(int(process.stdout.readline()), process.pid)
        finally:
            process.kill()
            shutil.rmtree(folder, ignore_errors=True)


def report(size: int, sessions: int, ours: Cell, theirs: Cell) -> float:
    ratio = statistics.median(a / b for a, b in zip(ours.rates, theirs.rates, strict=True))
    cost = statistics.median(ours.costs) / max(1.0, statistics.median(theirs.costs))
    late = [statistics.quantiles(cell.waits, n=100)[98] * 1000 for cell in (ours, theirs)]
    print(
        f"{size // 1000:3d} KB  {sessions:3d} sessions  ours {statistics.median(ours.rates):6.0f}/s"
        f"  stock {statistics.median(theirs.rates):6.0f}/s  ratio {ratio:5.2f}"
        f"   CPU {statistics.median(ours.costs):5.0f} us, {cost:4.2f} of stock"
        f"   p99 {late[0]:6.1f} ms, stock {late[1]:6.1f} ms",
        flush=True,
    )
    return ratio


def compare(rounds: int, seconds: float, *, uvloop: bool) -> int:
    missed = 0
    with a_server("ours", uvloop=uvloop) as ours, a_server("stock", uvloop=uvloop) as theirs:
        for size in SIZES:
            letter = b"Subject: bench\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72) + b".\r\n"
            for sessions in SESSIONS:
                cells = Cell(), Cell()
                for _ in range(rounds):
                    for server, cell in zip((ours, theirs), cells, strict=True):
                        asyncio.run(drive(server, Load(letter, sessions, seconds), cell))
                ratio = report(size, sessions, *cells)
                missed += sessions > 1 and ratio < TARGETS[size]
    print(f"{missed} of {len(SIZES) * (len(SESSIONS) - 1)} cells below their target {TARGETS}")
    return 1 if missed else 0


def main() -> int:
    words = argparse.ArgumentParser(description="Accept rate of the door, beside aiosmtpd with one commit a letter.")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--seconds", type=float, default=0.7)
    words.add_argument("--uvloop", action="store_true")
    words.add_argument("--serve", choices=("ours", "stock"), help=argparse.SUPPRESS)
    words.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if not asked.serve:
        return compare(asked.rounds, asked.seconds, uvloop=asked.uvloop)
    if asked.uvloop:
        import uvloop  # noqa: PLC0415  an optional extra

        uvloop.run(serve(asked.serve, asked.folder))
    else:
        asyncio.run(serve(asked.serve, asked.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
