"""The AMA's list of CPT modifiers (Appendix A, `MODUL.txt`), imported by the operator under their own licence.

Layout: notice, then paragraphs under headings. A modifier begins a paragraph: two characters, a blank, its text, or for
anesthesia "Physical Status Modifier P1: ..."; the text runs to the next empty line. Those approved for ambulatory
surgery centres are repeated there; the HCPCS ones at the end are CMS's, and come from its own file.
"""

import re
from collections.abc import Iterator

from consultant.codes.entries import System
from consultant.codes.importers.cpt_descriptors import PUBLISHER, noticed, year_of
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode, Terms
from consultant.codes.importers.sheets import lines_of

SOURCE = "CPT modifiers"
EXPECTED = "the list of CPT modifiers (two characters and a text at the beginning of a paragraph)"

_MODIFIER = re.compile(
    r"(?:Physical Status Modifier (?P<status>P[1-9]):|(?P<modifier>[0-9][0-9A-Z]))[ \t]+(?P<text>\S.*)"
)
_OTHERS = re.compile(r"Level II\b.{0,40}\bModifiers", re.IGNORECASE)


def knows(head: bytes) -> bool:
    """Tell whether a text beginning so is the list: the AMA's notice and the heading "Modifiers"."""
    return noticed(head) and any(line.strip() == b"Modifiers" for line in head.splitlines())


def read_modifiers(document: Document) -> Edition:
    """Return the edition, or raise `WrongFileError` where no modifier is found; a repeated one is taken once."""
    codes: dict[str, PrintedCode] = {}
    for paragraph in _paragraphs(document):
        found = _MODIFIER.match(paragraph)
        if found:
            name = found["status"] or found["modifier"]
            codes.setdefault(name, PrintedCode(name, Kind.MODIFIER, paragraph[found.start("text") :]))
    if not codes:
        raise WrongFileError(file=document.name, place="its paragraphs", expected=EXPECTED)
    year, effective = year_of(document)
    return Edition(SOURCE, System.CPT, year, PUBLISHER, effective, list(codes.values()), terms=Terms.AMA)


def _paragraphs(document: Document) -> Iterator[str]:
    """Yield each paragraph on one line, up to the modifiers that are not the AMA's."""
    lines: list[str] = []
    for line in lines_of(document):
        if _OTHERS.search(line.text):
            break
        if line.text.strip():
            lines.append(line.text.strip())
        elif lines:
            yield " ".join(lines)
            lines = []
    if lines:
        yield " ".join(lines)
