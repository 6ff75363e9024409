"""Diagnoses whose titles fit the words of a condition, with the words that fitted."""

import re
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Entry, System
from consultant.codes.vocabulary import ABBREVIATIONS

MOST_MATCHES = 4
FIRM = 0.65  # the least share of the question's words, weighed by rarity, a title must answer to be named at all
_CLOSE = 0.15  # how far behind the best another may stay and still be worth a line
_WORD = re.compile(r"[a-z]{2,40}|[0-9]{1,8}")
_STEM = 5  # letters two forms of one word share: "diabetes", "diabetic"
_SMALL = frozenset({"with", "without", "of", "and", "the", "in", "to", "due", "not", "or", "other"})


@dataclass(frozen=True)
class Match:
    """One diagnosis found by its words; `rank` 1 is the best."""

    entry: Entry
    words: tuple[str, ...]  # of its title, those the question also uses
    rank: int


def matches(condition: str, book: Book, on: date) -> tuple[Match, ...]:
    """Return the diagnoses that fit best, complete codes before headings; none when no title fits firmly."""
    if not condition:
        return ()
    hits = book.search(condition, 2 * MOST_MATCHES, System.ICD_10_CM)
    firm = [hit for hit in hits if hit.score >= max(FIRM, hits[0].score - _CLOSE)]
    found = [book.entry(hit.code, on, hit.system) for hit in firm]
    whole = [entry for entry in found if entry.billable] or [entry for entry in found if entry.found]
    return tuple(
        Match(entry, shared_words(condition, entry), rank) for rank, entry in enumerate(whole[:MOST_MATCHES], 1)
    )


def shared_words(condition: str, entry: Entry) -> tuple[str, ...]:
    """Return the words of the title that the condition uses too, in whatever form, in the title's order."""
    written = _WORD.findall(condition.lower())
    meant = _WORD.findall(" ".join(ABBREVIATIONS.get(word, "") for word in condition.lower().split()))
    asked = {_stem(word) for word in (*written, *meant)} - _SMALL
    title = _WORD.findall((entry.long or entry.short).lower())
    by_stem = {_stem(word): word for word in reversed(title)}
    return tuple(word for stem, word in reversed(by_stem.items()) if stem in asked)


def _stem(word: str) -> str:
    return word if word in _SMALL else word[:_STEM]
