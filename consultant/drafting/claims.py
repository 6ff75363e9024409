"""The services a letter tells its reader to report, line by line, and what NCCI has against the claim they make.

A line that says what not to report, or speaks of alternatives, makes no claim of the codes behind those words: a letter
must be able to name what it warns of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.edits import pair_rules, unit_rules
from consultant.codes.entries import Release, System
from consultant.codes.extraction import extract
from consultant.codes.pairs import limit_tables, ptp_tables
from consultant.codes.rules import NCCI_MODIFIERS, PairKind, PairRule, UnitRule, UnitVerdict, Verdict
from consultant.drafting.findings import source_of
from consultant.drafting.together import HOSPITAL
from consultant.drafting.values import Fact

_SERVICES = frozenset({System.CPT, System.HCPCS})
_NEXT_LINE = re.compile(r"\n(?=\s{0,8}(?:[-*+•|]|[0-9]{1,2}[.)])\s)|\n\s{0,8}\n")
_ADVISES_AGAINST = re.compile(
    r"\b(?:not|never|no|cannot|omit|leave|denied|denies|bundle[sd]?|included|incidental)\b|n['\u2019]t\b", re.IGNORECASE
)
_ENDS_THE_CLAIM = re.compile(
    r"\b(?:without|instead|rather|in place of|or|either|unless|if|when|except|vs|versus)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class ClaimLine:
    """One service as the letter would have it reported; `units` is None where it names none."""

    code: str
    modifiers: frozenset[str]
    units: int | None


def claim_lines(advice: str, book: Book) -> tuple[ClaimLine, ...]:
    """Return the services under "How to report it" that are to be reported, in order, a code as often as it stands."""
    return tuple(line for item in _NEXT_LINE.split(advice) for line in _claimed(item, book))


def denied_pairs(lines: Sequence[ClaimLine], facts: Sequence[Fact], book: Book, on: date) -> Iterator[PairRule]:
    """Yield the edits in force on the day that deny two of these services as they stand.

    An edit of indicator 1 is among them only while neither service bears a modifier that may bypass it. The tables of
    practitioners judge the claim; those of hospitals judge it in their place where a fact of the letter is from one.
    """
    hospital = _of_a_hospital(facts, book, on)
    for rule in pair_rules(book, list(dict.fromkeys(line.code for line in lines)), on):
        borne = {modifier for line in lines if line.code in rule.codes for modifier in line.modifiers}
        bypassed = rule.verdict is Verdict.DENIED_WITHOUT_MODIFIER and borne & NCCI_MODIFIERS
        if rule.kind is PairKind.PTP and rule.forbids and not bypassed and _judges(rule.release, hospital=hospital):
            yield rule


def units_over(lines: Sequence[ClaimLine], facts: Sequence[Fact], book: Book, on: date) -> Iterator[UnitRule]:
    """Yield for each service the limit its units exceed: on its largest line or in the day, as the limit goes.

    Of several tables the first that limits a service judges it, chosen as for `denied_pairs`.
    """
    hospital = _of_a_hospital(facts, book, on)
    codes = list(dict.fromkeys(line.code for line in lines))
    named = {code: [line.units for line in lines if line.code == code and line.units] for code in codes}
    in_a_day = unit_rules(book, codes, on, {code: sum(units) for code, units in named.items() if units})
    on_a_line = unit_rules(book, codes, on, {code: max(units) for code, units in named.items() if units})
    judging: dict[str, UnitRule] = {}
    for daily, single in zip(in_a_day, on_a_line, strict=True):
        if _judges(daily.limit.release, hospital=hospital):
            judging.setdefault(daily.limit.code, single if daily.verdict is UnitVerdict.OVER_LINE else daily)
    yield from (rule for rule in judging.values() if rule.forbids)


def _claimed(item: str, book: Book) -> Iterator[ClaimLine]:
    if _ADVISES_AGAINST.search(item):
        return
    claim = _ENDS_THE_CLAIM.split(item, maxsplit=1)[0]
    extraction = extract(claim, book.systems_of)
    loose = frozenset(named.modifier for named in extraction.modifiers)
    for mention in extraction.mentions:
        if mention.system in _SERVICES:
            yield ClaimLine(mention.code, loose | frozenset(mention.modifiers), mention.units)


def _judges(release: Release, *, hospital: bool) -> bool:
    return (release.source in HOSPITAL) is hospital


def _of_a_hospital(facts: Sequence[Fact], book: Book, on: date) -> bool:
    """Tell whether the letter rests on a hospital's table: only a question of an outpatient hospital is told of one."""
    cited = {fact.source for fact in facts}
    tables = (*ptp_tables(book, on), *limit_tables(book, on))
    return any(table.source in HOSPITAL and source_of(table) in cited for table in tables)
