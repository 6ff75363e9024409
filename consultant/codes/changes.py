"""One change between two releases of a source, and all of them together, as values."""

from dataclasses import dataclass
from enum import StrEnum

from consultant.codes.entries import Release


class Change(StrEnum):
    """What happened to a code or row."""

    ADDED = "added"
    TERMINATED = "terminated"
    REWORDED = "reworded"
    OPENED = "opened"
    CLOSED = "closed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `key` names the code or row, `text` is a code's title, `before` and `after` what of it changed.

    `what` names the columns that changed, in the order of `before` and `after`.
    """

    change: Change
    table: str
    key: tuple[str, ...]
    text: str = ""
    what: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Differences:
    """Everything that differs, in the order of the keys."""

    source: str
    old: Release
    new: Release
    found: tuple[Difference, ...]

    def of(self, change: Change) -> tuple[Difference, ...]:
        """Return the differences of one kind."""
        return tuple(difference for difference in self.found if difference.change is change)
