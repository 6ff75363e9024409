"""What extraction finds in a text: codes as a person wrote them, as plain values. Offsets count characters."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consultant.codes.entries import System


@dataclass(frozen=True, slots=True)
class Mention:
    """One code as written; `text` is the very characters between `start` and `end`."""

    system: System
    code: str
    start: int
    end: int
    text: str
    modifiers: tuple[str, ...] = ()
    units: int | None = None


@dataclass(frozen=True, slots=True)
class ModifierMention:
    """A modifier named without a code."""

    modifier: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RangeMention:
    """A range of codes; its end points are not repeated among the mentions."""

    system: System
    first: str
    last: str
    start: int
    end: int


class DateRole(StrEnum):
    """Whether a date is said to be the date of service."""

    SERVICE = "service"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A calendar date in the text and the part it plays."""

    day: date
    role: DateRole
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything read from one text, each in order of appearance.

    `cut_short` tells that the text held more numbers than anybody writes, so that doubtful ones were left alone.
    """

    mentions: tuple[Mention, ...] = ()
    modifiers: tuple[ModifierMention, ...] = ()
    ranges: tuple[RangeMention, ...] = ()
    dates: tuple[DateMention, ...] = ()
    cut_short: bool = False

    def date_of_service(self) -> date | None:
        """Return the first date the writer calls the date of service, if any."""
        return next((seen.day for seen in self.dates if seen.role is DateRole.SERVICE), None)
