"""The desk opened for a command, and who acts from the command line.

Whoever may run these commands owns the house, so a decision defaults to the first registered reviewer; it says that it
came from the command line.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from consultant.cli.context import House
from consultant.cli.output import remark
from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.config import LogSettings
from consultant.desk import reviewers
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.observability import set_up_logging
from consultant.service import close_desk, open_desk, work_through

VIA = "command line"
_SPEAKS_FOR_ITSELF = LogSettings(level="ERROR")  # a command says what it did; only what went wrong is logged beside it


class NobodyToActError(HouseError):
    """No reviewer is registered to decide as; register one with `consultant reviewer add EMAIL`."""


class MayNotActError(HouseError):
    """{email} is not registered, or was disabled; `consultant reviewer list` shows who may decide."""


@contextmanager
def at_the_desk(house: House, log: LogSettings = _SPEAKS_FOR_ITSELF) -> Iterator[Desk]:
    """Open the desk for the length of a command."""
    set_up_logging(log)
    desk = open_desk(house.settings)
    try:
        yield desk
    finally:
        close_desk(desk)


def let_work(desk: Desk) -> None:
    """Let the desk do what waits now, and tell when it cannot draft for want of a code book."""
    work_through(desk)
    try:
        desk.shelf.book()
    except (BookMissingError, BookDamagedError) as error:
        remark(f"Questions are kept, but no draft can be written yet. {error}")


def reviewer_acting(desk: Desk, email: str) -> Actor:
    """Return the named reviewer, by default the first registered one who may still review."""
    active = reviewers.listed(desk.database, active_only=True)
    if email:
        active = [reviewer for reviewer in active if reviewer.email == email.strip().lower()]
        if not active:
            raise MayNotActError(email=email)
    if not active:
        raise NobodyToActError
    return Actor(active[0].email, active[0].name, active[0].credential, via=VIA)


def operator() -> Actor:
    """Return whoever runs the command, for what needs no reviewer."""
    return Actor(email="operator", name="", credential="", via=VIA)
