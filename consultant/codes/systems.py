"""Which code set a written code belongs to, when its shape alone does not say: the words around it and the book do."""

import re
from typing import Protocol

from consultant.codes.entries import System
from consultant.codes.page import Page
from consultant.codes.shapes import in_cpt_numbering, in_hcpcs_blocks, with_dot

Read = tuple[System, str]


class Reader(Protocol):
    """Reads what is written at a place, `among` codes of that set; None if it is no code."""

    def __call__(self, page: Page, written: str, start: int, /, *, among: System | None) -> Read | None:
        """Return the system and the code."""


_NEAR = 24  # characters before a code in which a word still speaks of it
_REACH = 48  # characters before a code in which its code set is named
_SAID = re.compile(
    r"(?<![A-Z])(?:(?P<icd9>ICD-?9)|(?P<pcs>(?:ICD-?10-?)?PCS)"
    r"|(?P<icd>ICD|DX|DXS|DIAG|DIAGNOS[IE]S|DIAGNOSTIC CODES?|PDX|SECONDARY|PRIMARY)"
    r"|(?P<procedure>HCPCS|CPTS?|PROC(?:EDURE)?S?|[JGQ]-?CODES?))(?![A-Z])"
)
_CUE = re.compile("ICD|DX|DIAG|SECONDARY|PRIMARY|PDX|PCS")
LONGEST_JOINT = 9
"""Characters between two codes of one list: ", and " and a blank or two."""

_NEXT_IN_LIST = re.compile(r"[\s,;&/+]{1,4}(?:(?:AND|OR|WITH)\s)?\Z")

# A category alone (I10) is three characters and looks like much else; these words make it a code.
_MEANT_AS_CODE = re.compile(
    r"(?<![A-Z])(?:CODES?|CATEGORY|CATEGORIES|DX|DIAGNOS[IE]S|ICD(?:-?10)?(?:-?CM)?|EXCLUDES[12])"
    r"[ :(#]{1,3}(?:IS |FOR |OF )?\Z"
)
_MEANING = (
    "CODE",
    "CODES",
    "CATEGORY",
    "CATEGORIES",
    "DX",
    "SIS",
    "SES",
    "ICD",
    "10",
    "CM",
    "S1",
    "S2",
    "IS",
    "FOR",
    "OF",
)
# And these make it something else: remark codes, vitamins, masks, isotopes, rooms, levels of the spine.
_SOMETHING_ELSE = re.compile(
    r"(?<![A-Z])(?:DENIED|DENIAL|REMARK|REASON|RARC|CARC|CO|OA|PR|PI|EOB|VITAMIN|COENZYME|LEVELS?|SPINE|VERTEBRAL?|DISC"
    r"|ROOM|BED|UNIT|FORM|TYPE|GRADE|STAGE|LINE|BOX|ITEM|SECTION|COLUMN|CELL|ROW|PHASE|TOOTH|NERVE|ROOT)"
    r"[ :#-]{0,3}(?:(?:CODES?|WITH|OF|AT|FOR|AS)[ :#-]{0,2})?\Z"
)
_ELSE_BEHIND = re.compile(
    r"[ -](?:MASKS?|RESPIRATORS?|VERTEBRAE?|BODY|DISC|LEVEL|NERVE|DEFICIENCY|INJECTIONS?|SHOTS?|PAPER|ISOTOPE)(?![A-Z])"
)
_LOOK_ALIKES = frozenset(("A1C", "Q10", "N95", "I131", "I125", "I123", "F18", "P32"))
_OLD_V_CODE = re.compile(r"V[0-9]{2}\.[0-9]{1,2}")
_FULL_LENGTH = re.compile(r"[A-TV-Z][0-9][0-9AB][0-9X]{3}[A-Z]")  # seven characters with the 7th a letter: `S72001A`
_LONG_ENOUGH = 5
_FULL = 7
_CPT_LENGTH = 5
_OF_CODES = re.compile(r"(?<![A-Z])(?:CPT|CODE|CODI|BILL|REPORT|CHARG|DENIE|PROC|VISIT)[A-Z]{0,6}[ :#(]")
# What may stand behind a code; a noun there is what the number before it counts.
_ENDS_A_CODE = re.compile(r"\s{0,2}(?:[,;.)/&+?:\n]|\Z|(?:AND|OR|WITH|FOR|IS|WAS|AS|ON|TO)(?![A-Z]))")
_DIAGNOSES = frozenset((System.ICD_10_CM, System.ICD_9_CM))
_NOWHERE = frozenset[System]()


def is_wrapped_procedure(page: Page, code: str, start: int) -> bool:
    """Tell whether digits split by a line's end are a CPT code: only where codes are spoken of just before."""
    if len(code) != _CPT_LENGTH or not in_cpt_numbering(code):
        return False
    return _OF_CODES.search(page.plain, max(0, start - _REACH), start) is not None


def is_diagnosis(page: Page, written: str) -> bool | None:
    """Tell whether a letter and four digits are ICD-10-CM without its dot and not HCPCS Level II; None: in doubt."""
    systems = page.knows(written) if page.knows else _NOWHERE
    if len(systems) == 1 and System.ICD_9_CM not in systems:
        return System.ICD_10_CM in systems
    if systems:
        return None
    if not in_hcpcs_blocks(written):
        return True
    return None if page.knows is None else False  # a book always holds the diagnoses


