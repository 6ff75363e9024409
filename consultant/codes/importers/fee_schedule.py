"""The Medicare physician fee schedule as CMS publishes it four times a year: the PPRRVU file as csv, workbook or text.

Layout: "National Physician Fee Schedule Relative Value File" (RVU25D.pdf, record layout and Attachment A). In csv and
workbook a title stands in row 1, the notices of the AMA and the ADA below it, and a header stacked over five rows whose
lowest begins `HCPCS,MOD,DESCRIPTION,CODE`; names repeat in it, so columns are known by their place: 31 of them, and 32
since 2026, when a pricing indicator came between team surgery and endoscopic base. The text has `HDR` lines and 171
columns, and neither title nor the mark of codes not used by Medicare.

One row is one code with one modifier: none, 26, TC or 53. From 2026 two files of a quarter stand side by side, one for
each conversion factor: two variants of one release. The descriptions are the AMA's, and only the operator's own CPT
files may supply those: this importer does not keep the column, not even for the codes that are CMS's own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table, Terms
from consultant.codes.importers.fee_periods import for_qualifying_participants, names_on, quarter_told
from consultant.codes.importers.records import Record, positions, records_below, squashed
from consultant.codes.importers.sheets import Cells, Line, lines_of, rows_above

SOURCE = "Physician fee schedule"
PUBLISHER = "CMS"
QPP = "QPP"
"""The variant for qualifying participants; the file for everybody else is the release without a variant."""
TWO_FACTORS_SINCE = 2026


class FeeRow(NamedTuple):
    """What the fee schedule says of one code with one modifier; amounts are decimal text, blanks are ""."""

    code: str
    modifier: str
    status: str
    unused: str  # "+": not used for Medicare payment
    work: str
    nonfacility_pe: str
    nonfacility_na: str  # "NA": rarely or never performed there
    facility_pe: str
    facility_na: str
    malpractice: str
    nonfacility_total: str
    facility_total: str
    pctc: str
    global_days: str
    preoperative: str
    intraoperative: str
    postoperative: str
    multiple: str
    bilateral: str
    assistant: str
    cosurgeons: str
    team: str
    pricing: str  # since 2026
    endoscopic_base: str
    factor: str
    supervision: str
    calculation: str
    imaging_family: str
    opps_nonfacility_pe: str
    opps_facility_pe: str
    opps_malpractice: str


TABLE = Table("fee", tuple(f"{field} TEXT NOT NULL" for field in FeeRow._fields), ("code", "modifier"))

_LOWEST = (  # the lowest row of the stacked header, squashed, as it stands in 2026
    *("HCPCS", "MOD", "DESCRIPTION", "CODE", "PAYMENT", "RVU", "PERVU", "INDICATOR", "PERVU", "INDICATOR", "RVU"),
    *("TOTAL", "TOTAL", "IND", "DAYS", "OP", "OP", "OP", "PROC", "SURG", "SURG", "SURG", "SURG", "IND", "BASE"),
    *("FACTOR", "PROCEDURES", "FLAG", "INDICATOR", "AMOUNT", "AMOUNT", "AMOUNT"),
)
_DESCRIPTION_AT, _PRICING_AT = 2, 23
_LOWEST_2025 = _LOWEST[:_PRICING_AT] + _LOWEST[_PRICING_AT + 1 :]
_WITH_DESCRIPTION = ("code", "modifier", "description", *FeeRow._fields[2:])
_COLUMNS = positions(_WITH_DESCRIPTION)
_COLUMNS_2025 = positions([column for column in _WITH_DESCRIPTION if column != "pricing"])
_TEXT_COLUMNS = {  # field -> (first, last) column of the text layout, counted from 1
    "code": (1, 5),
    "modifier": (6, 7),
    "status": (58, 58),
    "work": (60, 65),
    "nonfacility_pe": (67, 72),
    "nonfacility_na": (73, 74),
    "facility_pe": (76, 81),
    "facility_na": (82, 83),
    "malpractice": (85, 89),
    "nonfacility_total": (91, 96),
    "facility_total": (97, 102),
    "pctc": (103, 103),
    "global_days": (104, 106),
    "preoperative": (107, 109),
    "intraoperative": (110, 112),
    "postoperative": (113, 115),
    "multiple": (116, 116),
    "bilateral": (117, 117),
    "assistant": (118, 118),
    "cosurgeons": (119, 119),
    "team": (120, 120),
    "endoscopic_base": (128, 132),
    "factor": (133, 140),
    "supervision": (142, 143),
    "calculation": (144, 144),
    "imaging_family": (146, 147),
    "opps_nonfacility_pe": (152, 157),
    "opps_facility_pe": (159, 164),
    "opps_malpractice": (166, 171),
}
_TEXT_WIDTH = 171
_TEXT_RECORD = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z][0-9A-Z ]{2}.{50}[A-Z] [ 0-9]{3}\.[0-9]{2} ")
EXPECTED = "a row of the fee schedule file (31 columns, or the 32 of 2026; as text 171 columns)"
_AMOUNTS = frozenset(
    {
        *("work", "nonfacility_pe", "facility_pe", "malpractice", "nonfacility_total", "facility_total"),
        *("preoperative", "intraoperative", "postoperative"),
        *("opps_nonfacility_pe", "opps_facility_pe", "opps_malpractice"),
    }
)
_FORMS = {  # what an indicator may look like; which values have a meaning is for `consultant.codes.fees` to say
    "status": re.compile(r"[A-Z]"),
    "unused": re.compile(r"\+?"),
    "nonfacility_na": re.compile(r"(?:NA)?"),
    "facility_na": re.compile(r"(?:NA)?"),
    "global_days": re.compile(r"[0-9]{3}|[A-Z]{3}"),
    "endoscopic_base": re.compile(r"(?:[0-9A-Z][0-9]{3}[0-9A-Z])?"),
    "supervision": re.compile(r"(?:[0-9A-Z]{2})?"),
    "imaging_family": re.compile(r"(?:[0-9]{2})?"),
}
_INDICATOR = re.compile(r"[0-9A-Z]?")
_WIDTHS = {"global_days": 3, "endoscopic_base": 5, "supervision": 2, "imaging_family": 2}  # workbooks drop zeros

_TITLE = re.compile(r"(20[0-9]{2}) National Physician Fee Schedule", re.IGNORECASE)
_NON_QPP_FACTORS = {2026: "33.4009"}  # year -> the factor of those who are not qualifying participants
_YEARS = {"32.3465": "2025", "33.4009": "2026"}  # a conversion factor dates a file that nothing else dates


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is the lowest of this file's header, which begins so in every year."""
    return squashed(cells[:5]) == list(_LOWEST[:5])


