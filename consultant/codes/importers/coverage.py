"""Medicare coverage policies as CMS exports them: LCDs, Articles and NCDs with the codes they list, one csv each table.

A download is a zip in a zip (`all_lcd.zip` holds `all_lcd_csv.zip`), each table a csv whose first row names its columns
(LCD, Article and NCD data dictionaries of the Medicare Coverage Database). `lcd`, `article` and `ncd_trkg` describe
policies; `*_x_hcpc_code`, `*_x_icd10_covered`, `*_x_icd10_noncovered` and `*_x_icd10_pcs_code` list codes in numbered
groups, whose condition is the paragraph in the `*_group` tables; `*_x_contractor` and `contractor` say whose policy it
is. The key of a policy is its number and version. Descriptions of codes in these tables are not kept: those of CPT are
the AMA's, the others the book has from their own source.

Each table is a part of one release, which is dated by the archive's own date of its files, since nothing inside is. A
policy lists a code: that is all it says. It makes no pair of codes valid.
"""

import contextlib
import csv
import html
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table, Terms
from consultant.codes.importers.fiscal_years import UNDATED
from consultant.codes.importers.sheets import encoding_of

SOURCE = "Medicare coverage"
PUBLISHER = "CMS"
EXPECTED = "a table of the Medicare Coverage Database with the columns of its data dictionary"
LONGEST_CELL = 16 * 1024 * 1024  # characters; policies are whole texts

_VERSION = ("number INTEGER NOT NULL", "version INTEGER NOT NULL")
POLICY = Table(
    "policy",
    (*_VERSION, "kind TEXT NOT NULL", "display TEXT NOT NULL", "title TEXT NOT NULL", "effective TEXT", "ended TEXT"),
    ("number", "version"),
)
LISTED = Table(
    "policy_code",
    (
        *("list TEXT NOT NULL", "code TEXT NOT NULL", *_VERSION, "grp INTEGER NOT NULL", "starred INTEGER NOT NULL"),
        "kind TEXT NOT NULL",
    ),
    ("code", "list", "kind", "number", "version", "grp"),
    indexes=(("number", "version"),),
    repeats=True,
)
GROUP = Table(
    "policy_group",
    (*_VERSION, "list TEXT NOT NULL", "grp INTEGER NOT NULL", "paragraph TEXT NOT NULL"),
    ("number", "version", "list", "grp"),
    repeats=True,
)
HOLDER = Table(
    "policy_contractor",
    (*_VERSION, "contractor INTEGER NOT NULL", "type INTEGER NOT NULL", "edition INTEGER NOT NULL"),
    ("number", "version", "contractor", "type", "edition"),
    repeats=True,
)
CONTRACTOR = Table(
    "contractor",
    ("contractor INTEGER NOT NULL", "type INTEGER NOT NULL", "edition INTEGER NOT NULL", "name TEXT NOT NULL"),
    ("contractor", "type", "edition"),
    repeats=True,
)

_LISTS = {  # the column a list keeps its group in, and what the list is called
    "hcpc_code_group": "procedures",
    "icd10_covered_group": "covered",
    "icd10_noncovered_group": "not covered",
    "icd10_pcs_code_group": "inpatient procedures",
}
_CODE_COLUMNS = ("hcpc_code_id", "icd10_code_id", "icd10_pcs_code_id")
_EFFECTIVE = {
    "LCD": ("rev_eff_date", "orig_det_eff_date"),
    "Article": ("article_rev_eff_date", "article_eff_date"),
    "NCD": ("ncd_efctv_dt",),
}
_ENDED = {
    "LCD": ("date_retired", "rev_end_date", "ent_det_end_date"),
    "Article": ("date_retired", "article_rev_end_date", "article_end_date"),
    "NCD": ("ncd_trmntn_dt",),
}
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CODE = re.compile(r"[0-9A-Z]{2,7}")


@dataclass(frozen=True)
class _Kind:
    """A kind of policy, and how its tables name number and version."""

    name: str
    number: str
    version: str
    whole: frozenset[str]  # the tables without which silence says nothing


_LCD = _Kind("LCD", "lcd_id", "lcd_version", frozenset({"policies", "procedures"}))
_ARTICLE = _Kind(
    "Article", "article_id", "article_version", frozenset({"policies", "procedures", "covered", "not-covered"})
)
_NCD = _Kind("NCD", "ncd_id", "ncd_vrsn_num", frozenset({"policies"}))
_KINDS = (_ARTICLE, _LCD, _NCD)


@dataclass(frozen=True)
class _Shape:
    """What a header says a table is: whose, which part, where its rows go and how they are read."""

    kind: _Kind
    part: str
    table: Table
    read: "Callable[[_Line, _Shape], Row]"
    group: str = ""
    code: str = ""


def knows_cells(cells: Sequence[str]) -> bool:
    """Tell whether a row of cells is the header of a table of the database that is read here."""
    return _shape(_plain(cells)) is not None


def part_of(document: Document) -> str:
    """Return which table a document is, to tell it from the others of its download."""
    with _rows(document) as rows:
        shape = _shape(_plain(next(rows, [])))
    return f"{shape.kind.name} {shape.part}" if shape else ""


def read_table(document: Document) -> Ledger:
    """Return one table as a part of its release; raise `WrongFileError` naming row and column as rows are read."""
    with _rows(document) as rows:
        shape = _shape(_plain(next(rows, [])))
    if shape is None:
        raise WrongFileError(file=document.name, place="row 1", expected=EXPECTED)
    dated = document.dated or UNDATED
    name = f"{shape.kind.name}s of {dated}" if document.dated else f"{shape.kind.name}s, date not stated"
    return Ledger(
        SOURCE,
        name,
        PUBLISHER,
        dated,
        {shape.table: _read(document, shape)},
        terms=Terms.AMA,
        part=shape.part,
        whole=shape.kind.whole,
        variant=shape.kind.name,
    )