def is_old(page: Page, written: str, start: int) -> bool:
    """Tell whether a code with its dot after the third character is an ICD-9-CM V code."""
    if not _OLD_V_CODE.fullmatch(written):
        return False
    if said(page, start) == "icd9":
        return True
    return page.knows is None or System.ICD_10_CM not in page.knows(written.replace(".", ""))


def is_blanked(page: Page, whole: str, start: int, end: int, *, among_diagnoses: bool) -> bool:
    """Tell whether two halves with a blank at the dot are one code, and not a category and the next sentence."""
    if not _ENDS_A_CODE.match(page.plain, end):
        return False
    if page.knows is not None:
        return System.ICD_10_CM in page.knows(whole.replace(".", ""))
    return among_diagnoses or said(page, start) == "icd"


def read_icd9(page: Page, written: str, start: int, *, among: System | None) -> Read | None:
    """Return an ICD-9-CM reading: `E885.9` by its shape, `250.00` only where a diagnosis is spoken of."""
    if written[0] == "E" or among in _DIAGNOSES or said(page, start) in {"icd", "icd9"}:
        return System.ICD_9_CM, written
    return None


def read_operation(page: Page, written: str, start: int, *, among: System | None) -> Read | None:
    """Return the ICD-10-PCS reading of seven characters: where the book knows them or the words speak of it."""
    if among is System.ICD_10_PCS or (page.of_operations and said(page, start) == "pcs"):
        return System.ICD_10_PCS, written
    known = page.knows is not None and not written.isdigit() and System.ICD_10_PCS in page.knows(written)
    return (System.ICD_10_PCS, written) if known else None


def read_dotless(page: Page, written: str, start: int, *, among: System | None) -> Read | None:
    """Return the ICD-10-CM reading of a code without its dot, where words, the book or the shape call for it."""
    plain, end = page.plain, start + len(written)
    if len(written) == _FULL and (operation := read_operation(page, written, start, among=among)):
        return operation
    listed = among in _DIAGNOSES
    if not listed and (written in _LOOK_ALIKES or not _introduced(page, written, start, end)):
        return None
    if _ELSE_BEHIND.match(plain, end) or _SOMETHING_ELSE.search(plain, max(0, start - _NEAR), start):
        return None
    return System.ICD_10_CM, with_dot(written)


def read_misdotted(page: Page, written: str, _start: int, *, among: System | None) -> Read | None:  # noqa: ARG001  a `Reader`
    """Return the code the book knows by these characters with the dot elsewhere (`E1.19` for `E11.9`), if any."""
    bare = written.replace(".", "")
    known = page.knows is not None and System.ICD_10_CM in page.knows(bare)
    return (System.ICD_10_CM, with_dot(bare)) if known else None


def read_paired(page: Page, written: str, start: int, *, among: System | None) -> Read | None:
    """Return the reading of two letters, a digit and a dot (`QA0.0151`), which much else looks like (`PH7.35`).

    It is a code where the book knows it, in a list of diagnoses, and right behind a word that announces one.
    """
    known = page.knows is not None and System.ICD_10_CM in page.knows(written.replace(".", ""))
    announced = among in _DIAGNOSES or (said(page, start) == "icd" and _meant_as_code(page.plain, start))
    return (System.ICD_10_CM, written) if known or announced else None


def follows_in_list(plain: str, end_of_last: int, start: int) -> bool:
    """Tell whether a code continues a list: only a comma, an "and" or the like stands since the last one's end."""
    return 0 < start - end_of_last <= LONGEST_JOINT and _NEXT_IN_LIST.match(plain, end_of_last, start) is not None


def said(page: Page, start: int) -> str:
    """Return which code set was named last before a place: "icd9", "icd", "pcs", "procedure" or nothing.

    "procedure" is told only where a diagnosis or an operation was named as well: it outdoes those, and is nothing else.
    """
    if not (page.of_diagnoses or page.of_operations):
        return ""
    last = ""
    if not _CUE.search(page.plain, max(0, start - _REACH), start):
        return last
    for found in _SAID.finditer(page.plain, max(0, start - _REACH), start):
        last = found.lastgroup or ""
    return last


def _introduced(page: Page, written: str, start: int, end: int) -> bool:
    return (
        _named_by_place(page, written, start) or page.plain.startswith(".-", end) or _meant_as_code(page.plain, start)
    )


def _meant_as_code(plain: str, start: int) -> bool:
    if not plain[max(0, start - _NEAR) : start].rstrip(" :(#").endswith(_MEANING):
        return False
    return _MEANT_AS_CODE.search(plain, max(0, start - _NEAR), start) is not None


def _named_by_place(page: Page, written: str, start: int) -> bool:
    """Tell whether a dot-less code that nothing introduces is one all the same."""
    if said(page, start) == "icd":
        return True
    if page.text[start].islower() and len(written) < _LONG_ENOUGH:
        return False
    if page.knows is not None:
        return System.ICD_10_CM in page.knows(written)
    if len(written) == _LONG_ENOUGH:
        return written[1:].isdigit() or written[3] == "X" or written[2] in "AB"
    return len(written) == _FULL and _FULL_LENGTH.fullmatch(written) is not None
