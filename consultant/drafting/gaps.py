"""What an answer still lacks: a source that is not loaded, or a fact only the asker knows.

Policy as data: which source decides which kind of question, and what is asked back, in order of weight. A gap is named
in the letter and never filled from memory.
"""

from collections.abc import Iterable
from enum import StrEnum

from consultant.codes.entries import Release, System
from consultant.drafting.values import Intent


class Gap(StrEnum):
    """Something missing, in the words the reviewer reads."""

    CPT = "CPT descriptors and guidelines (AMA licence)"
    CDT = "CDT (ADA licence)"
    HCPCS = "HCPCS Level II"
    ICD_10_CM = "ICD-10-CM"
    ICD_10_PCS = "ICD-10-PCS"
    ICD_9_CM = "ICD-9-CM"
    PTP = "NCCI PTP edits"
    MUE = "NCCI MUE tables"
    FEE_SCHEDULE = "Medicare physician fee schedule"
    COVERAGE = "Medicare coverage policies (NCD, LCD, Article)"
    RULES = "statutes, regulations and CMS manuals"
    NEWER_RELEASE = "release in force on the date of service"
    CODES = "the codes in question"
    DETAIL = "what was done or diagnosed"
    DATE_OF_SERVICE = "date of service"
    PAYER = "payer"
    SETTING = "setting"

    @property
    def asked_of_the_writer(self) -> bool:
        """Tell whether the asker, not the operator, can fill it."""
        return self in _ASKED


_ASKED = frozenset({Gap.CODES, Gap.DETAIL, Gap.DATE_OF_SERVICE, Gap.PAYER, Gap.SETTING})

SYSTEM_SOURCES: dict[System, Gap] = {
    System.CPT: Gap.CPT,
    System.HCPCS: Gap.HCPCS,
    System.ICD_10_CM: Gap.ICD_10_CM,
    System.ICD_10_PCS: Gap.ICD_10_PCS,
    System.ICD_9_CM: Gap.ICD_9_CM,
}

# A source counts as loaded when the book holds any release of one of these.
LOADED_AS: dict[Gap, tuple[str, ...]] = {
    Gap.CPT: ("CPT descriptors",),
    Gap.CDT: ("CDT descriptors",),
    Gap.HCPCS: ("HCPCS Level II",),
    Gap.ICD_10_CM: ("ICD-10-CM",),
    Gap.ICD_10_PCS: ("ICD-10-PCS",),
    Gap.ICD_9_CM: ("ICD-9-CM",),
    Gap.PTP: ("NCCI PTP practitioner", "NCCI PTP hospital"),
    Gap.MUE: ("NCCI MUE practitioner", "NCCI MUE outpatient", "NCCI MUE DME"),
    Gap.FEE_SCHEDULE: ("Physician fee schedule",),
    Gap.COVERAGE: ("Medicare coverage",),
    Gap.RULES: ("CMS manuals",),
}

# The sources that decide a question about services; diagnoses answer for themselves.
DECIDED_BY: dict[Intent, tuple[Gap, ...]] = {
    Intent.DESCRIBE: (),
    Intent.WHICH_CODE: (Gap.CPT,),
    Intent.MODIFIER: (Gap.PTP, Gap.CPT),
    Intent.BUNDLING: (Gap.PTP,),
    Intent.UNITS: (Gap.MUE,),
    Intent.COVERAGE: (Gap.COVERAGE,),
    Intent.DIAGNOSIS_PAIRING: (Gap.COVERAGE,),
    Intent.TIME: (Gap.CPT,),
    Intent.EM_LEVEL: (Gap.CPT,),
    Intent.GLOBAL_PERIOD: (Gap.FEE_SCHEDULE,),
    Intent.VALIDITY: (),
    Intent.REIMBURSEMENT: (Gap.FEE_SCHEDULE,),
    Intent.COMPLIANCE: (Gap.RULES,),
    Intent.OTHER: (),
}

# What the answer hangs on, most telling first; at most two are asked back.
HANGS_ON: dict[Intent, tuple[Gap, ...]] = {
    Intent.DESCRIBE: (Gap.CODES,),
    Intent.WHICH_CODE: (Gap.DETAIL, Gap.SETTING),
    Intent.MODIFIER: (Gap.CODES, Gap.PAYER),
    Intent.BUNDLING: (Gap.CODES, Gap.PAYER, Gap.SETTING),
    Intent.UNITS: (Gap.CODES, Gap.PAYER),
    Intent.COVERAGE: (Gap.PAYER, Gap.CODES),
    Intent.DIAGNOSIS_PAIRING: (Gap.CODES, Gap.PAYER),
    Intent.TIME: (Gap.CODES, Gap.PAYER),
    Intent.EM_LEVEL: (Gap.SETTING, Gap.PAYER),
    Intent.GLOBAL_PERIOD: (Gap.CODES, Gap.PAYER),
    Intent.VALIDITY: (Gap.CODES,),
    Intent.REIMBURSEMENT: (Gap.PAYER, Gap.CODES),
    Intent.COMPLIANCE: (Gap.PAYER,),
    Intent.OTHER: (Gap.DETAIL,),
}


def loaded(gap: Gap, releases: Iterable[Release]) -> bool:
    """Tell whether the book holds any release of that source."""
    return any(release.source in LOADED_AS[gap] for release in releases)
