"""The amounts that imaging may not exceed: the outpatient (OPPS) payment caps of the physician fee schedule.

Layout: OPPSCAP csv or workbook, header `HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE` (so
spelt), one row for a code, modifier and locality. For a code that contractors price (status C) the cap is what their
price may not exceed (RVU25D.pdf). The file states no date; its name tells the month and the zip around it the year.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table, Terms
from consultant.codes.importers.fee_periods import names_on, quarter_told
from consultant.codes.importers.records import Record, positions, records_below, squashed
from consultant.codes.importers.sheets import Cells

SOURCE = "OPPS caps"
PUBLISHER = "CMS"
EXPECTED = "a row of the OPPS caps (code, modifier, status, contractor, locality, two prices)"


class Cap(NamedTuple):
    """The cap of one code and modifier in one locality, as decimal text."""

    code: str
    modifier: str
    contractor: str
    locality: str
    status: str
    facility: str
    nonfacility: str


TABLE = Table(
    "opps_cap",
    tuple(f"{field} TEXT NOT NULL" for field in Cap._fields),
    ("code", "modifier", "contractor", "locality"),
)

_COLUMNS = positions(("code", "modifier", "status", "contractor", "locality", "facility", "nonfacility"))
_HEADER = ["HCPCS", "MOD", "PROCSTAT", "CARRIER", "LOCALITY", "FACILITYPRICE"]
_STATUS = re.compile(r"[A-Z]")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return squashed(cells)[:6] == _HEADER


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    quarter = quarter_told(*names_on(document.trail))
    return Ledger(SOURCE, quarter.name, PUBLISHER, quarter.effective, {TABLE: _caps(document)}, Terms.AMA)


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    if len(header) != len(_COLUMNS):
        place = f"row {number}, a header of {len(header)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return _COLUMNS


def _caps(document: Document) -> Iterator[Cap]:
    rows = 0
    for record in records_below(document, knows_cells, partial(_columns, document)):
        rows += 1
        yield _cap(record)
    if not rows:
        raise WrongFileError(file=document.name, place="the row below its header", expected=EXPECTED)


def _cap(record: Record) -> Cap:
    return Cap(
        code=record.code("code"),
        modifier=record.modifier("modifier"),
        contractor=record.digits("contractor", 5),
        locality=record.digits("locality", 2),
        status=record.matching("status", _STATUS, "a status indicator"),
        facility=record.amount("facility"),
        nonfacility=record.amount("nonfacility"),
    )