def knows_line(text: str) -> bool:
    """Tell whether a line of text is a record of this file."""
    return _TEXT_RECORD.match(text) is not None


def read_table(document: Document) -> Ledger:
    """Return the ledger in a csv or workbook; reading its rows raises `WrongFileError` naming row and column."""
    above = (cell for cells in rows_above(document, knows_cells) for cell in cells)
    title = next((cell for cell in above if _TITLE.search(cell)), "")
    return _ledger(document, title, lambda: records_below(document, knows_cells, partial(_columns, document)))


def read_text(document: Document) -> Ledger:
    """Return the ledger in a text of 171 columns; reading its rows raises `WrongFileError` naming line and column."""
    return _ledger(document, "", lambda: _text_records(document))


def variant_of(document: Document) -> str:
    """Return whose conversion factor a file's name says it carries, so that both of a download are read."""
    return QPP if for_qualifying_participants(document.trail) else ""


def _ledger(document: Document, title: str, records: Callable[[], Iterator[Record]]) -> Ledger:
    first = next(records(), None)
    if first is None:
        raise WrongFileError(file=document.name, place="its first row", expected=EXPECTED)
    factor = _factor(first, "factor")
    quarter = quarter_told(title, *names_on(document.trail), _YEARS.get(factor, ""))
    variant = _variant(document, quarter.effective.year, factor)
    beside = f" ({variant or 'nonQPP'})" if quarter.effective.year >= TWO_FACTORS_SINCE else ""
    rows = (_fee_row(record) for record in records())
    return Ledger(
        source=SOURCE,
        name=f"{quarter.name}{beside}",
        publisher=PUBLISHER,
        effective=quarter.effective,
        tables={TABLE: rows},
        terms=Terms.AMA,
        variant=variant,
    )


