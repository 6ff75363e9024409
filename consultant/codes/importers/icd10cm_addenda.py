"""The addenda CMS sends with the order and code files of ICD-10: what is added, deleted and reworded since the last.

Layout: `Add:`, `Delete:`, `Revise from:` or `Revise to:`, then in the order addenda of diagnoses the flag (1 billable,
0 heading), the code without its dot, and its short (60 columns) and long title; the codes addenda have the long title
only. A revision is two lines. A code deleted and added again changed its flag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from consultant.codes.entries import System
from consultant.codes.importers import fiscal_years
from consultant.codes.importers.documents import Document, WrongFileError
from consultant.codes.importers.edition import Ledger, Table
from consultant.codes.importers.fiscal_years import FiscalYear
from consultant.codes.importers.icd10pcs_order import no_diagnosis
from consultant.codes.importers.sheets import lines_of

SOURCE = "ICD-10 addenda"
PUBLISHER = "CMS"
EXPECTED = "an addenda line (Add:, Delete:, Revise from: or Revise to:, then a code and its title)"

CHANGES = Table(
    "addenda_change",
    (
        *("key TEXT NOT NULL", "line INTEGER NOT NULL", "action TEXT NOT NULL", "billable INTEGER"),
        *("title TEXT NOT NULL", "before TEXT NOT NULL"),
    ),
    ("key", "line"),
)

_LINE = re.compile(
    r"(?P<action>Add|Delete|Revise from|Revise to):[ \t]+(?:(?P<flag>[01])[ \t]+)?"
    r"(?P<code>[0-9A-Z]{3,7})[ \t]+(?P<title>\S.*)"
)
_SHORT_TITLE = 60


class Action(StrEnum):
    """What the addenda does to a code; a revision holds both titles."""

    ADDED = "added"
    DELETED = "deleted"
    REVISED = "revised"


class Change(NamedTuple):
    """One change; `billable` is None where the file does not say, `before` only what a revision revised."""

    line: int
    action: Action
    code: str
    billable: bool | None
    title: str
    before: str


@dataclass(frozen=True)
class Addenda:
    """One addenda file, whole."""

    system: System
    year: FiscalYear
    changes: list[Change]


def knows_line(text: str) -> bool:
    """Tell whether a line of text is one of an addenda."""
    return _LINE.match(text) is not None


def read_ledger(document: Document) -> Ledger:
    """Return an addenda as a ledger of its changes; those of diagnoses and procedures stand beside each other."""
    addenda = read_addenda(document)
    rows = sorted(
        (change.code, change.line, change.action.value, change.billable, change.title, change.before)
        for change in addenda.changes
    )
    name = f"{addenda.year.name}, {addenda.system}"
    return Ledger(SOURCE, name, PUBLISHER, addenda.year.effective, {CHANGES: rows}, variant=addenda.system.value)


def read_addenda(document: Document) -> Addenda:
    """Return the changes in the order of the file, or raise `WrongFileError` naming the line."""
    changes = list(_changes(document))
    if not changes:
        raise WrongFileError(file=document.name, place="its first line", expected=EXPECTED)
    procedures = any(no_diagnosis(change.code) for change in changes)
    year = fiscal_years.named(document.trail)
    system = System.ICD_10_PCS if procedures or "pcs" in document.name.lower() else System.ICD_10_CM
    return Addenda(system, year, changes)


def _changes(document: Document) -> Iterator[Change]:
    before: re.Match[str] | None = None
    number = 0
    for number, text in lines_of_text(document):
        found = _LINE.match(text)
        action = found["action"] if found else ""
        if not found or (before is not None) != (action == "Revise to") or (before and before["code"] != found["code"]):
            expected = f"Revise to: {before['code']}" if before else EXPECTED
            raise WrongFileError(file=document.name, place=f"line {number}, column 1,", expected=expected)
        if action == "Revise from":
            before = found
            continue
        flag = None if found["flag"] is None else found["flag"] == "1"
        yield Change(number, _ACTIONS[action], found["code"], flag, _title(found), _title(before) if before else "")
        before = None
    if before:
        raise WrongFileError(
            file=document.name, place=f"the end, line {number},", expected=f"Revise to: {before['code']}"
        )


_ACTIONS = {"Add": Action.ADDED, "Delete": Action.DELETED, "Revise to": Action.REVISED}


def lines_of_text(document: Document) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that hold anything."""
    return ((line.number, line.text) for line in lines_of(document) if line.text.strip("\x1a\t "))


def _title(found: re.Match[str]) -> str:
    """Return the long title: what follows a short one of 60 columns, else all there is."""
    text = found["title"]
    short, long = text[:_SHORT_TITLE].strip(), text[_SHORT_TITLE:].strip()
    two = text[_SHORT_TITLE : _SHORT_TITLE + 1] == " " and long[:2].casefold() == short[:2].casefold()
    return long if long and two else " ".join(text.split())
