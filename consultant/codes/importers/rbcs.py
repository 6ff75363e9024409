"""The Restructured BETOS classification (RBCS): what kind of service a code is, for grouping.

Layout: the taxonomy csv of data.cms.gov (`HCPCS_Cd,RBCS_ID,RBCS_Cat,RBCS_Cat_Desc,...,RBCS_Major_Ind,HCPCS_Cd_Add_Dt,
HCPCS_Cd_End_Dt,...`), or the columns under plain names that public packages give them (`hcpcs_code,rbcs_category,...`).
A code may have several rows, one for each time its family was assigned; an open end is 9999-12-31. Code numbers and
CMS's own categories only; no code is described.
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

SOURCE = "RBCS"
PUBLISHER = "CMS"
EXPECTED = "a row of the RBCS taxonomy (code, category, subcategory, family, indicator, dates)"
OPEN = "9999-12-31"


class Group(NamedTuple):
    """The group a code was put in from a day on; `indicator` is Major, Other or Non-Procedure."""

    code: str
    assigned: str  # ISO; the first day this group holds for
    category: str
    subcategory: str
    family: str
    indicator: str
    added: str
    ended: str


TABLE = Table("rbcs", tuple(f"{field} TEXT NOT NULL" for field in Group._fields), ("code", "assigned"))

_NAMES = {  # our name -> what the header calls it
    "code": ("HCPCSCODE", "HCPCSCD"),
    "category": ("RBCSCATEGORY", "RBCSCATDESC"),
    "subcategory": ("RBCSSUBCATEGORY", "RBCSSUBCATDESC"),
    "family": ("RBCSFAMILY", "RBCSFAMILYDESC"),
    "indicator": ("PROCEDUREINDICATOR", "RBCSMAJORIND"),
    "added": ("HCPCSADDDATE", "HCPCSCDADDDT"),
    "ended": ("HCPCSENDDATE", "HCPCSCDENDDT"),
    "assigned": ("RBCSEFFECTIVEDATE", "RBCSASSIGNMENTEFFDT", "RBCSANALYSISSTARTDT"),
}
_INDICATORS = {"M": "Major", "O": "Other", "N": "Non-Procedure"}
_INDICATOR = re.compile("|".join((*_INDICATORS, *_INDICATORS.values())))
_TEXT = re.compile(r".{1,120}")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    plain = squashed(cells)
    return plain[:1] in (["HCPCSCODE"], ["HCPCSCD"]) and any(cell.startswith("RBCS") for cell in plain)


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    year = year_told(*names_on(document.trail))
    return Ledger(SOURCE, year.name, PUBLISHER, year.effective, {TABLE: _groups(document)})


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    plain = squashed(header)
    found = {name: plain.index(cell) for name, cells in _NAMES.items() for cell in cells if cell in plain}
    missing = next((name for name in _NAMES if name not in found), None)
    if missing:
        place = f"row {number}, a header without the column {_NAMES[missing][-1]},"
        raise WrongFileError(file=document.name, place=place, expected="the header of the RBCS taxonomy")
    return found


def _groups(document: Document) -> Iterator[Group]:
    rows = 0
    for record in records_below(document, knows_cells, partial(_columns, document)):
        rows += 1
        yield _group(record)
    if not rows:
        raise WrongFileError(file=document.name, place="the row below its header", expected=EXPECTED)


def _group(record: Record) -> Group:
    indicator = record.matching("indicator", _INDICATOR, "M, O or N")
    return Group(
        code=record.code("code"),
        assigned=record.day("assigned"),
        category=record.matching("category", _TEXT, "a category"),
        subcategory=record.matching("subcategory", _TEXT, "a subcategory"),
        family=record.matching("family", _TEXT, "a family"),
        indicator=_INDICATORS.get(indicator, indicator),
        added=record.day("added"),
        ended=record.day("ended") if record["ended"] else OPEN,
    )
