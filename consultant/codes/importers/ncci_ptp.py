"""NCCI procedure-to-procedure edits as CMS publishes them each quarter, for practitioners and for outpatient hospitals.

Layout: tab-separated text or a workbook of the same columns: column 1 code, column 2 code, `*` for an edit older than
1996, first day YYYYMMDD, deletion date or `*` for none, modifier indicator (0 not allowed, 1 allowed, 9 not
applicable), rationale. Above the data stand the AMA's notice, a title and four lines of headings. The table comes in
four parts, f1 to f4. A pair may occur again with other dates; one deleted on or before its first day never held.

Which of the two tables a file holds is told by its names only: `ccipra` and `ccioph`, "practitioner" and "hospital". A
copy with the columns named in one line, and without first days, is read too.
"""

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table, Terms
from consultant.codes.importers.ncci_quarters import quarter_of
from consultant.codes.importers.procedure_codes import NEVER, Codes, Days
from consultant.codes.importers.sheets import Cells, encoding_of, is_workbook, rows_of

PUBLISHER = "CMS"
EXPECTED = "an NCCI PTP edit (column 1 code, column 2 code, dates, modifier indicator 0, 1 or 9, rationale)"
PARTS = frozenset({"f1", "f2", "f3", "f4"})

PAIRS = Table(
    "ptp",
    (
        "column1 TEXT NOT NULL",
        "column2 TEXT NOT NULL",
        "effective INTEGER NOT NULL",  # YYYYMMDD, 0 where the file does not say
        "deleted INTEGER NOT NULL",  # YYYYMMDD, the last day in force; 0 for none
        "indicator INTEGER NOT NULL",
        "rationale INTEGER NOT NULL",
    ),
    key=("column1", "column2", "effective", "deleted"),
    repeats=True,  # the same edit twice says nothing new
)
REASONS = Table("ptp_rationale", ("rationale INTEGER NOT NULL", "text TEXT NOT NULL"), key=("rationale",), repeats=True)
RATIONALES = (  # those that need no more than a byte each; others are numbered by their words
    "Anesthesia service included in surgical procedure",
    "CPT Manual or CMS manual coding instruction",
    "CPT Separate procedure definition",
    "HCPCS/CPT procedure code definition",
    "Laboratory panel",
    "Misuse of Column Two code with Column One code",
    "More extensive procedure",
    "Mutually exclusive procedures",
    "Sequential procedure",
    "Standards of medical/surgical practice",
)


class Source(StrEnum):
    """The two tables, by the name `codes status` uses."""

    PRACTITIONER = "NCCI PTP practitioner"
    HOSPITAL = "NCCI PTP hospital"


_COLUMNS = 7
_NAMED_COLUMNS = 5
_INDICATORS = {"0": 0, "1": 1, "9": 9}
_PART = re.compile(r"[-_](f[1-9])(?![0-9a-z])", re.IGNORECASE)
_TABLES = (
    (re.compile(r"cci(?:pra)|practitioner|physician", re.IGNORECASE), Source.PRACTITIONER),
    (re.compile(r"cci(?:oph)|hospital|outpatient", re.IGNORECASE), Source.HOSPITAL),
)


def knows_line(line: str) -> bool:
    """Tell whether a line of text is this file's first line of headings."""
    return knows_cells(line.split("\t"))


def knows_cells(cells: Cells) -> bool:
    """Tell whether a row of cells is this file's first row of headings."""
    names = [cell.strip().lower().replace(" ", "") for cell in cells]
    return names[:2] == ["column1", "column2"] and len(names) >= _NAMED_COLUMNS


def slot(document: Document) -> str:
    """Return which table and which part of it a document holds, as far as its names tell."""
    return f"{_source(document) or ''} {_part(document)}"


def read(document: Document) -> Ledger:
    """Return the edits, to be read as they are written; an error names the line then."""
    source = _source(document)
    name, effective = quarter_of(document, EXPECTED)
    if source is None:
        source, name = Source.PRACTITIONER, f"{name}, taken for the practitioner table"
    rationales = _Rationales()
    return Ledger(
        source,
        name,
        PUBLISHER,
        effective,
        {PAIRS: _Edits(document, rationales), REASONS: rationales.rows()},
        terms=Terms.AMA,
        part=_part(document),
        whole=PARTS,
    )


