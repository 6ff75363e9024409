"""What every leg of the walk works with, chosen once when the house is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
