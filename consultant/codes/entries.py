"""What the book can say about a code on a day, as plain values.

Every value names the release it was read from, so that whatever is later said of it can carry its source and date.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class System(StrEnum):
    """The code sets a question may name."""

    CPT = "CPT"
    HCPCS = "HCPCS"
    ICD_10_CM = "ICD-10-CM"
    ICD_10_PCS = "ICD-10-PCS"
    ICD_9_CM = "ICD-9-CM"


class Status(StrEnum):
    """What the book says of a code on the day asked."""

    ACTIVE = "active"
    HEADER = "needs more characters"
    TERMINATED = "terminated"
    NOT_YET = "not yet in force"
    UNKNOWN = "unknown"
    NO_DESCRIPTOR = "descriptor not loaded"


class NoteKind(StrEnum):
    """The instructional notes of the ICD-10-CM tabular list."""

    INCLUDES = "includes"
    INCLUSION_TERM = "inclusion term"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    CODE_FIRST = "code first"
    USE_ADDITIONAL = "use additional code"
    CODE_ALSO = "code also"
    SEVENTH_CHARACTER = "7th character"
    NOTE = "note"


@dataclass(frozen=True)
class Release:
    """One dated edition of one source.

    `effective` is the first day it is in force, `superseded` the first day it no longer is (None while nothing later is
    known, by calendar or by a newer file in the book).
    """

    source: str  # "ICD-10-CM", "HCPCS Level II": the word `codes status` uses
    name: str  # "FY2026, April 1, 2026"
    publisher: str  # "CDC/NCHS"
    effective: date
    superseded: date | None = None
    rows: int = 0
    imported: str = ""  # ISO 8601, UTC
    file: str = ""
    sha256: str = ""
    variant: str = ""  # tells editions apart that hold beside each other: "QPP", "nonQPP"
    partial: bool = False  # only some of the files it comes in are loaded: its silence says nothing
    terms: str = ""  # whose terms it is under, "" for none
    accepted_by: str = ""

    def in_force(self, on: date) -> bool:
        """Tell whether this edition is the one in force on that day."""
        return self.effective <= on and (self.superseded is None or on < self.superseded)


@dataclass(frozen=True)
class Note:
    """One instructional note, with the code it is printed at (the code itself or one of its parents)."""

    kind: NoteKind
    text: str
    printed_at: str
    refers_to: tuple[str, ...] = ()  # codes, categories "E10.-" as "E10" and ranges as "A15-A19", in print order


@dataclass(frozen=True)
class Entry:
    """A code as the book has it on a day; `found` is False when no loaded source knows it."""

    system: System
    code: str
    on: date
    found: bool
    status: Status
    short: str = ""
    long: str = ""
    billable: bool | None = None  # None: the loaded sources do not say
    category: str = ""  # CPT: the published numbering section; ICD-10-CM: the chapter or block title
    effective: date | None = None
    terminated: date | None = None
    parent: str = ""
    children: tuple[str, ...] = ()  # codes one step more specific, in order
    notes: tuple[Note, ...] = ()  # its own first, then its parents', nearest first
    attributes: dict[str, str] = field(default_factory=dict)  # e.g. HCPCS "coverage": "D", with the agency's meaning
    release: Release | None = None


@dataclass(frozen=True)
class Hit:
    """A code found by its words; `score` is between 0 and 1, best first."""

    system: System
    code: str
    short: str
    score: float


@dataclass(frozen=True)
class SourceStatus:
    """One line of `codes status`: what is loaded of one source, and what its state means for answers."""

    name: str
    release: str
    effective: date | None
    rows: int
    imported: str
    file: str
    sha256: str
    in_force: bool
    note: str
    partial: bool = False
    terms: str = ""
    accepted_by: str = ""
