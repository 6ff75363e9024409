"""What the book says of codes together: so far the Excludes notes of ICD-10-CM, through all the ranges they name.

An Excludes1 note says two conditions are not coded together, save where they are unrelated (Official Guidelines,
section I.A.12.a); an Excludes2 note says both may be coded when the patient has both (I.A.12.b). NCCI edits and add-on
codes will be further kinds of the same rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import permutations

from consultant.codes.book import Book
from consultant.codes.entries import Entry, Note, NoteKind, Release, System
from consultant.codes.references import Reference, read_references
from consultant.codes.shelving import key_of


class PairKind(StrEnum):
    """Which kind of rule speaks of two codes."""

    PTP = "ptp"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    ADD_ON = "addon"


class Verdict(StrEnum):
    """What a rule says of two codes reported together."""

    NOT_TOGETHER = "not coded together unless the two conditions are unrelated"
    MAY_BE_TOGETHER = "may be coded together when the patient has both"


@dataclass(frozen=True)
class PairRule:
    """One rule about two codes: the first is the one the note stands at or above, the second the one it names.

    `indicator` is for the modifier indicator of NCCI edits, "" otherwise; `printed_at` is the line the note is printed
    under.
    """

    kind: PairKind
    codes: tuple[str, str]
    verdict: Verdict
    indicator: str
    note: Note
    printed_at: str
    release: Release


_EXCLUDES = {
    NoteKind.EXCLUDES1: (PairKind.EXCLUDES1, Verdict.NOT_TOGETHER),
    NoteKind.EXCLUDES2: (PairKind.EXCLUDES2, Verdict.MAY_BE_TOGETHER),
}
_Spans = dict[str, tuple[int, int]]


def pair_rules(book: Book, codes: Sequence[str], on: date) -> tuple[PairRule, ...]:
    """Return what the book says of every two of these codes on a day: one rule for each pair and kind, in order.

    Where several notes say the same of a pair, the one printed nearest to its code speaks. Codes the book does not
    know, and those of other systems, are passed over.
    """
    known = [book.entry(code, on, System.ICD_10_CM) for code in dict.fromkeys(codes)]
    entries = [entry for entry in known if entry.found and entry.release]
    rules: dict[tuple[frozenset[str], PairKind], PairRule] = {}
    for rule in _excludes(book, entries):
        rules.setdefault((frozenset(rule.codes), rule.kind), rule)
    return tuple(rules.values())


def parents(code: str) -> tuple[str, ...]:
    """Return the ICD-10-CM codes a code is a longer form of, nearest first, by spelling alone: E11.40 -> E11.4, E11."""
    bare = key_of(code)
    return tuple(f"{bare[:3]}.{bare[3:end]}".rstrip(".") for end in range(len(bare) - 1, 2, -1))


def _excludes(book: Book, entries: Sequence[Entry]) -> Iterator[PairRule]:
    references = {note.text: read_references(note.text) for entry in entries for note in _excluding(entry)}
    for release in {entry.release for entry in entries if entry.release}:
        own = [entry for entry in entries if entry.release == release]
        named = {
            code for found in references.values() for reference in found for code in (reference.first, reference.last)
        }
        spans = book.spans([*named, *(entry.code for entry in own)], release)
        for entry, other in permutations(own, 2):
            yield from _between(entry, other, references, spans, release)


def _excluding(entry: Entry) -> Iterator[Note]:
    return (note for note in entry.notes if note.kind in _EXCLUDES)


def _between(
    entry: Entry, other: Entry, references: dict[str, tuple[Reference, ...]], spans: _Spans, release: Release
) -> Iterator[PairRule]:
    """Yield the notes at or above one code that name the other.

    A note that names both says nothing between them: it sends the reader away from its heading, not from one to the
    other.
    """
    for note in _excluding(entry):
        names = [reference for reference in references[note.text] if _covers(reference, other.code, spans)]
        if names and not any(_covers(reference, entry.code, spans) for reference in names):
            kind, verdict = _EXCLUDES[note.kind]
            yield PairRule(kind, (entry.code, other.code), verdict, "", note, note.printed_at, release)


def _covers(reference: Reference, code: str, spans: _Spans) -> bool:
    """Tell whether a code stands in print between the first code of a reference and the last one below its last."""
    if not {reference.first, reference.last, code} <= spans.keys():
        return False
    inside = spans[reference.first][0] <= spans[code][0] <= spans[reference.last][1]
    return inside and reference.condition.met_by(key_of(code))
