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
    NO_PTP = "missing: no answer says whether two procedure codes bundle on a professional claim"
    NO_PTP_HOSPITAL = "missing: no answer says whether two procedure codes bundle on an outpatient hospital claim"
    NO_MUE = "missing: no answer says how many units a practitioner may report"
    NO_MUE_HOSPITAL = "missing: no answer says how many units an outpatient hospital may report"
    NO_MUE_DME = "missing: no answer says how many units a supplier of medical equipment may report"
    NO_ADD_ON = "missing: an add-on code is not matched with its primary code"
    NO_FEE_SCHEDULE = "missing: no global days, status indicators, RVUs or payment amounts"
    NO_GPCI = "missing: payment amounts are national, not those of a locality"
    NO_LOCALITIES = "missing: a county is not matched with its payment locality"
    NO_ANESTHESIA = "missing: anesthesia services are not priced"
    NO_CAPS = "missing: imaging amounts are not compared with the outpatient cap"
    NO_FEE_AMOUNTS = "missing: amounts are worked out from relative values, and not compared with those CMS prints"
    NO_DMEPOS = "missing: no fees for equipment, prosthetics, orthotics and supplies"
    NO_PLACES = "missing: place-of-service codes are not named, nor their facility rate known"
    NO_RBCS = "missing: services are not grouped by kind"
    NO_ICD_10_PCS = "missing: inpatient procedure codes are not looked up"
    NO_INDEX = "missing: search knows the words of the tabular list, not those of the alphabetic index"
    NO_GEMS = "missing: ICD-9-CM codes are not mapped to ICD-10-CM"
    NO_COVERAGE = "missing: no answer says which diagnoses a Medicare policy lists for a service"
    NO_CPT = "missing: CPT codes show their number and section, 'descriptor not loaded'"
    NO_CPT_MODIFIERS = "missing: numeric modifiers show their number only"
    PARTIAL = "{standing}; not all of its files are loaded, so what it does not list may still be there"


@dataclass(frozen=True)
class Source:
    """A source the house knows of: the months its editions come into force, and what its absence means.

    One that follows no calendar holds until a newer edition is in the book.
    """

    name: str
    months: tuple[int, ...]
    missing: Meaning


_QUARTERS = (1, 4, 7, 10)
_FISCAL = (4, 10)  # fiscal year from 1 October, an update on 1 April

SOURCES: tuple[Source, ...] = (
    Source("ICD-10-CM", _FISCAL, Meaning.NO_ICD_10_CM),
    Source("ICD-10-CM index", _FISCAL, Meaning.NO_INDEX),
    Source("ICD-10-PCS", _FISCAL, Meaning.NO_ICD_10_PCS),
    Source("GEMs", (), Meaning.NO_GEMS),  # 2018 was the last
    Source("HCPCS Level II", _QUARTERS, Meaning.NO_HCPCS),
    Source("CPT descriptors", (1,), Meaning.NO_CPT),
    Source("CPT modifiers", (1,), Meaning.NO_CPT_MODIFIERS),
    Source("NCCI PTP practitioner", _QUARTERS, Meaning.NO_PTP),
    Source("NCCI PTP hospital", _QUARTERS, Meaning.NO_PTP_HOSPITAL),
    Source("NCCI MUE practitioner", _QUARTERS, Meaning.NO_MUE),
    Source("NCCI MUE outpatient", _QUARTERS, Meaning.NO_MUE_HOSPITAL),
    Source("NCCI MUE DME", _QUARTERS, Meaning.NO_MUE_DME),
    Source("NCCI add-on", _QUARTERS, Meaning.NO_ADD_ON),
    Source("Physician fee schedule", _QUARTERS, Meaning.NO_FEE_SCHEDULE),
    Source("GPCI", (1,), Meaning.NO_GPCI),
    Source("Locality counties", (1,), Meaning.NO_LOCALITIES),
    Source("Anesthesia factors", (1,), Meaning.NO_ANESTHESIA),
    Source("OPPS caps", _QUARTERS, Meaning.NO_CAPS),
    Source("Physician fee amounts", _QUARTERS, Meaning.NO_FEE_AMOUNTS),
    Source("DMEPOS fees", _QUARTERS, Meaning.NO_DMEPOS),
    Source("Place of service", (), Meaning.NO_PLACES),
    Source("RBCS", (1,), Meaning.NO_RBCS),
    Source("Medicare coverage", (), Meaning.NO_COVERAGE),
)
_MONTHS = {source.name: source.months for source in SOURCES}


def with_successors(loaded: Iterable[Release]) -> list[Release]:
    """Return releases by source and date, each knowing when the next comes into force, by calendar or by the book."""
    ordered = sorted(loaded, key=lambda release: (release.source, release.effective, release.variant))
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
    planned = [day for year in (on.year - 1, on.year) for day in _calendar(source, year) if day <= on]
    since = max(planned, default=date(on.year, 1, 1))  # of a source without a calendar only the year can be said
    return _edition_name(source, since), since


def _superseded(release: Release, ordered: Sequence[Release]) -> date | None:
    later = [
        other.effective for other in ordered if other.source == release.source and other.effective > release.effective
    ]
    years = (release.effective.year, release.effective.year + 1)
    planned = [day for year in years for day in _calendar(release.source, year) if day > release.effective]
    return min(later + planned, default=None)


def _calendar(source: str, year: int) -> list[date]:
    return [date(year, month, 1) for month in _MONTHS.get(source, ())]


def _edition_name(source: str, since: date) -> str:
    if _MONTHS.get(source) != _FISCAL:
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
        partial=release.partial,
        terms=release.terms,
        accepted_by=release.accepted_by,
    )


def _note(release: Release, own: Sequence[Release], on: date) -> str:
    standing = _standing(release, own, on)
    return Meaning.PARTIAL.format(standing=standing) if release.partial else standing


def _standing(release: Release, own: Sequence[Release], on: date) -> str:
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
