"""What diagnoses say of each other by their own titles and notes: side, 7th character, whose record they are for.

Nothing is held here beside what the tabular list prints: sex and age are known only where one of its notes says on
whose records a code may stand (chapters 15 to 17, Z3A), and 7th characters mean what the note at their category says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from consultant.codes.book import Book
from consultant.codes.entries import Entry, Note, NoteKind, Status, System
from consultant.codes.rules import PairKind, PairRule, Verdict
from consultant.codes.shelving import key_of
from consultant.codes.sides import FULL_LENGTH, side_rules

_PAIR = 2
_MATERNAL_ONLY = re.compile(r"\bonly,? on (?:the )?maternal records?\b", re.IGNORECASE)
_NEVER_MATERNAL = re.compile(r"\b(?:never|not for use) on maternal records\b", re.IGNORECASE)
_ENCOUNTERS = ("initial encounter", "subsequent encounter", "sequela")


def diagnosis_rules(
    book: Book, codes: Sequence[str], on: date, modifiers: Mapping[str, Sequence[str]] | None = None
) -> tuple[PairRule, ...]:
    """Return what is to be said of these diagnoses beside Excludes notes, and of modifiers that name a side.

    Codes of other systems and codes the book does not know are passed over; a 7th character that is missing is told of
    one code alone.
    """
    # Without naming the system: S0100 is a supply before it is a diagnosis that lacks its dot.
    known = book.entries(list(dict.fromkeys(codes)), on)
    diagnoses = [entry for entry in known if entry.system is System.ICD_10_CM and entry.found and entry.release]
    return (
        *_missing_sevenths(diagnoses),
        *_contradicting_sevenths(diagnoses),
        *side_rules(book, diagnoses, on, modifiers),
        *(_record_rules(diagnoses) if len(set(codes)) >= _PAIR else ()),
    )


def lacks_only_the_seventh(entry: Entry) -> bool:
    """Tell whether a heading is a code that wants nothing but its 7th character."""
    return bool(entry.children) and len(key_of(entry.children[0])) == FULL_LENGTH


def _missing_sevenths(diagnoses: Sequence[Entry]) -> Iterator[PairRule]:
    for entry in diagnoses:
        if entry.status is Status.HEADER and lacks_only_the_seventh(entry):
            yield _rule(PairKind.SEVENTH, Verdict.NO_SEVENTH, (entry,), ())


def _contradicting_sevenths(diagnoses: Sequence[Entry]) -> Iterator[PairRule]:
    """Yield codes alike but for a 7th character that says another phase of care, as the notes of their category put it.

    Two 7th characters of one phase (an open and a closed fracture) may tell of two injuries, and are passed over.
    """
    for one, other in combinations(diagnoses, _PAIR):
        notes = (_seventh_note(one), _seventh_note(other))
        if one.release == other.release and _stem(one) == _stem(other) and notes[0] and notes[1]:
            phases = {_phase(note) for note in notes if note}
            if len(phases) == _PAIR and "" not in phases:
                yield _rule(PairKind.SEVENTH, Verdict.SEVENTHS_APART, (one, other), (notes[0], notes[1]))


def _stem(entry: Entry) -> str:
    return key_of(entry.code)[: FULL_LENGTH - 1]


def _seventh_note(entry: Entry) -> Note | None:
    """Return the note that says what a code's 7th character means: "A - initial encounter"."""
    if len(key_of(entry.code)) != FULL_LENGTH:
        return None
    own = (note for note in entry.notes if note.kind is NoteKind.SEVENTH_CHARACTER)
    return next((note for note in own if note.text.startswith(f"{entry.code[-1]} - ")), None)


def _phase(note: Note) -> str:
    return next((phase for phase in _ENCOUNTERS if phase in note.text.lower()), "")


def _record_rules(diagnoses: Sequence[Entry]) -> Iterator[PairRule]:
    """Yield codes two notes keep from one record; else each note that says on whose records its codes are used."""
    maternal = [(entry, note) for entry in diagnoses for note in _notes_saying(entry, _MATERNAL_ONLY)]
    never = [(entry, note) for entry in diagnoses for note in _notes_saying(entry, _NEVER_MATERNAL)]
    for mother, only in maternal:
        for other, forbidding in never:
            yield _rule(PairKind.RECORD, Verdict.RECORDS_APART, (mother, other), (only, forbidding))
    if not (maternal and never):
        for note in dict.fromkeys(note for _, note in (*maternal, *never)):
            entries = tuple(entry for entry, borne in (*maternal, *never) if borne == note)
            yield _rule(PairKind.RECORD, Verdict.ON_ONE_RECORD, entries, (note,))


def _notes_saying(entry: Entry, words: re.Pattern[str]) -> Iterator[Note]:
    return (note for note in entry.notes if note.kind is NoteKind.NOTE and words.search(note.text))


def _rule(kind: PairKind, verdict: Verdict, entries: tuple[Entry, ...], notes: tuple[Note, ...]) -> PairRule:
    release = entries[0].release
    assert release is not None  # only codes that are found have notes
    return PairRule(kind, tuple(entry.code for entry in entries), verdict, "", release, entries=entries, notes=notes)
