"""`serve`, `demo` and `doctor`: the house open for business, a house to try, a house examined."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from consultant.cli.book import prepare_book
from consultant.cli.branches import Leaf
from consultant.cli.context import House, as_json, pass_house, today
from consultant.cli.demonstration import demonstrate
from consultant.cli.desk import at_the_desk
from consultant.cli.doctoring import examine
from consultant.cli.output import ANSWER_IS_NO, remark, say, show_json
from consultant.config import Settings
from consultant.errors import HouseError
from consultant.service import Door, FirstReviewer, Running, make_first_reviewer, running, writable


class UnknownDoorError(HouseError):
    """There is no part "{door}" to serve; there are: {known}."""


@click.command(cls=Leaf)
@click.option("--only", default="", metavar="PARTS", help="Only these parts, comma-separated: smtp,web,desk,clock.")
@pass_house
def serve(house: House, only: str) -> None:
    """Open the doors: mail in, page, desk and clock, until stopped with Ctrl-C or SIGTERM.

    \b
    Examples:
      consultant serve
      consultant serve --only smtp
    """  # noqa: D301  \b is click's own mark against re-wrapping
    doors, settings = _doors(only), house.settings
    writable(settings.queue.path)
    prepare_book(settings)
    with (
        at_the_desk(house, settings.log) as desk,
        _until_signalled() as stopped,
        running(desk, doors) as open_house,
    ):
        # Only now that every door is open: a password told once must not be lost to a port in use.
        first = make_first_reviewer(desk) if Door.WEB in doors else None
        _greet(settings, open_house, first)
        if Door.DESK in doors and not settings.relay.host:
            remark(f"No relay is set: letters are kept in {_short(settings.maildir_path)} and shown on the page.")
        remark("Ready. Stop with Ctrl-C.")
        stopped.wait()
        remark("Closing: what is under way is finished, nothing new is begun.")


@click.command(cls=Leaf)
@click.option("--once", is_flag=True, help="Stop after the drafts are printed, without leaving the page open.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The page's port (default: any free one).")
def demo(*, once: bool, port: int) -> None:
    """Start a house of its own in a temporary folder, mail it sample questions, and show what it makes of them.

    \b
    Examples:
      consultant demo
      consultant demo --once
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with _until_signalled() as stopped:
        demonstrate(prepare_book, port=port, stopped=None if once else stopped)


@click.command(cls=Leaf)
@as_json
@pass_house
def doctor(house: House, *, as_json: bool) -> None:
    """Check configuration, folders, database, book, relay and DNS: one line each, with what to do.

    The exit code is 1 when anything needs mending.

    \b
    Example:
      consultant doctor
    """  # noqa: D301  \b is click's own mark against re-wrapping""
    findings = examine(lambda: house.settings, today())
    if as_json:
        show_json({"findings": [{"name": f.name, "ok": f.ok, "said": f.said} for f in findings]})
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'MEND'}  {finding.name}: {finding.said}")
    sys.exit(0 if all(finding.ok for finding in findings) else ANSWER_IS_NO)


def _doors(only: str) -> frozenset[Door]:
    if not only:
        return frozenset(Door)
    words = [word.strip().lower() for word in only.split(",")]
    for word in words:
        if word not in set(Door):
            raise UnknownDoorError(door=word, known=", ".join(Door))
    return frozenset(Door(word) for word in words)


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Yield an event that SIGINT and SIGTERM set; the house then closes in order."""
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greet(settings: Settings, house: Running, first: FirstReviewer | None) -> None:
    """Say where the doors are; desk and clock have none."""
    if house.smtp_port:
        remark(f"Mail   {settings.smtp.address} on {settings.smtp.host}:{house.smtp_port}")
    if house.web_port:
        asked = settings.web.port == house.web_port
        remark(f"Page   {settings.web.url if asked else f'http://{settings.web.host}:{house.web_port}'}")
    if first is not None:
        remark(f"Sign in as {first.email} with the password {first.password} (shown this once)")


def _short(path: Path) -> str:
    """Return the path as seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
