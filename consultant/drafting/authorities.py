"""The coding rules a letter may cite beside the code book: which finding calls for which section, as data.

Only sections of the ICD-10-CM Official Guidelines (CDC/NCHS and CMS, public domain) stand here, restated and not
quoted. They are cited from the published edition and not held in the book, and the source line says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from consultant.codes.entries import Release
from consultant.drafting.findings import Finding, Kind, source_of

GUIDELINES = Release(
    source="ICD-10-CM Official Guidelines for Coding and Reporting",
    name="FY 2026",
    publisher="CDC/NCHS and CMS",
    effective=date(2025, 10, 1),
    superseded=date(2026, 10, 1),
)
# The section on right, left and bilateral codes, as a source line cites it beside the titles it speaks of.
LATERALITY = f"{source_of(GUIDELINES)}, {GUIDELINES.name}, Section I.B.13"


@dataclass(frozen=True)
class Rule:
    """One section of the guidelines and the kinds of finding that call for it."""

    kind: Kind
    section: str
    called_for_by: frozenset[Kind]


RULES: tuple[Rule, ...] = (
    Rule(Kind.RULE_DETAIL, "Section I.B.2", frozenset({Kind.HEADER, Kind.MATCH})),
    Rule(Kind.RULE_STATEMENT, "Section I.A.19", frozenset({Kind.VALID, Kind.MATCH, Kind.HEADER})),
    Rule(Kind.RULE_SEVENTH, "Sections I.A.4 and I.A.5", frozenset({Kind.SEVENTH_CHARACTER})),
    Rule(Kind.RULE_EXCLUDES1, "Section I.A.12.a", frozenset({Kind.EXCLUDES1})),
    Rule(Kind.RULE_EXCLUDES2, "Section I.A.12.b", frozenset({Kind.EXCLUDES2})),
    Rule(Kind.RULE_ETIOLOGY, "Section I.A.13", frozenset({Kind.CODE_FIRST})),
)


def rules_called_for(found: Iterable[Finding]) -> list[Finding]:
    """Return the rules these findings rest on, as findings of their own, in the order of the guidelines' use."""
    kinds = {finding.kind for finding in found}
    return [_cited(rule) for rule in RULES if rule.called_for_by & kinds]


def _cited(rule: Rule) -> Finding:
    return Finding(rule.kind, (), f"{source_of(GUIDELINES)}, {rule.section}", GUIDELINES)
