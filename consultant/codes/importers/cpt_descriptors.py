"""The AMA's CPT descriptor files, which the operator imports under their own licence; none of it is shipped.

Layouts (CPT data files, layout notes only): long, fixed: 1-5 code, 6-7 sequence, 9-80 text, the code repeated while the
text goes on; medium, fixed: 1-5 code, 7- text; short, fixed: 1-5 code, 7-34 text; the tab forms: code, tab, text. The
AMA's notice comes first and the data follows at once. Consumer and clinician descriptors are tables with a header row,
from which their columns are read, separated by tabs or bars. A file's year is told by the names on the way to it, else
by its notice. Whoever imports one has accepted the AMA's terms, and the release says so.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum

from consultant.codes.entries import System
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode, Terms
from consultant.codes.importers.fiscal_years import UNDATED
from consultant.codes.importers.sheets import Line, lines_of

SOURCE = "CPT descriptors"
PUBLISHER = "AMA"
EXPECTED = "a CPT descriptor line (a code of five characters and its text)"

CODE = re.compile(r"[0-9]{4}[0-9A-Z]")
_FIXED_LONG = re.compile(r"(?P<code>[0-9]{4}[0-9A-Z])(?P<part>[0-9]{2}) (?P<text>\S.{0,79})")
_TABBED = re.compile(r"(?P<code>[0-9]{4}[0-9A-Z])\t(?P<text>[^\s][^\t]*)")
_FIXED = re.compile(r"(?P<code>[0-9]{4}[0-9A-Z]) (?P<text>[^\s][^\t]*)")
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_NOTICE_YEAR = re.compile(r"CPT\W{0,3}(20[0-9]{2})(?![0-9])")
_SHORT, _MEDIUM = 28, 100  # the longest text
_NOTICE_LINES = 200


class Length(StrEnum):
    """Which descriptors a file holds: its releases stand beside each other under this name."""

    LONG = "long"
    MEDIUM = "medium"
    SHORT = "short"
    CONSUMER = "consumer"
    CLINICIAN = "clinician"


_NAMED = (  # how the AMA names its files
    (re.compile(r"LONGU", re.IGNORECASE), Length.LONG),
    (re.compile(r"MEDU", re.IGNORECASE), Length.MEDIUM),
    (re.compile(r"SHORTU", re.IGNORECASE), Length.SHORT),
)
_TABLES = ((Length.CONSUMER, "consumer"), (Length.CLINICIAN, "clinician"))


def knows(head: bytes) -> bool:
    """Tell whether a text beginning so is a descriptor file: the AMA's notice and a line of data, or its header."""
    lines = head.decode("latin-1").splitlines()[:-1]
    return (noticed(head) and any(map(_form, lines))) or any(map(_header, lines[:_NOTICE_LINES]))


def noticed(head: bytes) -> bool:
    """Tell whether the beginning of a text holds the AMA's notice."""
    return b"American Medical Association" in head


def length_of(document: Document) -> Length:
    """Return which descriptors a file holds: by its header, its layout, its name, else by its longest text."""
    header = next(filter(None, (_header(line.text) for line in _top(document))), None)
    if header:
        return header[0]
    form = next(filter(None, (_form(line.text) for line in lines_of(document))), None)
    if form is _FIXED_LONG:
        return Length.LONG
    named = next((length for pattern, length in _NAMED if pattern.search(document.name)), None)
    return named or _by_length(document)


def read_descriptors(document: Document) -> Edition:
    """Return the edition, or raise `WrongFileError` naming the line; descriptors are as the file has them."""
    length = length_of(document)
    table = length in {Length.CONSUMER, Length.CLINICIAN}
    texts: dict[str, list[str]] = {}
    for code, text in _table(document) if table else _lines(document):
        texts.setdefault(code, []).append(text)
    if not texts:
        raise WrongFileError(file=document.name, place="its lines", expected=EXPECTED)
    year, effective = year_of(document)
    codes = [_printed(code, parts, length) for code, parts in texts.items()]
    name = f"{year}, {length} descriptors"
    return Edition(SOURCE, System.CPT, name, PUBLISHER, effective, codes, terms=Terms.AMA, variant=length.value)


