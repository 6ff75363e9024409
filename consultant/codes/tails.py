"""What stands behind a procedure code and belongs to it: modifiers, units, further codes in short, the end of a range.

People write `27447-RT-59`, `20680 x 4`, `99213/4/5`, `64612-64617`, `64612 through 64617`, `99213 with modifier 25`. A
tail is read in steps; each step has a shape and a reader that takes it or leaves it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from consultant.codes import modifiers
from consultant.codes.page import Page
from consultant.codes.shapes import GLUED_MODIFIERS, PROCEDURE

_STEP = re.compile(
    rf"""
      [ ]{{0,2}}-\s{{0,3}}(?P<hyphen>[0-9A-Z]{{1,5}})(?![0-9A-Z])(?!\.[0-9])
    | /(?P<slash>[0-9A-Z]{{1,5}})(?![0-9A-Z])(?!\.[0-9])
    | ,?\s{{0,2}}[(\[]?[X*][ ]{{0,2}}(?P<times>[0-9]{{1,4}})(?![0-9A-Z]|[./,-][0-9])
    | [,:]?\s{{0,2}}[(\[]?[ ]?(?:(?:FOR|AT)[ ])?(?P<units>[0-9]{{1,4}})[ ]{{0,2}}UNITS?(?![A-Z])
      (?![ ](?:OF[ ])?[A-Z]?[0-9]{{4}})
    | \s{{1,3}}(?:THROUGH|THRU|TO)\s{{1,3}}(?P<through>[A-Z]?[0-9]{{4}}[0-9A-Z]?)(?![0-9A-Z])(?!\.[0-9])
    | ,?\s{{0,2}}\(?(?:(?:WITH|W/?|PLUS|USING|AND|ADDING|\+)\s{{0,2}})?
      (?:(?:AN?|THE)\s)?(?:(?:CPT|HCPCS)\s)?(?P<word>MOD)
    | [ ](?:WITH|W/)[ ]?(?:(?:AN?|THE)[ ])?-?(?P<named>[0-9A-Z]{{2}})(?![0-9A-Z])
    | (?:,|[ ]?(?:&|AND|OR)[ ])(?P<more>[0-9A-Z]{{2}})(?![0-9A-Z])
    | [ ]?[(\[](?P<bracketed>[0-9]{{2}})[)\]]
    | (?P<glued>{GLUED_MODIFIERS})(?![0-9A-Z]) | W/-?(?P<with>[0-9A-Z]{{2}})(?![0-9A-Z])
    | [ ]{{1,2}}(?P<bare>[0-9A-Z]{{2}})(?![0-9A-Z])
    """,
    re.VERBOSE,
)
# Most codes are followed by a word that belongs to no tail, or by the next code; one look tells.
_NOTHING = re.compile(r"[,:]?[ ](?:(?!FOR|THR|THE|WITH|PLUS|USING|AND|ADD|CPT|HCP|MOD)[A-Z]{3}|[0-9]{5}|[A-Z][0-9]{2})")
_BEGINNINGS = frozenset(" -/X*(,:[W\n\t\r" + "".join(GLUED_MODIFIERS.split("|")))
_ENDS_A_BARE_ONE = re.compile(
    r"\s{0,2}(?:[,;.)/&+?\n]|\Z|(?:AND|WITH|FOR|ARE|UNITS?|QTY)(?![A-Z])|[A-Z]{2}(?![0-9A-Z])|X[ ]?[0-9]|[A-Z]?[0-9])"
)
_COUNTS_OTHER_THINGS = re.compile(
    r"[ ]?(?:MG|MCG|ML|CM|MM|DAYS?|VISITS?|WEEKS?|MONTHS?|YEARS?|MIN|HOURS?|SESSIONS?)(?![A-Z]{3})"
)
_UNITS_BEFORE = re.compile(
    r"(?<![0-9A-Z.,/$-])(?:([0-9]{1,4})[ ]{0,2}UNITS?[ ]{1,2}(?:(?:OF|FOR)[ ]{1,2})?(?:THE[ ])?"
    r"(?:(?:CPT|HCPCS)[ ])?(?:CODE[ ])?|([0-9]{1,2})[ ]?X[ ])\Z"
)
LEADS_TO_A_CODE = frozenset(("UNITS", "UNIT", "OF", "FOR", "THE", "CPT", "HCPCS", "CODE", "X")) | frozenset(
    f"{digits}X" for digits in range(100)
)
"""The words that stand between units and the code they count."""

_BROKEN = re.compile(r"[-/][A-Z]{0,8}[0-9]")
_WHOLE_CODE = re.compile(
    r"[-/](?:[A-Z][0-9]{4}|[0-9]{4}[0-9FTUMA]|[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?)(?![0-9A-Z])(?!\.[0-9])"
    r"|[-/](?:19|20)[0-9]{2}[-/][0-9]{1,2}[-/][0-9]"  # a date
)
_YEAR = re.compile(r"[-/](?:19|20)[0-9]{2}(?![0-9A-Z])")
_CHANGE = re.compile(
    r"CHANG|DOWN|UPCOD|UPGRAD|CONVERT|CROSSWALK|REPLAC|COMPAR|BUMP|SWITCH|MOV|UPDAT|CORRECT|REVIS|BUNDL|ADD|APPEND"
    r"|LINK|ATTACH"
)
_MOST_STEPS = 12
_NEARBY = 5  # a last digit this near may be the next code of a list or the end of a range
_ZIP_ADDITION = 4  # digits


@dataclass(slots=True)
class Tail:
    """What was read behind one code, up to `end`; `broken` when it shows that the number was no code."""

    end: int
    modifiers: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # where those modifiers stand
    units: int | None = None
    further: list[tuple[str, int, int]] = field(default_factory=list)  # codes in short: (code, start, end)
    last: str = ""  # the end of the range this code begins
    broken: bool = False


def has_tail(plain: str, end: int) -> bool:
    """Tell whether anything may belong to the procedure code that ends here."""
    return plain[end : end + 1] in _BEGINNINGS and not _NOTHING.match(plain, end)


def hyphened(page: Page, end: int) -> str:
    """Return the modifier behind a hyphen where it cannot be anything else: `99213-25`, `20610-RT`; else nothing."""
    name = page.plain[end + 1 : end + 3]
    return name if page.plain[end : end + 1] == "-" and name in modifiers.UNMISTAKABLE else ""


def read_tail(page: Page, code: str, end: int) -> Tail:
    """Read what belongs to the procedure code that ends at `end`."""
    tail = Tail(end)
    for _ in range(_MOST_STEPS):
        if tail.last or not has_tail(page.plain, tail.end):
            break
        step = _STEP.match(page.plain, tail.end)
        if not step or not _READERS[step.lastgroup or ""](page, code, step, tail):
            break
    tail.broken = _goes_on_otherwise(code, page.plain, tail.end)
    return tail


def units_before(page: Page, start: int) -> int | None:
    """Return the units said before a code: `4 units of J1885`, `3 x 20610`."""
    plain = page.plain
    if not page.of_units and plain[start - 2 : start] != "X ":
        return None
    if plain[max(0, start - 8) : start - 1].rpartition(" ")[2] not in LEADS_TO_A_CODE:
        return None
    found = _UNITS_BEFORE.search(plain, max(0, start - 36), start)
    return int(found[1] or found[2]) if found else None


def _goes_on_otherwise(code: str, plain: str, end: int) -> bool:
    """Tell whether more of a number follows that no code has: `78701-1234`, `12345-AB7`."""
    if not _BROKEN.match(plain, end) or _WHOLE_CODE.match(plain, end):
        return False
    return code.isdigit() or not _YEAR.match(plain, end)


def _read_hyphen(page: Page, code: str, step: re.Match[str], tail: Tail) -> bool:
    joined = step.start("hyphen") == step.start() + 1
    if not tail.modifiers and _ends_range(code, step["hyphen"], joined=joined):
        return _take_range(code, step, tail)
    return _take_modifier(page, step, tail, counting=not joined)


def _read_slash(page: Page, code: str, step: re.Match[str], tail: Tail) -> bool:
    """Read `99213/4/5`, `20610-LT/RT`: the last digits of a later code, else a modifier."""
    part, before = step["slash"], tail.further[-1][0] if tail.further else code
    behind_modifier = bool(tail.modifiers) and part in modifiers.KNOWN
    if not behind_modifier and _shortens(before, part) and (part not in modifiers.KNOWN or _near(before, part)):
        tail.further.append((before[: -len(part)] + part, step.start("slash"), step.end()))
        tail.end = step.end()
        return True
    return _take_modifier(page, step, tail)


def _read_through(page: Page, code: str, step: re.Match[str], tail: Tail) -> bool:
    """Read `64612 to 64617`; in "changed 99213 to 99214" both are codes of their own."""
    start = tail.end - len(code)
    changed = " TO" in step[0] and _CHANGE.search(page.plain, max(0, start - 40), start)
    if not changed and not tail.modifiers and _ends_range(code, step["through"], joined=False):
        return _take_range(code, step, tail)
    return False


def _read_units(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    if tail.units is not None or _COUNTS_OTHER_THINGS.match(page.plain, step.end()):
        return False
    tail.units, tail.end = int(step[step.lastgroup or ""]), step.end()
    return True


def _read_word(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    for one in (found := modifiers.named_behind(page, step.start("word"))):
        tail.modifiers.append(one.modifier)
        tail.places.append(one.start)
        tail.end = one.end
    return bool(found)


def _read_joined(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    return _take_modifier(page, step, tail)


def _read_named(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    return _can_stand_bare(page, step) and _take_modifier(page, step, tail, counting=True)


def _read_more(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    """Read the second of `99213-25,59` and `20610 LT & RT`."""
    return bool(tail.modifiers) and _read_bare(page, _code, step, tail)


def _read_bare(page: Page, _code: str, step: re.Match[str], tail: Tail) -> bool:
    """Read `99213 25, 20610 RT`, with care: only what ends there or leads on to another code."""
    if not _can_stand_bare(page, step) or not _ENDS_A_BARE_ONE.match(page.plain, step.end()):
        return False
    return _take_modifier(page, step, tail, counting=True)


_READERS: dict[str, Callable[[Page, str, re.Match[str], Tail], bool]] = {
    "hyphen": _read_hyphen,
    "slash": _read_slash,
    "times": _read_units,
    "units": _read_units,
    "through": _read_through,
    "word": _read_word,
    "named": _read_named,
    "more": _read_more,
    "bracketed": _read_joined,
    "glued": _read_joined,
    "with": _read_joined,
    "bare": _read_bare,
}


def _ends_range(code: str, part: str, *, joined: bool) -> bool:
    """Tell whether `part` ends a range begun by `code`: a later code of its kind, or its last digits when joined."""
    if len(part) == len(code):
        return PROCEDURE.fullmatch(part) is not None and _kind(part) == _kind(code) and part > code
    if not joined or len(part) >= _ZIP_ADDITION or not _shortens(code, part):
        return False
    return part not in modifiers.KNOWN or (part in modifiers.RARE and _near(code, part))


def _shortens(code: str, part: str) -> bool:
    """Tell whether `part` is the last digits of a later code: the `4` of `99213/4`."""
    return part.isdigit() and code.isdigit() and len(part) < len(code) and part > code[-len(part) :]


def _near(code: str, part: str) -> bool:
    return int(part) - int(code[-len(part) :]) <= _NEARBY


def _kind(code: str) -> tuple[str, str]:
    """Return the letters a code begins and ends with; a range stays within them."""
    return code[0] if code[0].isalpha() else "", code[-1] if code[-1].isalpha() else ""


def _can_stand_bare(page: Page, step: re.Match[str]) -> bool:
    group = step.lastgroup or ""
    spoken = step[group] in modifiers.SPOKEN_BARE and not modifiers.written_small(page, step.start(group))
    return spoken or step[group].isdigit()


def _take_range(code: str, step: re.Match[str], tail: Tail) -> bool:
    part = step[step.lastgroup or ""]
    tail.last, tail.end = code[: -len(part)] + part, step.end()
    return True


def _take_modifier(page: Page, step: re.Match[str], tail: Tail, *, counting: bool = False) -> bool:
    """Take two characters as a modifier if they are one; where `counting` is possible, not "25 minutes"."""
    group = step.lastgroup or ""
    name, start = step[group], step.start(group)
    counted = counting and modifiers.is_measure(page.plain, step.end(), name)
    if counted or not modifiers.is_one(page, name, start):
        return False
    tail.modifiers.append(name)
    tail.places.append(start)
    tail.end = step.end()
    return True
