"""Which code set a written code belongs to, when its shape alone does not say: the words around it and the book do."""

import re

from consultant.codes.entries import System
from consultant.codes.page import Page
from consultant.codes.shapes import HCPCS_BEGINNINGS, in_cpt_numbering, with_dot

Read = tuple[System, str]

_NEAR = 24  # characters before a code in which a word still speaks of it
_REACH = 48  # characters before a code in which its code set is named
_SAID = re.compile(
    r"(?<![A-Z])(?:(?P<icd9>ICD-?9)|(?P<icd>ICD|DX|DXS|DIAG|DIAGNOS[IE]S|DIAGNOSTIC CODES?|PDX|SECONDARY|PRIMARY)"
    r"|(?P<procedure>HCPCS|CPTS?|PROC(?:EDURE)?S?|[JGQ]-?CODES?))(?![A-Z])"
)
_NEXT_IN_LIST = re.compile(r"[\s,;&/+]{1,4}(?:(?:AND|OR|WITH)\s)?\Z")

# A category alone (I10) is three characters and looks like much else; these words make it a code.
_MEANT_AS_CODE = re.compile(
    r"(?<![A-Z])(?:CODES?|CATEGORY|CATEGORIES|DX|DIAGNOS[IE]S|ICD(?:-?10)?(?:-?CM)?|EXCLUDES[12])"
    r"[ :(#]{1,3}(?:IS |FOR |OF )?\Z"
)
# And these make it something else: remark codes, vitamins, masks, isotopes, rooms, levels of the spine.
_SOMETHING_ELSE = re.compile(
    r"(?<![A-Z])(?:DENIED|DENIAL|REMARK|REASON|RARC|CARC|CO|OA|PR|PI|EOB|VITAMIN|COENZYME|LEVELS?|SPINE|VERTEBRAL?|DISC"
    r"|ROOM|BED|UNIT|FORM|TYPE|GRADE|STAGE|LINE|BOX|ITEM|SECTION|COLUMN|CELL|ROW|PHASE|TOOTH|NERVE|ROOT)"
    r"[ :#-]{0,3}(?:(?:CODE|WITH|OF|AT|FOR|AS)[ :#-]{0,2})?\Z"
)
_ELSE_BEHIND = re.compile(
    r"[ -](?:MASKS?|RESPIRATORS?|VERTEBRAE?|BODY|DISC|LEVEL|NERVE|DEFICIENCY|INJECTIONS?|SHOTS?|PAPER|ISOTOPE)(?![A-Z])"
)
_LOOK_ALIKES = ("T10", "T11", "T12", "A1C", "B12", "Q10", "N95", "I131", "I125", "I123", "F18", "P32")
_OLD_V_CODE = re.compile(r"V[0-9]{2}\.[0-9]{1,2}")
_FULL_LENGTH = re.compile(r"[A-TV-Z][0-9][0-9AB][0-9X]{3}[A-Z]")  # seven characters with the 7th a letter: `S72001A`
_LONG_ENOUGH = 5


def read_dotted(page: Page, written: str, start: int) -> Read:
    """Return the reading of a code with its dot after the third character: ICD-10-CM, or an old ICD-9-CM V code."""
    if _OLD_V_CODE.fullmatch(written) and _is_old(page, written, start):
        return System.ICD_9_CM, written
    return System.ICD_10_CM, written


def read_icd9(page: Page, written: str, start: int, *, among_diagnoses: bool) -> Read | None:
    """Return an ICD-9-CM reading: `E885.9` by its shape, `250.00` only where a diagnosis is spoken of."""
    if written[0] == "E" or among_diagnoses or _said(page.plain, start) in {"icd", "icd9"}:
        return System.ICD_9_CM, written
    return None


def read_procedure(page: Page, written: str, start: int, *, among_diagnoses: bool) -> Read | None:
    """Return the reading of a CPT or HCPCS shape; a letter and four digits may be ICD-10-CM without its dot."""
    if not written[0].isalpha():
        return (System.CPT, written) if in_cpt_numbering(written) else None
    if _is_diagnosis(page, written, start, among_diagnoses=among_diagnoses):
        return System.ICD_10_CM, with_dot(written)
    return System.HCPCS, written


def read_dotless(page: Page, written: str, start: int, *, among_diagnoses: bool) -> Read | None:
    """Return the ICD-10-CM reading of a code without its dot, where words, the book or the shape call for it."""
    plain, end = page.plain, start + len(written)
    if written in _LOOK_ALIKES and not among_diagnoses:
        return None
    if _SOMETHING_ELSE.search(plain, max(0, start - _NEAR), start) or _ELSE_BEHIND.match(plain, end):
        return None
    named = (
        among_diagnoses
        or plain.startswith(".-", end)
        or _MEANT_AS_CODE.search(plain, max(0, start - _NEAR), start) is not None
    )
    if named or _named_by_place(page, written, start):
        return System.ICD_10_CM, with_dot(written)
    return None


def read_misdotted(page: Page, written: str) -> Read | None:
    """Return the code the book knows by these characters with the dot elsewhere (`E1.19` for `E11.9`), if any."""
    bare = written.replace(".", "")
    known = page.knows is not None and System.ICD_10_CM in page.knows(bare)
    return (System.ICD_10_CM, with_dot(bare)) if known else None


def follows_in_list(plain: str, end_of_last: int, start: int) -> bool:
    """Tell whether a code continues a list: only a comma, an "and" or the like stands since the last one's end."""
    return 0 < start - end_of_last <= 9 and _NEXT_IN_LIST.match(plain, end_of_last, start) is not None  # noqa: PLR2004  ", and " and a blank or two


def _said(plain: str, start: int) -> str:
    """Return which code set was named last before a place: "icd9", "icd", "procedure" or nothing."""
    last = ""
    for found in _SAID.finditer(plain, max(0, start - _REACH), start):
        last = found.lastgroup or ""
    return last


def _is_old(page: Page, written: str, start: int) -> bool:
    if _said(page.plain, start) == "icd9":
        return True
    return page.knows is None or System.ICD_10_CM not in page.knows(written.replace(".", ""))


def _is_diagnosis(page: Page, written: str, start: int, *, among_diagnoses: bool) -> bool:
    systems = page.knows(written) if page.knows else frozenset[System]()
    if len(systems) == 1 and System.ICD_9_CM not in systems:
        return System.ICD_10_CM in systems
    if not systems and not written.startswith(HCPCS_BEGINNINGS):
        return True
    return among_diagnoses or _said(page.plain, start) == "icd"


def _named_by_place(page: Page, written: str, start: int) -> bool:
    """Tell whether a dot-less code that nothing introduces is one all the same."""
    if _said(page.plain, start) == "icd":
        return True
    if page.text[start].islower() and len(written) < _LONG_ENOUGH:
        return False
    if page.knows is not None:
        return System.ICD_10_CM in page.knows(written)
    if len(written) == _LONG_ENOUGH:
        return written[1:].isdigit() or written[3] == "X" or written[2] in "AB"
    return _FULL_LENGTH.fullmatch(written) is not None
