"""Anesthesia conversion factors by locality, and the national one (ANES2025).

Layout of csv and workbook: `Contractor,Locality,Locality Name,National Anes CF of 20.3178`: the header's last cell
holds the national factor in words. The text has no header, names cut at 40 characters, and factors in cents without a
point (`1931` is 19.31); the national factor is missing there. Neither states a year, which only the name tells.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table
from consultant.codes.importers.fee_periods import for_qualifying_participants, names_on, year_told
from consultant.codes.importers.records import Record, positions, records_below, squashed
from consultant.codes.importers.sheets import Cells, lines_of, rows_of

SOURCE = "Anesthesia factors"
PUBLISHER = "CMS"
EXPECTED = "a row of the anesthesia factors (contractor, locality, name, factor)"


class Factor(NamedTuple):
    """What a unit of anesthesia is multiplied by in a locality, as decimal text."""

    contractor: str
    locality: str
    name: str
    factor: str


TABLE = Table("anesthesia", tuple(f"{field} TEXT NOT NULL" for field in Factor._fields), ("contractor", "locality"))
NATIONAL = Table("anesthesia_national", ("factor TEXT NOT NULL",), ("factor",))

_COLUMNS = positions(Factor._fields)
_HEADER = ["CONTRACTOR", "LOCALITY", "LOCALITYNAME"]
_IN_WORDS = re.compile(r"National Anes CF of ([0-9]{1,3}\.[0-9]{1,6})", re.IGNORECASE)
_RECORD = re.compile(r"([0-9]{5}) {1,12}([0-9]{2}) {1,8}(\S.{0,60}) ([0-9]{3,5})")
_YEARS = {"20.3178": "2025"}  # a national factor dates a file whose name does not


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return squashed(cells)[:3] == _HEADER and any(_IN_WORDS.search(cell) for cell in cells)


def knows_line(text: str) -> bool:
    """Tell whether a line of text is a record of this file."""
    return _RECORD.fullmatch(text.rstrip()) is not None


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    _, rows = rows_of(document, knows_cells)
    _, header = next(rows)
    told = next(found[1] for cell in header if (found := _IN_WORDS.search(cell)))
    records = records_below(document, knows_cells, partial(_columns, document))
    factors = (_factor(record, record.amount("factor")) for record in records)
    return _ledger(document, told, factors)


def read_text(document: Document) -> Ledger:
    """Return the ledger in a text; reading its rows raises `WrongFileError` naming the line."""
    return _ledger(document, "", (_factor(record, _with_point(record)) for record in _text_records(document)))


def variant_of(document: Document) -> str:
    """Return whose factor a file's name says it carries: there are two from 2026."""
    return "QPP" if for_qualifying_participants(document.trail) else ""


def _ledger(document: Document, national: str, factors: Iterator[Row]) -> Ledger:
    year = year_told(*names_on(document.trail), _YEARS.get(national, ""))
    variant = variant_of(document)
    name = f"{year.name} (QPP)" if variant else year.name
    tables = {TABLE: factors, NATIONAL: [(national,)] if national else []}
    return Ledger(SOURCE, name, PUBLISHER, year.effective, tables, variant=variant)


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    if len(header) != len(_COLUMNS):
        place = f"row {number}, a header of {len(header)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return _COLUMNS


def _text_records(document: Document) -> Iterator[Record]:
    for line in lines_of(document):
        text = line.text.strip("\x1a ")
        found = _RECORD.fullmatch(text)
        if found:
            yield Record(document, line.number, [cell.strip() for cell in found.groups()], _COLUMNS)
        elif text:
            raise WrongFileError(file=document.name, place=f"line {line.number}", expected=EXPECTED)


def _with_point(record: Record) -> str:
    cents = record["factor"].zfill(3)
    return f"{int(cents[:-2])}.{cents[-2:]}"


def _factor(record: Record, factor: str) -> Factor:
    if not record["name"]:
        raise record.wrong("name", "the name of a locality")
    return Factor(record.digits("contractor", 5), record.digits("locality", 2), record["name"].rstrip("* "), factor)
