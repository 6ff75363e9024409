"""CMS's list of place-of-service codes, and whether the fee schedule pays its facility or non-facility amount there.

Layout: a table with the header `pos_code,pfs_site,name,description`, or as on the CMS page the three columns Place of
Service Code(s), Name and Description, where unassigned numbers stand too and the site is not told. The list carries no
date of its own and follows no calendar.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fee_periods import names_on, year_told
from consultant.codes.importers.records import Record, records_below, squashed
from consultant.codes.importers.sheets import Cells

SOURCE = "Place of service"
PUBLISHER = "CMS"
EXPECTED = "a row of the place-of-service list (code, name, description)"


class Place(NamedTuple):
    """One place; `site` is "Facility", "Non-Facility" or "" where the list does not say."""

    code: str
    site: str
    name: str
    description: str


TABLE = Table("place", tuple(f"{field} TEXT NOT NULL" for field in Place._fields), ("code",))

_HEADERS = {
    ("POSCODE", "PFSSITE", "NAME", "DESCRIPTION"): {"code": 0, "site": 1, "name": 2, "description": 3},
    ("PLACEOFSERVICECODES", "PLACEOFSERVICENAME", "PLACEOFSERVICEDESCRIPTION"): {
        "code": 0,
        "name": 1,
        "description": 2,
    },
}
_SITE = re.compile(r"Facility|Non-Facility|")
_NAME = re.compile(r".{1,200}")
_UNASSIGNED = re.compile(r"unassigned", re.IGNORECASE)


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this list's header."""
    return tuple(squashed(cells)) in _HEADERS


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    year = year_told(*names_on(document.trail))
    return Ledger(SOURCE, year.name, PUBLISHER, year.effective, {TABLE: _places(document)})


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    found = _HEADERS.get(tuple(squashed(header)))
    if found is None:
        raise WrongFileError(file=document.name, place=f"row {number}", expected="the header of the list")
    return found


def _places(document: Document) -> Iterator[Place]:
    rows = 0
    for record in records_below(document, knows_cells, partial(_columns, document)):
        if not _UNASSIGNED.search(record["name"]):
            rows += 1
            yield _place(record)
    if not rows:
        raise WrongFileError(file=document.name, place="the row below its header", expected=EXPECTED)


def _place(record: Record) -> Place:
    return Place(
        code=record.digits("code", 2),
        site=record.matching("site", _SITE, "Facility or Non-Facility") if "site" in record.columns else "",
        name=record.matching("name", _NAME, "the name of a place"),
        description=record["description"],
    )
