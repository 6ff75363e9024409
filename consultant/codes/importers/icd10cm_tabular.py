"""The ICD-10-CM tabular list as CDC/NCHS publishes it in XML, 7th-character codes spelt out.

Layout: `chapter > section > diag`, `diag` nested to any depth; notes stand as `includes`, `inclusionTerm`, `excludes1`,
`excludes2`, `codeFirst`, `useAdditionalCode`, `codeAlso`, `notes`, each holding `note` elements. Codes with a 7th
character are not printed: the nearest `sevenChrDef` above a leaf lists the characters, and short codes are filled with
the placeholder X (ICD-10-CM Official Guidelines, sections I.A.4 and I.A.5). The only exception is told in words, at
S06, and is read there.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from consultant.codes.entries import NoteKind, System
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode, PrintedNote

SOURCE = "ICD-10-CM"
PUBLISHER = "CDC/NCHS"
EXPECTED = "the ICD-10-CM tabular list in XML (root ICD10CM.tabular)"

_NOTES = {
    "includes": NoteKind.INCLUDES,
    "inclusionTerm": NoteKind.INCLUSION_TERM,
    "excludes1": NoteKind.EXCLUDES1,
    "excludes2": NoteKind.EXCLUDES2,
    "codeFirst": NoteKind.CODE_FIRST,
    "useAdditionalCode": NoteKind.USE_ADDITIONAL,
    "codeAlso": NoteKind.CODE_ALSO,
    "notes": NoteKind.NOTE,
    "sevenChrNote": NoteKind.SEVENTH_CHARACTER,
}
_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?")
_YEAR = re.compile(r"20[0-9]{2}")
_APRIL = re.compile(r"apr", re.IGNORECASE)
_UNUSED = re.compile(
    r"7th characters? ([0-9A-Z, and]{1,40}) do(?:es)? not apply to codes in (?:sub)?category \S{3,8} "
    r"with (\d)th character (.{1,200})"
)
_FULL = 6  # characters before the seventh


def knows(head: bytes) -> bool:
    """Tell whether a file beginning so is a tabular list."""
    return b"<ICD10CM.tabular" in head


def read_tabular(document: Document) -> Edition:
    """Return the whole edition, or raise `WrongFileError` naming the line. Release date as `_effective` derives it."""
    reading = _Reading()
    with document.open() as stream:
        try:
            version = _read(stream, reading)
        except ET.ParseError as error:
            line, column = error.position
            raise WrongFileError(
                file=document.name, place=f"line {line}, column {column + 1}", expected=EXPECTED
            ) from error
        except _UnexpectedError as error:
            raise WrongFileError(file=document.name, place=str(error), expected=EXPECTED) from error
    if not reading.codes or not _YEAR.fullmatch(version):
        raise WrongFileError(file=document.name, place="its <version> and chapters", expected=EXPECTED)
    effective = _effective(int(version), document.trail)
    return Edition(SOURCE, System.ICD_10_CM, _name(int(version), effective), PUBLISHER, effective, reading.codes)


class _UnexpectedError(Exception):
    """Well-formed XML that is no tabular list, with the place in words."""


def _effective(version: int, trail: str) -> date:
    """Return the first day in force: 1 October before the fiscal year, unless a file name on the way says April.

    The April edition says nothing of itself inside: `<version>` is the fiscal year in both.
    """
    return date(version, 4, 1) if _APRIL.search(trail) else date(version - 1, 10, 1)


def _name(version: int, effective: date) -> str:
    """Return the edition as the agency calls it: "FY2026, April 1, 2026"."""
    return f"FY{version}, {effective:%B} {effective.day}, {effective.year}"


@dataclass(frozen=True)
class _Sevenths:
    """The 7th characters in force below a code; `unused` holds (7th character, place, character at that place)."""

    meanings: tuple[tuple[str, str], ...] = ()
    unused: frozenset[tuple[str, int, str]] = frozenset()

    def of(self, code: str) -> Iterator[tuple[str, str]]:
        """Yield the 7th characters a code of six characters takes, with their meanings."""
        for character, meaning in self.meanings:
            if not any(seventh == character and code[place - 1] == at for seventh, place, at in self.unused):
                yield character, meaning


class _Reading:
    """The codes read so far, in print order."""

    def __init__(self) -> None:
        self.codes: list[PrintedCode] = []

    def add(self, code: PrintedCode) -> int:
        self.codes.append(code)
        return len(self.codes) - 1


def _read(stream: BinaryIO, reading: _Reading) -> str:
    """Read chapter by chapter, forgetting each, so that memory stays small; return the version."""
    version = ""
    root: ET.Element | None = None
    for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314  Document refuses entities
        if root is None:
            root = element
            if root.tag != "ICD10CM.tabular":
                raise _UnexpectedError(f"root element <{root.tag}>")
        elif event == "end" and element.tag == "version":
            version = (element.text or "").strip()
        elif event == "end" and element.tag == "chapter":
            _read_chapter(element, reading)
            root.clear()
    return version


def _read_chapter(chapter: ET.Element, reading: _Reading) -> None:
    number = _text(chapter, "name")
    place = reading.add(
        PrintedCode(f"Chapter {number}", Kind.CHAPTER, _text(chapter, "desc"), billable=False, notes=_notes(chapter))
    )
    for section in chapter.iterfind("section"):
        _read_block(section, place, reading)


def _read_block(section: ET.Element, parent: int, reading: _Reading) -> None:
    name = section.get("id", "")
    if not name:
        raise _UnexpectedError("a <section> without its id")
    if "-" not in name:  # a block of one category bears the category's name, which would be found in place of it
        name = f"{name}-{name}"
    place = reading.add(
        PrintedCode(name, Kind.BLOCK, _text(section, "desc"), "", parent, billable=False, notes=_notes(section))
    )
    for diagnosis in section.iterfind("diag"):
        _read_code(diagnosis, place, _Sevenths(), reading)


def _read_code(diagnosis: ET.Element, parent: int, sevenths: _Sevenths, reading: _Reading) -> None:
    code, title = _text(diagnosis, "name"), _text(diagnosis, "desc")
    if not _CODE.fullmatch(code):
        raise _UnexpectedError(f"a <diag> named {code[:20]!r}")
    sevenths = _own_sevenths(diagnosis) or sevenths
    children = diagnosis.findall("diag")
    expanded = [] if children else _with_sevenths(code, title, sevenths)
    billable = not children and not expanded
    place = reading.add(PrintedCode(code, Kind.CODE, title, title, parent, billable, notes=_notes(diagnosis)))
    for child in children:
        _read_code(child, place, sevenths, reading)
    for full, meaning in expanded:
        reading.add(PrintedCode(full, Kind.CODE, meaning, meaning, place, billable=True, listed=False))


def _own_sevenths(diagnosis: ET.Element) -> _Sevenths | None:
    definition = diagnosis.find("sevenChrDef")
    if definition is None:
        return None
    meanings = tuple((item.get("char", ""), _tidy(item.text)) for item in definition.iterfind("extension"))
    return _Sevenths(meanings, frozenset(_unused(note.text for note in _notes(diagnosis))))


def _unused(sentences: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Read "7th characters D and S do not apply to codes in category S06 with 6th character 7 - ..., or 8 - ..."."""
    for match in filter(None, map(_UNUSED.search, sentences)):
        sevenths, place, rest = match.groups()
        for at in re.findall(r"(?:^|\bor )([0-9A-Z])(?= -|$|,|\.)", rest):
            for seventh in re.findall(r"\b[0-9A-Z]\b", sevenths):
                yield seventh, int(place), at


