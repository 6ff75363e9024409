"""The AMA's history of CPT changes (`History_DTK`, `HistoryModifiers_DTK`, `Deleted_DTK` of CPT Link), under its terms.

Layout: a header row, columns separated by tabs or bars and read from it. Codes: date, change type, concept id, code,
level, prior value, current value, instruction. Modifiers: date, change type, concept id, modifier, prior value, current
value. Deletions: concept id, code, date deleted, level, description, instruction.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from consultant.codes.importers.cpt_descriptors import PUBLISHER
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table, Terms
from consultant.codes.importers.sheets import Line, lines_of

SOURCE = "CPT history"
EXPECTED = "a history of CPT changes with the columns of its header row"

CHANGES = Table(
    "cpt_change",
    (
        *("code TEXT NOT NULL", "day TEXT NOT NULL", "nth INTEGER NOT NULL", "change TEXT NOT NULL"),
        *("prior TEXT NOT NULL", "current TEXT NOT NULL", "instruction TEXT NOT NULL"),
    ),
    ("code", "day", "nth"),
)
_NAMES = {  # what a header cell is taken for
    "date": "day",
    "dateeffective": "day",
    "effectivedate": "day",
    "datedeleted": "day",
    "changetype": "change",
    "cptcode": "code",
    "modifiercode": "code",
    "modifier": "code",
    "priorvalue": "prior",
    "description": "prior",
    "currentvalue": "current",
    "instruction": "instruction",
}
_CODE = re.compile(r"[0-9]{4}[0-9A-Z]|[0-9A-Z]{2}")
_DAYS = ("%Y%m%d", "%Y-%m-%d", "%m/%d/%Y")


def knows_line(text: str) -> bool:
    """Tell whether a line is the header of one of the three files."""
    return _header(text) is not None


def kind_of(document: Document) -> str:
    """Return which of the three a document is: "codes", "modifiers" or "deletions"."""
    header = next(filter(None, (_header(line.text) for line in lines_of(document))), None)
    return header[0] if header else ""


def read_history(document: Document) -> Ledger:
    """Return the changes as a ledger dated by the newest of them; raise `WrongFileError` naming line and column."""
    rows = list(_rows(document))
    if not rows:
        raise WrongFileError(file=document.name, place="its header row", expected=EXPECTED)
    newest = max(date.fromisoformat(str(row[1])) for row in rows)
    kind = kind_of(document)
    name = f"{kind}, to {newest}"
    return Ledger(SOURCE, name, PUBLISHER, newest, {CHANGES: rows}, terms=Terms.AMA, variant=kind)


def _header(text: str) -> tuple[str, str, list[str]] | None:
    separator = next((sign for sign in ("\t", "|") if sign in text), "")
    cells = [re.sub(r"[^a-z]", "", cell.lower()) for cell in text.split(separator)] if separator else []
    columns = [_NAMES.get(cell, cell) for cell in cells]
    if "datedeleted" in cells and "code" in columns:
        return "deletions", separator, columns
    if not {"day", "change", "code", "prior", "current"} <= set(columns):
        return None
    return "codes" if "cptcode" in cells else "modifiers", separator, columns


def _rows(document: Document) -> Iterator[Row]:
    header: tuple[str, str, list[str]] | None = None
    for line in lines_of(document):
        text = line.text.rstrip("\x1a\r")
        if header is None:
            header = _header(text)
        elif text.strip():
            kind, separator, columns = header
            cells = [cell.strip().strip('"') for cell in text.split(separator)]
            if len(cells) != len(columns):
                raise _wrong(document, line, len(cells), f"a row of {len(columns)} columns")
            yield _row(document, line, kind, columns, dict(zip(columns, cells, strict=True)))


def _row(document: Document, line: Line, kind: str, columns: Sequence[str], cells: Mapping[str, str]) -> Row:
    if not _CODE.fullmatch(cells["code"]):
        raise _wrong(document, line, columns.index("code") + 1, "a CPT code or modifier")
    change = "deleted" if kind == "deletions" else cells["change"]
    day = _day(cells["day"])
    if day is None:
        raise _wrong(document, line, columns.index("day") + 1, "a date")
    texts = (cells.get(name, "") for name in ("prior", "current", "instruction"))
    return cells["code"], day.isoformat(), line.number, change, *texts


def _day(text: str) -> date | None:
    for form in _DAYS:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.split(" ", 1)[0], form).date()  # noqa: DTZ007  a calendar day has no zone
    return None


def _wrong(document: Document, line: Line, column: int, expected: str) -> WrongFileError:
    return WrongFileError(file=document.name, place=f"line {line.number}, column {column},", expected=expected)
