"""A finding: one thing the book says to a question, not yet in words.

It names its kind (the template that will word it), the codes it speaks for and the release it was read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from consultant.codes.entries import Release
from consultant.drafting.gaps import Gap

_UNLOADED = {Gap.CPT: "American Medical Association, CPT", Gap.CDT: "American Dental Association, CDT"}

_TITLES = {
    "ICD-10-CM": "ICD-10-CM Tabular List of Diseases and Injuries",
    "HCPCS Level II": "HCPCS Level II alpha-numeric file",
    "NCCI PTP practitioner": "NCCI procedure-to-procedure edits, practitioner services",
    "NCCI PTP hospital": "NCCI procedure-to-procedure edits, outpatient hospital services",
    "NCCI MUE practitioner": "NCCI medically unlikely edits, practitioner services",
    "NCCI MUE outpatient": "NCCI medically unlikely edits, outpatient hospital services",
    "NCCI MUE DME": "NCCI medically unlikely edits, DME supplier services",
    "NCCI add-on": "NCCI add-on code edits",
    "GEMs": "General Equivalence Mappings",
    "Medicare coverage": "Medicare Coverage Database",
    "Physician fee schedule": "National Physician Fee Schedule Relative Value File",
}


class Kind(StrEnum):
    """One kind of claim; the value names its template in `templates/facts`."""

    UNKNOWN = "unknown"
    NOT_LOADED = "not-loaded"
    NUMBER_ONLY = "number-only"
    HEADER = "header"
    TERMINATED = "terminated"
    NOT_YET = "not-yet"
    VALID = "valid"
    HCPCS = "hcpcs"
    COVERAGE = "coverage"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    NO_EXCLUDES = "no-excludes"
    SIDE_BILATERAL = "side-bilateral"
    SIDE_WITHIN = "side-within"
    SIDE_OPEN = "side-open"
    SIDE_MODIFIER = "side-modifier"
    SEVENTH_APART = "seventh-apart"
    RECORDS_APART = "records-apart"
    RECORD = "record"
    MATCH = "match"
    NO_MATCH = "no-match"
    CHILD = "child"
    NEIGHBOUR = "neighbour"
    CODE_FIRST = "code-first"
    USE_ADDITIONAL = "use-additional"
    CODE_ALSO = "code-also"
    SEVENTH_CHARACTER = "seventh-character"
    INCLUDES = "includes"
    MODIFIER = "modifier"
    MODIFIER_NUMBER_ONLY = "modifier-number-only"
    SUPERSEDED = "superseded"
    TOO_NEW = "too-new"
    FEE_STATUS = "fee-status"
    FEE_GLOBAL = "fee-global"
    FEE_MODIFIER = "fee-modifier"
    FEE_PAYMENT = "fee-payment"
    FEE_ABSENT = "fee-absent"
    FEE_SAME_DAY = "fee-same-day"
    POLICY_PAIR = "policy-pair"
    POLICY_LISTED = "policy-listed"
    POLICY_SILENT = "policy-silent"
    MAPS_TO = "maps-to"
    PTP_DENIED = "ptp-denied"
    PTP_BYPASS = "ptp-bypass"
    PTP_OUT_OF_FORCE = "ptp-out-of-force"
    NO_PTP = "no-ptp"
    PTP_SILENT = "ptp-silent"
    MUE = "mue"
    MUE_OVER = "mue-over"
    NO_MUE = "no-mue"
    ADD_ON = "addon"
    ADD_ON_ALONE = "addon-alone"
    RULE_DETAIL = "rule-detail"
    RULE_STATEMENT = "rule-statement"
    RULE_SEVENTH = "rule-seventh"
    RULE_EXCLUDES1 = "rule-excludes1"
    RULE_EXCLUDES2 = "rule-excludes2"
    RULE_ETIOLOGY = "rule-etiology"


@dataclass(frozen=True)
class Finding:
    """One claim: `values` are what its template may speak of."""

    kind: Kind
    codes: tuple[str, ...]
    source: str  # publisher, title and section
    release: Release | None  # None when the source is not loaded
    values: Mapping[str, object] = field(default_factory=dict)
    gap: Gap | None = None  # what would have to be loaded to say more


def read_from(
    kind: Kind, codes: tuple[str, ...], release: Release, values: Mapping[str, object] | None = None
) -> Finding:
    """Return a finding read from a release of the book."""
    return Finding(kind, codes, source_of(release), release, values or {})


def not_loaded(kind: Kind, codes: tuple[str, ...], gap: Gap, values: Mapping[str, object]) -> Finding:
    """Return a finding that says what cannot be said for want of a source."""
    return Finding(kind, codes, _UNLOADED.get(gap, gap.value), None, values, gap)


def source_of(release: Release) -> str:
    """Return publisher and title of a release, as a source line names them."""
    return f"{release.publisher}, {_TITLES.get(release.source, release.source)}"
