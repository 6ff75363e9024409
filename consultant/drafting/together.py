"""What the rules about several codes have to say: Excludes notes, NCCI edits, add-on codes, limits of units.

A rule becomes one finding, with all that its words need. That no rule speaks is a finding too, since it is what a
question about two codes wants to know, and since the silence of a partial table must not be taken for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from consultant.codes.book import Book
from consultant.codes.edits import pair_rules, unit_rules
from consultant.codes.entries import Release, System
from consultant.codes.pairs import limit_tables, ptp_tables
from consultant.codes.rules import NCCI_MODIFIERS, PairKind, PairRule, UnitRule, UnitVerdict, Verdict
from consultant.drafting.authorities import LATERALITY
from consultant.drafting.findings import Finding, Kind, read_from, source_of
from consultant.drafting.questions import AskedCode, Question, Setting
from consultant.drafting.values import Intent

MOST_PRIMARIES = 8
HOSPITAL = frozenset({"NCCI PTP hospital", "NCCI MUE outpatient"})  # tables of the claims of outpatient hospitals
_PAIR = 2
_KINDS = {
    Verdict.NOT_TOGETHER: Kind.EXCLUDES1,
    Verdict.MAY_BE_TOGETHER: Kind.EXCLUDES2,
    Verdict.DENIED: Kind.PTP_DENIED,
    Verdict.DENIED_WITHOUT_MODIFIER: Kind.PTP_BYPASS,
    Verdict.NEVER_IN_FORCE: Kind.PTP_OUT_OF_FORCE,
    Verdict.ENDED: Kind.PTP_OUT_OF_FORCE,
    Verdict.TO_COME: Kind.PTP_OUT_OF_FORCE,
    Verdict.WITH_PRIMARY: Kind.ADD_ON,
    Verdict.WITHOUT_PRIMARY: Kind.ADD_ON_ALONE,
    Verdict.BY_CONTRACTOR: Kind.ADD_ON_ALONE,
    Verdict.ONE_FOR_BOTH_SIDES: Kind.SIDE_BILATERAL,
    Verdict.SIDE_OF_BOTH: Kind.SIDE_WITHIN,
    Verdict.SIDE_LEFT_OPEN: Kind.SIDE_OPEN,
    Verdict.OTHER_SIDE: Kind.SIDE_MODIFIER,
    Verdict.ONE_SIDE_ONLY: Kind.SIDE_MODIFIER,
    Verdict.NO_SEVENTH: Kind.HEADER,
    Verdict.SEVENTHS_APART: Kind.SEVENTH_APART,
    Verdict.RECORDS_APART: Kind.RECORDS_APART,
    Verdict.ON_ONE_RECORD: Kind.RECORD,
}
_SERVICES = {  # whose claims a table is for, as its statement says
    "NCCI PTP practitioner": "practitioner services",
    "NCCI PTP hospital": "outpatient hospital services",
    "NCCI MUE practitioner": "practitioner services",
    "NCCI MUE outpatient": "outpatient hospital services",
    "NCCI MUE DME": "supplies of medical equipment",
}
_PAIRS_FOR = (Intent.BUNDLING, Intent.MODIFIER, Intent.OTHER)
_ADD_ONS_FOR = (Intent.BUNDLING, Intent.VALIDITY, Intent.REIMBURSEMENT, Intent.OTHER)

Modifiers = Mapping[str, Sequence[str]]


def of_services(question: Question, book: Book) -> Iterator[Finding]:
    """Yield what NCCI says of the services asked about: pairs that are denied always, the rest to those who ask."""
    asked = [*question.of(System.CPT), *question.of(System.HCPCS)]
    codes = [one.code for one in asked]
    rules = pair_rules(book, codes, question.on) if codes else ()
    modifiers = {one.code: one.modifiers or question.modifiers for one in asked}
    for rule in rules:
        if rule.kind in {PairKind.PTP, PairKind.ADD_ON} and _is_wanted(rule, question):
            yield of_pair(rule, modifiers)
    if len(codes) >= _PAIR and question.wants(*_PAIRS_FOR):
        yield from (found for found in silence(rules, codes, book, question.on) if _is_for(found.release, question))
    yield from _of_units(asked, question, book)


def of_pair(rule: PairRule, modifiers: Modifiers) -> Finding:
    """Return the finding that says what a rule means for its codes, and for the modifiers they bear."""
    if rule.note:
        codes = dict.fromkeys((*rule.codes, *rule.note.refers_to, rule.printed_at))
        values = {"pair": rule.codes, "printed_at": rule.printed_at, "text": rule.note.text}
        return read_from(_KINDS[rule.verdict], tuple(codes), rule.release, values)
    if rule.entries:
        return _of_diagnoses(rule)
    return _of_add_on(rule) if rule.kind is PairKind.ADD_ON else _of_ptp(rule, modifiers)


def of_units(rule: UnitRule) -> Finding:
    """Return the finding that says what a limit means for the units asked."""
    limit = rule.limit
    values = {
        "limit": limit.value,
        "mai": limit.mai,
        "rationale": limit.rationale,
        "units": rule.units,
        "over": rule.forbids,
        "services": _SERVICES[limit.release.source],
    }
    return read_from(Kind.MUE_OVER if rule.forbids else Kind.MUE, (limit.code,), limit.release, values)


def silence(rules: Iterable[PairRule], codes: Sequence[str], book: Book, on: date) -> Iterator[Finding]:
    """Yield for each table that pairs none of these codes that it does not, or why its silence does not say so."""
    speaking = {rule.release.source for rule in rules if rule.kind is PairKind.PTP and rule.forbids}
    for release in ptp_tables(book, on):
        if release.source not in speaking:
            speaks = release.in_force(on) and not release.partial
            values = {"services": _SERVICES[release.source], "partial": release.partial}
            yield read_from(Kind.NO_PTP if speaks else Kind.PTP_SILENT, tuple(codes), release, values)


def unlisted(rules: Iterable[UnitRule], codes: Sequence[str], book: Book, on: date) -> Iterator[Finding]:
    """Yield for each code no table limits that none does: some limits are confidential, so that says little."""
    tables = limit_tables(book, on)
    limited = {rule.limit.code for rule in rules}
    for code in codes if tables else ():
        if code not in limited:
            yield read_from(Kind.NO_MUE, (code,), tables[0], {"services": _services(tables)})


def _is_wanted(rule: PairRule, question: Question) -> bool:
    """Tell whether a rule is to be told: it speaks against the codes, or somebody wants to know."""
    if rule.kind is PairKind.ADD_ON:
        return question.wants(*_ADD_ONS_FOR)
    if not _is_for(rule.release, question):
        return False
    return rule.forbids or question.wants(Intent.BUNDLING)


def _is_for(release: Release | None, question: Question) -> bool:
    """Tell whether a table of pairs is for the claim asked about: a hospital's only where the letter says so."""
    return release is not None and (release.source not in HOSPITAL or Setting.OUTPATIENT in question.settings)