def _with_sevenths(code: str, title: str, sevenths: _Sevenths) -> list[tuple[str, str]]:
    """Return the 7-character codes below a leaf, filled with X up to the sixth character, with their titles."""
    bare = code.replace(".", "")
    if len(bare) > _FULL:
        return []
    filled = bare.ljust(_FULL, "X")
    return [
        (f"{filled[:3]}.{filled[3:]}{character}", f"{title}, {meaning}") for character, meaning in sevenths.of(filled)
    ]


def _notes(element: ET.Element) -> tuple[PrintedNote, ...]:
    """Return the notes printed directly here; those below a child belong to the child."""
    found = [
        PrintedNote(kind, _tidy(note.text))
        for child in element
        if (kind := _NOTES.get(child.tag))
        for note in child.iterfind("note")
    ]
    return tuple(note for note in found + _seventh_meanings(element) if note.text)


def _seventh_meanings(element: ET.Element) -> list[PrintedNote]:
    return [
        PrintedNote(NoteKind.SEVENTH_CHARACTER, f"{item.get('char', '')} - {_tidy(item.text)}")
        for item in element.iterfind("sevenChrDef/extension")
    ]


def _text(element: ET.Element, tag: str) -> str:
    text = _tidy(element.findtext(tag))
    if not text:
        raise _UnexpectedError(f"a <{element.tag}> without <{tag}>")
    return text


def _tidy(text: str | None) -> str:
    """Join wrapped lines; the agency wraps inside sentences."""
    return " ".join((text or "").split())
