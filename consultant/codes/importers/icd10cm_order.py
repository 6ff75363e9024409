"""The ICD-10-CM order file of CMS: every code and heading in print order, whether it may be billed, two titles.

Layout ("icd10OrderFiles.pdf" in the download), columns counted from 1: 1-5 order number, 7-13 code without its dot, 15
flag (1 billable, 0 heading), 17-76 short title, 78 on long title; CR LF. The file prints no notes, so it stands
beside the tabular list of the same day: it answers where that is missing or older, and gives the short titles.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

from consultant.codes.entries import System
from consultant.codes.importers import fiscal_years
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.sheets import Line, lines_of

SOURCE = "ICD-10-CM"
VARIANT = "order file"
PUBLISHER = "CMS"
EXPECTED = "an ICD-10 order line (order number, code, flag 0 or 1, short and long title)"

_RECORD = re.compile(r"[0-9]{5} (?P<code>[A-Z0-9]{3,7}) {0,4} (?P<flag>[01]) ")
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")  # FY2026 brought QA0, the first with a letter in second place
_TITLES = 16  # characters before the short title
_SHORT_TITLE = 60
_FULL = 7  # characters of a code with its 7th


class OrderLine(NamedTuple):
    """One line of an order file; `number` is where it stands in the file."""

    number: int
    code: str
    billable: bool
    short: str
    long: str


def knows_line(text: str) -> bool:
    """Tell whether a line of text is one of an order file, of diagnoses or of procedures."""
    return _RECORD.match(text) is not None and len(text) > _TITLES


def knows_diagnosis(text: str) -> bool:
    """Tell whether a line of text is one of the order file of diagnoses."""
    return knows_line(text) and of_diagnoses(code_of(text))


def of_diagnoses(code: str) -> bool:
    """Tell whether a code of an order file is ICD-10-CM: a letter, then up to six characters."""
    return _CODE.fullmatch(code) is not None


def code_of(text: str) -> str:
    """Return the code of an order line, "" where the line is none."""
    found = _RECORD.match(text)
    return found["code"] if found else ""


def read_order(document: Document) -> Edition:
    """Return the edition, dated by the names on the way; raise `WrongFileError` naming line and column."""
    year = fiscal_years.named(document.trail)
    codes: list[PrintedCode] = []
    places: dict[str, int] = {}
    for line in order_lines(document, of_diagnoses, EXPECTED):
        parent = _parent(line.code, places)
        places.setdefault(line.code, len(codes))
        codes.append(_printed(line, parent))
    name = f"{year.name}, {VARIANT}"
    return Edition(SOURCE, System.ICD_10_CM, name, PUBLISHER, year.effective, codes, variant=VARIANT)


def order_lines(document: Document, ours: Callable[[str], bool], expected: str) -> Iterator[OrderLine]:
    """Yield the lines of an order file whose codes are `ours`; refuse what is none, is cut short or out of order."""
    last, seen = 0, False
    for line in lines_of(document):
        if not line.text.strip("\x1a\t "):
            continue
        read = _read(document, line, ours, expected)
        order = int(line.text[:5])
        if order <= last:
            _refuse(document, line, "column 1", f"an order number after {last:05}")
        last, seen = order, True
        yield read
    if not seen:
        raise WrongFileError(file=document.name, place="its first line", expected=expected)


def _read(document: Document, line: Line, ours: Callable[[str], bool], expected: str) -> OrderLine:
    found = _RECORD.match(line.text)
    if not found or found.end() != _TITLES or not ours(found["code"]):
        _refuse(document, line, f"column {1 if not found else 7}", expected)
    short, long = line.text[_TITLES : _TITLES + _SHORT_TITLE].strip(), line.text[_TITLES + _SHORT_TITLE :].strip()
    if not short or not long or (len(long) < len(short) and short.startswith(long)):
        _refuse(document, line, f"column {len(line.text) + 1}", "the rest of the line: the file is cut short")
    return OrderLine(line.number, found["code"], found["flag"] == "1", short, long)


def _refuse(document: Document, line: Line, column: str, expected: str) -> NoReturn:
    raise WrongFileError(file=document.name, place=f"line {line.number}, {column},", expected=expected)


def _parent(code: str, places: dict[str, int]) -> int | None:
    """Return the place of the longest code this one begins with; placeholders X are passed over."""
    return next((places[code[:end]] for end in range(len(code) - 1, 2, -1) if code[:end] in places), None)


def _printed(line: OrderLine, parent: int | None) -> PrintedCode:
    dotted = line.code if len(line.code) == 3 else f"{line.code[:3]}.{line.code[3:]}"  # noqa: PLR2004  a category
    return PrintedCode(
        dotted,
        Kind.CODE,
        line.long,
        line.short,
        parent,
        billable=line.billable,
        listed=len(line.code) < _FULL,  # as the tabular list, which prints no 7th characters
    )
