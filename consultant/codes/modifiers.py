"""Modifiers: which there are, and where a letter names one in words.

Two-character codes only, no descriptors: CPT's two digits (as numbers), HCPCS Level II's with a letter from the
alpha-numeric file (October 2024: 383), terminated ones included, since a letter may speak of last year.
"""

import re
from collections.abc import Set as AbstractSet
from itertools import islice

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

UNMISTAKABLE = SPOKEN_BARE | frozenset(_CPT.split()) - RARE
"""What is a modifier behind a hyphen, in whatever letters, and never the end of a range."""

MOST_NAMED = 20_000
"""How many places of one text are read for modifiers named alone; nobody writes a hundredth of it."""

_LIST = r"[-']?[0-9A-Z]{2}(?![0-9A-Z])"
_SEPARATOR = r"(?:[ ]?[,/&+][ ]{0,2}(?:AND |OR )?|[ ](?:AND|OR|VS\.?|VERSUS|PLUS|WITH|&)[ ](?:THE |A |AN |MODIFIER )?)"
_LEAD = r"[ .:#(-]{0,3}(?:(?:IS|OF|LIKE|SUCH AS|WOULD BE|CODES?|BEING)[ ]{1,2})?[-'\"(]{0,2}"
_WORD = re.compile(r"MOD(?<!\w...)(?:IF(?!IED|IC|Y)[A-Z]{1,6})?S?(?![A-Z])")  # misspelt too
_AFTER_WORD = re.compile(rf"{_LEAD}({_LIST}(?:\"?'?{_SEPARATOR}{_LIST}){{0,8}})")
_BEFORE_WORD = re.compile(rf"(?<![0-9A-Z])({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})'?[ ]\Z")
_ITEM = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{2})(?![0-9A-Z])")
_HYPHENED = re.compile(r"-(?<![\w).-]-)([0-9A-Z]{2})(?![0-9A-Z])")
_BARE = re.compile(
    r"[XQGJKRL](?<!\w.)(?:(?:(?<=X)[EPSU]|(?<=Q)[KXYZ]|(?<=G)[XYZ]|(?<=J)[WZ]|(?<=K)X)(?![0-9A-Za-z])"
    r"|(?<=[RL])(?<!-.)T[ ]?(?:/|,|&|and|or|AND|OR)[ ]?(?P<other>[RL]T)(?![0-9A-Za-z]))"
)
_APPENDED = re.compile(rf"(?:APPEND|ATTACH)(?:ED|ING|S)?[ ](?:AN? |THE )?({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})")
_WITH_ARTICLE = re.compile(
    rf"[ ](?:AN?|THE)[ ]({_LIST}(?:{_SEPARATOR}{_LIST}){{0,5}})"
    r"(?=[ ](?:ON|TO|FOR|AND|OR|IF|SINCE|BECAUSE)(?![A-Z])|[.,;?!)]|[ ]?\Z|\n)"
)
_ASKING = re.compile(r"(?<![A-Z])(?:US(?:E|ED|ING)|ADD(?:ED|ING)?|PUT|NEEDS?|REQUIRES?|WITH|WITHOUT)\Z")
_GOES_ON = r"[ ]?(?:%|[-/:.][0-9]|,[0-9]{3})"
_A_NUMBER = re.compile(_GOES_ON)
_A_MEASURE = re.compile(
    rf"{_GOES_ON}"
    r"|[ -]{0,2}(?:MIN(?:UTE)?|HOUR|HR|DAY|WEEK|MONTH|YEAR|YR|Y/?O|DEGREE|TIME|UNIT)S?(?![A-Z])"
    r"|[ ]?(?:PERCENT|MG|MCG|ML|CM|MM|X)(?![A-Z])"
)


def is_one(page: Page, name: str, start: int) -> bool:
    """Tell whether two characters written at `start` are a modifier; in lower case most letters are words."""
    return name in KNOWN and (name in SPOKEN_BARE or not written_small(page, start))


def is_measure(plain: str, end: int, name: str = "") -> bool:
    """Tell whether the digits that end here count something, minutes, years, a per cent, or go on as a number.

    Letters, where a `name` is given that has some, count nothing, but may begin something else: `E1.19`, `CO-97`.
    """
    measure = _A_MEASURE if name.isdigit() or not name else _A_NUMBER
    return measure.match(plain, end) is not None


def written_small(page: Page, start: int) -> bool:
    """Tell whether two letters were written in lower case: `as`, `at`, `ga` are then mostly words."""
    return page.text[start : start + 2].islower()


def named_behind(page: Page, word: int) -> tuple[ModifierMention, ...]:
    """Return the modifiers listed behind the word "modifier" that stands at `word`: `modifiers 25 and 59`."""
    found = _WORD.match(page.plain, word)
    return _listed_from(page, found.end()) if found else ()


def named_alone(page: Page, taken: AbstractSet[int]) -> tuple[ModifierMention, ...]:
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


def _listed_from(page: Page, place: int) -> tuple[ModifierMention, ...]:
    listed = _AFTER_WORD.match(page.plain, place)
    return _listed(page, listed.start(1), listed.end(1)) if listed else ()


def _by_word(page: Page) -> list[ModifierMention]:
    found: list[ModifierMention] = []
    for word in islice(_WORD.finditer(page.plain), MOST_NAMED):
        found += _listed_from(page, word.end())
        found += _named_before(page, word.start())
    return found


def _named_before(page: Page, word: int) -> tuple[ModifierMention, ...]:
    before = page.plain[max(0, word - 5) : word]
    if before[-1:] != " " or before.rstrip("' ")[-3:-2].isalnum():  # a longer word stands there
        return ()
    listed = _BEFORE_WORD.search(page.plain, max(0, word - 48), word)
    return _listed(page, listed.start(1), listed.end(1)) if listed else ()


def _by_hyphen(page: Page) -> list[ModifierMention]:
    """Find `-25` standing alone; a hyphen inside a word or number is not one."""
    return [
        ModifierMention(item[1], item.start(1), item.end())
        for item in _HYPHENED.finditer(page.plain)
        if item[1] in KNOWN and not written_small(page, item.start(1)) and not is_measure(page.plain, item.end())
    ]


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
    found = []
    for item in islice(_BARE.finditer(page.text), MOST_NAMED):
        if item["other"] == item[0][:2]:  # "LT, LT" is a list of something else
            continue
        places = (item.start(), item.start("other")) if item["other"] else (item.start(),)
        found += [ModifierMention(page.text[at : at + 2], at, at + 2) for at in places]
    return found
