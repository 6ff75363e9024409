"""Puts the house together: the only place that chooses real things, and the order they are opened and closed in.

`open_desk` makes what lies in `queue.path` ready; `running` opens the doors asked for and closes them within ten
seconds.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import uvicorn

from consultant.codes.building import Progress, build_book, needs_building
from consultant.config import Settings
from consultant.desk import digests, reviewers
from consultant.desk.departures import recover
from consultant.desk.room import Desk
from consultant.desk.rounds import count_stop, make_rounds, send_once, work_once
from consultant.desk.shelf import Shelf
from consultant.desk.updating import update
from consultant.errors import HouseError
from consultant.observability import leg
from consultant.reception.door import Reception, open_door
from consultant.rendering import Renderer, templates_folder
from consultant.schedule import Clock, period_of, start_clock
from consultant.spool.box import Spool
from consultant.spool.disk import FolderUnwritableError
from consultant.store.database import Database
from consultant.store.marks import signing_key
from consultant.web.app import create_app

IDLE_SECONDS = 1.0  # how long the desk sleeps when nobody wakes it: other processes cannot
CLOSING_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Door(StrEnum):
    """What a process of the house may do; by default one process does all of it."""

    SMTP = "smtp"
    WEB = "web"
    DESK = "desk"
    CLOCK = "clock"


class DeskTakenError(HouseError):
    """Another process is at work on {folder}: stop it first, or start this one with --only smtp,web."""


class PagePortInUseError(HouseError):
    """Port {port} on {host} is taken by another program: stop it, or set web.port in config.toml."""


class PageAddressError(HouseError):
    """The page cannot listen on {host}:{port} ({reason}): correct web.host or web.port in config.toml."""


@dataclass(frozen=True)
class FirstReviewer:
    """The reviewer made when there was none; the password is shown this once."""

    email: str
    password: str


@dataclass(frozen=True)
class Running:
    """A house whose doors are open; a port is 0 where its door was not asked for."""

    desk: Desk
    smtp_port: int
    web_port: int


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def open_desk(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Desk:
    """Open the spool, the ticket database and the shelf; raise the error that says what a person must do."""
    folder = settings.queue.path
    writable(folder)
    with contextlib.ExitStack() as opened:  # what is open already is closed again when a later thing will not open
        database = Database(settings.database_url)
        opened.callback(database.close)
        spool = Spool(folder)
        opened.callback(spool.close)
        desk = Desk(
            settings=settings,
            database=database,
            spool=spool,
            shelf=Shelf(settings.code_book_path),
            renderer=Renderer(templates_folder()),
            clock=clock,
            secret=signing_key(database),
            node=_node(folder / "node.id"),
            wake=threading.Event().set,
        )
        opened.pop_all()
    return desk


def close_desk(desk: Desk) -> None:
    """Let go of everything `open_desk` opened."""
    desk.spool.close()
    desk.database.close()


def build_missing_book(settings: Settings, progress: Callable[[Progress], None] | None = None) -> bool:
    """Build the code book if there is none of this version; tell whether it was built."""
    if not needs_building(settings.code_book_path):
        return False
    build_book(settings.code_book_path, progress)
    return True


def make_first_reviewer(desk: Desk) -> FirstReviewer | None:
    """Register a first reviewer when there is none: the address to notify, or `reviewer@` the mail domain."""
    if reviewers.listed(desk.database):
        return None
    notify = desk.settings.reviewers.notify
    email = notify[0] if notify else f"reviewer@{desk.settings.smtp.domain}"
    return FirstReviewer(email, reviewers.add(desk.database, email, now=desk.clock()))


@contextlib.contextmanager
def running(desk: Desk, doors: frozenset[Door] = frozenset(Door)) -> Iterator[Running]:
    """Open the doors, yield while they are open, and close them; what is under way is finished, nothing is begun."""
    desk_bell, post_bell = threading.Event(), threading.Event()

    def wake() -> None:
        desk_bell.set()
        post_bell.set()

    desk = replace(desk, wake=wake)
    with contextlib.ExitStack() as open_doors:
        if Door.DESK in doors:
            if not open_doors.enter_context(at_work(desk)):
                raise DeskTakenError(folder=desk.settings.queue.path)
            open_doors.enter_context(_worker("post", lambda: send_once(desk), post_bell))
            open_doors.enter_context(_worker("desk", lambda: work_once(desk), desk_bell))
        if Door.CLOCK in doors:
            open_doors.callback(_start_clock(desk).close)
        loop = open_doors.enter_context(_event_loop())
        web_port = open_doors.enter_context(_page(desk, loop)) if Door.WEB in doors else 0
        smtp_port = open_doors.enter_context(_front_door(desk, loop)) if Door.SMTP in doors else 0
        yield Running(desk, smtp_port, web_port)


def writable(folder: Path) -> None:
    """Make sure the folder is there and can be written to; raise `FolderUnwritableError` when not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FolderUnwritableError(folder=folder, reason=error.strerror) from error


