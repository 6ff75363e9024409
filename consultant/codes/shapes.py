"""The shapes codes are written in, as patterns over plain text (see `page`).

CPT: five digits, or four and F (category II), T (category III), U (PLA), M (MAAA), A (vaccine administration).
HCPCS Level II: a letter and four digits. ICD-10-CM: letter, digit, digit or letter, then up to four characters behind a
dot (ICD-10-CM Official Guidelines, section I.A.2). ICD-9-CM: three digits, or V and two, or E and three, then a dot.

No repeat stands inside another, so reading takes time in proportion to the text, whatever it holds.
"""

import re

GLUED_MODIFIERS = "RT|LT|TC|QW|GP|KX|JW|JZ|NU|RR|GT"
"""Modifiers people write onto a code without a hyphen."""

_ENDS = rf"(?!\.[0-9])(?=(?:X[0-9]{{1,3}}|S|{GLUED_MODIFIERS})?(?:W/|[^0-9A-Z]|\Z))"
"""A code ends there; people glue to it what belongs to it: `20680x4`, `99213s`, `27447RT`, `99213w/25`."""

NUMBER = re.compile(
    r"""[0-9](?:
      (?P<cpt>(?: (?<!\w[0-9]) | (?<=CPT[0-9]) | (?<=CODE[0-9]) ) [0-9]{3}[0-9FTUMA])"""
    + _ENDS
    + r"""
    | (?P<lettered>(?<=[A-Z][0-9])(?<!\w[A-Z][0-9])(?:[0-9AB]|\.[0-9]))
    | (?P<date>[0-9]?[-/.][0-9]{1,2}[-/.][0-9]{2} | [0-9]{3}[-/.][0-9]{1,2}[-/.][0-9] | [0-9]?-[A-Z]{3})
    | (?P<year>(?:(?<=2)0|(?<=1)9)[0-9]{2}(?![0-9A-Z]))
    | (?P<icd9>(?<!\w[0-9])[0-9]{2}\.[0-9]{1,2}(?![0-9A-Z]))
    | [0-9A-Z]*
    )""",
    re.VERBOSE,
)
"""A number as far as it shows what it may be, found by its first digit; no group: nothing of ours."""

RUN = re.compile(r"[0-9A-Z](?:[0-9A-Z./-]*[0-9A-Z])?")
"""All that is written without a break from some place on."""

LONGEST_RUN = 100
"""Characters; nobody writes a longer run by hand, it is base64, a hash or an attack."""

CODE = re.compile(
    r"""(?:
      (?P<cpt>[0-9]{5} | [0-9]{4}F | [01][0-9]{3}T | 0[0-9]{3}[UA] | 00[0-9]{2}M)
    | (?P<hcpcs>[A-V][0-9]{4})
    | (?P<dotted>[A-Z][0-9][0-9AB]\.[0-9A-Z]{1,4})
    | (?P<icd9>[0-9]{3}\.[0-9]{1,2} | E[0-9]{3}\.[0-9])
    | (?P<dotless>[A-Z][0-9][0-9AB][0-9A-Z]{0,4})
    | (?P<misdotted>[A-Z][0-9][0-9A-Z]{0,3}\.[0-9A-Z]{1,5})
    )"""
    + _ENDS,
    re.VERBOSE,
)
"""One whole code at a place; the group names its shape."""

PROCEDURE = re.compile(r"[A-V]?[0-9]{4}[0-9FTUMA]?(?![0-9A-Z])")
"""A whole CPT or HCPCS code standing at a place, as the second end of a range is checked for."""

ICD_RANGE_END = re.compile(
    r"(?:[ ]?-[ ]?|\s{1,2}(?:THROUGH|THRU|TO)\s{1,2})(?P<last>[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?)(?![0-9A-Z])"
)

_HCPCS_BLOCKS = {
    "A": "0 2 4 5 6 7 8 9",
    "B": "4 5 9",
    "C": "1 2 5 7 8 9",
    "D": "0 1 2 3 4 5 6 7 8 9",
    "E": "0 1 2 3 8",
    "G": "0 1 2 3 4 6 8 9",
    "H": "0 1 2",
    "J": "0 1 2 3 7 8 9",
    "K": "00 01 04 05 06 07 08 09 10 11 12 13",
    "L": "0 1 2 3 4 5 6 7 8 9",
    "M": "00 01 02 03 10 11 12 13 14",
    "P": "2 3 7 9",
    "Q": "0 1 2 3 4 5 9",
    "R": "00",
    "S": "0 1 2 3 4 5 8 9",
    "T": "1 2 4 5",
    "U": "00",
    "V": "2 5",
}
HCPCS_BEGINNINGS = tuple(letter + digits for letter, blocks in _HCPCS_BLOCKS.items() for digits in blocks.split())
"""How HCPCS Level II codes begin: the blocks in use; `M5416` is none of theirs. D is dental (CDT)."""


def in_cpt_numbering(code: str) -> bool:
    """Tell whether CPT numbers codes there: 00100-01999 and 10000-99999, or four digits and a letter."""
    return not code.isdigit() or "00100" <= code <= "01999" or code >= "10000"


def with_dot(code: str) -> str:
    """Return an ICD-10-CM code with its dot after the third character."""
    bare = code.replace(".", "")
    return bare if len(bare) == 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category is three characters
