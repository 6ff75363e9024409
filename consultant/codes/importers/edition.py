"""What an importer makes of one agency file: an edition of codes in print order, or a ledger of rows of its own kind.

Every importer speaks these values and nothing else, so that the book can be written without knowing any agency's
layout.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from consultant.codes.entries import NoteKind, System


class Kind(StrEnum):
    """What a printed line stands for."""

    CHAPTER = "chapter"
    BLOCK = "block"
    CODE = "code"
    MODIFIER = "modifier"


class Terms(StrEnum):
    """Whose terms a file is under: it is imported only once somebody has said that they accept them."""

    AMA = "American Medical Association (CPT)"
    ADA = "American Dental Association (CDT)"


@dataclass(frozen=True, slots=True)
class PrintedNote:
    """An instruction as printed at a code; the sentence of the agency, blanks tidied."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """One code of an edition. `parent` is the place of its parent among the edition's codes, None at the top.

    `listed` is False for codes the agency describes without printing them, as ICD-10-CM does with 7th characters;
    search leaves them out, look-up does not.
    """

    code: str
    kind: Kind
    long: str
    short: str = ""
    parent: int | None = None
    billable: bool | None = None
    effective: date | None = None
    terminated: date | None = None
    listed: bool = True
    notes: tuple[PrintedNote, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Edition:
    """One dated edition of one source, whole; `codes` holds parents before their children.

    `rows` is what the agency's own count of the file would say (records of codes, not continuation lines). Those that
    hold beside each other on the same day, as short and long descriptors do, differ in `variant`.
    """

    source: str
    system: System
    name: str
    publisher: str
    effective: date
    codes: Sequence[PrintedCode]
    terms: Terms | None = None
    variant: str = ""

    @property
    def rows(self) -> int:
        """Return how many codes and modifiers the edition holds, headings not counted."""
        return sum(1 for printed in self.codes if printed.kind in {Kind.CODE, Kind.MODIFIER})


@dataclass(frozen=True)
class Table:
    """Where a ledger's rows are kept: SQL column definitions, in the order of a row, and what makes a row unique.

    The book puts the column `release` before them and begins the key with it. Rows sorted by the key are the fastest to
    write. With `repeats`, a row whose key is there already is passed over; without, it refuses the file.
    """

    name: str
    columns: tuple[str, ...]  # "code TEXT NOT NULL"
    key: tuple[str, ...]  # "code"
    indexes: tuple[tuple[str, ...], ...] = ()  # further columns to look up by, each after `release`
    repeats: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.split(maxsplit=1)[0] for column in self.columns)


Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True)
class Ledger:
    """One dated edition of one source that holds something else than codes: pairs, limits, fees, policies.

    Rows are read once, table after table, while they are written, so that no file is ever whole in memory; an error in
    them is raised then. The first table's rows are the ones counted.

    A release that comes in several files has each as a `part`, out of those it takes to be `whole`; files read by one
    command are put together, and what is not whole is partial: its silence says nothing. Editions that hold beside each
    other on the same day, as two conversion factors do, differ in `variant`.
    """

    source: str
    name: str
    publisher: str
    effective: date
    tables: Mapping[Table, Iterable[Row]]
    terms: Terms | None = None
    part: str = ""
    whole: frozenset[str] = frozenset()
    variant: str = ""
