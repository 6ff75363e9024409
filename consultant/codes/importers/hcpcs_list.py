"""HCPCS Level II as a list that somebody prepared from the agency's file: one row a code, its text in one cell.

Layout: a csv or workbook with the columns of `_FIXED` and one more, `termination_date_as_of_2024Q4`: such a list takes
the days codes ended from an earlier release than its text. A code that ended in between looks active in it, so the
release's name says up to when its ends are known. The actions are of that earlier release too, and are not kept.
Nothing in the rows tells the quarter of the text: the file's name must (`2025Q4`).
"""

import re
from collections.abc import Iterator
from datetime import date

from consultant.codes.entries import System
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.hcpcs import COVERAGE, PUBLISHER, SOURCE
from consultant.codes.importers.records import Record, positions, records_below
from consultant.codes.importers.sheets import Cells, rows_of
from consultant.errors import HouseError

EXPECTED = "a row of a HCPCS Level II list"

_FIXED = (
    "code",
    "record_type",
    "long_description",
    "short_description",
    "pricing_indicator",
    "multiple_pricing_indicator",
    "coverage_code",
    "betos",
    "type_of_service",
    "add_date",
)
_ENDS = re.compile(r"termination_date_as_of_(20[0-9]{2})Q([1-4])", re.IGNORECASE)
_QUARTER = re.compile(r"(?<![0-9])(20[0-9]{2})[ _-]?Q([1-4])(?![0-9])", re.IGNORECASE)
_KINDS = {"code": Kind.CODE, "modifier": Kind.MODIFIER}
_FORMS = {Kind.CODE: re.compile(r"[0-9A-Z]{5}"), Kind.MODIFIER: re.compile(r"[0-9A-Z]{2}")}
_OURS = re.compile(r"[A-CE-Z][0-9]{4}")
_WORDS = re.compile(r"(?=\S).{1,20000}", re.DOTALL)
_ATTRIBUTES = {  # named as in the agency's own file
    "coverage": "coverage_code",
    "pricing": "pricing_indicator",
    "multiple pricing": "multiple_pricing_indicator",
    "BETOS": "betos",
    "type of service": "type_of_service",
}


class QuarterNotNamedError(HouseError):
    """The file {file} was not imported: nothing in it tells the quarter its text is of.

    Give it a name that does, such as `hcpcs_2025Q4.csv`. The code book in use is untouched.
    """


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this list's header."""
    return tuple(cells[: len(_FIXED)]) == _FIXED and any(map(_ENDS.fullmatch, cells))


def read_table(document: Document) -> Edition:
    """Return the edition in a csv or workbook, or raise `WrongFileError` naming row and column."""
    effective = _quarter_named(document)
    _, rows = rows_of(document, knows_cells)
    header = next(rows)[1]
    ends = next(cell for cell in header if _ENDS.fullmatch(cell))
    codes = [code for code in _codes(document, header, ends) if not _owned_by_others(code)]
    if not codes:
        raise WrongFileError(file=document.name, place="the row below its header", expected=EXPECTED)
    name = f"{effective:%B %Y} (prepared copy, terminations to {_quarter(_ENDS, ends):%B %Y})"
    return Edition(SOURCE, System.HCPCS, name, PUBLISHER, effective, codes)


def _quarter_named(document: Document) -> date:
    """Read the quarter from the names on the way to the file, nearest first."""
    for name in reversed(document.trail.split("/")):
        if found := _quarter(_QUARTER, name):
            return found
    raise QuarterNotNamedError(file=document.name)


def _quarter(form: re.Pattern[str], text: str) -> date | None:
    found = form.search(text)
    return date(int(found[1]), 3 * int(found[2]) - 2, 1) if found else None


def _codes(document: Document, header: Cells, ends: str) -> Iterator[PrintedCode]:
    columns = positions(header)
    for record in records_below(document, knows_cells, lambda _number, _header: columns):
        yield _printed(record, ends)


def _printed(record: Record, ends: str) -> PrintedCode:
    kind = _KINDS.get(record["record_type"])
    if kind is None:
        raise record.wrong("record_type", "code or modifier")
    return PrintedCode(
        record.matching("code", _FORMS[kind], f"a {kind}"),
        kind,
        long=" ".join(record.matching("long_description", _WORDS, "a description").split()),
        short=record["short_description"],
        effective=_day(record, "add_date"),
        terminated=_day(record, ends),
        attributes=_attributes(record),
    )


def _attributes(record: Record) -> dict[str, str]:
    found = {name: record[column] for name, column in _ATTRIBUTES.items()}
    found["coverage meaning"] = COVERAGE.get(found["coverage"], "")
    return {name: value for name, value in found.items() if value}


def _day(record: Record, column: str) -> date | None:
    """Read a day; blank means no date."""
    return date.fromisoformat(record.day(column)) if record[column] else None


def _owned_by_others(code: PrintedCode) -> bool:
    """Tell dental codes (ADA) and numeric codes (AMA), whose text is not kept without their owner's terms."""
    return code.kind is Kind.CODE and not _OURS.fullmatch(code.code)