def _node(path: Path) -> str:
    """Return the name of this copy of the house among several on one database, made up the first time."""
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.write_text(secrets.token_hex(8), encoding="ascii")
        with contextlib.suppress(FileExistsError):  # another process of this house made it first: its name is the one
            path.hardlink_to(made)
        made.unlink()
    return path.read_text(encoding="ascii").strip()


@contextlib.contextmanager
def at_work(desk: Desk) -> Iterator[bool]:
    """Take the one seat at the desk of this queue folder; yield False when another process sits there.

    Whoever takes the seat first settles what the one before was sending, and reading, when it stopped.
    """
    with (desk.settings.queue.path / "desk.lock").open("ab") as seat:
        try:
            fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        recover(desk)
        count_stop(desk)
        yield True


def work_through(desk: Desk) -> None:
    """Do what waits now, unless a running house does it anyway."""
    with at_work(desk) as mine:
        if mine:
            make_rounds(desk)


@contextlib.contextmanager
def _worker(name: str, step: Callable[[], int], bell: threading.Event) -> Iterator[None]:
    """Work in a thread, step by step until nothing is left or the house closes.

    It begins again at once when the bell rings, and every second for what other processes leave us.
    """
    closing = threading.Event()

    def work() -> None:
        while not closing.is_set():
            bell.clear()
            try:
                while not closing.is_set() and step():
                    pass
            except Exception:  # noqa: BLE001  the database or the spool is away: what waits is durable, the next round tries again
                leg(_log, "a round was broken off", level=logging.ERROR, failed=True, room=name)
            bell.wait(IDLE_SECONDS)

    thread = threading.Thread(target=work, name=name)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        bell.set()
        thread.join(CLOSING_SECONDS)


def _start_clock(desk: Desk) -> Clock:
    settings = desk.settings.digest

    def send_digest() -> None:
        digests.send_digest(desk, digests.REVIEWERS, period_of(settings.cron, settings.timezone, desk.clock()))

    sources = desk.settings.sources

    def fetch_sources() -> None:
        update(desk.settings, (), accepted_by=sources.terms_accepted_by, now=desk.clock())

    jobs = {"digest": send_digest, "sweep": desk.wake} | ({"update": fetch_sources} if sources.cron else {})
    return start_clock(jobs, settings, update_cron=sources.cron)


@contextlib.contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop for the doors in a thread of its own, so that no slow work can hold a greeting back."""
    loop = _new_loop()
    thread = threading.Thread(target=loop.run_forever, name="doors")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CLOSING_SECONDS)
        loop.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop where it is installed (1.1 to 1.5 times faster), else the standard library's."""
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415  an optional extra

        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        return loop
    return asyncio.new_event_loop()


@contextlib.contextmanager
def _front_door(desk: Desk, loop: asyncio.AbstractEventLoop) -> Iterator[int]:
    door: Reception = asyncio.run_coroutine_threadsafe(
        open_door(desk.settings.smtp, desk.spool, clock=desk.clock), loop
    ).result(CLOSING_SECONDS)
    try:
        yield door.port
    finally:
        asyncio.run_coroutine_threadsafe(door.close(), loop).result(CLOSING_SECONDS)


@contextlib.contextmanager
def _page(desk: Desk, loop: asyncio.AbstractEventLoop) -> Iterator[int]:
    listening = _listen(desk.settings.web.host, desk.settings.web.port)
    config = uvicorn.Config(
        create_app(desk),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=int(CLOSING_SECONDS / 2),
    )
    server = _Page(config)
    serving = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listening]), loop)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        serving.result(CLOSING_SECONDS)
        listening.close()


class _Page(uvicorn.Server):
    """uvicorn without its own signal handlers: the house decides when it closes."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PagePortInUseError(host=host, port=port) from error
        raise PageAddressError(host=host, port=port, reason=os.strerror(error.errno or 0)) from error
