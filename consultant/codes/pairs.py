"""What NCCI says of procedure codes: pairs that are not paid together, units that are too many, add-on codes.

Values only; what they mean for a claim is said in `edits`. Each answer comes from the release in force on the day, or
the nearest the book has, and names it. Silence of a partial release, and of a table of limits, says nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from consultant.codes.book import Book, Volume
from consultant.codes.entries import Release
from consultant.codes.importers import ncci_addon, ncci_mue, ncci_ptp
from consultant.codes.importers.procedure_codes import NEVER
from consultant.codes.shelving import key_of

CODE_LENGTH = 5


class Standing(StrEnum):
    """How an edit stands on a day."""

    IN_FORCE = "in force"
    NEVER = "never in force"
    ENDED = "no longer in force"
    TO_COME = "not yet in force"


@dataclass(frozen=True, slots=True)
class Span:
    """Since when an edit holds and the last day it does; None where the file does not say, or has not set one."""

    effective: date | None
    deleted: date | None

    def standing(self, on: date) -> Standing:
        """Say how it stands; an edit deleted on or before its first day never was in force."""
        if self.effective and self.deleted and self.deleted <= self.effective:
            return Standing.NEVER
        if self.deleted and self.deleted < on:
            return Standing.ENDED
        return Standing.TO_COME if self.effective and self.effective > on else Standing.IN_FORCE


@dataclass(frozen=True, slots=True)
class PtpEdit:
    """One edit between two codes: Medicare pays the first of `codes` and denies the second.

    `indicator` is 0 (no modifier bypasses it), 1 (one may) or 9 (not applicable).
    """

    codes: tuple[str, str]
    span: Span
    indicator: int
    rationale: str
    release: Release


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The most units of a code, by its adjudication indicator 1 on a line, 2 or 3 on a day; 0 is a limit too."""

    code: str
    value: int
    mai: int
    rationale: str
    release: Release


@dataclass(frozen=True, slots=True)
class AddOnEdit:
    """One primary code an add-on code is reported with; "" where that is the contractor's to say (types 2 and 3)."""

    code: str
    primary: str
    kind: int
    span: Span
    release: Release


_PTP = """
SELECT column1, column2, effective, deleted, indicator,
    (SELECT text FROM ptp_rationale AS words WHERE words.release = ptp.release AND words.rationale = ptp.rationale)
FROM ptp WHERE release = ?1 AND column1 IN (SELECT value FROM json_each(?2))
    AND column2 IN (SELECT value FROM json_each(?2)) ORDER BY column1, column2, effective, deleted
"""
_LIMITS = "SELECT code, value, mai, rationale FROM mue WHERE release = ? AND code IN (SELECT value FROM json_each(?))"
_ADD_ONS = """
SELECT code, primary_code, type, effective, deleted FROM addon
WHERE release = ? AND code IN (SELECT value FROM json_each(?)) ORDER BY code, primary_code, effective, deleted
"""


def ptp_edits(book: Book, codes: Iterable[str], on: date) -> tuple[PtpEdit, ...]:
    """Return every edit between two of these codes, either way round, with all its spans: by table, then by code.

    Edits carry their own dates and stay in the table when they have ended. So where the release that speaks on the day
    is partial, or is not the one in force, a pair it does not list is looked for in the others, later ones first.
    """
    wanted = _as_list(codes)
    return tuple(edit for volume in _volumes(book, ncci_ptp.Source, on) for edit in _edits_in(book, volume, wanted, on))


def unit_limits(book: Book, codes: Iterable[str], on: date) -> tuple[UnitLimit, ...]:
    """Return the published limits of these codes, by table; some are confidential, so that none may still be one."""
    wanted = _as_list(codes)
    return tuple(
        UnitLimit(code, value, mai, rationale, volume.release)
        for volume in _volumes(book, ncci_mue.Source, on)
        for code, value, mai, rationale in volume.rows(_LIMITS, wanted)
    )


def addons(book: Book, codes: Iterable[str], on: date) -> tuple[AddOnEdit, ...]:
    """Return the edits in force that name one of these codes as an add-on code."""
    edits = (
        AddOnEdit(
            code,
            "" if primary == ncci_addon.BY_CONTRACTOR else primary,
            kind,
            _span(effective, deleted),
            volume.release,
        )
        for volume in _volumes(book, [ncci_addon.SOURCE], on)
        for code, primary, kind, effective, deleted in volume.rows(_ADD_ONS, _as_list(codes))
    )
    return tuple(edit for edit in edits if edit.span.standing(on) is Standing.IN_FORCE)


def ptp_tables(book: Book, on: date) -> tuple[Release, ...]:
    """Return the releases that would be asked for pairs on a day, one for each table loaded."""
    return tuple(volume.release for volume in _volumes(book, ncci_ptp.Source, on))


def limit_tables(book: Book, on: date) -> tuple[Release, ...]:
    """Return the releases that would be asked for units on a day, one for each table loaded."""
    return tuple(volume.release for volume in _volumes(book, ncci_mue.Source, on))


def _edits_in(book: Book, speaking: Volume, wanted: str, on: date) -> Iterable[PtpEdit]:
    edits = _edits_of(speaking, wanted)
    if not speaking.release.partial and speaking.release.in_force(on):
        return edits
    known = {edit.codes for edit in edits}
    for other in book.other_volumes(speaking):
        more = [edit for edit in _edits_of(other, wanted) if edit.codes not in known]
        known.update(edit.codes for edit in more)
        edits += more
    return edits


def _edits_of(volume: Volume, wanted: str) -> list[PtpEdit]:
    return [
        PtpEdit((one, two), _span(effective, deleted), indicator, rationale, volume.release)
        for one, two, effective, deleted, indicator, rationale in volume.rows(_PTP, wanted)
        if one != two
    ]


def _volumes(book: Book, sources: Iterable[str], on: date) -> Sequence[Volume]:
    return [volume for source in sources if (volume := book.volume(source, on))]


def _as_list(codes: Iterable[str]) -> str:
    keys = dict.fromkeys(key_of(code) for code in codes)
    return json.dumps([key for key in keys if len(key) == CODE_LENGTH])


def _span(effective: int, deleted: int) -> Span:
    return Span(_day(effective), _day(deleted))


@lru_cache(maxsize=2000)  # edits begin and end with quarters: a few hundred days in all
def _day(number: int) -> date | None:
    return None if number == NEVER else date(number // 10000, number // 100 % 100, number % 100)
