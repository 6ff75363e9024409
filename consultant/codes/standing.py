"""How a code stands on a day: which release speaks of it, since when and until when it holds.

A source may publish several files of one day: the tabular list and the order file, long and short descriptors. They say
one thing of a code together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from consultant.codes import releases
from consultant.codes.entries import Release, Status, System
from consultant.codes.shelf import Row

_FULLEST = ("", "order file", "long", "medium", "short", "consumer", "clinician")
"""The files of one day, by what they tell: the first that lists a code speaks, the others complement it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The row that speaks of a code on a day, and the dates that hold for it."""

    row: Row
    effective: date | None
    terminated: date | None

    def status(self, on: date) -> Status:
        """Say how the code stands; its last day is still a day it may be used (HCPCS record layout, field 29)."""
        if self.terminated and self.terminated < on:
            return Status.TERMINATED
        if self.effective and self.effective > on:
            return Status.NOT_YET
        return Status.HEADER if self.row.billable == 0 else Status.ACTIVE


def standing(rows: Sequence[Row], known: Mapping[int, Release], on: date) -> Standing | None:
    """Choose among what the releases say of one code of one system; None where none says anything."""
    if not rows:
        return None
    source = known[rows[0].release].source
    ours = [release for release in known.values() if release.source == source]
    by_day = _together([row for row in rows if known[row.release].source == source], known)
    speaking = releases.in_force(ours, on)
    if speaking and speaking.effective in by_day:
        return _as_printed(by_day[speaking.effective])
    assert speaking is not None  # each row belongs to a release
    return _from_another(by_day, speaking, ours)


def _together(rows: Sequence[Row], known: Mapping[int, Release]) -> dict[date, Row]:
    """Return one row for each day: the fullest file's, with the short title and attributes the others add."""
    ordered = sorted(rows, key=lambda row: _FULLEST.index(known[row.release].variant))
    by_day: dict[date, Row] = {}
    for row in ordered:
        day = known[row.release].effective
        by_day[day] = _complemented(by_day[day], row) if day in by_day else row
    return by_day


def _complemented(row: Row, other: Row) -> Row:
    attributes = {**_attributes(other), **_attributes(row)}
    return row._replace(short=row.short or other.short, attributes=json.dumps(attributes) if attributes else "")


def _attributes(row: Row) -> dict[str, str]:
    return dict(json.loads(row.attributes)) if row.attributes else {}


def _as_printed(row: Row) -> Standing:
    return Standing(row, _day(row.effective), _day(row.terminated))


def _from_another(by_day: Mapping[date, Row], speaking: Release, ours: Sequence[Release]) -> Standing:
    """Answer for a code the speaking release lacks: it came later, or it ended before.

    Only a whole list says so by its silence. HCPCS codes carry their own dates, and an excerpt (less than half of the
    other release) leaves out what it likes.
    """
    later = sorted(day for day in by_day if day > speaking.effective)
    day = later[0] if later else max(by_day)
    row = by_day[day]
    other = next(release for release in ours if release.effective == day)
    if row.system == System.HCPCS or speaking.rows * 2 < other.rows:
        return _as_printed(row)
    if later:
        return Standing(row, day, None)
    lacking = min(release.effective for release in ours if release.effective > day)
    return Standing(row, None, lacking - timedelta(days=1))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
