"""Modifiers: which there are, and where a letter names one in words.

Two-character codes only, no descriptors: CPT's two digits (as numbers), HCPCS Level II's with a letter from the
alpha-numeric file (October 2024: 383), terminated ones included, since a letter may speak of last year.
"""

import re

from consultant.codes.mentions import ModifierMention
from consultant.codes.page import Page

_CPT = (
    "21 22 23 24 25 26 27 32 33 47 50 51 52 53 54 55 56 57 58 59 62 63 66 73 74 76 77 78 79 80 81 82 "
    "90 91 92 93 95 96 97 99"
)
_BY_FIRST = {
    "A": "123456789ABDEFGHIJKMOPQRSTUVWXYZ",
    "B": "ALOPRU",
    "C": "ABCDEFGHIJKLMNOPQRST",
    "D": "A",
    "E": "1234ABCDEJMPRTXY",
    "F": "123456789ABCPQRSTXY",
    "G": "0123456789ABCDEFGHJKLMNOPQRSTUVWXYZ",
    "H": "9ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "J": "12345ABCDEFGKLWZ",
    "K": "01234ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "L": "1CDLMRSTU",
    "M": "2ABCDEFGHS",
    "N": "123BRU",
    "P": "123456ABCDILMNOST",
    "Q": "0123456789ABCDEFGHJKLMNPQRSTWXYZ",
    "R": "ABCDEIRT",
    "S": "ABCDEFGHJKLMNQSTUVWYZ",
    "T": "123456789ABCDEFGHJKLMNPQRSTUVW",
    "U": "123456789ABCDEFGHJKNPQRS",
    "V": "123456789MP",
    "X": "12345EPSU",
    "Z": "ABC",
}
_PERFORMANCE = "1P 2P 3P 8P"  # CPT category II
KNOWN = frozenset(
    [*_CPT.split(), *_PERFORMANCE.split()]
    + [first + second for first, seconds in _BY_FIRST.items() for second in seconds]
)

_SPOKEN_BARE = (
    "RT LT TC E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LC LD LM RC RI "
    "XE XS XP XU QK QX QY QZ GA GX GY GZ GP GN GT GQ KX JW JZ AA QW NU RR"
)
SPOKEN_BARE = frozenset(_SPOKEN_BARE.split())
"""Letters that stand for a modifier behind a code even without a hyphen; most others are words (PT, ED, CT, AS)."""

RARE = frozenset(("23", "27", "32", "33", "47", "63", "66", "92", "96", "97"))
"""Digits that end a range as often as they modify: `99221-23`."""

_LIST = r"[-']?[0-9A-Z]{2}(?![0-9A-Z])"
_SEPARATOR = r"(?:[ ]?[,/&+][ ]{0,2}(?:AND |OR )?|[ ](?:AND|OR|VS\.?|VERSUS|PLUS|WITH|&)[ ](?:THE |A |AN |MODIFIER )?)"
_LEAD = r"[ .:#(-]{0,3}(?:(?:IS|OF|LIKE|SUCH AS|WOULD BE|CODES?|BEING)[ ]{1,2})?[-'\"(]{0,2}"
_WORD = re.compile(r"MOD(?:IF(?!IED|IC|Y)[A-Z]{1,6})?S?(?![A-Z])")  # misspelt too
_AFTER_WORD = re.compile(rf"{_LEAD}({_LIST}(?:\"?'?{_SEPARATOR}{_LIST}){{0,8}})")
_BEFORE_WORD = re.compile(rf"(?<![0-9A-Z])({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})'?[ ]\Z")
_ITEM = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{2})(?![0-9A-Z])")
_HYPHENED = re.compile(r"-([0-9A-Z]{2})(?![0-9A-Z])")
_SIDES = re.compile(r"(?<![0-9A-Za-z-])(RT|LT)[ ]?(?:/|,|&|and|or|AND|OR)[ ]?(RT|LT)(?![0-9A-Za-z])")
_BARE = re.compile(r"(?:X[EPSU]|Q[KXYZ]|G[XYZ]|J[WZ]|KX)(?![0-9A-Za-z])")
_APPENDED = re.compile(rf"(?:APPEND|ATTACH)(?:ED|ING|S)?[ ](?:AN? |THE )?({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})")
_WITH_ARTICLE = re.compile(
    rf"[ ](?:AN?|THE)[ ]({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})"
    r"(?=[ ](?:ON|TO|FOR|AND|OR|IF|SINCE|BECAUSE)(?![A-Z])|[.,;?!)]|[ ]?\Z|\n)"
)
_ASKING = re.compile(r"(?<![A-Z])(?:US(?:E|ED|ING)|ADD(?:ED|ING)?|PUT|NEEDS?|REQUIRES?|WITH|WITHOUT)\Z")
_A_MEASURE = re.compile(
    r"[ ]?(?:%|[-/:.][0-9]|,[0-9]{3})"
    r"|[ -]{0,2}(?:MIN(?:UTE)?|HOUR|HR|DAY|WEEK|MONTH|YEAR|YR|Y/?O|DEGREE|TIME|UNIT)S?(?![A-Z])"
    r"|[ ]?(?:PERCENT|MG|MCG|ML|CM|MM|X)(?![A-Z])"
)


