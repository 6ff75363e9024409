"""What an importer makes of one agency file: an edition, its codes in print order, each with what is printed under it.

Every importer speaks these values and nothing else, so that the book can be written without knowing any agency's
layout.
"""

from collections.abc import Sequence
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

    `rows` is what the agency's own count of the file would say (records of codes, not continuation lines).
    """

    source: str
    system: System
    name: str
    publisher: str
    effective: date
    codes: Sequence[PrintedCode]

    @property
    def rows(self) -> int:
        """Return how many codes and modifiers the edition holds, headings not counted."""
        return sum(1 for printed in self.codes if printed.kind in {Kind.CODE, Kind.MODIFIER})
