"""What a letter must pass before it leaves: each check weighs one thing a reviewer would otherwise have to look for.

The same checks weigh a fresh draft and an edited one. A block stops the letter; the approver may still decide about a
warning. "Advised" means named under the heading "How to report it".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.edits import pair_rules
from consultant.codes.entries import Entry, Release, Status, System
from consultant.codes.extraction import extract
from consultant.codes.mentions import Extraction
from consultant.codes.rules import PairKind, Verdict
from consultant.drafting.claims import ClaimLine, claim_lines, denied_pairs, units_over
from consultant.drafting.findings import Kind
from consultant.drafting.sections import Section, sections_of, without_section
from consultant.drafting.values import Check, Fact, Level
from consultant.intake.identifiers import find_identifiers
from consultant.rendering import Renderer

SHORTEST, LONGEST = 60, 450  # words of a letter worth sending

_WORD = re.compile(r"\S+")
_GONE = frozenset({Status.TERMINATED, Status.NOT_YET})
_ADVISABLE = frozenset({Kind.VALID, Kind.HCPCS, Kind.HEADER, Kind.MATCH})
_TOLD_AS_WRONG = frozenset({Kind.UNKNOWN, Kind.TERMINATED, Kind.NOT_YET, Kind.NOT_LOADED})


@dataclass(frozen=True)
class Weighed:
    """A letter on the scales: its text, what it rests on, and the codes it names as the book has them on the day."""

    text: str
    facts: tuple[Fact, ...]
    asked: Extraction
    missing: tuple[str, ...]
    on: date
    named: tuple[Entry, ...]
    advised: frozenset[str]
    claimed: tuple[ClaimLine, ...]
    book: Book


@dataclass(frozen=True)
class Objection:
    """What a rule found, before it is put into words; `values` are what its template may speak of."""

    level: Level
    code: str  # also the name of its template in `templates/checks`
    values: dict[str, object]


def check_letter(  # noqa: PLR0913  what a letter is weighed against, each part named
    text: str,
    *,
    facts: Sequence[Fact],
    asked: Extraction,
    missing: Sequence[str],
    on: date,
    book: Book,
    renderer: Renderer,
) -> tuple[Check, ...]:
    """Return every reason this text may not leave yet, or should be looked at first, blocks before the rest."""
    advice = sections_of(text).get(Section.REPORT, "")
    weighed = Weighed(
        text=text,
        facts=tuple(facts),
        asked=asked,
        missing=tuple(missing),
        on=on,
        named=_named(text, book, on),
        advised=frozenset(entry.code for entry in _named(advice, book, on)),
        claimed=claim_lines(advice, book),
        book=book,
    )
    objections = [objection for rule in RULES for objection in rule(weighed)]
    objections.sort(key=lambda objection: list(Level).index(objection.level))
    return tuple(_worded(objection, renderer) for objection in objections)


def _worded(objection: Objection, renderer: Renderer) -> Check:
    message = renderer.text(f"checks/{objection.code}.txt.j2", **objection.values)
    return Check(objection.level, objection.code, " ".join(message.split()))


def _named(text: str, book: Book, on: date) -> tuple[Entry, ...]:
    """Return each code the text names, once, as the book has it; the ends of a range count as named."""
    extraction = extract(text, book.systems_of)
    codes = [(mention.system, mention.code) for mention in extraction.mentions]
    codes += [(span.system, end) for span in extraction.ranges for end in (span.first, span.last)]
    return tuple(book.entry(code, on, system) for system, code in dict.fromkeys(codes))


def _empty(letter: Weighed) -> Iterator[Objection]:
    if not letter.text.strip():
        yield Objection(Level.BLOCK, "empty-letter", {})


def _patient(letter: Weighed) -> Iterator[Objection]:
    # The reviewer's own name and address stand in the signature, and belong there.
    unsigned = without_section(letter.text, Section.REVIEWED)
    kinds = sorted({found.kind for found in find_identifiers(unsigned)})
    if kinds:
        yield Objection(Level.BLOCK, "patient-identifier", {"kinds": kinds})


def _unsourced_letter(letter: Weighed) -> Iterator[Objection]:
    if letter.text.strip() and not sections_of(letter.text).get(Section.SOURCES):
        yield Objection(Level.BLOCK, "no-sources", {})


def _unknown(letter: Weighed) -> Iterator[Objection]:
    told = _codes_told_as_wrong(letter)
    for entry in letter.named:
        if entry.found or entry.status is Status.NO_DESCRIPTOR:
            continue
        if entry.code in told and entry.code not in letter.advised:
            yield Objection(Level.WARN, "unknown-code-named", {"code": entry.code})
        else:
            yield Objection(Level.BLOCK, "unknown-code", {"code": entry.code})


def _terminated(letter: Weighed) -> Iterator[Objection]:
    told = _codes_told_as_wrong(letter)
    for entry in letter.named:
        if not entry.found or entry.status not in _GONE:
            continue
        values: dict[str, object] = {"code": entry.code, "on": letter.on}
        if entry.code in told and entry.code not in letter.advised:
            yield Objection(Level.WARN, "terminated-code-named", values)
        else:
            yield Objection(Level.BLOCK, "terminated-code", values)


def _codes_told_as_wrong(letter: Weighed) -> frozenset[str]:
    """Return the codes a fact says cannot be used: a letter must be able to say that a code does not exist."""
    return frozenset(fact.codes[0] for fact in letter.facts if fact.kind in _TOLD_AS_WRONG and fact.codes)


def _header_advised(letter: Weighed) -> Iterator[Objection]:
    replaced = {fact.codes[0] for fact in letter.facts if fact.kind == Kind.CHILD}
    for entry in letter.named:
        if entry.status is Status.HEADER and entry.code in letter.advised - replaced - _mentioned(letter):
            yield Objection(Level.WARN, "header-advised", {"code": entry.code})


def _excluded_together(letter: Weighed) -> Iterator[Objection]:
    """Warn of advised codes that an Excludes1 note sets apart, unless the letter's own facts say so."""
    advised = letter.advised - _mentioned(letter)
    diagnoses = [entry.code for entry in letter.named if entry.code in advised and _diagnosis(entry)]
    told = {frozenset(fact.codes[:2]) for fact in letter.facts if fact.kind == Kind.EXCLUDES1}
    for rule in pair_rules(letter.book, diagnoses, letter.on):
        if rule.kind is PairKind.EXCLUDES1 and frozenset(rule.codes) not in told:
            yield Objection(Level.WARN, "excluded-pair-advised", {"codes": rule.codes, "printed_at": rule.printed_at})


