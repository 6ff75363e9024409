"""Which quarter an NCCI file is for: its names say so in one of three ways, and its notice at least the year.

`ccipra-v322r0-f1`: version 32 is the year 2026 and counts on from there, then the quarter from 0 to 3. `Eff_07-01-2026`
and `2026-q3` (or `AOC_V2026Q2`) speak for themselves. The AMA's notice bears the year of the CPT edition before.
"""

import re
from datetime import date

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.sheets import first_rows

_VERSION = re.compile(r"(?<![a-z0-9])cci(?:pra|oph)-?v([0-9]{2})([0-3])r[0-9]", re.IGNORECASE)
_EFFECTIVE = re.compile(r"Eff_?([0-9]{2})[-_]([0-9]{2})[-_](20[0-9]{2})(?![0-9])", re.IGNORECASE)
_QUARTER = re.compile(r"(?<![0-9])(20[0-9]{2})[ _-]{0,1}q([1-4])(?![0-9])", re.IGNORECASE)
_COPYRIGHT = re.compile(r"copyright[^0-9]{0,20}(20[0-9]{2})", re.IGNORECASE)
_YEAR_OF_VERSION_0 = 1994


def quarter_of(document: Document, expected: str) -> tuple[str, date]:
    """Return name and first day of the release: "July 2026"; where only the year is known, its name says that.

    Raises `WrongFileError` where neither names nor notice tell; `expected` is what the file should have been.
    """
    for name in reversed(document.trail.split("/")):
        if named := _named(name):
            return f"{named:%B %Y}", named
    year = _year_of_notice(document)
    if not year:
        place = "its names and notice, which tell no quarter or year,"
        raise WrongFileError(file=document.name, place=place, expected=expected)
    return f"{year}, quarter not told", date(year, 1, 1)


def _named(name: str) -> date | None:
    if found := _VERSION.search(name):
        return date(_YEAR_OF_VERSION_0 + int(found[1]), 3 * int(found[2]) + 1, 1)
    if (found := _EFFECTIVE.search(name)) and found[1] in {"01", "04", "07", "10"} and found[2] == "01":
        return date(int(found[3]), int(found[1]), 1)
    if found := _QUARTER.search(name):
        return date(int(found[1]), 3 * int(found[2]) - 2, 1)
    return None


def _year_of_notice(document: Document) -> int | None:
    """Return the year after that of the AMA's copyright: the files of a year bear the year before."""
    for cells in first_rows(document):
        if found := _COPYRIGHT.search(" ".join(cells)):
            return int(found[1]) + 1
    return None