class _Rationales(dict[str, int]):
    """A number for each rationale, the same in every part of the table; a cell that is none is refused."""

    def __missing__(self, text: str) -> int:
        if not text or text.isdigit():
            raise KeyError(text)
        known = [words.casefold() for words in RATIONALES]
        words = text.casefold()
        self[text] = known.index(words) if words in known else zlib.crc32(words.encode())
        return self[text]

    def rows(self) -> Iterator[Row]:
        """Yield them once the edits are read."""
        yield from ((number, text) for text, number in self.items())


class _Edits:
    """The rows of one document."""

    def __init__(self, document: Document, rationales: _Rationales) -> None:
        self.document, self.rationales = document, rationales

    def __iter__(self) -> Iterator[Row]:
        from_workbook = is_workbook(self.document)
        rows = _trimmed(rows_of(self.document, knows_cells)[1]) if from_workbook else _lines(self.document)
        _, header = next(rows)
        cells = _Cells(from_workbook=from_workbook)
        if len(header) == _NAMED_COLUMNS:
            cells.begun[""] = NEVER
            rows = ((number, [*row[:2], "", "", *row[2:]]) for number, row in rows)
        return self._edits(_below_headings(rows), cells)

    def _edits(self, rows: Iterable[tuple[int, Cells]], known: "_Cells") -> Iterator[Row]:
        codes, begun, ended = known.codes, known.begun, known.ended
        rationales = self.rationales
        for number, cells in rows:
            try:
                column1, column2, _, effective, deleted, indicator, rationale = cells
                yield (
                    codes[column1],
                    codes[column2],
                    begun[effective],
                    ended[deleted],
                    _INDICATORS[indicator],
                    rationales[rationale],
                )
            except (KeyError, ValueError) as error:
                raise self._wrong(number, cells, known) from error

    def _wrong(self, number: int, cells: Cells, known: "_Cells") -> WrongFileError:
        place = f"line {number} ({len(cells)} columns)"
        if len(cells) == _COLUMNS:
            readers = (known.codes, known.codes, None, known.begun, known.ended, _INDICATORS, self.rationales)
            column = next(at for at, reader in enumerate(readers) if reader is not None and _fails(reader, cells[at]))
            place = f"line {number}, column {column + 1}, {cells[column][:20]!r},"
        return WrongFileError(file=self.document.name, place=place, expected=EXPECTED)


class _Cells:
    """What the cells of one document may be."""

    def __init__(self, *, from_workbook: bool) -> None:
        self.codes = Codes(from_workbook=from_workbook)
        self.begun = Days("%Y%m%d")
        self.ended = Days("%Y%m%d", {"*": NEVER})


def _fails(reader: Mapping[str, object], cell: str) -> bool:
    try:
        reader[cell]
    except KeyError:
        return True
    return False


def _lines(document: Document) -> Iterator[tuple[int, Cells]]:
    """Yield the lines from the first one of headings on, split at their tabs; two and a half million pass here."""
    encoding = encoding_of(document)
    with document.open() as stream, io.TextIOWrapper(stream, encoding, errors="replace", newline=None) as text:
        numbered = enumerate(text, start=1)
        for number, line in numbered:
            if knows_line(line):
                yield number, line.rstrip("\n").split("\t")
                break
        for number, line in numbered:
            yield number, line.rstrip("\n").split("\t")


def _trimmed(rows: Iterable[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Take from a sheet's rows the empty cells behind the last column."""
    for number, cells in rows:
        yield number, cells if any(cells[_COLUMNS:]) else cells[:_COLUMNS]


def _below_headings(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Leave out the further lines of headings, whose first cell is empty, and empty lines."""
    for number, cells in rows:
        if cells[0]:
            yield number, cells
            break
    for number, cells in rows:
        if any(cells) and (len(cells) > 1 or cells[0].strip("\x1a ")):
            yield number, cells


def _source(document: Document) -> Source | None:
    for name in reversed(document.trail.split("/")):
        found = [source for pattern, source in _TABLES if pattern.search(name)]
        if len(found) == 1:
            return found[0]
    return None


def _part(document: Document) -> str:
    for name in reversed(document.trail.split("/")):
        if found := _PART.search(name):
            return found[1].lower()
    return ""
