"""Which fiscal year's release a file of ICD-10 is, by the names on the way to it: its lines say nothing of it.

The edition is in force from 1 October before the fiscal year; since 2022 an update follows on 1 April within it, and
its download says April.
"""

import re
from dataclasses import dataclass
from datetime import date

UNDATED = date(2000, 1, 1)
"""The first day given to a file that tells none: before every dated edition, so that it speaks where no other does."""

_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_APRIL = re.compile(r"(?<![a-z])apr(?:il)?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class FiscalYear:
    """A fiscal year, None where nothing tells it, and the first day the release is in force."""

    year: int | None
    effective: date

    @property
    def name(self) -> str:
        """Return the release as the agency calls it: "FY2026, April 1, 2026"."""
        if self.year is None:
            return "fiscal year not stated"
        return f"FY{self.year}, {self.effective:%B} {self.effective.day}, {self.effective.year}"


def of_year(year: int, trail: str) -> FiscalYear:
    """Return the release of a fiscal year that the file itself states; the names tell the April one."""
    return FiscalYear(year, date(year, 4, 1) if _APRIL.search(trail) else date(year - 1, 10, 1))


def named(trail: str) -> FiscalYear:
    """Return the release the names tell, nearest first; where none does it is dated before every other."""
    for name in reversed(trail.split("/")):
        if found := _YEAR.search(name):
            return of_year(int(found[0]), trail)
    return FiscalYear(None, UNDATED)
