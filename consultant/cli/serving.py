"""`serve`, `demo` and `doctor`: the house open for business, a house to try, a house examined."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from consultant.cli.context import Branch, House, as_json, pass_house
from consultant.cli.demonstration import demonstrate
from consultant.cli.doctoring import examine
from consultant.cli.output import people, progress_bar, show_json
from consultant.codes.building import Progress
from consultant.config import Settings
from consultant.errors import HouseError
from consultant.observability import set_up_logging
from consultant.service import (
    Door,
    FirstReviewer,
    Running,
    build_missing_book,
    close_desk,
    make_first_reviewer,
    open_desk,
    running,
)

ANSWER_IS_NO = 1


class UnknownDoorError(HouseError):
    """There is no part "{door}" to serve; there are: {known}."""


def add_to(root: Branch) -> None:
    """Add these commands to the root."""
    for command in (serve, demo, doctor):
        root.add_command(command)


@click.command(cls=Branch.command_class)
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
    set_up_logging(settings.log)
    prepare_book(settings)
    desk = open_desk(settings)
    try:
        first = make_first_reviewer(desk)
        with _until_signalled() as stopped, running(desk, doors) as open_house:
            _greet(settings, open_house, first)
            stopped.wait()
            people.print("Closing: what is under way is finished, nothing new is begun.")
    finally:
        close_desk(desk)


@click.command(cls=Branch.command_class)
@click.option("--once", is_flag=True, help="Stop after the drafts are printed, without leaving the page open.")
@click.option("--port", default=0, help="The page's port (default: any free one).")
def demo(once: bool, port: int) -> None:  # noqa: FBT001  click passes flags by name
    """Start a house of its own in a temporary folder, mail it sample questions, and show what it makes of them."""
    with _until_signalled() as stopped:
        demonstrate(prepare_book, port=port, stopped=None if once else stopped)


@click.command(cls=Branch.command_class)
@as_json
@pass_house
def doctor(house: House, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Check configuration, folders, database, book, relay and DNS: one line each, with what to do."""
    findings = examine(lambda: house.settings)
    if as_json:
        show_json({"findings": [{"name": f.name, "ok": f.ok, "said": f.said} for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.name}: {finding.said}")
    sys.exit(0 if all(finding.ok for finding in findings) else ANSWER_IS_NO)


def prepare_book(settings: Settings) -> None:
    """Build the code book when there is none, with a progress bar."""
    if settings.code_book_path.exists():
        return
    started = time.monotonic()
    with progress_bar() as bar:
        task = bar.add_task("Building the code book")

        def show(progress: Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.total, description=progress.what)

        build_missing_book(settings, show)
    people.print(f"The code book is built ({time.monotonic() - started:.0f} s).")


def _doors(only: str) -> frozenset[Door]:
    if not only:
        return frozenset(Door)
    known = ", ".join(Door)
    words = [word.strip() for word in only.split(",") if word.strip()]
    for word in words:
        if word not in set(Door):
            raise UnknownDoorError(door=word, known=known)
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
    if house.smtp_port:
        people.print(f"Mail   {settings.smtp.address} on {settings.smtp.host}:{house.smtp_port}")
    if house.web_port:
        asked = settings.web.port == house.web_port
        people.print(f"Page   {settings.web.url if asked else f'http://{settings.web.host}:{house.web_port}'}")
    if first is not None:
        people.print(f"Sign in as {first.email} with the password {first.password} (shown this once)")
    if not settings.relay.host:
        people.print(f"No relay is set: letters are kept in {_short(settings.maildir_path)} and shown on the page.")
    people.print("Ready. Stop with Ctrl-C.")


def _short(path: Path) -> str:
    """Return the path as seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
