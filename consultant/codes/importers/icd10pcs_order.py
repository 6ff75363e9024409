"""The ICD-10-PCS order file of CMS: every procedure code of 7 characters, and the tables of 3 they stand under.

The layout is that of the ICD-10-CM order file. PCS uses neither O nor I, has no dot, and only 7-character codes may be
reported (ICD-10-PCS Official Guidelines, A1 to A6).
"""

import re
from collections.abc import Iterable

from consultant.codes.entries import System
from consultant.codes.importers import fiscal_years
from consultant.codes.importers.documents import Document
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.icd10cm_order import code_of, order_lines

SOURCE = "ICD-10-PCS"
PUBLISHER = "CMS"
EXPECTED = "an ICD-10-PCS order line (order number, a code of 7 characters or a table of 3, flag, short and long title)"

_CODE = re.compile(r"[0-9A-HJ-NP-Z]{3}(?:[0-9A-HJ-NP-Z]{4})?")
_TABLE = 3
_LETTERED_SECTIONS = frozenset("BCDFGHX")


def all_procedures(lines: Iterable[str]) -> bool:
    """Tell whether order lines are of PCS: all codes have 3 or 7 characters, and some could be no diagnosis.

    A table such as B00 is spelt like a diagnosis. No diagnosis begins with a digit, ends in a Z as its seventh
    character, or a letter behind one of those that PCS sections bear.
    """
    codes = [code_of(line) for line in lines]
    return bool(codes) and all(_CODE.fullmatch(code) for code in codes) and any(map(no_diagnosis, codes))


def no_diagnosis(code: str) -> bool:
    """Tell whether a code can be of PCS only."""
    return code[0].isdigit() or code[6:] == "Z" or (code[0] in _LETTERED_SECTIONS and code[1].isalpha())


def read_order(document: Document) -> Edition:
    """Return the edition, dated by the names on the way; raise `WrongFileError` naming line and column."""
    year = fiscal_years.named(document.trail)
    codes: list[PrintedCode] = []
    tables: dict[str, int] = {}
    for line in order_lines(document, lambda code: _CODE.fullmatch(code) is not None, EXPECTED):
        heading = len(line.code) == _TABLE
        if heading:
            tables[line.code] = len(codes)
        parent = None if heading else tables.get(line.code[:_TABLE])
        codes.append(PrintedCode(line.code, Kind.CODE, line.long, line.short, parent, billable=line.billable))
    return Edition(SOURCE, System.ICD_10_PCS, year.name, PUBLISHER, year.effective, codes)
