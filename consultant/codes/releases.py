"""Which release of a source is in force on a day, which is loaded, and what it means for answers when they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from consultant.codes.entries import Release, SourceStatus

OCTOBER = 10


class Meaning(StrEnum):
    """What the state of a source means for answers; facts in braces."""

    IN_FORCE = "in force"
    SUPERSEDED = "{newer} is in force since {since}; a code that changed since is answered as of {release}"
    OLDER = "kept for dates of service before {since}, when {newer} came into force"
    FUTURE = "in force from {since}"
    NO_ICD_10_CM = (
        "missing: no diagnosis code can be looked up, found by words or checked; run `consultant codes build`"
    )
    NO_HCPCS = "missing: HCPCS Level II codes and modifiers are read but not described or dated"
    NO_PTP = "missing: no answer says whether two procedure codes bundle"
    NO_MUE = "missing: no answer says how many units are allowed"
    NO_ADD_ON = "missing: an add-on code is not matched with its primary code"
    NO_FEE_SCHEDULE = "missing: no global days, status indicators, RVUs or payment amounts"
    NO_CPT = "missing: CPT codes show their number and section, 'descriptor not loaded'"


@dataclass(frozen=True)
class Source:
    """A source the house knows of: the months its editions come into force, and what its absence means."""

    name: str
    months: tuple[int, ...]
    missing: Meaning


SOURCES: tuple[Source, ...] = (
    Source("ICD-10-CM", (4, 10), Meaning.NO_ICD_10_CM),  # fiscal year from 1 October, an update on 1 April
    Source("HCPCS Level II", (1, 4, 7, 10), Meaning.NO_HCPCS),
    Source("NCCI PTP", (1, 4, 7, 10), Meaning.NO_PTP),
    Source("NCCI MUE", (1, 4, 7, 10), Meaning.NO_MUE),
    Source("NCCI add-on", (1, 4, 7, 10), Meaning.NO_ADD_ON),
    Source("Physician fee schedule", (1, 4, 7, 10), Meaning.NO_FEE_SCHEDULE),
    Source("CPT descriptors", (1,), Meaning.NO_CPT),
)
_MONTHS = {source.name: source.months for source in SOURCES}


def with_successors(loaded: Iterable[Release]) -> list[Release]:
    """Return releases by source and date, each knowing when the next comes into force, by calendar or by the book."""
    ordered = sorted(loaded, key=lambda release: (release.source, release.effective))
    return [replace(release, superseded=_superseded(release, ordered)) for release in ordered]


def in_force(loaded: Sequence[Release], on: date) -> Release | None:
    """Return the release to answer from: the latest not after that day, else the earliest; None of an empty list."""
    begun = [release for release in loaded if release.effective <= on]
    if begun:
        return max(begun, key=lambda release: release.effective)
    return min(loaded, key=lambda release: release.effective, default=None)


def status(loaded: Sequence[Release], on: date) -> list[SourceStatus]:
    """Return a line for every release loaded, newest first, and for every source that is missing."""
    lines: list[SourceStatus] = []
    for source in SOURCES:
        own = sorted((r for r in loaded if r.source == source.name), key=lambda r: r.effective, reverse=True)
        lines += [_line(release, own, on) for release in own] or [_missing(source)]
    return lines


def edition_on(source: str, on: date) -> tuple[str, date]:
    """Return name and first day of the edition the agency's calendar has in force on a day: "FY2027", 2026-10-01."""
    since = max(day for year in (on.year - 1, on.year) for day in _calendar(source, year) if day <= on)
    return _edition_name(source, since), since


def _superseded(release: Release, ordered: Sequence[Release]) -> date:
    later = [
        other.effective for other in ordered if other.source == release.source and other.effective > release.effective
    ]
    years = (release.effective.year, release.effective.year + 1)
    planned = [day for year in years for day in _calendar(release.source, year) if day > release.effective]
    return min(later + planned)


def _calendar(source: str, year: int) -> list[date]:
    return [date(year, month, 1) for month in _MONTHS.get(source, (1,))]


def _edition_name(source: str, since: date) -> str:
    if source != "ICD-10-CM":
        return f"{since:%B %Y}"
    return f"FY{since.year + 1}" if since.month == OCTOBER else f"FY{since.year}, April 1, {since.year}"


def _line(release: Release, own: Sequence[Release], on: date) -> SourceStatus:
    return SourceStatus(
        name=release.source,
        release=release.name,
        effective=release.effective,
        rows=release.rows,
        imported=release.imported,
        file=release.file,
        sha256=release.sha256,
        in_force=release.in_force(on),
        note=_note(release, own, on),
    )


def _note(release: Release, own: Sequence[Release], on: date) -> str:
    if release.in_force(on):
        return Meaning.IN_FORCE.value
    if release.effective > on:
        return Meaning.FUTURE.format(since=release.effective)
    newer = [other for other in own if release.effective < other.effective <= on]
    if newer:
        following = min(newer, key=lambda other: other.effective)
        return Meaning.OLDER.format(newer=following.name, since=following.effective)
    name, since = edition_on(release.source, on)
    return Meaning.SUPERSEDED.format(newer=name, since=since, release=release.name)


def _missing(source: Source) -> SourceStatus:
    return SourceStatus(source.name, "", None, 0, "", "", "", in_force=False, note=source.missing.value)
