"""Which importer knows this file: decided by its content, whatever its name, inside zip or gz as downloaded.

A download holds more than data: notes, layouts, corrections, the same table twice. Names only ever put a file aside or
choose between two that are both good; they never make a file what it is not.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from consultant.codes.importers import hcpcs, icd10cm_tabular
from consultant.codes.importers.documents import Document, UnknownFileError, unpack
from consultant.codes.importers.edition import Edition
from consultant.codes.importers.sheets import PREAMBLE_ROWS, has_header, is_workbook, lines_of


@dataclass(frozen=True)
class Importer:
    """One kind of agency file: how it is told, how it is read, and what to call it to a person."""

    source: str
    wording: str
    knows: Callable[[Document], bool]
    read: Callable[[Document], Edition]


def _is_tabular(document: Document) -> bool:
    return icd10cm_tabular.knows(document.head())


def _is_hcpcs_table(document: Document) -> bool:
    return (is_workbook(document) or b"," in document.head()) and has_header(document, hcpcs.knows_cells)


def _is_hcpcs_text(document: Document) -> bool:
    return any(hcpcs.knows_text(line.text) for line in islice(lines_of(document), PREAMBLE_ROWS))


IMPORTERS: tuple[Importer, ...] = (
    Importer(icd10cm_tabular.SOURCE, "the ICD-10-CM tabular list in XML", _is_tabular, icd10cm_tabular.read_tabular),
    Importer(hcpcs.SOURCE, "the HCPCS Level II alpha-numeric file as xlsx or csv", _is_hcpcs_table, hcpcs.read_table),
    Importer(hcpcs.SOURCE, "the HCPCS Level II alpha-numeric file as 320-column text", _is_hcpcs_text, hcpcs.read_text),
)

_ASIDE = re.compile(
    r"recordlayout|proc_?notes|\bNOC\b|NOC codes|corrections?|trans(?:action|_)|readme|addenda", re.IGNORECASE
)
_VERSION = re.compile(r"_v([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_REISSUED = re.compile(r"_([0-9]{2})([0-9]{2})(20[0-9]{2})(?![0-9])")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_editions(path: Path) -> list[Edition]:
    """Return every edition a file as downloaded holds, one for each source, or raise `UnknownFileError`."""
    documents = unpack(path)
    chosen: dict[str, tuple[Importer, Document]] = {}
    for importer, document in _known(documents):
        other = chosen.get(importer.source)
        if other is None or _better(document, other[1]):
            chosen[importer.source] = (importer, document)
    if not chosen:
        wordings = "; ".join(importer.wording for importer in IMPORTERS)
        raise UnknownFileError(file=path.name, recognised=wordings, hint=_hint(documents))
    return [importer.read(document) for importer, document in chosen.values()]


def _known(documents: list[Document]) -> Iterator[tuple[Importer, Document]]:
    several = len(documents) > 1
    for document in documents:
        if several and _ASIDE.search(document.name):
            continue
        importer = next((importer for importer in IMPORTERS if importer.knows(document)), None)
        if importer:
            yield importer, document


def _better(document: Document, other: Document) -> bool:
    return _rank(document) > _rank(other)


def _rank(document: Document) -> tuple[int, str, int]:
    """Order the issues of one table: highest _vN, latest date in the name (_MMDDYYYY), largest."""
    version = _VERSION.search(document.name)
    reissued = _REISSUED.search(document.name)
    day = f"{reissued[3]}{reissued[1]}{reissued[2]}" if reissued else ""
    return int(version[1]) if version else 1, day, document.size


def _hint(documents: list[Document]) -> str:
    """Say what the file seems to be, where a person would like to know."""
    if any(_ASIDE.search(document.name) for document in documents):
        return "It looks like what comes beside a data file: import the data file of the same release. "
    if any(document.head().startswith(_OLD_EXCEL) for document in documents):
        return "It is an old Excel file (.xls): import the text file of the same download instead. "
    return ""
