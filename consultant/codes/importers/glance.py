"""A glance at a document: as much of it as tells what it is, read once however many importers look.

An importer knows its file by a line or a row near the top; `by_line` and `by_row` turn such a judgement into one of a
glance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.sheets import PREAMBLE_ROWS, Cells, first_rows, is_workbook, lines_of


@dataclass(frozen=True)
class Glance:
    """The beginning of a document, however one likes to look at it."""

    document: Document

    @cached_property
    def head(self) -> bytes:
        """The first 64 KB."""
        return self.document.head()

    @cached_property
    def is_workbook(self) -> bool:
        """Whether it is an Excel workbook."""
        return is_workbook(self.document)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The first lines of a text; none of a workbook."""
        return () if self.is_workbook else tuple(line.text for line in islice(lines_of(self.document), PREAMBLE_ROWS))

    @cached_property
    def rows(self) -> tuple[Cells, ...]:
        """The first rows of a comma-separated text, or of every sheet of a workbook."""
        if self.is_workbook:
            return tuple(first_rows(self.document))
        try:
            return tuple(first_rows(self.document)) if b"," in self.head else ()
        except WrongFileError:  # what is no csv has no rows
            return ()


def by_line(judge: Callable[[str], bool]) -> Callable[[Glance], bool]:
    """Know a file by a line near its top."""
    return lambda glance: any(judge(line) for line in glance.lines)


def by_row(judge: Callable[[Cells], bool]) -> Callable[[Glance], bool]:
    """Know a csv or workbook by a row near its top."""
    return lambda glance: any(judge(cells) for cells in glance.rows)
