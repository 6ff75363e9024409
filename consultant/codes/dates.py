"""Calendar dates in a letter, and whether the writer calls one the date of service.

American order: month before day. A two-digit year is read as POSIX does (69-99: 1900s). A date without its year
is none.
"""

import re
from collections.abc import Sequence
from datetime import date

from consultant.codes.mentions import DateMention, DateRole
from consultant.codes.page import Page

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[A-Z]{{0,6}}"
_DIGITS = re.compile(
    r"(?P<month>[0-9]{1,2})(?P<sign>[-/.])(?P<day>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4}|[0-9]{2})(?![0-9A-Z])"
    r"|(?P<iso_year>(?:19|20)[0-9]{2})(?P<iso_sign>[-/.])(?P<iso_month>[0-9]{1,2})(?P=iso_sign)(?P<iso_day>[0-9]{1,2})(?![0-9])"
    rf"|(?P<named_day>[0-9]{{1,2}})-{_MONTH}-(?P<named_year>[0-9]{{4}}|[0-9]{{2}})(?![0-9A-Z])"
)
_PARTS = {  # by the last group of each way to write a date: its year, month and day
    "year": ("year", "month", "day"),
    "iso_day": ("iso_year", "iso_month", "iso_day"),
    "named_year": ("named_year", "name", "named_day"),
}
_BEFORE_YEAR = re.compile(
    rf"(?<![A-Z0-9])(?:{_MONTH}\.?[ ]{{1,2}}(?P<day>[0-9]{{1,2}})(?:ST|ND|RD|TH)?,?[ ]{{1,2}}"
    rf"|(?P<first>[0-9]{{1,2}})(?:ST|ND|RD|TH)?[ ](?:OF[ ])?{_MONTH.replace('name', 'second')}\.?,?[ ]{{1,2}})\Z"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9A-Z])")

_REACH = 40  # characters before a date in which its role is said
_SERVICE_DATE, _OTHER_DATE = DateRole.SERVICE, DateRole.OTHER
_SERVICE = (
    r"DOS|D\.O\.S|DATES?[ ]OF[ ]SERVICE|SERVICE[ ]DATES?|SVC[ ]DATE|SEEN|PERFORMED|SERVICES?[ ](?:ON|OF|WAS|FROM)"
    r"|(?:VISIT|ENCOUNTER|APPOINTMENT|SURGERY|PROCEDURE|INJECTION|TREATED|RENDERED|PROVIDED)[ ](?:ON|OF|WAS|DATED)"
)
_OTHER = (
    r"DOB|BORN|BIRTH|PAID|DATED|DENIED|SUBMITTED|EFFECTIVE|RECEIVED|FILED|PROCESSED|SENT|TODAY|ON[ ]OR[ ]AFTER|WROTE"
)
_ROLE = re.compile(rf"(?<![A-Z])(?:(?P<service>{_SERVICE})|(?P<other>{_OTHER}))(?![A-Z])")
_SERVICE_SAID = re.compile(  # without one of these no role is said
    r"D\.?O\.?S|SERVICE|SVC|SEEN|PERFORMED|DATES?[ ]OF"
    r"|VISIT|ENCOUNTER|APPOINT|SURGERY|PROCEDURE|INJECTION|TREATED|RENDERED|PROVIDED"
)
_ROLE_BEHIND = re.compile(r"[ ]?\(?(?:DOS|DATE OF SERVICE|SERVICE DATE)(?![A-Z])")


def date_in_digits(page: Page, start: int) -> DateMention | None:
    """Return the date that begins at this digit: `03/15/2026`, `3-15-26`, `2026-03-15`, `15-Mar-2026`."""
    found = _DIGITS.match(page.plain, start)
    if not found:
        return None
    parts = found.group(*_PARTS[found.lastgroup or ""])
    if found.lastgroup == "named_year":
        parts = parts[0], _number(parts[1]), parts[2]
    return _mention(page, parts, start, found.end())


def date_before_year(page: Page, start: int) -> DateMention | None:
    """Return the date whose year begins at this digit: `March 15, 2026`, `15 Mar 2026`."""
    if not _YEAR.match(page.plain, start):
        return None
    found = _BEFORE_YEAR.search(page.plain, max(0, start - 24), start)
    if not found:
        return None
    parts = page.plain[start : start + 4], _number(found["name"] or found["second"]), found["day"] or found["first"]
    return _mention(page, parts, found.start(), start + 4)


def _number(month: str) -> str:
    return str(_MONTHS.index(month) + 1)


def _mention(page: Page, parts: Sequence[str], start: int, end: int) -> DateMention | None:
    year = int(parts[0])
    if year < 100:  # noqa: PLR2004  two digits: POSIX strptime's pivot
        year += 1900 if year >= 69 else 2000  # noqa: PLR2004  see above
    try:
        read = date(year, int(parts[1]), int(parts[2]))
    except ValueError:  # 13/45/2026 is some other number
        return None
    return DateMention(read, _role(page.plain, start, end), start, end)


def _role(plain: str, start: int, end: int) -> DateRole:
    if _SERVICE_SAID.search(plain, max(0, start - _REACH), start):
        said = [found.lastgroup for found in _ROLE.finditer(plain, max(0, start - _REACH), start)]
        if said and said[-1] == "service":
            return _SERVICE_DATE
    return _SERVICE_DATE if _ROLE_BEHIND.match(plain, end) else _OTHER_DATE
