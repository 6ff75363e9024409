"""The public JSON shapes of what is asked of the code book, for the command line, the API and the pages.

They need no ticket and no mail: this module loads neither, so that one code is looked up in a blink.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from consultant.codes.book import Book
from consultant.codes.entries import Entry, Status, System
from consultant.codes.extraction import extract as read_codes
from consultant.codes.mentions import Extraction
from consultant.desk.plain import plain
from consultant.drafting.consultation import consult
from consultant.drafting.lookups import about_entry, about_together
from consultant.drafting.values import Fact
from consultant.rendering import Renderer

if TYPE_CHECKING:
    from consultant.desk.room import Desk

Shape: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class ReadingRoom:
    """The code book, the words to speak of it, and the day its sources are said to be checked."""

    book: Book
    renderer: Renderer
    house: str
    today: date


def reading_room(desk: "Desk") -> ReadingRoom:
    """Return the code book as it lies on the shelf now, with what is needed to speak of it."""
    return ReadingRoom(desk.shelf.book(), desk.renderer, desk.settings.house.name, desk.clock().date())


def extract(text: str, knows: Callable[[str], frozenset[System]] | None) -> Shape:
    """Return what a text names: `codes extract`; without a book it is only less sure."""
    return extracted(read_codes(text, knows))


def extracted(extraction: Extraction) -> Shape:
    """Return what was read in a text."""
    return {
        "mentions": [
            {
                "system": str(mention.system),
                "code": mention.code,
                "modifiers": list(mention.modifiers),
                "units": mention.units,
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
            }
            for mention in extraction.mentions
        ],
        "modifiers": [
            {"modifier": named.modifier, "start": named.start, "end": named.end} for named in extraction.modifiers
        ],
        "ranges": [
            {
                "system": str(span.system),
                "from": span.first,
                "to": span.last,
                "start": span.start,
                "end": span.end,
            }
            for span in extraction.ranges
        ],
        "dates": [
            {"date": seen.day.isoformat(), "role": str(seen.role), "start": seen.start, "end": seen.end}
            for seen in extraction.dates
        ],
    }


def lookup(room: ReadingRoom, codes: Sequence[str], on: date) -> Shape:
    """Return what the book says of each code on a day: `codes lookup`."""
    return {
        "entries": [
            _entry(entry, about_entry(entry, room.book, room.renderer, today=room.today))
            for entry in room.book.entries(codes, on)
        ]
    }


def search(room: ReadingRoom, words: str, limit: int, system: System | None) -> Shape:
    """Return codes found by their words, best first: `codes search`."""
    return {
        "hits": [
            {"system": str(hit.system), "code": hit.code, "short": hit.short, "score": round(hit.score, 4)}
            for hit in room.book.search(words, limit, system)
        ]
    }


def check(
    room: ReadingRoom,
    codes: Sequence[str],
    on: date,
    units: Mapping[str, int] | None = None,
    modifiers: Mapping[str, Sequence[str]] | None = None,
) -> Shape:
    """Return what is to be said of several codes together: `codes check`; of an unknown code nothing can be said.

    `units` and `modifiers` are those the codes are reported with. `against` tells a rule that speaks against reporting
    them so; `silent` says of the tables that pair or limit nothing what that means. `services` is what the fee schedule
    says of modifiers and global periods.
    """
    said = about_together(codes, room.book, room.renderer, on=on, today=room.today, units=units, modifiers=modifiers)
    spoken_of = {code for rule, _ in said.pairs for code in rule.codes} | {rule.limit.code for rule, _ in said.units}
    entries = room.book.entries(codes, on, notes=False)
    return {
        "pairs": [
            {
                "kind": str(rule.kind),
                "codes": list(rule.codes),
                "verdict": str(rule.verdict),
                "indicator": rule.indicator,
                "against": rule.forbids,
                "fact": fact(worded),
            }
            for rule, worded in said.pairs
        ],
        "units": [
            {
                "code": rule.limit.code,
                "mue": rule.limit.value,
                "mai": rule.limit.mai,
                "units": rule.units,
                "verdict": str(rule.verdict),
                "against": rule.forbids,
                "fact": fact(worded),
            }
            for rule, worded in said.units
        ],
        "silent": [fact(worded) for worded in said.silent],
        "services": [fact(worded) for worded in said.services],
        "unknown": [entry.code for entry in entries if entry.status is Status.UNKNOWN and entry.code not in spoken_of],
    }


def status(room: ReadingRoom, on: date) -> Shape:
    """Return what is loaded of each source and what its state means: `codes status`."""
    return {"sources": [plain(source) for source in room.book.status(on)]}


def ask(room: ReadingRoom, text: str, on: date | None = None) -> Shape:
    """Return the draft for a question and all it rests on, stored nowhere: `ask`."""
    thought = consult(
        text,
        subject="",
        received=on or room.today,
        today=room.today,
        book=room.book,
        renderer=room.renderer,
        house=room.house,
    )
    return {
        "subject": thought.subject,
        "text": thought.text,
        "intents": [str(intent.intent) for intent in thought.intents],
        "mentions": extracted(thought.extraction)["mentions"],
        "facts": [fact(one) for one in thought.facts],
        "guidance": [plain(hit) for hit in thought.guidance],
        "missing": list(thought.missing),
        "checks": [plain(check) for check in thought.checks],
        "on": thought.on.isoformat(),
    }


def fact(one: Fact) -> Shape:
    """Return a fact with its source."""
    return {
        "id": one.id,
        "statement": one.statement,
        "source": one.source,
        "release": one.release,
        "effective": one.effective.isoformat() if one.effective else None,
        "as_of": one.as_of.isoformat(),
    }


def _entry(entry: Entry, facts: Sequence[Fact]) -> Shape:
    return {
        "system": str(entry.system),
        "code": entry.code,
        "found": entry.found,
        "short": entry.short,
        "long": entry.long,
        "status": str(entry.status),
        "billable": entry.billable,
        "category": entry.category,
        "effective": entry.effective.isoformat() if entry.effective else None,
        "terminated": entry.terminated.isoformat() if entry.terminated else None,
        "facts": [fact(one) for one in facts],
    }