def year_of(document: Document) -> tuple[str, date]:
    """Return the CPT year and its first day, by the names on the way, else by the notice; undated if neither tells."""
    named = [_YEAR.search(name) for name in reversed(document.trail.split("/"))]
    stated = (_NOTICE_YEAR.search(line.text) for line in _top(document))
    found = next(filter(None, (*named, *stated)), None)
    if not found:
        return "year not stated", UNDATED
    year = found[found.lastindex or 0]
    return year, date(int(year), 1, 1)


def _form(text: str) -> re.Pattern[str] | None:
    return next((form for form in (_FIXED_LONG, _TABBED, _FIXED) if form.fullmatch(text.rstrip())), None)


def _top(document: Document) -> Iterator[Line]:
    for line in lines_of(document):
        if line.number > _NOTICE_LINES:
            return
        yield line


def _by_length(document: Document) -> Length:
    longest = max((len(text) for _, text in _lines(document)), default=0)
    if longest <= _SHORT:
        return Length.SHORT
    return Length.MEDIUM if longest <= _MEDIUM else Length.LONG


def _lines(document: Document) -> Iterator[tuple[str, str]]:
    """Yield code and text of each line below the notice, whose form the first of them sets."""
    form: re.Pattern[str] | None = None
    parts: dict[str, int] = {}
    for line in lines_of(document):
        text = line.text.rstrip("\x1a \t")
        form = form or _form(text)
        if not text or form is None:
            continue
        found = form.fullmatch(text)
        if not found:
            raise _wrong(document, line, 1, EXPECTED)
        if form is _FIXED_LONG:
            parts[found["code"]] = _next_part(document, line, found, parts)
        yield found["code"], found["text"].strip()


def _next_part(document: Document, line: Line, found: re.Match[str], parts: dict[str, int]) -> int:
    """Return the number of a part of a long text; parts follow one another."""
    part, before = int(found["part"]), parts.get(found["code"])
    if before is not None and part != before + 1:
        raise _wrong(document, line, 6, f"part {before + 1:02} of the text")
    return part


def _header(text: str) -> tuple[Length, str, int, int] | None:
    """Return which table a header row heads, its separator, and the columns of code and text."""
    separator = next((sign for sign in ("\t", "|") if sign in text), "")
    cells = [re.sub(r"[^a-z]", "", cell.lower()) for cell in text.split(separator)] if separator else []
    code = next((place for place, cell in enumerate(cells) if cell == "cptcode"), None)
    for length, word in _TABLES:
        place = next((at for at, cell in enumerate(cells) if word in cell and cell.endswith("descriptor")), None)
        if code is not None and place is not None:
            return length, separator, code, place
    return None


def _table(document: Document) -> Iterator[tuple[str, str]]:
    header: tuple[Length, str, int, int] | None = None
    width = 0
    for line in lines_of(document):
        text = line.text.rstrip("\x1a\r")
        if header is None:
            header = _header(text)
            width = len(text.split(header[1])) if header else 0
        elif text.strip():
            _, separator, code, place = header
            cells = [cell.strip().strip('"') for cell in text.split(separator)]
            _check(document, line, cells, width, code, place)
            yield cells[code], cells[place]


def _check(  # noqa: PLR0913, PLR0917  a row is checked against all its header said
    document: Document, line: Line, cells: list[str], width: int, code: int, place: int
) -> None:
    tests: tuple[tuple[int, Callable[[], object], str], ...] = (
        (len(cells), lambda: len(cells) == width, f"a row of {width} columns"),
        (code + 1, lambda: CODE.fullmatch(cells[code]), "a CPT code"),
        (place + 1, lambda: cells[place], "a descriptor"),
    )
    for column, good, expected in tests:
        if not good():
            raise _wrong(document, line, column, expected)


def _printed(code: str, parts: list[str], length: Length) -> PrintedCode:
    text = " ".join(parts) if length is Length.LONG else parts[0]
    attributes = {}
    if length is not Length.LONG:
        attributes = {f"{length} descriptor": " | ".join(dict.fromkeys(parts))}
    short = text if length is Length.SHORT else ""
    return PrintedCode(code, Kind.CODE, text, short, attributes=attributes)


def _wrong(document: Document, line: Line, column: int, expected: str) -> WrongFileError:
    return WrongFileError(file=document.name, place=f"line {line.number}, column {column},", expected=expected)
