"""What every leg of the walk works with, chosen once when the house is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from consultant.config import Settings
from consultant.desk.shelf import Shelf
from consultant.rendering import Renderer
from consultant.spool.box import Spool
from consultant.store.database import Database


@dataclass(frozen=True)
class Desk:
    """The desk and what lies on it.

    `clock` tells the time in UTC, `secret` signs thread keys, `node` names this copy of the house among several on one
    database, `wake` tells the worker that there is something to do.
    """

    settings: Settings
    database: Database
    spool: Spool
    shelf: Shelf
    renderer: Renderer
    clock: Callable[[], datetime]
    secret: bytes
    node: str
    wake: Callable[[], None]


@dataclass(frozen=True)
class Actor:
    """Who does something, and through which door: "page", "api" or "command line"."""

    email: str
    name: str
    credential: str
    via: str


def day_of(desk: Desk, moment: datetime) -> date:
    """Return the day on the house's own calendar.

    A question that comes at nine in the evening of 30 September in New York is asked under that day's code sets, though
    it is October in UTC.
    """
    return moment.astimezone(ZoneInfo(desk.settings.digest.timezone)).date()


def promised(desk: Desk, asked: datetime) -> datetime:
    """Return by when a question asked at that moment is to be answered."""
    return asked + timedelta(hours=desk.settings.house.answer_within_hours)
