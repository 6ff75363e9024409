"""Lines and rows of a document, whatever wrote them: text in UTF-8 or Windows-1252, csv, or a workbook.

Cells are text, blanks trimmed; an empty cell is "" whether the file says nothing, None or an empty string.
"""

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from consultant.codes.importers.documents import Document, WrongFileError

Cells = list[str]
PREAMBLE_ROWS = 40  # the longest notice above a header seen is 10 rows


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text without its end, and its number from 1."""

    number: int
    text: str


def lines_of(document: Document) -> Iterator[Line]:
    """Yield the lines of a text file; only CR LF, LF and CR end a line, as in the agencies' own tools."""
    encoding = encoding_of(document)
    with document.open() as stream, io.TextIOWrapper(stream, encoding, errors="replace", newline=None) as text:
        for number, line in enumerate(text, start=1):
            yield Line(number, line.rstrip("\n"))


def encoding_of(document: Document) -> str:
    """Return the encoding of a text: UTF-8 if its first 64 KB are, else Windows-1252, in which CMS writes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(document.head())
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def is_workbook(document: Document) -> bool:
    """Tell an Excel workbook, by its content."""
    if not document.head().startswith(b"PK\x03\x04"):
        return False
    with document.open() as stream, zipfile.ZipFile(stream) as archive:
        return any(name.startswith("xl/") for name in archive.namelist())


def rows_of(document: Document, is_header: Callable[[Cells], bool]) -> tuple[str, Iterator[tuple[int, Cells]]]:
    """Return the name of the sheet with that header, and its numbered rows from the header on.

    A file without such a header raises `WrongFileError`.
    """
    for sheet, rows in _sheets(document):
        numbered = enumerate(rows, start=1)
        for number, cells in islice(numbered, PREAMBLE_ROWS):
            if is_header(cells):
                return sheet, _from(number, cells, numbered)
    raise WrongFileError(
        file=document.name, place=f"its first {PREAMBLE_ROWS} rows", expected="a table with the known header"
    )


def has_header(document: Document, is_header: Callable[[Cells], bool]) -> bool:
    """Tell whether a row near the top of the document is that header."""
    return any(is_header(cells) for cells in first_rows(document))


def first_rows(document: Document) -> Iterator[Cells]:
    """Yield the rows near the top of every sheet of the document."""
    for _, rows in _sheets(document):
        yield from islice(rows, PREAMBLE_ROWS)


def rows_above(document: Document, is_header: Callable[[Cells], bool]) -> list[Cells]:
    """Return the rows above that header: titles and notices, which may tell the edition."""
    above: list[Cells] = []
    for _, rows in _sheets(document):
        for cells in islice(rows, PREAMBLE_ROWS):
            if is_header(cells):
                return above
            above.append(cells)
    return []


def _from(number: int, cells: Cells, rest: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    yield number, cells
    yield from rest


def _sheets(document: Document) -> Iterator[tuple[str, Iterator[Cells]]]:
    if is_workbook(document):
        yield from _workbook(document)
    else:
        yield "", _csv(document)


def _csv(document: Document) -> Iterator[Cells]:
    encoding = encoding_of(document)
    with document.open() as stream, io.TextIOWrapper(stream, encoding, errors="replace", newline="") as text:
        try:
            for row in csv.reader(text):
                yield [cell.strip() for cell in row]
        except csv.Error as error:
            raise WrongFileError(
                file=document.name, place=f"a row ({error})", expected="comma-separated text"
            ) from error


def _workbook(document: Document) -> Iterator[tuple[str, Iterator[Cells]]]:
    with document.open() as stream:
        content = io.BytesIO(stream.read())
    # A look-up knows the tables of importers but opens no workbook: it must not wait for this library to load.
    import openpyxl  # noqa: PLC0415  see above
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415  see above

    try:
        with warnings.catch_warnings():  # openpyxl remarks on page headers and styles, which hold no data
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(content, read_only=True, data_only=True)
            sheets = [(sheet.title, _cells(sheet)) for sheet in book.worksheets]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, ParseError) as error:
        raise WrongFileError(
            file=document.name, place="its workbook", expected="an Excel workbook that opens"
        ) from error
    yield from sheets


def _cells(sheet: Any) -> Iterator[Cells]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield ["" if cell is None else str(cell).strip() for cell in row]