def _denied_together(letter: Weighed) -> Iterator[Objection]:
    for rule in denied_pairs(letter.claimed, letter.facts, letter.book, letter.on):
        values: dict[str, object] = {"codes": rule.codes, "release": rule.release}
        if rule.verdict is Verdict.DENIED:
            yield Objection(Level.BLOCK, "denied-pair-advised", values)
        else:
            yield Objection(Level.WARN, "pair-without-modifier", values)


def _too_many_units(letter: Weighed) -> Iterator[Objection]:
    for rule in units_over(letter.claimed, letter.facts, letter.book, letter.on):
        yield Objection(Level.WARN, "units-over-mue", {"limit": rule.limit, "units": rule.units})


def _mentioned(letter: Weighed) -> set[str]:
    """Return the codes that stand in an instruction or a choice the letter repeats, and are not themselves advised."""
    told = {fact.codes[0] for fact in letter.facts if fact.kind in _ADVISABLE and fact.codes}
    return {code for fact in letter.facts for code in fact.codes[1:]} - told - _asked(letter.asked)


def _diagnosis(entry: Entry) -> bool:
    return entry.system is System.ICD_10_CM and entry.status is Status.ACTIVE


def _unsourced_code(letter: Weighed) -> Iterator[Objection]:
    sourced = {code for fact in letter.facts for code in fact.codes}
    sourced |= {end for code in sourced for end in code.split("-")}
    sourced |= _asked(letter.asked)
    bare = sorted(entry.code for entry in letter.named if entry.code not in sourced)
    if bare:
        yield Objection(Level.WARN, "unsourced-code", {"codes": bare})


def _unanswered_code(letter: Weighed) -> Iterator[Objection]:
    named = {entry.code for entry in letter.named}
    silent = sorted(code for code in _asked(letter.asked) if code not in named and code not in letter.text)
    if silent and letter.text.strip():
        yield Objection(Level.WARN, "code-not-answered", {"codes": silent})


def _asked(asked: Extraction) -> set[str]:
    return {mention.code for mention in asked.mentions} | {
        end for span in asked.ranges for end in (span.first, span.last)
    }


def _edition(letter: Weighed) -> Iterator[Objection]:
    for release in _editions(letter):
        if not release.in_force(letter.on):
            values: dict[str, object] = {"release": release, "on": letter.on}
            yield Objection(Level.WARN, "release-not-in-force", values)


def _editions(letter: Weighed) -> list[Release]:
    """Return the editions of the codes the letter names, and those a fact already says are out of force."""
    told = {fact.release for fact in letter.facts if fact.kind in {Kind.SUPERSEDED, Kind.TOO_NEW}}
    named = [entry.release for entry in letter.named if entry.release]
    return list(dict.fromkeys([*named, *(release for release in letter.book.releases() if release.name in told)]))


def _length(letter: Weighed) -> Iterator[Objection]:
    words = len(_WORD.findall(letter.text))
    if letter.text.strip() and not SHORTEST <= words <= LONGEST:
        code = "too-short" if words < SHORTEST else "too-long"
        yield Objection(Level.WARN, code, {"words": words, "shortest": SHORTEST, "longest": LONGEST})


def _descriptor(letter: Weighed) -> Iterator[Objection]:
    bare = sorted(entry.code for entry in letter.named if entry.status is Status.NO_DESCRIPTOR)
    if bare:
        yield Objection(Level.INFO, "descriptor-not-loaded", {"codes": bare})


def _missing(letter: Weighed) -> Iterator[Objection]:
    if letter.missing:
        yield Objection(Level.INFO, "missing", {"missing": letter.missing})


RULES: tuple[Callable[[Weighed], Iterator[Objection]], ...] = (
    _empty,
    _patient,
    _unsourced_letter,
    _unknown,
    _terminated,
    _header_advised,
    _excluded_together,
    _denied_together,
    _too_many_units,
    _unsourced_code,
    _unanswered_code,
    _edition,
    _length,
    _descriptor,
    _missing,
)