def _shape(header: list[str]) -> _Shape | None:
    """Return what a table with this header is, None where it is none of ours."""
    names = frozenset(header)
    if {"contractor_id", "contractor_bus_name"} <= names:
        return _Shape(_ARTICLE, "contractors", CONTRACTOR, _contractor)
    kind = next((kind for kind in _KINDS if {kind.number, kind.version} <= names), None)
    if kind is None:
        return None
    if {"title", "display_id"} <= names or "ncd_mnl_sect_title" in names:
        return _Shape(kind, "policies", POLICY, _policy)
    if "contractor_id" in names and "r_contractor_id" not in names:
        return _Shape(kind, "holders", HOLDER, _holder)
    group = next((column for column in _LISTS if column in names), "")
    code = next((column for column in _CODE_COLUMNS if column in names), "")
    part = _LISTS.get(group, "").replace(" ", "-")
    if group and code:
        return _Shape(kind, part, LISTED, _listed, group, code)
    return _Shape(kind, f"{part}-groups", GROUP, _group, group) if group and "paragraph" in names else None


@dataclass(frozen=True, slots=True)
class _Line:
    """One row below the header, each cell under its column."""

    document: Document
    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a cell, "" where the table lacks the column."""
        return self.cells.get(column, "").strip()

    def integer(self, column: str) -> int:
        """Return a cell as a number."""
        if not re.fullmatch(r"[0-9]{1,9}", self.get(column)):
            raise self.wrong(column, "a number")
        return int(self.get(column))

    def day(self, columns: Sequence[str]) -> str | None:
        """Return the first of these dates that is given, as ISO 8601."""
        for column in columns:
            if self.get(column):
                return _day(self, column).isoformat()
        return None

    def wrong(self, column: str, expected: str) -> WrongFileError:
        """Return the error that names this place."""
        place = f"row {self.number}, column {column} ({self.get(column)[:20]!r}),"
        return WrongFileError(file=self.document.name, place=place, expected=expected)


def _read(document: Document, shape: _Shape) -> Iterator[Row]:
    with _rows(document) as rows:
        header = _plain(next(rows))
        for number, cells in enumerate(rows, start=2):
            if not any(cells):
                continue
            if len(cells) != len(header):
                place = f"row {number}, column {len(cells)},"
                raise WrongFileError(file=document.name, place=place, expected=f"the end of a row of {len(header)}")
            yield shape.read(_Line(document, number, dict(zip(header, cells, strict=True))), shape)


def _policy(line: _Line, shape: _Shape) -> Row:
    kind = shape.kind
    section = line.get("ncd_mnl_sect")
    display = f"NCD {section}" if section else line.get("display_id")
    prefix = {"LCD": "L", "Article": "A", "NCD": "NCD "}[kind.name]
    title = _words(line.get("title") or line.get("ncd_mnl_sect_title"))
    if not title:
        raise line.wrong("title", "a title")
    return (
        *(line.integer(kind.number), line.integer(kind.version), kind.name),
        *(display or f"{prefix}{line.get(kind.number)}", title),
        *(line.day(_EFFECTIVE[kind.name]), line.day(_ENDED[kind.name])),
    )


def _listed(line: _Line, shape: _Shape) -> Row:
    code = line.get(shape.code).replace(".", "").upper()
    if not _CODE.fullmatch(code):
        raise line.wrong(shape.code, "a code")
    return (
        *(_LISTS[shape.group], code, line.integer(shape.kind.number), line.integer(shape.kind.version)),
        *(line.integer(shape.group) if line.get(shape.group) else 0, line.get("asterisk").upper() == "Y"),
        shape.kind.name,
    )


def _group(line: _Line, shape: _Shape) -> Row:
    number, version = line.integer(shape.kind.number), line.integer(shape.kind.version)
    return number, version, _LISTS[shape.group], line.integer(shape.group), _words(line.get("paragraph"))


def _holder(line: _Line, shape: _Shape) -> Row:
    number, version = line.integer(shape.kind.number), line.integer(shape.kind.version)
    return number, version, *_contractor_key(line)


def _contractor(line: _Line, _shape: _Shape) -> Row:
    return *_contractor_key(line), line.get("contractor_bus_name")


def _contractor_key(line: _Line) -> tuple[int, int, int]:
    return line.integer("contractor_id"), line.integer("contractor_type_id"), line.integer("contractor_version")


def _day(line: _Line, column: str) -> date:
    text = line.get(column).split(" ")[0].split("T")[0]
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a calendar day has no zone
    raise line.wrong(column, "a date")


def _words(markup: str) -> str:
    """Return the text of a paragraph of HTML on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


@contextlib.contextmanager
def _rows(document: Document) -> Iterator[Iterator[list[str]]]:
    """Open a csv for reading; its cells may be longer than the reader of the standard library allows by itself."""
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        with document.open() as stream, io.TextIOWrapper(stream, encoding_of(document), "replace", newline="") as text:
            yield _checked(document, csv.reader(text))
    finally:
        csv.field_size_limit(usual)


def _checked(document: Document, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 0
    try:
        for number, row in enumerate(rows, start=1):  # noqa: B007  told if the next row cannot be read
            yield row
    except csv.Error as error:
        raise WrongFileError(file=document.name, place=f"row {number + 1} ({error})", expected=EXPECTED) from error


def _plain(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]
