"""Which period a fee file is for: the quarter or year its title or name tells, and whose conversion factor it carries.

CMS names quarters in several ways, often the year on the zip and the month on the file in it: `rvu25d.zip` (A January,
AR its correction, B April, C July, D October), `PPRRVU2025_Oct.csv`, `PPRRVU24_JAN.xlsx`, `OPPSCAP_Oct.csv`,
`PFREV25C.txt`, `DMEPOS25_APR.csv`. From 2026 there are two conversion factors and two files of each quarter: `_QPP` for
qualifying participants of an advanced alternative payment model, `_nonQPP` for everybody else.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
_LETTERS = {"A": 1, "B": 4, "C": 7, "D": 10}
_MONTH = re.compile(r"(?<![A-Z])(JAN|APR|JUL|OCT)(?:UARY|IL|Y|OBER)?(?![A-Z])", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_SHORT_YEAR = re.compile(r"(?:PPRRVU|RVU|PFREV|PFALL|GPCI|ANES|OPPSCAP|DMEPOS)([0-9]{2})(?![0-9])", re.IGNORECASE)
_LEADING_YEAR = re.compile(r"^([0-9]{2})LOCCO", re.IGNORECASE)
_LETTER = re.compile(r"(?:RVU|PFREV|PFALL)(?:20)?[0-9]{2}([A-D])R?(?![A-Z0-9])", re.IGNORECASE)
_QPP = re.compile(r"(?<![A-Z])(non[ _-]?)?QPP(?![A-Z])", re.IGNORECASE)

UNSTATED_YEAR = 2000
"""The year given to a file that states none: before every dated edition, so that it speaks only where no other does,
and is not taken for the one in force."""


@dataclass(frozen=True)
class Period:
    """An edition's name and first day."""

    name: str
    effective: date


def quarter_told(*texts: str) -> Period:
    """Return the quarter told by these texts (titles, then the names on the way to the file), the first to tell wins.

    Year and month may come from different texts. Where no year is told the name says so.
    """
    year, month = _first(_year, texts), _first(_month, texts)
    if year is None:
        told = f"{date(UNSTATED_YEAR, month, 1):%B}, year not stated" if month else "date not stated"
        return Period(told, date(UNSTATED_YEAR, month or 1, 1))
    effective = date(year, month or 1, 1)
    return Period(f"{effective:%B %Y}", effective)


def year_told(*texts: str) -> Period:
    """Return the calendar year told by these texts, for files that hold for a year."""
    year = _first(_year, texts)
    if year is None:
        return Period("year not stated", date(UNSTATED_YEAR, 1, 1))
    return Period(str(year), date(year, 1, 1))


def names_on(trail: str) -> list[str]:
    """Return the names on the way to a file, nearest first."""
    return trail.split("/")[::-1]


def for_qualifying_participants(trail: str) -> bool | None:
    """Tell whose conversion factor a file's name says it carries; None where it does not say."""
    for name in names_on(trail):
        if told := _QPP.search(name):
            return told[1] is None
    return None


def _first(read: Callable[[str], int | None], texts: Sequence[str]) -> int | None:
    return next((number for text in texts if (number := read(text)) is not None), None)


def _year(text: str) -> int | None:
    if long := _YEAR.search(text):
        return int(long[1])
    short = _SHORT_YEAR.search(text) or _LEADING_YEAR.search(text)
    return 2000 + int(short[1]) if short else None


def _month(text: str) -> int | None:
    if named := _MONTH.search(text):
        return _MONTHS[named[1].upper()]
    lettered = _LETTER.search(text)
    return _LETTERS[lettered[1].upper()] if lettered else None
