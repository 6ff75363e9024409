"""The shapes codes are written in, as patterns over plain text (see `page`).

CPT: five digits, or four and F (category II), T (category III), U (PLA), M (MAAA), A (vaccine administration).
HCPCS Level II: a letter and four digits. ICD-10-CM: letter, digit, digit or letter, then up to four characters behind a
dot (ICD-10-CM Official Guidelines, section I.A.2); since FY2026 also two letters and a digit (QA0). ICD-9-CM: three
digits, or V and two, or E and three, then a dot.

No repeat stands inside another, so reading takes time in proportion to the text, whatever it holds.
"""

import re

GLUED_MODIFIERS = "RT|LT|TC|QW|GP|KX|JW|JZ|NU|RR|GT"
"""Modifiers people write onto a code without a hyphen."""

_ENDS = rf"(?!\.[0-9])(?=(?:X[0-9]{{1,3}}|S|{GLUED_MODIFIERS})?(?:W/|[^0-9A-Z]|\Z))"
"""A code ends there; people glue to it what belongs to it: `20680x4`, `99213s`, `27447RT`, `99213w/25`."""

NUMBER = re.compile(
    r"""[0-9](?:
      (?: (?<!\w.) | (?<=CPT.) | (?<=CODE.) ) (?:
          (?: (?! (?<=0)[2-9] | (?<=0)00 )(?P<cpt>[0-9]{4}) | (?P<suffixed>[0-9]{3}[FTUMA]) )"""
    + _ENDS
    + r"""
        | (?P<wrapped> [0-9]{2,3}-\r?\n[> ]{0,4}[0-9]{1,2}(?![0-9A-Z]) )
        | (?P<year> (?: (?<=2)0 | (?<=1)9 )[0-9]{2}(?![0-9A-Z]|[-/.][0-9]) )
        | (?<!\$.)(?<!\$[0-9],.)(?<!\$[0-9]{2},.)(?P<icd9> [0-9]{2}\.[0-9]{1,2}"""
    + _ENDS
    + r""" )
        | (?P<operation> [0-9A-HJ-NP-Z]{6}(?![0-9A-Z]) )
      )
    | (?<=[A-Z].) (?:
          (?<!\w..) (?:
              (?P<blanked> [0-9AB](?:\.\s{1,2}|\s\.)[0-9][0-9A-Z]{0,3}(?![0-9A-Z]|\.[0-9]) )
            | (?: (?<=[A-V].)(?P<hcpcs>[0-9]{3})
                | (?P<dotted>[0-9AB]\.[0-9A-Z]{1,4})
                | (?<=E.)(?P<external>[0-9]{2}\.[0-9])
                | (?P<dotless>[0-9AB][0-9A-Z]{1,4})
                | (?! (?<=B1)2 | (?<=T1)[0-2] )(?P<category>[0-9AB])
                | (?P<misdotted>[0-9A-Z]{0,3}\.[0-9A-Z]{1,5})
              )"""
    + _ENDS
    + r"""
          )
        | (?<=[A-Z]{2}.)(?<!\w...)(?P<paired>\.[0-9A-Z]{1,4}"""
    + _ENDS
    + r""")
        | (?<=[BCDFGHX][A-Z].)(?<!\w...)(?P<imaging>[0-9A-HJ-NP-Z]{4}(?![0-9A-Z]))
      )
    | (?<![0-9_].) (?P<date>
          [0-9]?[-/.][0-9]{1,2}[-/.][0-9]{2} | [0-9]{3}[-/.][0-9]{1,2}[-/.][0-9] | [0-9]?-[A-Z]{3} )
    )""",
    re.VERBOSE,
)
"""A number found by its first digit, its shape told by the group that matched; what matches none is nothing of ours.

CPT numbers its codes 00100-01999 and 10000-99999; B12, T10, T11 and T12 are no categories, but a vitamin and vertebrae.
The letter before the digit of an ICD-10-CM or HCPCS code stands before the match; `LETTERS_BEFORE` counts such letters.
"""

LETTERS_BEFORE = {
    **dict.fromkeys(("hcpcs", "dotted", "external", "category", "dotless", "misdotted", "blanked"), 1),
    **dict.fromkeys(("paired", "imaging"), 2),
}

RUN = re.compile(r"[0-9A-Z](?:[0-9A-Z./-]*[0-9A-Z])?")
"""All that is written without a break from some place on."""

LONGEST_RUN = 100
"""Characters; nobody writes a longer run by hand, it is base64, a hash or an attack."""

SUFFIXED = re.compile(r"[0-9]{4}F|[01][0-9]{3}T|0[0-9]{3}[UA]|00[0-9]{2}M")
"""The CPT codes of four digits and a letter."""

PROCEDURE = re.compile(r"[A-V]?[0-9]{4}[0-9FTUMA]?(?![0-9A-Z])")
"""A whole CPT or HCPCS code standing at a place, as the second end of a range is checked for."""

ICD_RANGE_END = re.compile(
    r"(?:[ ]?-[ ]?|\s{1,2}(?:THROUGH|THRU|TO)\s{1,2})"
    r"(?P<last>[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?|[A-Z]{2}[0-9]\.[0-9A-Z]{1,4})(?![0-9A-Z])"
)

# The blocks in use, by letter.
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
_HCPCS_BEGINNINGS = frozenset(letter + digits for letter, blocks in _HCPCS_BLOCKS.items() for digits in blocks.split())


def in_hcpcs_blocks(code: str) -> bool:
    """Tell whether HCPCS Level II has codes that begin so; `M5416` is none of theirs. D is dental (CDT)."""
    return code[:2] in _HCPCS_BEGINNINGS or code[:3] in _HCPCS_BEGINNINGS


def in_cpt_numbering(code: str) -> bool:
    """Tell whether CPT numbers codes there: 00100-01999 and 10000-99999, or four digits and a letter."""
    return not code.isdigit() or "00100" <= code <= "01999" or code >= "10000"


def with_dot(code: str) -> str:
    """Return an ICD-10-CM code with its dot after the third character."""
    bare = code.replace(".", "")
    return bare if len(bare) == 3 else f"{bare[:3]}.{bare[3:]}"  # noqa: PLR2004  the category is three characters
