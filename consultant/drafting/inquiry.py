"""What the book has to say to a question: each code, the codes together, the condition's words, the modifiers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from consultant.codes.book import Book
from consultant.codes.edits import pair_rules
from consultant.codes.entries import Status, System
from consultant.codes.rules import PairKind
from consultant.drafting.fees import fee_findings
from consultant.drafting.findings import Finding, Kind, not_loaded, read_from
from consultant.drafting.gaps import Gap, loaded
from consultant.drafting.instructions import INSTRUCTIONS, inclusions, instructions
from consultant.drafting.matches import Match, matches
from consultant.drafting.policies import equivalent_findings, policy_findings
from consultant.drafting.questions import Question
from consultant.drafting.standing import choices, release_on, standing
from consultant.drafting.together import of_pair, of_services
from consultant.drafting.values import Intent

_EXCLUDES = frozenset({PairKind.EXCLUDES1, PairKind.EXCLUDES2})


def find(question: Question, book: Book) -> list[Finding]:
    """Return everything the book has to say to this question, most telling first; equal questions, equal findings."""
    found: list[Finding] = []
    for asked in question.codes:
        entry = book.entry(asked.code, question.on, asked.system)
        found += standing(asked, entry, book)
        found += instructions(entry)
        found += inclusions(entry) if question.wants(Intent.DESCRIBE) else ()
    found += fee_findings(question, book)
    found += policy_findings(question, book)
    found += equivalent_findings(question, book)
    found += of_services(question, book)
    found += _of_pairs(question, book)
    found += _of_matches(question, book)
    found += _of_modifiers(question, book)
    return _instructions_once(found)


def _of_pairs(question: Question, book: Book) -> Iterator[Finding]:
    """Yield what the Excludes notes say between every two diagnoses; that they say nothing is said only when asked."""
    codes = [asked.code for asked in question.of(System.ICD_10_CM) if book.systems_of(asked.code)]
    if len(codes) < 2:  # noqa: PLR2004  a pair is two
        return
    ruled = [of_pair(rule, {}) for rule in pair_rules(book, codes, question.on) if rule.kind in _EXCLUDES]
    together = question.wants(Intent.BUNDLING, Intent.OTHER)
    # An Excludes2 note forbids nothing, and chapters print many: it is told to those who ask.
    yield from (finding for finding in ruled if together or finding.kind is Kind.EXCLUDES1)
    release = release_on(System.ICD_10_CM, question.on, book.releases())
    if together and not ruled and not release.variant:  # an order file prints no notes: its silence says nothing
        yield read_from(Kind.NO_EXCLUDES, tuple(codes), release)


def _of_matches(question: Question, book: Book) -> Iterator[Finding]:
    """Yield the diagnoses whose titles fit the condition's words; the best one also with its instructions."""
    found = matches(question.condition, book, question.on)
    for match in found:
        yield _match(match)
    if found and found[0].entry.status is Status.HEADER and found[0].entry.children:
        yield choices(found[0].entry, book)
    if found:
        yield from instructions(found[0].entry)
    elif (
        question.condition and question.for_diagnosis and not question.codes and loaded(Gap.ICD_10_CM, book.releases())
    ):
        yield read_from(Kind.NO_MATCH, (), release_on(System.ICD_10_CM, question.on, book.releases()))


def _match(match: Match) -> Finding:
    entry = match.entry
    assert entry.release is not None
    values = {"entry": entry, "title": entry.long or entry.short, "words": match.words, "rank": match.rank}
    return read_from(Kind.MATCH, (entry.code,), entry.release, values)


def _of_modifiers(question: Question, book: Book) -> Iterator[Finding]:
    for modifier in question.modifiers:
        system = next(iter(sorted(book.systems_of(modifier) & {System.CPT, System.HCPCS})), System.HCPCS)
        entry = book.entry(modifier, question.on, system)
        if entry.found and entry.release:
            yield read_from(Kind.MODIFIER, (), entry.release, {"entry": entry, "title": entry.long or entry.short})
        else:
            gap = Gap.CPT if modifier[0].isdigit() else Gap.HCPCS
            yield not_loaded(Kind.MODIFIER_NUMBER_ONLY, (), gap, {"modifier": modifier, "system": gap})


def _instructions_once(found: Iterable[Finding]) -> list[Finding]:
    """Keep one finding for an instruction that several of the codes share, speaking for all of them."""
    kept: list[Finding] = []
    for finding in found:
        twin = next((at for at, other in enumerate(kept) if _same_instruction(finding, other)), None)
        if twin is None:
            kept.append(finding)
        else:
            kept[twin] = _merged(kept[twin], finding)
    return kept


def _same_instruction(one: Finding, other: Finding) -> bool:
    return one.kind is other.kind and one.kind in INSTRUCTIONS.values() and one.values["text"] == other.values["text"]


def _merged(one: Finding, other: Finding) -> Finding:
    places = dict.fromkeys(
        (*cast("tuple[str, ...]", one.values["places"]), *cast("tuple[str, ...]", other.values["places"]))
    )
    codes = dict.fromkeys((*one.codes, *other.codes))
    return replace(one, codes=tuple(codes), values={**one.values, "places": tuple(places)})
