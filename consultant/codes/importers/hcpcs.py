"""HCPCS Level II as CMS publishes it four times a year: the alpha-numeric (ANWEB) file as text, workbook or csv.

Layout: "HCPCS Contractor Record", 320 columns (HCPC2026_recordlayout.txt): 1-5 code, for a modifier three blanks and
its two characters; 6-10 sequence; 11 record id (3 code, 4 its continuation, 7 modifier, 8 its continuation); text and
indicators after that. Workbook and csv carry the same fields under the header `HCPC,SEQNUM,RECID,...`, below up to a
page of notices. Terminated codes stay in the file. Dental (D) and numeric codes are not ours to keep and are left out,
should they appear.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from consultant.codes.entries import System
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.sheets import Cells, Line, lines_of, rows_of

SOURCE = "HCPCS Level II"
PUBLISHER = "CMS"
EXPECTED = "an HCPCS alpha-numeric record (320 columns, or the 48 columns from HCPC to ACTION CD)"

COVERAGE = {  # record layout, field 16
    "C": "Carrier judgment",
    "D": "Special coverage instructions apply",
    "I": "Not payable by Medicare",
    "M": "Non-covered by Medicare",
    "S": "Non-covered by Medicare statute",
}
ACTIONS = {  # record layout, field 30
    "A": "Add procedure or modifier code",
    "B": "Change in both administrative data field and long description of procedure or modifier code",
    "C": "Change in long description of procedure or modifier code",
    "D": "Discontinue procedure or modifier code",
    "F": "Change in administrative data field of procedure or modifier code",
    "N": "No maintenance for this code",
    "P": "Payment change (MOG, pricing indicator codes, anesthesia base units, Ambulatory Surgical Centers)",
    "R": "Re-activate discontinued/deleted procedure or modifier code",
    "S": "Change in short description of procedure code",
    "T": "Miscellaneous change (BETOS, type of service)",
}

RECORD = re.compile(r"(?:   [A-Z0-9]{2}|[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z])[0-9 ]{5}[3478]")
_RECORD_COLUMNS = 293  # through the action code; what follows is filler
_COLUMNS = {  # field -> (first, last) column of the text layout, counted from 1
    "HCPC": (1, 5),
    "RECID": (11, 11),
    "LONGDESCRIPTION": (12, 91),
    "SHORTDESCRIPTION": (92, 119),
    "PRICE1": (120, 121),
    "PRICE2": (122, 123),
    "PRICE3": (124, 125),
    "PRICE4": (126, 127),
    "MULTPI": (128, 128),
    "STATUTE": (171, 180),
    "XREF1": (205, 209),
    "XREF2": (210, 214),
    "XREF3": (215, 219),
    "XREF4": (220, 224),
    "XREF5": (225, 229),
    "COV": (230, 230),
    "ASCGRP": (231, 232),
    "OPPSPI": (244, 244),
    "PROCNOTE": (253, 256),
    "BETOS": (257, 259),
    "TOS1": (261, 261),
    "TOS2": (262, 262),
    "TOS3": (263, 263),
    "TOS4": (264, 264),
    "TOS5": (265, 265),
    "ANESTBU": (266, 268),
    "ADDDT": (269, 276),
    "ACTEFFDT": (277, 284),
    "TERMDT": (285, 292),
    "ACTIONCD": (293, 293),
}
_ATTRIBUTES = {  # what an answer may want to say, and the fields it is read from
    "coverage": ("COV",),
    "pricing": ("PRICE1", "PRICE2", "PRICE3", "PRICE4"),
    "multiple pricing": ("MULTPI",),
    "statute": ("STATUTE",),
    "cross references": ("XREF1", "XREF2", "XREF3", "XREF4", "XREF5"),
    "ASC group": ("ASCGRP",),
    "outpatient indicator": ("OPPSPI",),
    "processing note": ("PROCNOTE",),
    "BETOS": ("BETOS",),
    "type of service": ("TOS1", "TOS2", "TOS3", "TOS4", "TOS5"),
    "action": ("ACTIONCD",),
    "action effective": ("ACTEFFDT",),
}
_CONTINUATIONS = {"4", "8"}
_MODIFIERS = {"7", "8"}
_QUARTERS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
_MONTH = re.compile(r"(?<![A-Z])(JAN|APR|JUL|OCT)(?:UARY|IL|Y|OBER)?(?![A-Z])", re.IGNORECASE)
_OURS = re.compile(r"HCPC|alpha", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])|HCPC([0-9]{2})(?![0-9])", re.IGNORECASE)


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's header."""
    return _plain(cells)[:3] == ["HCPC", "SEQNUM", "RECID"]


def knows_text(line: str) -> bool:
    """Tell whether a line of text is a record of this file."""
    return len(line.rstrip("\r\n")) >= _RECORD_COLUMNS and bool(RECORD.match(line))


def read_text(document: Document) -> Edition:
    """Return the edition in a 320-column text file, or raise `WrongFileError` naming the line."""
    return _edition(document, document.trail, _text_records(document))


def read_table(document: Document) -> Edition:
    """Return the edition in a csv or workbook, or raise `WrongFileError` naming the row."""
    sheet, rows = rows_of(document, knows_cells)
    return _edition(document, f"{document.trail}/{sheet}", _table_records(document, rows))


@dataclass(frozen=True, slots=True)
class _Record:
    """One record, blanks stripped; `line` is where it stands in the file."""

    line: int
    fields: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.fields.get(field, "")


