"""What an approval is bound to: a hash over everything the reviewer vouched for. Any drift voids it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Release
from consultant.codes.releases import in_force


@dataclass(frozen=True)
class Approved:
    """Everything an approval vouches for."""

    recipients: Sequence[str]
    subject: str
    text: str
    codes: Sequence[str]  # cited in the text
    releases: Sequence[str]  # of the code book, as the draft used them
    draft_version: int
    last_event: int


def approval_hash(approved: Approved) -> str:
    """Return the SHA-256 of the approved whole, in hex; equal content gives an equal hash on any machine."""
    whole = json.dumps(asdict(approved), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def releases_now(book: Book, used: Sequence[str], on: date) -> list[str]:
    """Return the releases the book would answer from today, for the sources a draft used, in the draft's order.

    Equal to `used` while nothing newer was imported for that day.
    """
    loaded = book.releases()
    sources = sorted({release.source for release in loaded}, key=len, reverse=True)  # the longest name that fits
    return [
        _edition_now(loaded, next((name for name in sources if entry.startswith(f"{name} ")), ""), on) for entry in used
    ]


def _edition_now(loaded: Sequence[Release], source: str, on: date) -> str:
    edition = in_force([release for release in loaded if release.source == source], on)
    return f"{edition.source} {edition.name}" if edition else ""
