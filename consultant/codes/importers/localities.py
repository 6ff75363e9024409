"""Which counties belong to which payment locality: CMS's locality-county crosswalk (25LOCCO.csv).

Layout: a title with the year, a header `Medicare Adminstrative Contractor,Locality Number,State,Fee Schedule
Area,Counties`, rows with blank ones between them, a foot-note. The state is named at its first locality only.
Contractor and locality have lost their leading zeros. A locality that two contractors serve ends in a star and may be
there twice.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fee_periods import names_on, year_told
from consultant.codes.importers.records import Record, positions, records_below, squashed
from consultant.codes.importers.sheets import Cells, rows_above

SOURCE = "Locality counties"
PUBLISHER = "CMS"
EXPECTED = "a row of the locality-county file (contractor, locality, state, area, counties)"


class Locality(NamedTuple):
    """A payment locality and its counties as printed; `line` tells apart the two rows of one locality."""

    contractor: str
    locality: str
    line: int
    state: str
    area: str
    counties: str


TABLE = Table(
    "locality",
    tuple(f"{field} {'INTEGER' if field == 'line' else 'TEXT'} NOT NULL" for field in Locality._fields),
    ("contractor", "locality", "line"),
)

_IN_FILE = ("contractor", "locality", "state", "area", "counties")
_HEADER = ["LOCALITYNUMBER", "STATE", "FEESCHEDULEAREA", "COUNTIES"]


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return squashed(cells)[1:5] == _HEADER


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    titles = [cell for cells in rows_above(document, knows_cells) for cell in cells if cell]
    year = year_told(*titles, *names_on(document.trail))
    return Ledger(SOURCE, year.name, PUBLISHER, year.effective, {TABLE: _localities(document)})


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    if len(header) != len(_IN_FILE):
        place = f"row {number}, a header of {len(header)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return positions(_IN_FILE)


def _localities(document: Document) -> Iterator[Locality]:
    """Yield the localities, and see at the end that the foot-note their stars point to has come."""
    state = ""
    starred = noted = rows = 0
    for record in records_below(document, knows_cells, partial(_columns, document)):
        if record["contractor"].startswith("*"):
            noted += 1
            continue
        state = record["state"] or state
        starred += record["area"].endswith("*")
        rows += 1
        yield _locality(record, state)
    if not rows or (starred and not noted):
        raise WrongFileError(
            file=document.name, place="its end", expected="a whole locality-county file with its foot-note"
        )


def _locality(record: Record, state: str) -> Locality:
    if not state or not record["area"] or not record["counties"]:
        raise record.wrong("area", "a locality with its state and its counties")
    return Locality(
        contractor=record.digits("contractor", 5),
        locality=record.digits("locality", 2),
        line=record.number,
        state=state,
        area=record["area"].rstrip("* "),
        counties=record["counties"],
    )
