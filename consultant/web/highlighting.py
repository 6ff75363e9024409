"""A letter's text cut into what the page shows differently: quoted parts to fold, codes to mark, identifiers to mask.

Nothing of the text is dropped, added or reordered: the pieces joined together are the text. Escaping is the template's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """Whose words a part of a letter is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


class Look(StrEnum):
    """How a piece of text is shown."""

    PLAIN = "plain"
    CODE = "code"
    IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Mark:
    """Characters to be shown differently; `name` is the code, or the kind of identifier."""

    look: Look
    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Piece:
    """Characters shown one way."""

    look: Look
    text: str
    name: str = ""


@dataclass(frozen=True)
class Block:
    """A part of a letter with its pieces; `lines` says how many lines folding it hides."""

    part: Part
    pieces: tuple[Piece, ...]
    lines: int


def code_marks(extraction: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Mark]:
    """Return a mark for every code and range of an extraction in its public shape (`codes extract`)."""
    mentions = [Mark(Look.CODE, seen["start"], seen["end"], seen["code"]) for seen in extraction["mentions"]]
    ranges = [Mark(Look.CODE, seen["start"], seen["end"], seen["from"]) for seen in extraction["ranges"]]
    return mentions + ranges


def identifier_marks(identifiers: Iterable[Mapping[str, Any]]) -> list[Mark]:
    """Return a mark for every identifier found at intake."""
    return [Mark(Look.IDENTIFIER, found["start"], found["end"], found["kind"]) for found in identifiers]


def blocks(text: str, spans: Mapping[str, Sequence[Sequence[int]]], marks: Iterable[Mark]) -> tuple[Block, ...]:
    """Return the text as blocks in order; what no span covers counts as new, a mark is cut where its block ends.

    Where marks overlap, an identifier goes before a code, and the earlier before the later.
    """
    kept = _apart(marks, len(text))
    return tuple(_block(text, part, start, end, kept) for part, start, end in _parts(text, spans) if end > start)


def _apart(marks: Iterable[Mark], length: int) -> list[Mark]:
    """Return marks that do not overlap, by position."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.look is not Look.IDENTIFIER, mark.start)):
        inside = 0 <= mark.start < mark.end <= length
        if inside and all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def _parts(text: str, spans: Mapping[str, Sequence[Sequence[int]]]) -> Iterator[tuple[Part, int, int]]:
    """Yield the folded parts as the spans say and everything between them as new."""
    folded = sorted((start, end, part) for part in (Part.QUOTED, Part.SIGNATURE) for start, end in spans.get(part, ()))
    at = 0
    for start, end, part in folded:
        begin = min(max(start, at), len(text))
        until = max(begin, min(end, len(text)))
        yield Part.NEW, at, begin
        yield part, begin, until
        at = until
    yield Part.NEW, at, len(text)


def _block(text: str, part: Part, start: int, end: int, marks: Iterable[Mark]) -> Block:
    inside = (mark for mark in marks if mark.start < end and mark.end > start)
    return Block(part, tuple(_pieces(text, start, end, inside)), len(text[start:end].strip().splitlines()))


def _pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> Iterator[Piece]:
    at = start
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first > at:
            yield Piece(Look.PLAIN, text[at:first])
        yield Piece(mark.look, text[first:last], mark.name)
        at = last
    if at < end:
        yield Piece(Look.PLAIN, text[at:end])
