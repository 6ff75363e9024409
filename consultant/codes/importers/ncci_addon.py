"""NCCI add-on code edits as CMS publishes them: which primary codes an add-on code is reported with.

Layout: text (tabs) or workbook below the AMA's notice: edit type 1, 2 or 3; add-on code and its deletion date; primary
code and its; first day and deletion date of the edit; notes. Dates are a year and the day in it, YYYYDDD. Type 1 names
every primary code, type 2 leaves them to the contractor (`CCCCC`), type 3 names some and leaves others to them. A copy
of the first, second and fourth column alone is read too.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table, Terms
from consultant.codes.importers.ncci_quarters import quarter_of
from consultant.codes.importers.procedure_codes import NEVER, Codes, Days
from consultant.codes.importers.sheets import Cells, is_workbook, lines_of, rows_of

SOURCE = "NCCI add-on"
PUBLISHER = "CMS"
EXPECTED = "an add-on code edit (type 1, 2 or 3, add-on code, primary code or CCCCC, dates as YYYYDDD)"
BY_CONTRACTOR = "CCCCC"  # the primary codes are the contractor's to say

ADD_ONS = Table(
    "addon",
    (
        "code TEXT NOT NULL",
        "primary_code TEXT NOT NULL",
        "effective INTEGER NOT NULL",  # YYYYMMDD, 0 where the file does not say
        "type INTEGER NOT NULL",
        "deleted INTEGER NOT NULL",  # YYYYMMDD, the earliest of edit, add-on code and primary code; 0 for none
    ),
    key=("code", "primary_code", "effective", "deleted"),
    indexes=(("primary_code",),),
    repeats=True,
)

_NO_DAY = ("", "0", "*", "9999999", "9999365", "9999366")
_NEEDED = {"AOCEDITTYPE", "ADDONCODE", "PRIMARYCODE"}
_TYPE = re.compile(r"[123]")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return set(_plain(cells)) >= _NEEDED


def knows_line(line: str) -> bool:
    """Tell whether a line of text is this file's header."""
    return knows_cells(line.split("\t"))


def read(document: Document) -> Ledger:
    """Return the edits, to be read as they are written; an error names the row then."""
    name, effective = quarter_of(document, EXPECTED)
    return Ledger(SOURCE, name, PUBLISHER, effective, {ADD_ONS: _edits(document)}, terms=Terms.AMA)


def _edits(document: Document) -> Iterator[Row]:
    rows = _rows(document)
    header = _plain(next(rows)[1])
    codes, days = Codes(from_workbook=is_workbook(document)), Days("%Y%j", dict.fromkeys(_NO_DAY, NEVER))
    codes[BY_CONTRACTOR] = BY_CONTRACTOR
    for number, cells in rows:
        if not any(cell.strip("\x1a") for cell in cells):
            continue
        try:
            yield _edit(dict(zip(header, cells, strict=False)), codes, days)
        except KeyError as error:
            place = f"row {number}, where {str(error.args[0])[:20]!r} stands,"
            raise WrongFileError(file=document.name, place=place, expected=EXPECTED) from error


def _edit(cells: dict[str, str], codes: Codes, days: Days) -> Row:
    kind = cells["AOCEDITTYPE"]
    if not _TYPE.fullmatch(kind):
        raise KeyError(kind)
    deletions = [days[cells.get(column, "")] for column in ("AOCDELDT", "PRIMARYCODEDELDT", "AOCEDITDELDT")]
    deleted = min((day for day in deletions if day != NEVER), default=NEVER)
    return (
        codes[cells["ADDONCODE"]],
        codes[cells["PRIMARYCODE"]],
        days[cells.get("AOCEDITEFFDT", "")],
        int(kind),
        deleted,
    )


def _rows(document: Document) -> Iterator[tuple[int, Cells]]:
    """Yield the rows from the header on, of whichever form the file has."""
    if is_workbook(document) or not any(knows_line(line.text) for line in lines_of(document)):
        yield from rows_of(document, knows_cells)[1]
        return
    yield from _below_header(csv.reader((line.text for line in lines_of(document)), delimiter="\t"))


def _below_header(rows: Iterable[Cells]) -> Iterator[tuple[int, Cells]]:
    begun = False
    for number, cells in enumerate(rows, start=1):
        begun = begun or knows_cells(cells)
        if begun:
            yield number, [cell.strip() for cell in cells]


def _plain(cells: Cells) -> list[str]:
    """Write header cells as letters only: files differ in blanks, hyphens and underscores."""
    return [re.sub(r"[^A-Z]", "", cell.upper()) for cell in cells]
