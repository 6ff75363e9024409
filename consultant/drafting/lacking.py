"""Which gaps a question meets: the sources that would decide it and are not loaded, and what only the asker can say."""

from collections.abc import Sequence
from dataclasses import dataclass

from consultant.codes.entries import Release, System
from consultant.drafting.findings import Finding, Kind
from consultant.drafting.gaps import DECIDED_BY, HANGS_ON, Gap, loaded
from consultant.drafting.questions import Question
from consultant.drafting.values import Intent

_FEE_ANSWERS = {
    Intent.GLOBAL_PERIOD: frozenset({Kind.FEE_GLOBAL}),
    Intent.REIMBURSEMENT: frozenset({Kind.FEE_PAYMENT, Kind.FEE_STATUS}),
}
_PAIR_ANSWERS = frozenset({Kind.EXCLUDES1, Kind.EXCLUDES2, Kind.NO_EXCLUDES})
_EDITS = frozenset({Kind.PTP_DENIED, Kind.PTP_BYPASS})
_NCCI_ANSWERS = {
    Intent.BUNDLING: _EDITS | {Kind.NO_PTP} | _PAIR_ANSWERS,
    Intent.UNITS: frozenset({Kind.MUE, Kind.MUE_OVER}),
}


@dataclass(frozen=True)
class Lacking:
    """What keeps an answer from being whole: the gaps, and the intents that stay open for want of a source."""

    gaps: tuple[Gap, ...]
    unsettled: tuple[Intent, ...]


def lacking(question: Question, found: Sequence[Finding], releases: Sequence[Release]) -> Lacking:
    """Return the gaps, sources first, then what only the asker can say, and the intents no loaded source decides."""
    kinds = frozenset(finding.kind for finding in found)
    settled = _settled(question, kinds) | _settled_by_indicators(question, found)
    open_intents = [intent for intent in question.asked_for if intent not in settled]
    missing = {intent: _sources_lacking(intent, question, releases) for intent in open_intents}
    named = [finding.gap for finding in found if finding.gap]
    wanted = [gap for intent in open_intents for gap in HANGS_ON[intent]] + [Gap.DATE_OF_SERVICE]
    asked = [gap for gap in wanted if not _told(gap, question, kinds)]
    gaps = [gap for intent in open_intents for gap in missing[intent]] + named + asked
    unsettled = [intent for intent in open_intents if missing[intent] or _out_of_reach(intent, kinds)]
    return Lacking(tuple(dict.fromkeys(gaps)), tuple(dict.fromkeys(unsettled)))


def _sources_lacking(intent: Intent, question: Question, releases: Sequence[Release]) -> list[Gap]:
    if intent is Intent.WHICH_CODE and question.for_diagnosis:
        return []
    return [gap for gap in DECIDED_BY[intent] if not loaded(gap, releases)]


def _out_of_reach(intent: Intent, kinds: frozenset[Kind]) -> bool:
    """Tell whether nothing but a code's number is known, or no title is close to the words of a condition."""
    if intent is Intent.WHICH_CODE:
        return Kind.NO_MATCH in kinds
    if intent in _NCCI_ANSWERS:
        return not kinds & _NCCI_ANSWERS[intent]
    if intent in _FEE_ANSWERS:
        return not kinds & _FEE_ANSWERS[intent]
    return intent in {Intent.DESCRIBE, Intent.VALIDITY, Intent.OTHER} and bool(
        kinds & {Kind.NUMBER_ONLY, Kind.NOT_LOADED}
    )


def _settled(question: Question, kinds: frozenset[Kind]) -> frozenset[Intent]:
    """Return the intents the findings answer whatever else is not loaded: diagnoses answer for themselves."""
    if question.of(System.CPT) or question.of(System.HCPCS):  # an edit says itself whether a modifier bypasses it
        return frozenset({Intent.MODIFIER} if kinds & _EDITS else ())
    settled = set()
    if kinds & _PAIR_ANSWERS:
        settled |= {Intent.BUNDLING}
    if kinds & {Kind.MATCH, Kind.CHILD}:
        settled.add(Intent.WHICH_CODE)
    if question.modifiers and Kind.MODIFIER_NUMBER_ONLY not in kinds:
        settled.add(Intent.MODIFIER)
    return frozenset(settled)


def _settled_by_indicators(question: Question, found: Sequence[Finding]) -> frozenset[Intent]:
    """Return the question of modifiers where an indicator of the fee schedule decides each of them."""
    decided = {finding.values["modifier"] for finding in found if finding.kind is Kind.FEE_MODIFIER}
    return frozenset({Intent.MODIFIER} if question.modifiers and decided.issuperset(question.modifiers) else ())


def _told(gap: Gap, question: Question, kinds: frozenset[Kind]) -> bool:
    told = {
        Gap.CODES: bool(question.codes),
        Gap.DETAIL: bool(question.codes) or Kind.MATCH in kinds,
        Gap.DATE_OF_SERVICE: question.day_stated,
        Gap.PAYER: bool(question.payers),
        Gap.SETTING: bool(question.settings),
    }
    return told[gap]
