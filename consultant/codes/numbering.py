"""What the number of a code alone tells: its system by shape, and for CPT the published section it is numbered in.

Only section names and number ranges are used here, which the AMA and CMS publish freely; no code's wording.
"""

import re
from enum import StrEnum

from consultant.codes.entries import System


class Section(StrEnum):
    """The numbering sections of CPT and what else a number may belong to."""

    ANESTHESIA = "Category I, anesthesia"
    SURGERY = "Category I, surgery"
    RADIOLOGY = "Category I, radiology"
    LABORATORY = "Category I, pathology and laboratory"
    MEDICINE = "Category I, medicine"
    EVALUATION = "Category I, evaluation and management"
    VACCINE = "Category I, vaccine administration"
    PERFORMANCE = "Category II, performance measurement"
    EMERGING = "Category III, emerging technology"
    PROPRIETARY = "proprietary laboratory analyses"
    ALGORITHMIC = "multianalyte assays with algorithmic analyses"
    DENTAL = "dental (CDT)"
    NONE = ""


_NUMBERED = (  # first, last, section; the first that fits
    (100, 1999, Section.ANESTHESIA),
    (10000, 69999, Section.SURGERY),
    (70000, 79999, Section.RADIOLOGY),
    (80000, 89999, Section.LABORATORY),
    (99100, 99140, Section.ANESTHESIA),
    (99202, 99499, Section.EVALUATION),
    (90000, 99999, Section.MEDICINE),
)
_LETTERED = {
    "A": Section.VACCINE,
    "F": Section.PERFORMANCE,
    "M": Section.ALGORITHMIC,
    "T": Section.EMERGING,
    "U": Section.PROPRIETARY,
}
_CPT = re.compile(r"[0-9]{4}[0-9AFMTU]")
_HCPCS = re.compile(r"[A-V][0-9]{4}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_DENTAL = re.compile(r"D[0-9]{4}")
_ICD_9_CM = re.compile(r"(?:[0-9]{3}|V[0-9]{2})\.[0-9]{1,2}|E[0-9]{3}\.[0-9]")


def section_of(key: str) -> Section:
    """Return the section a CPT or dental number falls in, `Section.NONE` where no section is published for it."""
    if _DENTAL.fullmatch(key):
        return Section.DENTAL
    if not _CPT.fullmatch(key):
        return Section.NONE
    if key[-1] in _LETTERED:
        return _LETTERED[key[-1]]
    number = int(key)
    return next((section for first, last, section in _NUMBERED if first <= number <= last), Section.NONE)


def system_by_shape(code: str) -> System:
    """Return the system a code no source knows was most likely meant for: a dot means a diagnosis, old or new."""
    if _ICD_9_CM.fullmatch(code.strip().upper()):
        return System.ICD_9_CM
    key = code.strip().replace(".", "").upper()
    if _CPT.fullmatch(key):
        return System.CPT
    if "." not in code and (_HCPCS.fullmatch(key) or _MODIFIER.fullmatch(key)):
        return System.HCPCS
    return System.ICD_10_CM
