"""Codes as a page shows them: what the book says of each, by kind, and what it says of several together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.entries import Entry, Note, NoteKind, System
from consultant.codes.fees import FeeLine, Payment, fee_lines, payment
from consultant.desk import shapes
from consultant.desk.licences import Audience, entry_for, may_show
from consultant.desk.shapes import ReadingRoom, Shape
from consultant.drafting.findings import Kind
from consultant.drafting.lookups import everything_about
from consultant.drafting.values import Fact

MOST_CODES = 20

_LINE = re.compile(r"([A-Za-z0-9]{1,7}(?:\.[A-Za-z0-9]{1,4})?)((?:-[A-Za-z0-9]{2}){0,4})(?:\*([0-9]{1,5}))?")
_BETWEEN = re.compile(r"[\s,;]+")
_SERVICES = frozenset({System.CPT, System.HCPCS})
# Told by the entry's own head, lines and notes, which a page shows as they are printed.
_TOLD = frozenset(
    {Kind.VALID, Kind.HEADER, Kind.HCPCS, Kind.TERMINATED, Kind.NOT_YET, Kind.UNKNOWN, Kind.NUMBER_ONLY, Kind.CHILD}
    | {Kind.EXCLUDES1, Kind.EXCLUDES2, Kind.INCLUDES, Kind.CODE_FIRST, Kind.USE_ADDITIONAL, Kind.CODE_ALSO}
    | {Kind.SEVENTH_CHARACTER, Kind.FEE_PAYMENT}
    | {Kind.RULE_DETAIL, Kind.RULE_STATEMENT, Kind.RULE_SEVENTH, Kind.RULE_ETIOLOGY}  # of all codes alike
)


@dataclass(frozen=True)
class Line:
    """A code as it is asked about, with the modifiers and units it is reported with."""

    code: str
    modifiers: tuple[str, ...]
    units: int | None


@dataclass(frozen=True)
class FeeView:
    """A row of the fee schedule, with what it pays where it pays by relative values."""

    line: FeeLine
    payment: Payment | None


@dataclass(frozen=True)
class EntryView:
    """A code with its notes gathered by kind, what the tables say of it, and whether its words may be shown."""

    entry: Entry
    notes: Mapping[NoteKind, Sequence[Note]]
    facts: Sequence[Fact]
    fees: Sequence[FeeView]
    may_show: bool


def lines_of(question: str) -> list[Line]:
    """Return the codes a question consists of, such as "E11.9 J1885-59*4"; none when it is words."""
    words = [word for word in _BETWEEN.split(question.strip()) if word][:MOST_CODES]
    found = [_LINE.fullmatch(word) for word in words]
    lines = [_line(match) for match in found if match]
    return lines if len(lines) == len(words) and all(_looks_like_a_code(line.code) for line in lines) else []


def together(room: ReadingRoom, lines: Sequence[Line], on: date) -> Shape | None:
    """Return what is to be said of several codes, or of one with its modifiers and units; None of one alone."""
    units = {line.code: line.units for line in lines if line.units}
    modifiers = {line.code: line.modifiers for line in lines if line.modifiers}
    if len(lines) < 2 and not units and not modifiers:  # noqa: PLR2004  one is not several
        return None
    said = shapes.check(room, [line.code for line in lines], on, units=units, modifiers=modifiers)
    return {**said, "units": [rule for rule in said["units"] if rule["units"] is not None or rule["against"]]}


def viewed(
    room: ReadingRoom, lines: Sequence[Line], on: date, to: Audience, said: Shape | None = None
) -> list[EntryView]:
    """Return what the book says of each code on a day, as it may be shown, without what is `said` of them together."""
    told = _statements(said) if said else frozenset()
    return [_viewed(room, entry, on, to, told) for entry in room.book.entries([line.code for line in lines], on)]


def _statements(said: Shape) -> frozenset[str]:
    facts = [rule["fact"] for rule in said["pairs"] + said["units"]] + said["services"] + said["silent"]
    return frozenset(fact["statement"] for fact in facts)


def _line(match: re.Match[str]) -> Line:
    code, modifiers, units = match.groups()
    return Line(code.upper(), tuple(modifiers.upper().split("-")[1:]), int(units) if units else None)


def _looks_like_a_code(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _viewed(room: ReadingRoom, entry: Entry, on: date, to: Audience, told: frozenset[str]) -> EntryView:
    shown = entry_for(to, entry)
    facts = everything_about(entry, room.book, room.renderer, today=room.today)
    lines = fee_lines(room.book, entry.code, on) if entry.system in _SERVICES else ()
    return EntryView(
        shown,
        _by_kind(shown.notes),
        [fact for fact in facts if fact.kind not in _TOLD and fact.statement not in told],
        [FeeView(line, payment(line) if line.paid else None) for line in lines],
        may_show(entry.release, to),
    )


def _by_kind(notes: Sequence[Note]) -> dict[NoteKind, list[Note]]:
    gathered: dict[NoteKind, list[Note]] = {}
    for note in notes:
        gathered.setdefault(note.kind, []).append(note)
    return gathered
