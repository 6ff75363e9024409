"""A letter's text made ready for reading codes: upper-case, plain spaces and plain dashes, character for character.

Whatever is found at an offset of the plain text stands at the same offset of the text the person wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass

from consultant.codes.entries import System

Knows = Callable[[str], frozenset[System]]

# One odd character for one plain one: dashes, spaces, the multiplication sign as word processors and telephones write.
ODD_CHARACTERS = {
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d",
    " ": "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000",
    "X": "\u00d7\u2715",
    "'": "\u2018\u2019",
    "/": "\u2044\u2215",
}
_PLAIN = tuple((odd, plain) for plain, odds in ODD_CHARACTERS.items() for odd in odds)
_ASCII_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}


# Words a text must hold somewhere before anything near a number is worth a closer look.
_DIAGNOSIS_WORDS = ("ICD", "DX", "DIAG", "SECONDARY", "PRIMARY")


@dataclass(slots=True)
class Page:
    """The text as written, the same text plain, the code book's word for what a code is (None: no book).

    What the whole text speaks of is told once, so that a number far from any such word costs no second look.
    """

    text: str
    plain: str
    knows: Knows | None
    of_diagnoses: bool
    of_operations: bool
    of_units: bool


def open_page(text: str, knows: Knows | None) -> Page:
    """Lay a text out for reading; `plain` has the very length of `text`."""
    plain = _made_plain(text)
    holds = plain.__contains__
    return Page(text, plain, knows, any(map(holds, _DIAGNOSIS_WORDS)), holds("PCS"), holds("UNIT"))


def _made_plain(text: str) -> str:
    upper = text.upper()
    if text.isascii():
        return upper
    if len(upper) != len(text):  # some letters grow when capitalised, and offsets must not move
        upper = text.translate(_ASCII_UPPER)
    for odd, plain in _PLAIN:
        upper = upper.replace(odd, plain)
    return upper