def _variant(document: Document, year: int, factor: str) -> str:
    """Return whose factor a file carries; refuse a name that its factor gives the lie."""
    if year < TWO_FACTORS_SINCE:
        return ""
    said = for_qualifying_participants(document.trail)
    others = _NON_QPP_FACTORS.get(year)
    if said and factor == others:
        place = f"its conversion factor {factor}, which belongs to the _nonQPP file,"
        raise WrongFileError(file=document.name, place=place, expected="the _QPP file its name says it is")
    if said is None and others is None:
        raise WrongFileError(
            file=document.name, place="its name", expected="one with _QPP or _nonQPP in it, as CMS names it"
        )
    return QPP if said or (said is None and factor != others) else ""


def _columns(document: Document, number: int, header: Cells) -> Mapping[str, int]:
    """Return the columns of the year, having seen that every one is where it should be."""
    found = squashed(header)
    expected = _LOWEST if len(found) >= len(_LOWEST) else _LOWEST_2025
    wrong = next((at for at, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), None)
    if wrong is not None:
        place = f"row {number}, column {wrong + 1}, {header[wrong][:20]!r},"
        raise WrongFileError(file=document.name, place=place, expected=f"the header {expected[wrong]}")
    if len(found) != len(expected):
        place = f"row {number}, a header of {len(found)} columns,"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return _COLUMNS if expected is _LOWEST else _COLUMNS_2025


def _text_records(document: Document) -> Iterator[Record]:
    columns = positions(tuple(_TEXT_COLUMNS))
    begun = False
    for line in lines_of(document):
        if not line.text.strip("\x1a\t ") or (not begun and line.text.startswith("HDR")):
            continue
        begun = True
        yield Record(document, line.number, _cut(document, line), columns)


def _cut(document: Document, line: Line) -> Cells:
    if not _TEXT_RECORD.match(line.text) or len(line.text.rstrip()) < _TEXT_WIDTH:
        place = f"line {line.number} ({len(line.text)} columns)"
        raise WrongFileError(file=document.name, place=place, expected=EXPECTED)
    return [line.text[first - 1 : last].strip() for first, last in _TEXT_COLUMNS.values()]


def _fee_row(record: Record) -> FeeRow:
    return FeeRow(*(_reader(column)(record, column) for column in FeeRow._fields))


def _reader(column: str) -> Callable[[Record, str], str]:
    return _READERS.get(column, _indicator)


def _indicator(record: Record, column: str) -> str:
    if column not in record.columns:  # the text lacks two columns, the files before 2026 one
        return ""
    cell = record[column]
    width = _WIDTHS.get(column)
    padded = cell.zfill(width) if width and cell.isdecimal() else cell
    if not _FORMS.get(column, _INDICATOR).fullmatch(padded):
        raise record.wrong(column, "a value this column may have")
    return padded


def _factor(record: Record, column: str) -> str:
    return record.amount(column, places=4)


_READERS: dict[str, Callable[[Record, str], str]] = {
    "code": Record.code,
    "modifier": Record.modifier,
    "factor": _factor,
    **dict.fromkeys(_AMOUNTS, Record.amount),
}
