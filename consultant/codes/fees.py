"""What the physician fee schedule says of a code on a day, and what it pays: by the nation's figures or a locality's.

Amounts are exact decimals, worked out as CMS does (RVU25D.pdf): ((work RVU x work GPCI) + (practice expense RVU x
practice expense GPCI) + (malpractice RVU x malpractice GPCI)) x conversion factor, once with the practice expense of a
facility and once without. The nation's amount is the one with all three indices at 1. The answer is Medicare's payment
for one unit before any reduction, deductible or coinsurance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from consultant.codes.book import Book, Volume
from consultant.codes.entries import Release
from consultant.codes.importers import fee_schedule, gpci
from consultant.codes.indicators import COLUMN_NAMES, DECIDED_BY, PAID, Fit
from consultant.codes.shelving import key_of

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class FeeLine:
    """One row of the fee schedule: a code, or a code with modifier 26, TC or 53.

    `*_na` tells that the service is rarely or never done there, so that no amount is given for it.
    """

    code: str
    modifier: str
    status: str
    unused: bool  # marked as not used for Medicare payment
    work: Decimal
    nonfacility_pe: Decimal
    nonfacility_na: bool
    facility_pe: Decimal
    facility_na: bool
    malpractice: Decimal
    nonfacility_total: Decimal
    facility_total: Decimal
    pctc: str
    global_days: str
    preoperative: Decimal
    intraoperative: Decimal
    postoperative: Decimal
    multiple: str
    bilateral: str
    assistant: str
    cosurgeons: str
    team: str
    endoscopic_base: str
    factor: Decimal
    supervision: str
    release: Release

    @property
    def paid(self) -> bool:
        """Tell whether Medicare pays by the relative values shown."""
        return self.status in PAID and not self.unused and bool(self.nonfacility_total or self.facility_total)


@dataclass(frozen=True)
class Indices:
    """The geographic indices of one payment locality."""

    contractor: str
    locality: str
    state: str
    name: str
    work: Decimal
    practice: Decimal
    malpractice: Decimal
    release: Release


@dataclass(frozen=True)
class Payment:
    """What is paid for one unit outside and inside a facility; None where the service is rarely or never done."""

    line: FeeLine
    indices: Indices | None  # None: the nation
    nonfacility: Decimal | None
    facility: Decimal | None


@dataclass(frozen=True)
class Bearing:
    """What one indicator of a code says of one modifier."""

    modifier: str
    column: str  # "PC/TC"
    indicator: str
    meaning: str
    fit: Fit
    line: FeeLine


def fee_lines(book: Book, code: str, on: date, *, qualifying: bool = False) -> tuple[FeeLine, ...]:
    """Return the rows of a code in the schedule of a day, the one without modifier first; none if it is not listed.

    From 2026 there are two schedules; `qualifying` asks for that of qualifying participants.
    """
    volume = schedule(book, on, qualifying=qualifying)
    if volume is None:
        return ()
    rows = volume.rows(_LINES, key_of(code))
    return tuple(_line(row, volume.release) for row in rows)


def schedule(book: Book, on: date, *, qualifying: bool = False) -> Volume | None:
    """Return the fee schedule a day is answered from; None where none is loaded."""
    return book.volume(fee_schedule.SOURCE, on, fee_schedule.QPP if qualifying else "")


def line_for(lines: Sequence[FeeLine], modifiers: Sequence[str]) -> FeeLine | None:
    """Return the row that prices a code with these modifiers: 26, TC and 53 may have a row of their own."""
    priced = next((line for line in lines if line.modifier and line.modifier in modifiers), None)
    return priced or next((line for line in lines if not line.modifier), None)


def payment(line: FeeLine, indices: Indices | None = None) -> Payment:
    """Return what is paid for one unit, by the nation's figures or a locality's, to the cent."""
    return Payment(
        line,
        indices,
        nonfacility=None if line.nonfacility_na else _amount(line, line.nonfacility_pe, indices),
        facility=None if line.facility_na else _amount(line, line.facility_pe, indices),
    )


def localities_of(book: Book, on: date, state: str = "") -> tuple[Indices, ...]:
    """Return the payment localities of a day, or of one state ("CA"), by contractor and number."""
    volume = book.volume(gpci.SOURCE, on)
    if volume is None:
        return ()
    rows = volume.rows(
        "SELECT contractor, locality, state, name, work, practice, malpractice FROM gpci"
        " WHERE release = ? AND (? = '' OR state = ?) ORDER BY contractor, locality",
        state,
        state,
    )
    return tuple(_indices(row, volume.release) for row in rows)


def bearings(lines: Sequence[FeeLine], modifiers: Sequence[str]) -> tuple[Bearing, ...]:
    """Return what the indicators of a code say of these modifiers; of most modifiers they say nothing."""
    whole = next((line for line in lines if not line.modifier), None)
    found = (_bearing(whole, modifier) for modifier in dict.fromkeys(modifiers)) if whole else ()
    return tuple(bearing for bearing in found if bearing)


_READ = {field.name: field.type for field in fields(FeeLine) if field.name != "release"}
_LINES = f"SELECT {', '.join(_READ)} FROM fee WHERE release = ? AND code = ? ORDER BY modifier"  # noqa: S608  our own columns


def _line(row: Sequence[str], release: Release) -> FeeLine:
    values = {name: _read(kind, cell) for (name, kind), cell in zip(_READ.items(), row, strict=True)}
    return FeeLine(**values, release=release)


def _read(kind: object, cell: str) -> Any:
    """Return a cell as its field wants it: an amount, a mark that is there or not, or text."""
    if kind is Decimal:
        return Decimal(cell)
    return bool(cell) if kind is bool else cell


def _indices(row: Sequence[str], release: Release) -> Indices:
    contractor, locality, state, name, *three = row
    work, practice, malpractice = map(Decimal, three)
    return Indices(contractor, locality, state, name, work, practice, malpractice, release)


def _amount(line: FeeLine, practice: Decimal, indices: Indices | None) -> Decimal:
    if indices is None:
        units = line.work + practice + line.malpractice
    else:
        units = line.work * indices.work + practice * indices.practice + line.malpractice * indices.malpractice
    return (units * line.factor).quantize(_CENT, ROUND_HALF_UP)


def _bearing(line: FeeLine, modifier: str) -> Bearing | None:
    if modifier not in DECIDED_BY:
        return None
    column, meanings, fits = DECIDED_BY[modifier]
    indicator = getattr(line, column)
    if indicator not in fits:
        return None
    return Bearing(modifier, COLUMN_NAMES[column], indicator, meanings[indicator], fits[indicator], line)
