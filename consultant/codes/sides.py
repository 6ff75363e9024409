"""What diagnoses given together say of the side of the body, read from the words of their titles.

ICD-10-CM has no field for the side: codes of one condition stand beside each other, and their titles differ in
"right", "left", "bilateral" or "unspecified" alone (Official Guidelines, section I.B.13). Only titles that differ in
nothing else are taken for sides of one condition: one worded otherwise on its other side is passed over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consultant.codes.book import Book
from consultant.codes.entries import Entry, System
from consultant.codes.rules import PairKind, PairRule, Verdict
from consultant.codes.shelving import key_of


class Side(StrEnum):
    """The side a title names, in the words of titles."""

    RIGHT = "right"
    LEFT = "left"
    BILATERAL = "bilateral"


@dataclass(frozen=True)
class _Condition:
    """One diagnosis that names a side, and the codes of the same condition on the other sides ("" where none is).

    A 7th character is no part of the condition: the codes here bear the one the diagnosis has.
    """

    entry: Entry
    side: Side
    other: str
    both: str
    open: str  # the code of the unspecified side


CATEGORY_LENGTH = 3
FULL_LENGTH = 7  # characters of a code with its 7th character, the dot left out
_WORD = re.compile(r"[a-z0-9]+")
_SMALL_WORDS = frozenset({"of", "in", "the", "unilateral"})  # a title of both sides goes without them, or with them
_OPPOSITE = {Side.RIGHT: Side.LEFT, Side.LEFT: Side.RIGHT}
_SIDES_OF_MODIFIER = {
    "RT": frozenset({Side.RIGHT}),
    "LT": frozenset({Side.LEFT}),
    "50": frozenset({Side.RIGHT, Side.LEFT}),
}


def side_rules(
    book: Book, diagnoses: Sequence[Entry], on: date, modifiers: Mapping[str, Sequence[str]] | None = None
) -> Iterator[PairRule]:
    """Yield where the sides of these diagnoses contradict each other, or those of the modifiers on services."""
    conditions = [found for entry in diagnoses for found in _condition(entry, book, on)]
    given = {entry.code: entry for entry in diagnoses}
    for condition in conditions:
        yield from _between_sides(condition, given, book, on)
    for service, borne in (modifiers or {}).items():
        if key_of(service) not in {key_of(code) for code in given}:
            yield from _against_modifiers(service, borne, conditions)


def _between_sides(condition: _Condition, given: Mapping[str, Entry], book: Book, on: date) -> Iterator[PairRule]:
    entry = condition.entry
    if condition.side is Side.RIGHT and condition.other in given and condition.both and condition.both not in given:
        both = book.entry(condition.both, on, System.ICD_10_CM)
        yield _rule(Verdict.ONE_FOR_BOTH_SIDES, entry, given[condition.other], both)
    if condition.both in given:
        yield _rule(Verdict.SIDE_OF_BOTH, given[condition.both], entry)
    if condition.open in given:
        yield _rule(Verdict.SIDE_LEFT_OPEN, given[condition.open], entry)


def _against_modifiers(service: str, borne: Sequence[str], conditions: Sequence[_Condition]) -> Iterator[PairRule]:
    """Yield where no diagnosis given is of the side a service is said to be done on."""
    named = [modifier for modifier in borne if modifier in _SIDES_OF_MODIFIER]
    diagnosed = {side for condition in conditions for side in _sides_of(condition)}
    done = {side for modifier in named for side in _SIDES_OF_MODIFIER[modifier]}
    if not diagnosed or not done or done <= diagnosed or (len(named) > 1 and done & diagnosed):
        return
    verdict = Verdict.ONE_SIDE_ONLY if done & diagnosed else Verdict.OTHER_SIDE
    for condition in conditions:
        codes = (service, condition.entry.code)
        yield _said(verdict, codes, (condition.entry,), modifier=named[0])


def _sides_of(condition: _Condition) -> frozenset[Side]:
    return frozenset(_OPPOSITE) if condition.side is Side.BILATERAL else frozenset({condition.side})


def _rule(verdict: Verdict, *entries: Entry) -> PairRule:
    first, second, *_ = entries
    return _said(verdict, (first.code, second.code), entries)


def _said(verdict: Verdict, codes: tuple[str, ...], entries: tuple[Entry, ...], modifier: str = "") -> PairRule:
    release = entries[0].release
    assert release is not None  # only codes that are found have titles
    return PairRule(PairKind.SIDE, codes, verdict, "", release, entries=entries, modifier=modifier)


def _condition(entry: Entry, book: Book, on: date) -> Iterator[_Condition]:
    """Yield the condition of a diagnosis that names both sides, or one and has its kin on the other."""
    seventh = entry.code[-1] if len(key_of(entry.code)) == FULL_LENGTH else ""
    stem = book.entry(entry.parent, on, System.ICD_10_CM) if seventh else entry
    side = _side_of(stem.long)
    if side is Side.BILATERAL:
        yield _Condition(entry, side, "", "", "")
    if side not in _OPPOSITE:
        return
    kin = _kin(stem, book, on)
    other = _first(one for one in kin if _words(one.long) == _with(stem.long, side, _OPPOSITE[side]))
    if other:
        both = _first(one for one in kin if _names_both(one.long, stem.long))
        unsided = _first(one for one in kin if _words(one.long) in _without_side(stem.long, side))
        yield _Condition(entry, side, *(_with_seventh(code, seventh) for code in (other, both, unsided)))


def _kin(stem: Entry, book: Book, on: date) -> list[Entry]:
    """Return the codes beside one, and those beside its parent: some bilateral codes stand a step higher (M17.0)."""
    above = book.entry(stem.parent, on, System.ICD_10_CM)
    is_category = len(key_of(above.code)) == CATEGORY_LENGTH
    higher = above if is_category else book.entry(above.parent, on, System.ICD_10_CM)
    codes = dict.fromkeys((*above.children, *higher.children))
    return [one for one in book.entries(list(codes), on, System.ICD_10_CM, notes=False) if one.code != stem.code]


def _side_of(title: str) -> Side | None:
    """Return the one side a title names; a title that names two, or none, is of no side."""
    named = [word for word in _words(title) if word in set(Side)]
    return Side(named[0]) if len(named) == 1 else None


def _names_both(bilateral: str, sided: str) -> bool:
    """Tell whether one title is the other's for both sides.

    It names all of the condition, and nothing that is not in the other; it may leave out the part of the body that
    follows the side: "Age-related nuclear cataract, bilateral", "... cataract, right eye".
    """
    side = _side_of(sided)
    if side not in _OPPOSITE or _side_of(bilateral) is not Side.BILATERAL:
        return False
    part = sided.lower().partition(f"{side} ")[2].partition(",")[0]
    whole, both = _bare(sided) - {side}, _bare(bilateral) - {Side.BILATERAL}
    return whole - _bare(part) <= both <= whole


def _bare(title: str) -> frozenset[str]:
    """Return the words of a title that tell its condition, in the singular."""
    words = frozenset(_words(title)) - _SMALL_WORDS
    return frozenset(re.sub(r"ies$", "y", word) for word in words)


def _with(title: str, side: Side, other: str) -> tuple[str, ...]:
    return tuple(other if word == side else word for word in _words(title))


def _without_side(title: str, side: Side) -> set[tuple[str, ...]]:
    """Return how a title reads with its side unspecified: "of unspecified radius", or "leg, unspecified"."""
    unsided = tuple(word for word in _words(title) if word != side)
    return {_with(title, side, "unspecified"), (*unsided, "unspecified")}


def _words(title: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(title.lower()))


def _first(found: Iterator[Entry]) -> str:
    return next((entry.code for entry in found), "")


def _with_seventh(code: str, seventh: str) -> str:
    """Return a code with the 7th character of another, X in the places between, or nothing of no code."""
    if not code or not seventh:
        return code
    bare = key_of(code).ljust(FULL_LENGTH - 1, "X") + seventh
    return f"{bare[:3]}.{bare[3:]}"
