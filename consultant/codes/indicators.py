"""What the indicators of the physician fee schedule mean, restated as data: one table for each column.

Source: CMS, National Physician Fee Schedule Relative Value File, record layout and Attachment A (RVU25D.pdf). Each
meaning can follow "indicator 1:" in a sentence. A value that is in no table is shown without a meaning.
"""

from enum import StrEnum

STATUS = {
    "A": "active; paid separately under the fee schedule when the service is covered",
    "B": "bundled; its payment is always included in that for other services on which it depends",
    "C": "priced by the Medicare contractor, as a rule case by case from the documentation",
    "D": "deleted",
    "E": "excluded from the fee schedule by regulation; when covered it is paid by other rules",
    "F": "deleted or discontinued",
    "G": "not valid for Medicare, which uses another code for the service",
    "H": "deleted modifier",
    "I": "not valid for Medicare, which uses another code for the service",
    "J": "an anesthesia service; it has no relative values and is paid by units and the anesthesia conversion factor",
    "M": "for measurement; it is reported for information and not paid",
    "N": "not covered by Medicare",
    "P": "bundled or excluded; there is no separate payment under the fee schedule",
    "R": "of restricted coverage; special coverage instructions apply",
    "T": "an injection paid only when that provider bills nothing else payable under the fee schedule that day",
    "X": "outside what the statute calls physician services; no payment is made under the fee schedule",
}
PAID = frozenset({"A", "R", "T"})
"""The statuses whose relative values Medicare pays by (record layout, status code)."""

GLOBAL_DAYS = {
    "000": "a minor procedure or endoscopy: the fee includes related care on the day of the procedure, and a visit "
    "that day is generally not paid beside it",
    "010": "a minor procedure: the fee includes related care on the day of the procedure and in the 10 days after it, "
    "visits included",
    "090": "major surgery: the fee includes the day before, the day of surgery and the 90 days after it",
    "MMM": "maternity care: the usual global period does not apply",
    "XXX": "the global concept does not apply",
    "YYY": "the Medicare contractor decides whether a global period applies, and how long it is",
    "ZZZ": "it goes with another service and always falls within that service's global period",
}

PCTC = {
    "0": "a physician's service that has no professional and technical part",
    "1": "a diagnostic test or radiology service with a professional and a technical part",
    "2": "a code for the professional part alone",
    "3": "a code for the technical part alone",
    "4": "a code for the whole test, whose parts have codes of their own",
    "5": "a service incident to a physician's, given by their staff; not paid to the physician for hospital patients",
    "6": "a laboratory physician's interpretation; the test itself is paid by the laboratory fee schedule",
    "7": "physical therapy, not paid to an independent therapist for hospital patients",
    "8": "a physician's interpretation of an abnormal smear, paid for hospital inpatients only",
    "9": "the concept of professional and technical parts does not apply",
}

MULTIPLE = {
    "0": "no reduction when it is done with other procedures",
    "1": "the reductions for several procedures in force before 1995",
    "2": "the usual reductions: the highest in full, each further procedure at 50 percent",
    "3": "the rules for several endoscopies of one family",
    "4": "the technical part of further imaging in one session is reduced by 50 percent, the professional part by 5",
    "5": "the practice expense of further therapy services is reduced by 50 percent",
    "6": "the technical part of further diagnostic cardiovascular services is reduced by 25 percent",
    "7": "the technical part of further diagnostic ophthalmology services is reduced by 20 percent",
    "9": "the concept does not apply",
}

BILATERAL = {
    "0": "the 150 percent rule does not apply; both sides are paid as one",
    "1": "the 150 percent rule applies; both sides are paid at 150 percent of the fee for one",
    "2": "the fee already counts both sides; both are paid as one",
    "3": "each side is paid at its full fee; the 150 percent rule does not apply",
    "9": "the concept does not apply",
}

ASSISTANT = {
    "0": "an assistant is paid only when documentation shows the medical necessity",
    "1": "the statute restricts it; an assistant is not paid",
    "2": "an assistant may be paid",
    "9": "the concept does not apply",
}

COSURGEONS = {
    "0": "co-surgeons are not permitted",
    "1": "co-surgeons may be paid when documentation shows that two were medically necessary",
    "2": "co-surgeons of two specialties are permitted, no documentation required",
    "9": "the concept does not apply",
}

TEAM = {
    "0": "team surgeons are not permitted",
    "1": "team surgeons may be paid when documentation shows the medical necessity; paid by report",
    "2": "team surgeons are permitted; paid by report",
    "9": "the concept does not apply",
}

SUPERVISION = {
    "01": "general supervision of a physician",
    "02": "direct supervision of a physician",
    "03": "personal supervision of a physician",
    "04": "none for a qualified psychologist, else general supervision of a physician",
    "05": "none for a qualified audiologist, else general supervision of a physician",
    "06": "a physician, or a physical therapist certified in electrophysiology where the State permits",
    "09": "the concept does not apply",
    "21": "general supervision for a certified technician, else direct supervision of a physician",
    "22": "a technician in real-time contact with a physician on line",
    "66": "a physician, or a physical therapist certified for this procedure",
    "6A": "as level 66; a certified physical therapist may supervise another, and only the certified one may bill",
    "77": "a certified physical therapist, else a therapist under direct or a technician under general supervision",
    "7A": "as level 77; a certified physical therapist may supervise another, and only the certified one may bill",
}


class Fit(StrEnum):
    """Whether an indicator lets a modifier stand with a code."""

    YES = "may be used"
    DOCUMENTED = "may be used when the documentation supports it"
    NO = "is not used"
    NOT_MORE = "does not raise the payment"


_CO_AND_TEAM = {"0": Fit.NO, "1": Fit.DOCUMENTED, "2": Fit.YES, "9": Fit.NO}
_ASSISTING = {"0": Fit.DOCUMENTED, "1": Fit.NO, "2": Fit.YES, "9": Fit.NO}
_NO_PARTS = dict.fromkeys("02345", Fit.NO)

DECIDED_BY: dict[str, tuple[str, dict[str, str], dict[str, Fit]]] = {
    # modifier -> column, its meanings, what each value says; a value left out says nothing of the modifier
    "26": ("pctc", PCTC, {**_NO_PARTS, "1": Fit.YES, "6": Fit.YES, "9": Fit.NO}),
    "TC": ("pctc", PCTC, {**_NO_PARTS, "1": Fit.YES, "6": Fit.NO, "8": Fit.NO, "9": Fit.NO}),
    "50": (
        "bilateral",
        BILATERAL,
        {"0": Fit.NOT_MORE, "1": Fit.YES, "2": Fit.NOT_MORE, "3": Fit.YES, "9": Fit.NO},
    ),
    "62": ("cosurgeons", COSURGEONS, _CO_AND_TEAM),
    "66": ("team", TEAM, _CO_AND_TEAM),
    "80": ("assistant", ASSISTANT, _ASSISTING),
    "81": ("assistant", ASSISTANT, _ASSISTING),
    "82": ("assistant", ASSISTANT, _ASSISTING),
    "AS": ("assistant", ASSISTANT, _ASSISTING),
}
COLUMN_NAMES = {
    "pctc": "PC/TC",
    "bilateral": "bilateral surgery",
    "cosurgeons": "co-surgeon",
    "team": "team surgery",
    "assistant": "assistant at surgery",
}
