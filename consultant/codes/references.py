"""The codes a tabular instruction refers to: "(E08-E13)", "(S06.0X-)", "(T36-T50 with fifth or sixth character 5)".

The instruction's sentence stays as the agency printed it; this is only what a machine needs to follow it. A reference
whose condition is not understood is read, shown and never applied: `condition` is then `UNREAD`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

# ICD-10-CM conventions: a category is a letter and two digits or letters; "-" stands for missing characters.
_CODE = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])(?:\.[0-9A-Z]{1,4})?"
_BARE = re.compile(rf"(?<![0-9A-Za-z.])(?<!vitamin )({_CODE})(?![0-9A-Za-z])")
_PARENTHESES = re.compile(r"\(([^()]{1,400})\)")
_JOINT = re.compile(r"\.?\s{0,3}-?\s{0,3}(?:-|to|through)\s{0,3}")
_CONDITION = re.compile(r"^[\s.,;-]{0,5}with\s")
_ORDINALS = {"fourth": 4, "fifth": 5, "sixth": 6, "six": 6, "seventh": 7, "4th": 4, "5th": 5, "6th": 6, "7th": 7}
_PLACE = re.compile(
    r"with (\w{3,7})(?: (or|to) (\w{3,7}))?[ -]characters? \.?([0-9A-Z]{1,2}(?:-[0-9A-Z])?(?: or [0-9A-Z])?)$"
)
_FINAL = re.compile(r"with final character ([0-9A-Z])$")
_ENDING = re.compile(r"with (?:final characters? )?((?:[-.]{0,2}[0-9]{1,3}[-.,]{0,2}(?: or |, |- |\s)?){1,12})$")


class Where(StrEnum):
    """Where in a code the condition of a reference looks."""

    ANYWHERE = ""
    CHARACTER = "character"
    INTENT = "fifth or sixth character"
    ENDING = "characters after the dot"
    UNREAD = "a condition in words"


@dataclass(frozen=True, slots=True)
class Condition:
    """What else a code must show to be meant; places count characters without the dot, from 1."""

    where: Where = Where.ANYWHERE
    place: int = 0
    values: tuple[str, ...] = ()

    def met_by(self, code: str) -> bool:
        """Tell whether a code, written without its dot, is meant; an unread condition is never met."""
        match self.where:
            case Where.ANYWHERE:
                return True
            case Where.CHARACTER:
                return code[self.place - 1 : self.place - 1 + len(self.values[0])] in self.values
            case Where.INTENT:
                return _intent(code) in self.values
            case Where.ENDING:
                return any(code[3:].startswith(value) for value in self.values)
            case Where.UNREAD:
                return False


@dataclass(frozen=True, slots=True)
class Reference:
    """One code with everything below it, or a range of codes, under a condition."""

    first: str
    last: str
    condition: Condition = Condition()

    @property
    def label(self) -> str:
        """Return the reference as `Note.refers_to` shows it: "E10" or "A15-A19"."""
        return self.first if self.first == self.last else f"{self.first}-{self.last}"


def read_references(text: str) -> tuple[Reference, ...]:
    """Return what an instruction refers to, in print order.

    Codes in parentheses are the ones referred to; only a sentence without any is read for bare codes, since
    "tuberculosis, any type in A15 (J65)" sends the reader to J65.
    """
    groups = [group for group in _PARENTHESES.findall(text) if _BARE.search(group)]
    return tuple(reference for group in groups or [text] for reference in _in_group(group))


def _in_group(group: str) -> list[Reference]:
    found = list(_BARE.finditer(group))
    if not found:
        return []
    condition = _condition(group[found[-1].end() :])
    references: list[Reference] = []
    previous_end: int | None = None
    for match in found:
        code = match.group(1)
        if previous_end is not None and _JOINT.fullmatch(group[previous_end : match.start()]):
            references[-1] = Reference(references[-1].first, code, condition)
        else:
            references.append(Reference(code, code, condition))
        previous_end = match.end()
    return references


def _condition(rest: str) -> Condition:
    """Read what follows the last code of a group."""
    if not _CONDITION.match(rest):
        return Condition()
    words = " ".join(rest.lstrip(" .,;-").split())
    if final := _FINAL.match(words):
        return Condition(Where.INTENT, values=(final.group(1),))
    if place := _PLACE.match(words):
        return _at_a_place(place)
    if ending := _ENDING.match(words):
        return _after_the_dot(ending.group(1))
    return Condition(Where.UNREAD)


def _after_the_dot(text: str) -> Condition:
    """Read ".17, .27" as characters 4 and 5, but "-23" as 5 and 6: the hyphen holds the place of the fourth."""
    values = tuple(re.findall(r"[0-9]{1,3}", text))
    if text.startswith("-"):
        return Condition(Where.CHARACTER, 5, values)
    return Condition(Where.ENDING, values=values)


def _at_a_place(match: re.Match[str]) -> Condition:
    first, joint, _second, values = match.groups()
    place = _ORDINALS.get(first.lower())
    if place is None:
        return Condition(Where.UNREAD)
    if joint == "or":
        return Condition(Where.INTENT, values=_values(values))
    return Condition(Where.CHARACTER, place, (values,) if joint == "to" else _values(values))


def _values(text: str) -> tuple[str, ...]:
    """Spell out "1-4 or 6" as its single characters."""
    spelt: list[str] = []
    for part in text.split(" or "):
        first, _, last = part.partition("-")
        spelt += [chr(point) for point in range(ord(first[0]), ord(last or first[0]) + 1)]
    return tuple(spelt)


def _intent(code: str) -> str:
    """Return the character that tells the intent of a T36-T65 code: the sixth, or the fifth before a placeholder."""
    sixth = code[5:6]
    return code[4:5] if sixth in {"", "X"} else sixth
