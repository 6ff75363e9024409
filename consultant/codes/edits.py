"""What the book says of codes together: Excludes notes, NCCI edits, limits of units, add-on codes.

An Excludes1 note says two conditions are not coded together, save where they are unrelated (Official Guidelines,
section I.A.12.a); an Excludes2 note says both may be coded when the patient has both (I.A.12.b). NCCI edits are
Medicare's: they concern one patient, one day and one provider.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, permutations

from consultant.codes.book import Book
from consultant.codes.entries import Entry, Note, NoteKind, Release, System
from consultant.codes.pairs import AddOnEdit, PtpEdit, Standing, UnitLimit, addons, ptp_edits, unit_limits
from consultant.codes.references import Reference, read_references
from consultant.codes.rules import PairKind, PairRule, UnitRule, UnitVerdict, Verdict
from consultant.codes.shelving import key_of

_EXCLUDES = {
    NoteKind.EXCLUDES1: (PairKind.EXCLUDES1, Verdict.NOT_TOGETHER),
    NoteKind.EXCLUDES2: (PairKind.EXCLUDES2, Verdict.MAY_BE_TOGETHER),
}
_BY_STANDING = {
    Standing.NEVER: Verdict.NEVER_IN_FORCE,
    Standing.ENDED: Verdict.ENDED,
    Standing.TO_COME: Verdict.TO_COME,
}
_BY_INDICATOR = {0: Verdict.DENIED, 1: Verdict.DENIED_WITHOUT_MODIFIER, 9: Verdict.NEVER_IN_FORCE}
_SPEAKS_FIRST = (Standing.IN_FORCE, Standing.TO_COME, Standing.ENDED, Standing.NEVER)
_OVER = {1: UnitVerdict.OVER_LINE, 2: UnitVerdict.OVER_DAY, 3: UnitVerdict.OVER_DAY_UNLESS_SHOWN}
_TYPE_2 = 2  # add-on codes all whose primary codes are the contractor's to say
_Spans = dict[str, tuple[int, int]]


def pair_rules(book: Book, codes: Sequence[str], on: date) -> tuple[PairRule, ...]:
    """Return what the book says of every two of these codes on a day: one rule for each pair, kind and table, in order.

    Where several Excludes notes say the same of a pair, the one printed nearest to its code speaks; where a PTP edit
    has several spans, the one in force. Codes the book does not know are passed over.
    """
    return (*_excludes_rules(book, codes, on), *_ptp_rules(book, codes, on), *_add_on_rules(book, codes, on))


def unit_rules(
    book: Book, codes: Sequence[str], on: date, units: Mapping[str, int] | None = None
) -> tuple[UnitRule, ...]:
    """Return what every table of limits says of these codes on a day, and of the units asked of each."""
    asked = {key_of(code): number for code, number in (units or {}).items()}
    return tuple(_unit_rule(limit, asked.get(limit.code)) for limit in unit_limits(book, codes, on))


def parents(code: str) -> tuple[str, ...]:
    """Return the ICD-10-CM codes a code is a longer form of, nearest first, by spelling alone: E11.40 -> E11.4, E11."""
    bare = key_of(code)
    return tuple(f"{bare[:3]}.{bare[3:end]}".rstrip(".") for end in range(len(bare) - 1, 2, -1))


def _excludes_rules(book: Book, codes: Sequence[str], on: date) -> tuple[PairRule, ...]:
    known = [book.entry(code, on, System.ICD_10_CM) for code in dict.fromkeys(codes)]
    entries = [entry for entry in known if entry.found and entry.release]
    rules: dict[tuple[frozenset[str], PairKind], PairRule] = {}
    for rule in _excludes(book, entries):
        rules.setdefault((frozenset(rule.codes), rule.kind), rule)
    return tuple(rules.values())


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
            yield PairRule(kind, (entry.code, other.code), verdict, "", release, note, note.printed_at)


def _covers(reference: Reference, code: str, spans: _Spans) -> bool:
    """Tell whether a code stands in print between the first code of a reference and the last one below its last."""
    if not {reference.first, reference.last, code} <= spans.keys():
        return False
    inside = spans[reference.first][0] <= spans[code][0] <= spans[reference.last][1]
    return inside and reference.condition.met_by(key_of(code))


def _ptp_rules(book: Book, codes: Sequence[str], on: date) -> Iterator[PairRule]:
    for _, spans in groupby(ptp_edits(book, codes, on), key=lambda edit: (edit.release.source, edit.codes)):
        edits = sorted(spans, key=lambda edit: _rank(edit, on))
        speaking = edits[0]
        standing = speaking.span.standing(on)
        verdict = _BY_STANDING.get(standing) or _BY_INDICATOR[speaking.indicator]
        yield PairRule(
            PairKind.PTP,
            speaking.codes,
            verdict,
            str(speaking.indicator),
            speaking.release,
            edits=tuple(edits),
        )


def _rank(edit: PtpEdit, on: date) -> tuple[int, int]:
    """Order the spans of one edit: the one in force first, then the latest of those to come, ended, never in force."""
    begun = edit.span.effective or date.min
    return _SPEAKS_FIRST.index(edit.span.standing(on)), -begun.toordinal()


def _add_on_rules(book: Book, codes: Sequence[str], on: date) -> Iterator[PairRule]:
    given = {key_of(code) for code in codes}
    for code, group in groupby(addons(book, codes, on), key=lambda edit: edit.code):
        edits = list(group)
        primaries = tuple(edit.primary for edit in edits if edit.primary)
        present = [edit for edit in edits if edit.primary in given]
        for edit in present:
            yield _add_on_rule((code, edit.primary), Verdict.WITH_PRIMARY, edit, primaries)
        if not present:
            verdict = Verdict.BY_CONTRACTOR if edits[0].kind == _TYPE_2 else Verdict.WITHOUT_PRIMARY
            yield _add_on_rule((code,), verdict, edits[0], primaries)


def _add_on_rule(codes: tuple[str, ...], verdict: Verdict, edit: AddOnEdit, primaries: tuple[str, ...]) -> PairRule:
    return PairRule(PairKind.ADD_ON, codes, verdict, str(edit.kind), edit.release, primaries=primaries)


def _unit_rule(limit: UnitLimit, units: int | None) -> UnitRule:
    if not limit.value:
        return UnitRule(limit, units, UnitVerdict.NOT_PAYABLE)
    if units is None:
        return UnitRule(limit, units, UnitVerdict.NOT_ASKED)
    return UnitRule(limit, units, UnitVerdict.WITHIN if units <= limit.value else _OVER[limit.mai])
