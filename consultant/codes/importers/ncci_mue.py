"""NCCI medically unlikely edits as CMS publishes them each quarter: the most units of a code on a line or a day.

Layout: csv or workbook of four columns: code, value, adjudication indicator (1, 2 or 3, then its meaning), rationale.
The first row is one cell of AMA notices over several lines, the headings follow and name the table: practitioner,
outpatient hospital or DME supplier. A value of 0 is a real one. Some values are confidential and not in the file.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table, Terms
from consultant.codes.importers.ncci_quarters import quarter_of
from consultant.codes.importers.procedure_codes import Codes
from consultant.codes.importers.sheets import Cells, is_workbook, rows_of

PUBLISHER = "CMS"
EXPECTED = "a medically unlikely edit (code, value, adjudication indicator 1, 2 or 3, rationale)"
LIMITS = Table(
    "mue",
    ("code TEXT NOT NULL", "value INTEGER NOT NULL", "mai INTEGER NOT NULL", "rationale TEXT NOT NULL"),
    key=("code",),
)


class Source(StrEnum):
    """The three tables, by the name `codes status` uses."""

    PRACTITIONER = "NCCI MUE practitioner"
    OUTPATIENT = "NCCI MUE outpatient"
    DME = "NCCI MUE DME"


_HEADINGS = (
    ("practitioner", Source.PRACTITIONER),
    ("outpatient", Source.OUTPATIENT),
    ("dme", Source.DME),
    ("supplier", Source.DME),
)
_COLUMNS = 4
_VALUE = re.compile(r"[0-9]{1,6}")
_INDICATOR = re.compile(r"([123])(?![0-9])")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's headings."""
    return len(cells) >= _COLUMNS and cells[0].startswith("HCPCS") and "MUE Value" in cells[1] and "MUE" in cells[2]


def slot(document: Document) -> str:
    """Return which table a document holds."""
    return _source(document, next(rows_of(document, knows_cells)[1])[1])


def read(document: Document) -> Ledger:
    """Return the limits, to be read as they are written; an error names the row then."""
    rows = rows_of(document, knows_cells)[1]
    source = _source(document, next(rows)[1])
    name, effective = quarter_of(document, EXPECTED)
    return Ledger(source, name, PUBLISHER, effective, {LIMITS: _limits(document, rows)}, terms=Terms.AMA)


def _source(document: Document, headings: Cells) -> Source:
    told = headings[1].lower()
    source = next((source for word, source in _HEADINGS if word in told), None)
    if source is None:
        place = f"the heading {headings[1][:60]!r}"
        raise WrongFileError(file=document.name, place=place, expected="one of a practitioner, outpatient or DME table")
    return source


def _limits(document: Document, rows: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
    codes = Codes(from_workbook=is_workbook(document))
    for number, cells in rows:
        if not any(cells):
            continue
        try:
            yield _limit(codes, cells)
        except (KeyError, ValueError) as error:
            place = f"row {number} ({', '.join(cells)[:60]!r})"
            raise WrongFileError(file=document.name, place=place, expected=EXPECTED) from error


def _limit(codes: Codes, cells: Cells) -> Row:
    code, value, indicator, rationale = cells[:_COLUMNS]
    mai = _INDICATOR.match(indicator)
    if not (mai and _VALUE.fullmatch(value)) or any(cells[_COLUMNS:]):
        raise ValueError(code)
    return codes[code], int(value), int(mai[1]), rationale
