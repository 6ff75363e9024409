"""General Equivalence Mappings between ICD-9-CM and ICD-10, last published by CMS and CDC for fiscal year 2018.

Layout of the agency's text (`2018_I9gem.txt`, `2018_I10gem.txt`, `gem_i9pcs.txt`, `gem_pcsi9.txt`): source code, target
code, five flags, blanks between, no dots. The csv of the NBER names source and target in its header and repeats the
flags in columns. Flags: approximate, no map, combination, scenario, choice list ("Dxgem_guide_2018.pdf"). A source code
that maps to nothing has the target NoDx or NoPCS. An equivalent is a suggestion, never a translation.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consultant.codes.entries import System
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Row, Table
from consultant.codes.importers.fiscal_years import FiscalYear, named, of_year
from consultant.codes.importers.sheets import encoding_of, lines_of

SOURCE = "GEMs"
PUBLISHER = "CMS and CDC/NCHS"
EXPECTED = "a GEM line (source code, target code, five flags)"
TABLE = Table(
    "equivalent",
    (
        *("source TEXT NOT NULL", "nth INTEGER NOT NULL", "target TEXT NOT NULL", "system TEXT NOT NULL"),
        *("approximate INTEGER NOT NULL", "combination INTEGER NOT NULL"),
        *("scenario INTEGER NOT NULL", "choice INTEGER NOT NULL"),
    ),
    ("source", "nth"),
)
LAST_YEAR = 2018  # after which the agencies published none

_TEXT = re.compile(
    r"(?P<source>[0-9A-Z]{3,7})[ \t]+(?P<target>[0-9A-Z]{3,7}|NoDx|NoPCS)[ \t]+(?P<flags>[01]{3}[0-9]{2})[ \t]*"
)
_CODE = re.compile(r"[0-9A-Z]{3,7}")
_FLAGS = re.compile(r"[01]{3}[0-9]{2}")
_COLUMNS = {
    "ICD9CM": System.ICD_9_CM,
    "ICD9": System.ICD_9_CM,
    "ICD9SG": System.ICD_9_CM,
    "ICD10CM": System.ICD_10_CM,
    "ICD10": System.ICD_10_CM,
    "ICD10PCS": System.ICD_10_PCS,
}
_ICD10 = re.compile(r"[A-Z][0-9][0-9A-Z].{0,4}")
_ICD9 = re.compile(r"[0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4}")
_PCS = 7


class Mapping(NamedTuple):
    """One equivalent; `target` is "" where there is none. `scenario` and `choice` number the parts of a cluster."""

    source: str
    target: str
    approximate: bool
    combination: bool
    scenario: int
    choice: int


@dataclass(frozen=True)
class Gem:
    """One direction of the mappings, whole."""

    source_system: System
    target_system: System
    year: FiscalYear
    mappings: list[Mapping]

    @property
    def direction(self) -> str:
        """Return what it maps: "ICD-10-CM to ICD-9-CM"."""
        return f"{self.source_system} to {self.target_system}"


def knows_line(text: str) -> bool:
    """Tell whether a line is one of the agency's text, or the header of the csv."""
    return _TEXT.fullmatch(text) is not None or _header(text) is not None


def direction_of(document: Document) -> str:
    """Return which direction a document maps, to tell it from the others of its download."""
    return read_gem(document).direction


def read_ledger(document: Document) -> Ledger:
    """Return the mappings as a ledger; the directions stand beside each other."""
    gem = read_gem(document)
    name = f"{gem.year.year}, {gem.direction}"
    return Ledger(SOURCE, name, PUBLISHER, gem.year.effective, {TABLE: _rows(gem)}, variant=gem.direction)


def _rows(gem: Gem) -> Iterator[Row]:
    for nth, mapping in enumerate(gem.mappings, start=1):
        yield (
            *(mapping.source, nth, mapping.target, gem.target_system.value),
            *(mapping.approximate, mapping.combination, mapping.scenario, mapping.choice),
        )


def read_gem(document: Document) -> Gem:
    """Return the mappings, or raise `WrongFileError` naming the line."""
    first = next(lines_of(document), None)
    header = _header(first.text) if first else None
    mappings = list(_table(document) if header else _text(document))
    if not mappings:
        raise WrongFileError(file=document.name, place="its first line", expected=EXPECTED)
    systems = header or _systems(document, mappings)
    year = named(document.trail)
    return Gem(*systems, of_year(year.year or LAST_YEAR, ""), mappings)


def _header(text: str) -> tuple[System, System] | None:
    """Return source and target system of a csv header, None where the line is none."""
    cells = [re.sub(r"[^A-Z0-9]", "", cell.upper()) for cell in text.split(",")]
    if len(cells) < 3 or cells[2] != "FLAGS" or not {cells[0], cells[1]} <= _COLUMNS.keys():  # noqa: PLR2004  see above
        return None
    return _COLUMNS[cells[0]], _COLUMNS[cells[1]]


def _table(document: Document) -> Iterator[Mapping]:
    with document.open() as stream, io.TextIOWrapper(stream, encoding_of(document), newline="") as text:
        rows = csv.reader(text)
        next(rows)
        for number, cells in enumerate(rows, start=2):
            if cells:
                yield _mapping(document, number, [cell.strip() for cell in cells[:3]])


def _text(document: Document) -> Iterator[Mapping]:
    for line in lines_of(document):
        if line.text.strip("\x1a\t "):
            found = _TEXT.fullmatch(line.text.strip("\x1a"))
            yield _mapping(document, line.number, list(found.groups()) if found else [])


def _mapping(document: Document, number: int, cells: list[str]) -> Mapping:
    source, target, flags = cells if len(cells) == 3 else ("", "", "")  # noqa: PLR2004  code, code, flags
    unmapped = target in {"NoDx", "NoPCS"}
    wrong = next(
        (
            column
            for column, good in (
                (1, _CODE.fullmatch(source)),
                (2, unmapped or _CODE.fullmatch(target)),
                (3, _FLAGS.fullmatch(flags) and (flags[1] == "1") == unmapped),
            )
            if not good
        ),
        0,
    )
    if wrong:
        raise WrongFileError(file=document.name, place=f"line {number}, column {wrong},", expected=EXPECTED)
    return Mapping(source, "" if unmapped else target, flags[0] == "1", flags[2] == "1", int(flags[3]), int(flags[4]))


def _systems(document: Document, mappings: list[Mapping]) -> tuple[System, System]:
    """Tell which way the agency's text maps: no file says so, its codes do."""
    sources = [mapping.source for mapping in mappings]
    targets = [mapping.target for mapping in mappings if mapping.target]
    if all(map(_ICD9.fullmatch, sources)) and not all(map(_ICD9.fullmatch, targets)):
        return System.ICD_9_CM, _icd10(targets)
    if all(map(_ICD9.fullmatch, targets)) and not all(map(_ICD9.fullmatch, sources)):
        return _icd10(sources), System.ICD_9_CM
    raise WrongFileError(file=document.name, place="its codes", expected="ICD-9-CM on one side and ICD-10 on the other")


def _icd10(codes: list[str]) -> System:
    """Tell procedures, all of 7 characters and some not spelt like a diagnosis, from diagnoses."""
    procedures = all(len(code) == _PCS for code in codes) and not all(map(_ICD10.fullmatch, codes))
    return System.ICD_10_PCS if procedures else System.ICD_10_CM