def _of_units(asked: Sequence[AskedCode], question: Question, book: Book) -> Iterator[Finding]:
    """Yield the limits of codes whose units are in question, and of those of which no unit is payable."""
    units = {one.code: one.units for one in asked if one.units}
    codes = [one.code for one in asked if question.wants(Intent.UNITS) or units.get(one.code, 1) > 1]
    rules = unit_rules(book, [one.code for one in asked], question.on, units)
    for rule in rules:
        wanted = rule.limit.code in codes or rule.verdict is UnitVerdict.NOT_PAYABLE
        if wanted and _is_of_this_setting(rule, rules, question):
            yield of_units(rule)
    if question.wants(Intent.UNITS):
        yield from unlisted(rules, codes, book, question.on)


def _is_of_this_setting(rule: UnitRule, rules: Sequence[UnitRule], question: Question) -> bool:
    """Tell whether a limit is for the claim asked about: a practitioner's unless the letter says otherwise."""
    own = [other.limit.release.source for other in rules if other.limit.code == rule.limit.code]
    if Setting.OUTPATIENT in question.settings and rule.limit.release.source in HOSPITAL:
        return True
    return rule.limit.release.source == own[0]


def _of_diagnoses(rule: PairRule) -> Finding:
    """Return what titles and notes of diagnoses say; where a side is judged, the guideline is cited beside them."""
    titles = [entry.long or entry.short for entry in rule.entries]
    codes = tuple(dict.fromkeys((*rule.codes, *(entry.code for entry in rule.entries))))
    values = {
        "title": titles[0],
        "titles": titles,
        "seventh": rule.verdict is Verdict.NO_SEVENTH,
        "notes": rule.notes,
        "modifier": rule.modifier,
        "one_side_only": rule.verdict is Verdict.ONE_SIDE_ONLY,
    }
    sources = [source_of(rule.release)] + [LATERALITY] * (rule.kind is PairKind.SIDE and not rule.modifier)
    return Finding(_KINDS[rule.verdict], codes, "; ".join(sources), rule.release, values)


def _of_ptp(rule: PairRule, modifiers: Modifiers) -> Finding:
    speaking, *others = rule.edits
    given = list(dict.fromkeys(modifier for code in rule.codes for modifier in modifiers.get(code, ())))
    values = {
        "span": speaking.span,
        "others": [edit.span for edit in others],
        "verdict": rule.verdict,
        "indicator": rule.indicator,
        "rationale": speaking.rationale,
        "services": _SERVICES[rule.release.source],
        "bypassing": [modifier for modifier in given if modifier in NCCI_MODIFIERS],
        "not_bypassing": [modifier for modifier in given if modifier not in NCCI_MODIFIERS],
    }
    return read_from(_KINDS[rule.verdict], rule.codes, rule.release, values)


def _of_add_on(rule: PairRule) -> Finding:
    values = {
        "type": int(rule.indicator),
        "primaries": rule.primaries[:MOST_PRIMARIES],
        "more": max(0, len(rule.primaries) - MOST_PRIMARIES),
    }
    named = () if len(rule.codes) == _PAIR else rule.primaries[:MOST_PRIMARIES]
    return read_from(_KINDS[rule.verdict], (*rule.codes, *named), rule.release, values)


def _services(tables: Iterable[Release]) -> list[str]:
    return [_SERVICES[release.source] for release in tables]
