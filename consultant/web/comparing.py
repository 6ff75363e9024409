"""What changed between two texts, line by line, for the page that stops a decision made on an old one."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_LINES = 1000  # comparing takes time with the square of the lines: a longer text is shown whole


class Fate(StrEnum):
    """What became of a line."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Line:
    """One line of either text and what became of it."""

    fate: Fate
    text: str


def compare(before: str, after: str) -> tuple[Line, ...]:
    """Return the lines of both texts in reading order, a removed line before the one that took its place."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return (*_as(Fate.REMOVED, old), *_as(Fate.ADDED, new))
    return tuple(_woven(old, new))


def _woven(old: list[str], new: list[str]) -> Iterator[Line]:
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _as(Fate.KEPT, old[first:last])
        else:
            yield from _as(Fate.REMOVED, old[first:last])
            yield from _as(Fate.ADDED, new[start:end])


def _as(fate: Fate, lines: list[str]) -> list[Line]:
    return [Line(fate, text) for text in lines]
