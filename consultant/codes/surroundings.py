"""Whether a number stands among ordinary words, so that nothing near it need be read twice.

Most codes in a letter do: "we billed 99213 because". One look at the word before and the word behind then replaces
every closer reading; whatever is out of the ordinary is read closely instead, so this never decides what a number is.
"""

import re

from consultant.codes.decoys import NAMING_WORDS, STATES, named_street
from consultant.codes.page import Page
from consultant.codes.tails import LEADS_TO_A_CODE

_LONGEST_WORD = 20
_TELLING = NAMING_WORDS - {"CPT", "CPTS", "HCPCS"} | {"X"}
_AFTER_A_CODE = frozenset(sign + blank for sign in "0123456789,;" for blank in " \n")

# What may make a range, a dose or a count of a number, or be its modifier; a word that only leads on is looked past.
_REMARKABLE = (
    r"(?:ADDING|AND|CPT|HCPCS|PLUS|THE|USING|WITH|FOR[ ][0-9]|THRU|THROUGH|MCG|MEQ|LBS|MILES|USD|DOLLARS|PERCENT|RVUS"
    r"|UNITS?|PATIENTS|CLAIMS|VISITS|MEMBERS|LIVES|RECORDS|CASES|PEOPLE|BEDS)(?![A-Z])|MOD"
)
_ORDINARY = re.compile(
    r"[.;?!)](?=[ \n])"
    r"|[,:]?[ ](?:(?:AND|PLUS|THE|USING|WITH)[ ])?"
    rf"(?:(?!{_REMARKABLE})(?P<word>[A-Z]{{3}})|[0-9]{{5}}|[0-9]{{3,4}}[-/]|\$|[A-Z][0-9]{{2}}"
    r"|(?:IS|ON|IN|BY|IF|WE|OF|IT|OR)[ ])"
    rf"|[.,;]?\n(?:\n|(?!{_REMARKABLE}|TO[ ])(?:[A-Z]{{2}}|[0-9]{{5}}|[A-Z][0-9]{{2}}))"
)
_STREETS = frozenset(
    word + sign
    for word in ("STREET", "AVENUE", "AVE", "BLVD", "BOULEVARD", "PARKWAY", "PKWY", "HIGHWAY", "HWY")
    for sign in ("", ".", ",", ";", ":", ")", "|")
)
_LONGEST_STREET = 72


def among_words(page: Page, start: int, end: int) -> bool:
    """Tell whether a number is set off by blanks from words that say nothing of it; if so it has no tail either."""
    plain = page.plain
    behind = _ORDINARY.match(plain, end)
    if not behind:
        return False
    word = ""
    if plain[start - 2 : start] not in _AFTER_A_CODE:
        words = plain[max(0, start - _LONGEST_WORD) : start - 1].split()
        word = words[-1] if words else ""
        if plain[start - 1 : start] != " " or not word.isalpha() or word in _TELLING:
            return False
        if page.of_units and word in LEADS_TO_A_CODE:
            return False
    if not plain[start].isdigit():
        return True
    return word not in STATES[plain[start]] and not (behind.lastgroup and _begins_an_address(page, end))


def _begins_an_address(page: Page, end: int) -> bool:
    if not _STREETS.isdisjoint(page.plain[end : end + _LONGEST_STREET].split(None, 4)):
        return True
    return page.text[end + 1 : end + 2].isupper() and named_street(page, end)
