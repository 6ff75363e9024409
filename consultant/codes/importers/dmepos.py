"""Fees for durable medical equipment, prosthetics, orthotics and supplies, state by state: CMS's DMEPOS fee schedule.

Layout (DMEPOS25_APR, csv or workbook): preamble rows, a header `HCPCS,Mod,Mod2,JURIS,CATG,Ceiling,Floor`, then for each
state two columns, `AL (NR)` and `AL (R)`, for non-rural and rural areas, and the description. A fee of 0 means that
there is none, as in most rural columns. Only HCPCS Level II codes stand in it; their text comes from the HCPCS file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fee_periods import names_on, quarter_told
from consultant.codes.importers.records import Record, records_below, squashed
from consultant.codes.importers.sheets import Cells, rows_above

SOURCE = "DMEPOS fees"
PUBLISHER = "CMS"
EXPECTED = "a row of the DMEPOS fee schedule (HCPCS to Floor, two columns a state, Description)"


class Fee(NamedTuple):
    """The fees of one code with its modifiers; `fees` is JSON: state -> [non-rural, rural], those of 0 left out."""

    code: str
    modifier: str
    modifier2: str
    jurisdiction: str  # D: the contractor for equipment, L: the local contractor, J: both
    category: str
    ceiling: str
    floor: str
    fees: str


TABLE = Table("dmepos", tuple(f"{field} TEXT NOT NULL" for field in Fee._fields), ("code", "modifier", "modifier2"))

_LEADING = ("code", "modifier", "modifier2", "jurisdiction", "category", "ceiling", "floor")
_HEADER = ["HCPCS", "MOD", "MOD2", "JURIS", "CATG", "CEILING", "FLOOR"]
_STATE = re.compile(r"([A-Z]{2}) ?\((NR|R)\)")
_JURISDICTION = re.compile(r"[A-Z]")
_CATEGORY = re.compile(r"[A-Z0-9]{2}")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return squashed(cells[:7]) == _HEADER


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    titles = [cell for cells in rows_above(document, knows_cells) for cell in cells if cell]
    quarter = quarter_told(*names_on(document.trail), *titles)
    return Ledger(SOURCE, quarter.name, PUBLISHER, quarter.effective, {TABLE: _fees(document)})


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    """Return the leading columns by our names and those of the states by theirs."""
    states = header[len(_LEADING) : -1]
    for at, cell in enumerate(states, len(_LEADING) + 1):
        if not _STATE.fullmatch(cell):
            place = f"row {number}, column {at}, {cell[:20]!r},"
            raise WrongFileError(file=document.name, place=place, expected="a state, NR or R in brackets")
    if not states or squashed(header[-1:]) != ["DESCRIPTION"]:
        raise WrongFileError(file=document.name, place=f"row {number}, its last column,", expected="the description")
    return {column: at for at, column in enumerate((*_LEADING, *states))}


def _fees(document: Document) -> Iterator[Fee]:
    rows = 0
    for record in records_below(document, knows_cells, partial(_columns, document)):
        rows += 1
        yield _fee(record)
    if not rows:
        raise WrongFileError(file=document.name, place="the row below its header", expected=EXPECTED)


def _fee(record: Record) -> Fee:
    return Fee(
        code=record.code("code"),
        modifier=record.modifier("modifier"),
        modifier2=record.modifier("modifier2"),
        jurisdiction=record.matching("jurisdiction", _JURISDICTION, "a jurisdiction (D, J or L)"),
        category=record.matching("category", _CATEGORY, "a category of two letters"),
        ceiling=_amount(record, "ceiling"),
        floor=_amount(record, "floor"),
        fees=json.dumps(_by_state(record), separators=(",", ":")),
    )


def _by_state(record: Record) -> dict[str, list[str]]:
    fees: dict[str, list[str]] = {}
    for column in list(record.columns)[len(_LEADING) :]:
        state = column[:2]
        fees.setdefault(state, []).append(_amount(record, column))
    return {state: both for state, both in fees.items() if any(both)}


def _amount(record: Record, column: str) -> str:
    """Return an amount, "" for none: an empty cell or 0."""
    amount = record.amount(column) if record[column] else ""
    return "" if amount == "0.00" else amount
