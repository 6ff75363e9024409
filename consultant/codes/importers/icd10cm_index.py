"""The ICD-10-CM indexes in XML: diseases and injuries, external causes, drugs and chemicals, neoplasms.

Layout: `letter > mainTerm > term`, `term` nested by `level`; `title` is mixed text with non-essential modifiers in
`nemod`; then `code` (ending in "-" where more characters are needed), `see`, `seeAlso`. The two tables have an
`indexHeading` that names their columns and a `cell` for each with a code, "--" where there is none.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from consultant.codes.importers import fiscal_years
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fiscal_years import FiscalYear

SOURCE = "ICD-10-CM index"
PUBLISHER = "CDC/NCHS"
EXPECTED = "an ICD-10-CM index in XML (root ICD10CM.index)"
DEEPEST = 20  # levels; the deepest printed is 9

TERMS = Table(
    "index_term",
    (
        *("nth INTEGER NOT NULL", "term TEXT NOT NULL", "key TEXT NOT NULL", "code TEXT NOT NULL"),
        *("see TEXT NOT NULL", "see_also TEXT NOT NULL"),
    ),
    ("nth",),
    indexes=(("key",),),
)

_BOOKS = (  # a word of the title, and which of the indexes it is
    ("EXTERNAL", "external causes"),
    ("DRUG", "drugs and chemicals"),
    ("NEOPLASM", "neoplasms"),
    ("INDEX TO DISEASES", "diseases and injuries"),
)
_YEAR = re.compile(r"20[0-9]{2}")
_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?\.?-?")


class IndexTerm(NamedTuple):
    """One line of the index: the terms from the main term down, and where it leads.

    `code` is as printed, with its dot and, where more characters are needed, a hyphen; it is "" where the line only
    sends on (`see`) or heads others.
    """

    term: str
    code: str
    see: str
    see_also: str


@dataclass(frozen=True)
class Index:
    """One index, whole; `book` says which of the four it is."""

    book: str
    year: FiscalYear
    terms: list[IndexTerm]


def knows(head: bytes) -> bool:
    """Tell whether a file beginning so is one of the indexes."""
    return b"<ICD10CM.index" in head


def book_of(document: Document) -> str:
    """Return which of the four indexes a document is, by the title near its top."""
    return next((book for word, book in _BOOKS if word.encode() in document.head().upper()), "")


def read_ledger(document: Document) -> Ledger:
    """Return the index as a ledger of its terms; the four indexes stand beside each other."""
    index = read_index(document)
    rows = (
        (nth, term.term, term.code.rstrip("-").replace(".", ""), term.code, term.see, term.see_also)
        for nth, term in enumerate(index.terms, start=1)
    )
    name = f"{index.year.name}, {index.book}"
    return Ledger(SOURCE, name, PUBLISHER, index.year.effective, {TERMS: rows}, variant=index.book)


def read_index(document: Document) -> Index:
    """Return the index, or raise `WrongFileError` naming the line."""
    reading = _Reading()
    with document.open() as stream:
        try:
            _read(stream, reading)
        except ET.ParseError as error:
            line, column = error.position
            place = f"line {line}, column {column + 1},"
            raise WrongFileError(file=document.name, place=place, expected=EXPECTED) from error
        except _UnexpectedError as error:
            raise WrongFileError(file=document.name, place=str(error), expected=EXPECTED) from error
    book = next((book for word, book in _BOOKS if word in reading.title.upper()), "")
    if not (reading.terms and book and _YEAR.fullmatch(reading.version)):
        raise WrongFileError(file=document.name, place="its <version>, <title> and terms", expected=EXPECTED)
    return Index(book, fiscal_years.of_year(int(reading.version), document.trail), reading.terms)


class _UnexpectedError(Exception):
    """Well-formed XML that is no index, with the place in words."""


class _Reading:
    """What is read so far."""

    def __init__(self) -> None:
        self.version = ""
        self.title = ""
        self.columns: dict[str, str] = {}
        self.terms: list[IndexTerm] = []


def _read(stream: BinaryIO, reading: _Reading) -> None:
    """Read letter by letter, forgetting each, so that memory stays small."""
    root: ET.Element | None = None
    for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314  Document refuses entities
        if root is None:
            root = element
            if root.tag != "ICD10CM.index":
                raise _UnexpectedError(f"root element <{root.tag}>")
        elif event == "end":
            if element.tag in {"version", "title"} and not (reading.title and reading.version):
                setattr(reading, element.tag, getattr(reading, element.tag) or _words(element))
            elif element.tag == "indexHeading":
                reading.columns = {head.get("col", ""): _words(head) for head in element.iterfind("head")}
            elif element.tag == "letter":
                for term in element.iterfind("mainTerm"):
                    reading.terms += _terms(term, (), reading.columns)
                root.clear()


def _terms(element: ET.Element, above: tuple[str, ...], columns: dict[str, str]) -> Iterator[IndexTerm]:
    title = _words(element.find("title"))
    if not title or len(above) > DEEPEST:
        raise _UnexpectedError(f"a <{element.tag}> without <title> below {' > '.join(above[:3]) or 'a letter'!r}")
    path = (*above, title)
    term = " > ".join(path)
    cells = list(_cells(element, columns))
    if not cells:
        code = _code(element.find("code"), term)
        yield IndexTerm(term, code, _words(element.find("see")), _words(element.find("seeAlso")))
    for column, code in cells:
        yield IndexTerm(f"{term} > {column}", code, "", "")
    for below in element.iterfind("term"):
        yield from _terms(below, path, columns)


def _cells(element: ET.Element, columns: dict[str, str]) -> Iterator[tuple[str, str]]:
    for cell in element.iterfind("cell"):
        if _words(cell).strip("-"):
            yield columns.get(cell.get("col", ""), ""), _code(cell, _words(element.find("title")))


def _code(element: ET.Element | None, term: str) -> str:
    code = _words(element)
    if code and not _CODE.fullmatch(code):
        raise _UnexpectedError(f"<{'' if element is None else element.tag}> {code[:20]!r} at {term[:60]!r}")
    return code


def _words(element: ET.Element | None) -> str:
    """Return all text of an element, that of `nemod` set off by blanks, wrapped lines joined."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())
