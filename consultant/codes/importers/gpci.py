"""Geographic practice cost indices: what a locality's work, practice expense and malpractice cost beside the nation's.

Layout: "Addendum E" of the physician fee schedule rule, csv, workbook or text (GPCI2025). A title, a blank row, a
header whose columns carry the year, a row for each locality, foot-notes; names that a foot-note speaks of end in stars.
In the text names and amounts stand in columns of which only the order is relied on.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fee_periods import names_on, year_told
from consultant.codes.importers.records import Record, positions, records_below, squashed
from consultant.codes.importers.sheets import Cells, lines_of, rows_of

SOURCE = "GPCI"
PUBLISHER = "CMS"
EXPECTED = "a row of the GPCI file (contractor, state, locality, name, and three indices)"


class Indices(NamedTuple):
    """The three indices of one locality, as decimal text of three places."""

    contractor: str
    locality: str
    state: str
    name: str
    work: str
    practice: str
    malpractice: str


TABLE = Table("gpci", tuple(f"{field} TEXT NOT NULL" for field in Indices._fields), ("contractor", "locality"))

_IN_FILE = ("contractor", "state", "locality", "name", "work", "practice", "malpractice")
_COLUMNS = positions(_IN_FILE)
_HEADER = ("MEDICAREADMIN", "STATE", "LOCALITY", "LOCALITYNAME", "PWGPCI", "PEGPCI", "MPGPCI")
_STATE = re.compile(r"[A-Z]{2}")
_NAME = re.compile(r".{1,120}")


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return all(part in cell for part, cell in zip(_HEADER, squashed(cells), strict=False)) and len(cells) >= len(
        _HEADER
    )


def knows_line(text: str) -> bool:
    """Tell whether a line of text is this file's header."""
    return text.startswith("Medicare Admi") and "PW GPCI" in text and "," not in text


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    _, rows = rows_of(document, knows_cells)
    _, header = next(rows)
    return _ledger(document, header[4], records_below(document, knows_cells, partial(_columns, document)))


def read_text(document: Document) -> Ledger:
    """Return the ledger in a text; reading its rows raises `WrongFileError` naming the line."""
    header = next(line.text for line in lines_of(document) if knows_line(line.text))
    return _ledger(document, header[header.index("PW GPCI") - 5 :], _text_records(document))


def _ledger(document: Document, header: str, records: Iterator[Record]) -> Ledger:
    year = year_told(header, *names_on(document.trail))
    return Ledger(
        source=SOURCE,
        name=year.name,
        publisher=PUBLISHER,
        effective=year.effective,
        tables={TABLE: _localities(document, records)},
    )


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    if len(header) != len(_IN_FILE):
        place = f"row {number}, a header of {len(header)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return _COLUMNS


def _text_records(document: Document) -> Iterator[Record]:
    """Yield the lines below the header, cut at blanks: three cells before the name and three after it."""
    lines = iter(lines_of(document))
    for line in lines:
        if knows_line(line.text):
            break
    for line in lines:
        front = line.text.strip("\x1a ").split(None, 3)
        back = front[-1].rsplit(None, 3) if front else []
        if front:
            cells = [*front[:3], *back] if front[0].isdigit() else [" ".join(front)]
            yield Record(document, line.number, cells + [""] * (len(_IN_FILE) - len(cells)), _COLUMNS)


def _localities(document: Document, records: Iterator[Record]) -> Iterator[Indices]:
    """Yield the localities, and see at the end that the foot-notes their stars point to have come."""
    stars = notes = rows = 0
    for record in records:
        if not record["state"] and not record["malpractice"]:
            notes = max(notes, _stars_before(record["contractor"]))
            continue
        rows += 1
        stars = max(stars, len(record["name"]) - len(record["name"].rstrip("*")))
        yield _indices(record)
    if not rows or notes < stars:
        raise WrongFileError(file=document.name, place="its end", expected="a whole GPCI file with its foot-notes")


def _indices(record: Record) -> Indices:
    return Indices(
        contractor=record.digits("contractor", 5),
        locality=record.digits("locality", 2),
        state=record.matching("state", _STATE, "a state"),
        name=record.matching("name", _NAME, "the name of a locality").rstrip("* "),
        work=record.amount("work", 3),
        practice=record.amount("practice", 3),
        malpractice=record.amount("malpractice", 3),
    )


def _stars_before(note: str) -> int:
    return len(note) - len(note.lstrip("*"))
