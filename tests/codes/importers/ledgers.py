"""Reading the ledgers of agency files in tests, and saving a csv as the workbook Excel would make of it."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Ledger, Row
from consultant.codes.importers.recognition import read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

Changed = Callable[..., Path]


def the_ledger(path: Path) -> Ledger:
    """Return the one ledger of a file."""
    [ledger] = read_ledgers(path)
    return ledger


def the_rows(path: Path) -> list[Row]:
    """Return the rows of the first table of a file's one ledger."""
    return list(next(iter(the_ledger(path).tables.values())))


def assert_refused(path: Path, *words: str) -> None:
    """See that a file is refused, by a sentence with these words, when its rows are read."""
    with pytest.raises(WrongFileError) as error:
        the_rows(path)
    sentence = str(error.value)
    assert all(word in sentence for word in words), sentence
    assert "The code book in use is untouched" in sentence


def as_workbook(table: Path, path: Path) -> Path:
    """Save a csv as a workbook: numbers become numbers where that loses nothing but zeros after the point."""
    book = openpyxl.Workbook()
    assert book.active is not None
    with table.open(newline="") as stream:
        for cells in csv.reader(stream):
            book.active.append([_cell(cell) for cell in cells])
    book.save(path)
    return path


@contextmanager
def a_book(path: Path, *files: Path) -> Iterator[Book]:
    """Open a book made of these files, terms accepted."""
    import_files(path, files, accepted_by="owner@house.example", now=NOW)
    with Book.open(path) as book:
        yield book


def _cell(text: str) -> str | int | float | None:
    if text.isdecimal() and (text == "0" or not text.startswith("0")):
        return int(text)
    try:
        return float(text) if "." in text else text or None
    except ValueError:
        return text