def is_one(page: Page, name: str, start: int) -> bool:
    """Tell whether two characters written at `start` are a modifier; in lower case most letters are words."""
    return name in KNOWN and (name in SPOKEN_BARE or not written_small(page, start))


def is_measure(plain: str, end: int) -> bool:
    """Tell whether the digits that end here count something: minutes, years, a per cent."""
    return _A_MEASURE.match(plain, end) is not None


def written_small(page: Page, start: int) -> bool:
    """Tell whether two letters were written in lower case: `as`, `at`, `ga` are then mostly words."""
    return page.text[start : start + 2].islower()


def named_behind(page: Page, word: int) -> tuple[ModifierMention, ...]:
    """Return the modifiers listed behind the word "modifier" that stands at `word`: `modifiers 25 and 59`."""
    found = _WORD.match(page.plain, word)
    listed = found and _AFTER_WORD.match(page.plain, found.end())
    return _listed(page, listed.start(1), listed.end(1)) if listed else ()


def named_alone(page: Page, taken: frozenset[int]) -> tuple[ModifierMention, ...]:
    """Return the modifiers a letter names without a code, in order; `taken` are places already read with their code."""
    seen = [*_by_word(page), *_by_hyphen(page), *_by_request(page), *_by_themselves(page)]
    places = {found.start: found for found in seen if found.start not in taken}
    return tuple(places[start] for start in sorted(places))


def _listed(page: Page, start: int, end: int) -> tuple[ModifierMention, ...]:
    found = []
    for item in _ITEM.finditer(page.plain, start, end):
        name = item[1]
        if name in {"OR", "VS", "AN"}:
            continue
        if not is_one(page, name, item.start(1)) or (item.end() == end and is_measure(page.plain, end)):
            break
        found.append(ModifierMention(name, item.start(1), item.end(1)))
    return tuple(found)


def _by_word(page: Page) -> list[ModifierMention]:
    plain = page.plain
    found: list[ModifierMention] = []
    at = plain.find("MOD")
    while at >= 0:
        word = _WORD.match(plain, at)
        if word and not plain[at - 1 : at].isalnum():
            found += named_behind(page, at)
            found += _named_before(page, at)
        at = plain.find("MOD", at + 3)
    return found


def _named_before(page: Page, word: int) -> tuple[ModifierMention, ...]:
    listed = _BEFORE_WORD.search(page.plain, max(0, word - 48), word)
    return _listed(page, listed.start(1), listed.end(1)) if listed else ()


def _by_hyphen(page: Page) -> list[ModifierMention]:
    """Find `-25` standing alone; a hyphen inside a word or number is not one."""
    found = []
    for item in _HYPHENED.finditer(page.plain):
        at = item.start()
        alone = not (page.plain[at - 1 : at].isalnum() or page.plain[at - 1 : at] in {"-", ")", "."}) if at else True
        if alone and item[1] in KNOWN and not written_small(page, at + 1) and not is_measure(page.plain, item.end()):
            found.append(ModifierMention(item[1], at + 1, at + 3))
    return found


def _by_request(page: Page) -> list[ModifierMention]:
    """Find `append 59`, `with a 25 on it`."""
    plain = page.plain
    asked = [
        item for item in _WITH_ARTICLE.finditer(plain) if _ASKING.search(plain, max(0, item.start() - 9), item.start())
    ]
    if "APPEND" in plain or "ATTACH" in plain:
        asked += _APPENDED.finditer(plain)
    return [one for item in asked for one in _listed(page, item.start(1), item.end(1))]


def _by_themselves(page: Page) -> list[ModifierMention]:
    """Find the few that are nothing else when written in capitals: `XE or XS?`, `do we need JW?`, `RT/LT`."""
    alone = [
        ModifierMention(item[0], item.start(), item.end())
        for item in _BARE.finditer(page.text)
        if not page.plain[item.start() - 1 : item.start()].isalnum()
    ]
    sides = [(item, side) for item in _SIDES.finditer(page.text) for side in (1, 2)] if "RT" in page.text else []
    return alone + [ModifierMention(item[side], item.start(side), item.end(side)) for item, side in sides]
