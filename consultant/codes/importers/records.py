"""One row of a table file, read cell by cell: what is not as it should be is told by row, column and what was expected.

Amounts are kept as decimal text of a fixed number of places, so that csv, text and workbook of one release give equal
rows and no amount passes through binary floating point.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.sheets import Cells, is_workbook, rows_of

CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
MODIFIER = re.compile(r"(?:[0-9A-Z]{2})?")
_AMOUNT = re.compile(r"(?=\.?[0-9])[0-9]{0,9}(?:\.[0-9]{1,20})?")
_DAY_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_SHOWN = 20  # characters of a wrong cell that are repeated


@dataclass(frozen=True, slots=True)
class Record:
    """One row; `columns` gives the place of each column, counted from 0."""

    document: Document
    number: int
    cells: Sequence[str]
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        return self.cells[self.columns[column]]

    def matching(self, column: str, form: re.Pattern[str], expected: str) -> str:
        """Return a cell of that form."""
        if not form.fullmatch(self[column]):
            raise self.wrong(column, expected)
        return self[column]

    def code(self, column: str) -> str:
        """Return a procedure code; workbooks may hold one as a number and lose its zeros."""
        padded = self._padded(column, 5)
        if not CODE.fullmatch(padded):
            raise self.wrong(column, "a code of five characters")
        return padded

    def modifier(self, column: str) -> str:
        """Return a modifier, "" where there is none."""
        return self.matching(column, MODIFIER, "a modifier of two characters, or blank")

    def digits(self, column: str, length: int) -> str:
        """Return a number such as a contractor's or locality's, its lost leading zeros put back."""
        padded = self._padded(column, length)
        if len(padded) != length or not (padded.isascii() and padded.isdecimal()):
            raise self.wrong(column, f"a number of {length} digits")
        return padded

    def amount(self, column: str, places: int = 2) -> str:
        """Return a number that is not negative, as decimal text of so many places."""
        if not _AMOUNT.fullmatch(self[column]):
            raise self.wrong(column, "an amount")
        return f"{Decimal(self[column]):.{places}f}"

    def day(self, column: str) -> str:
        """Return a day in ISO form, written 2025-10-01, 10/01/2025 or 20251001."""
        for form in _DAY_FORMS:
            try:
                return datetime.strptime(self[column][:10], form).date().isoformat()  # noqa: DTZ007  a day has no zone
            except ValueError:
                continue
        raise self.wrong(column, "a date")

    def wrong(self, column: str, expected: str) -> WrongFileError:
        """Return the refusal that names this cell."""
        place = f"row {self.number}, column {self.columns[column] + 1} ({column}), {self[column][:_SHOWN]!r},"
        return WrongFileError(file=self.document.name, place=place, expected=expected)

    def _padded(self, column: str, length: int) -> str:
        cell = self[column]
        return cell.zfill(length) if cell.isascii() and cell.isdecimal() else cell


def records_below(
    document: Document, is_header: Callable[[Cells], bool], columns_of: Callable[[int, Cells], Mapping[str, int]]
) -> Iterator[Record]:
    """Yield the rows below the header of a csv or workbook, empty ones left out.

    `columns_of` is given the header and its row, blanks at its end cut, and returns the place of each column or
    refuses. A row of a csv has as many cells as the header; a workbook may leave out empty ones at the end.
    """
    _, rows = rows_of(document, is_header)
    number, header = next(rows)
    columns = columns_of(number, _cut(header))
    width, padding = len(_cut(header)), [""] * len(header) if is_workbook(document) else []
    for number, cells in rows:
        if any(cells):
            yield Record(document, number, _fitted(document, number, cells + padding, width), columns)


def _cut(cells: Cells) -> Cells:
    return cells[: max((at + 1 for at, cell in enumerate(cells) if cell), default=0)]


def _fitted(document: Document, number: int, cells: Cells, width: int) -> Cells:
    if len(cells) < width or any(cells[width:]):
        place = f"row {number}, which has {len(cells)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=f"a row of {width} columns")
    return cells


def positions(columns: Sequence[str]) -> dict[str, int]:
    """Return the place of each column."""
    return {column: at for at, column in enumerate(columns)}


def squashed(cells: Sequence[str]) -> list[str]:
    """Write header cells in capital letters and digits only: editions differ in blanks, signs and case."""
    return [re.sub(r"[^A-Z0-9]", "", cell.upper()) for cell in cells]
