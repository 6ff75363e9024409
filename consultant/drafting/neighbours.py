"""Codes one slip of the finger away from one nobody knows: what a person may have meant."""

from collections.abc import Iterator
from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Entry, System

MOST_NEIGHBOURS = 3
_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def neighbours(code: str, system: System, book: Book, on: date) -> tuple[Entry, ...]:
    """Return up to three codes of the book that the writer may have meant, likeliest slip first.

    In this order: a character too many at the end, two characters swapped, one doubled or added, one left out at the
    end, one mistyped.
    """
    bare = code.replace(".", "").upper()
    near = [slip for slip in dict.fromkeys(_slips(bare)) if slip != bare and system in book.systems_of(slip)]
    least = 4  # a category alone is no likelier than any other
    near = [slip for slip in near if len(slip) >= least or len(bare) <= least] or near
    return tuple(book.entry(slip, on, system) for slip in near[:MOST_NEIGHBOURS])


def _slips(code: str) -> Iterator[str]:
    least = 3  # the shortest code there is
    for end in range(len(code) - 1, least - 1, -1):
        yield code[:end]
    for at in range(1, len(code) - 1):
        yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    for at in range(1, len(code) - 1):
        yield code[:at] + code[at + 1 :]
    for digit in _DIGITS:
        yield code + digit
    for at in range(len(code) - 1, -1, -1):
        for other in _DIGITS if code[at].isdigit() else _LETTERS:
            yield code[:at] + other + code[at + 1 :]