def _text_records(document: Document) -> Iterator[_Record]:
    """Yield the records below the preamble, whose lines never look like a record."""
    begun = False
    for line in lines_of(document):
        if not line.text.strip("\x1a\t \xa0"):
            continue
        begun = begun or bool(RECORD.match(line.text))
        if begun:
            yield _text_record(document, line)


def _text_record(document: Document, line: Line) -> _Record:
    if not RECORD.match(line.text) or len(line.text) < _RECORD_COLUMNS:
        place = f"line {line.number} ({len(line.text)} columns)"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return _Record(line.number, {name: line.text[a - 1 : b].strip() for name, (a, b) in _COLUMNS.items()})


def _table_records(document: Document, rows: Iterable[tuple[int, Cells]]) -> Iterator[_Record]:
    """Yield the rows below the header, each cell under its field's name."""
    header: list[str] = []
    for number, cells in rows:
        if not header:
            header = _plain(cells)
            _check_header(document, number, header)
        elif any(cells):
            yield _Record(number, dict(zip(header, cells, strict=False)))


def _check_header(document: Document, number: int, header: list[str]) -> None:
    missing = sorted(_COLUMNS.keys() - set(header))
    if missing:
        place = f"row {number}, where the column {missing[0]} is missing,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)


def _plain(cells: Cells) -> list[str]:
    """Write header cells as letters and digits only: years differ in blanks and underscores."""
    return [re.sub(r"[^A-Z0-9]", "", cell.upper()) for cell in cells]


def _edition(document: Document, trail: str, records: Iterator[_Record]) -> Edition:
    codes = [_printed(document, group) for group in _grouped(document, records)]
    if not codes:
        raise WrongFileError(file=document.name, place="its first record", expected=EXPECTED)
    ours = [code for code in codes if not _owned_by_others(code)]
    effective = _named_date(trail) or _newest_date(ours)
    if effective is None:
        raise WrongFileError(file=document.name, place="its name and dates", expected="an edition of a known quarter")
    return Edition(SOURCE, System.HCPCS, f"{effective:%B %Y}", PUBLISHER, effective, ours)


def _grouped(document: Document, records: Iterator[_Record]) -> Iterator[list[_Record]]:
    """Gather each code's first record with its continuations."""
    group: list[_Record] = []
    for record in records:
        if record["RECID"] not in _CONTINUATIONS:
            if group:
                yield group
            group = [record]
        elif group and group[0]["HCPC"] == record["HCPC"]:
            group.append(record)
        else:
            place = f"line {record.line}, a continuation of {record['HCPC']} without its beginning,"
            raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    if group:
        yield group


def _printed(document: Document, group: list[_Record]) -> PrintedCode:
    first = group[0]
    code = first["HCPC"]
    modifier = first["RECID"] in _MODIFIERS
    if not re.fullmatch(r"[A-Z0-9]{2}" if modifier else r"[A-Z0-9]{5}", code) or first["RECID"] not in {"3", "7"}:
        place = f"line {first.line} (code {code[:10]!r}, record id {first['RECID'][:5]!r})"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return PrintedCode(
        code,
        Kind.MODIFIER if modifier else Kind.CODE,
        long=" ".join(" ".join(record["LONGDESCRIPTION"] for record in group).split()),
        short=first["SHORTDESCRIPTION"],
        effective=_day(document, first, "ADDDT"),
        terminated=_day(document, first, "TERMDT"),
        attributes=_attributes(document, first),
    )


def _attributes(document: Document, record: _Record) -> dict[str, str]:
    found = {name: " ".join(filter(None, (record[field] for field in fields))) for name, fields in _ATTRIBUTES.items()}
    found["coverage meaning"] = COVERAGE.get(found["coverage"], "")
    found["action meaning"] = ACTIONS.get(found["action"], "")
    acted = _day(document, record, "ACTEFFDT")
    found["action effective"] = acted.isoformat() if acted else ""
    return {name: value for name, value in found.items() if value}


def _day(document: Document, record: _Record, field: str) -> date | None:
    """Read YYYYMMDD; blank and zeros mean no date."""
    text = record[field].strip("0 ")
    if not text:
        return None
    try:
        return datetime.strptime(record[field], "%Y%m%d").date()  # noqa: DTZ007  a calendar day has no zone
    except ValueError as error:
        place = f"line {record.line}, {field} {record[field][:12]!r},"
        raise WrongFileError(file=document.name, place=place, expected="a date written YYYYMMDD") from error


def _owned_by_others(code: PrintedCode) -> bool:
    """Tell dental codes (ADA) and numeric codes (AMA), whose text is not kept without their owner's terms."""
    return code.kind is Kind.CODE and not re.fullmatch(r"[A-CE-Z][0-9]{4}", code.code)


def _named_date(trail: str) -> date | None:
    """Read the quarter from the names on the way to the file, nearest first: HCPC2026_OCT_ANWEB, 2019-Alpha-Numeric."""
    for name in reversed(trail.split("/")):
        month = _MONTH.search(name.replace("_", " "))
        year = _YEAR.search(name)
        if year and (month or _OURS.search(name)):  # a year alone may be the day it was downloaded
            number = int(year.group(1) or f"20{year.group(2)}")
            return date(number, _QUARTERS[month.group(1).upper()] if month else 1, 1)
    return None


def _newest_date(codes: list[PrintedCode]) -> date | None:
    """Return the quarter of the newest code added: what a file without a telling name shows of its own age."""
    added = [code.effective for code in codes if code.effective]
    return max(added).replace(month=(max(added).month - 1) // 3 * 3 + 1, day=1) if added else None
