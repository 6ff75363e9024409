"""What an approval is bound to: a hash over everything the reviewer vouched for. Any drift voids it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.releases import in_force


@dataclass(frozen=True)
class Approved:
    """Everything an approval vouches for."""

    kind: str  # of letter: an answer, or a question to the asker
    sender: str
    reply_to: str
    recipients: Sequence[str]
    subject: str
    text: str
    html: str  # what most mail programs show of it
    codes: Sequence[str]  # cited in the text
    editions: Sequence[str]  # `standing` of the code book the draft was written from
    draft_version: int
    last_event: int


def approval_hash(approved: Approved) -> str:
    """Return the SHA-256 of the approved whole, in hex; equal content gives an equal hash on any machine."""
    whole = json.dumps(asdict(approved), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def standing(book: Book, used: Sequence[str], on: date) -> list[str]:
    """Return the editions an answer for that day rests on, each with the checksum of the file it was read from.

    Those are the ones a draft used (as "source name"), and those in force on the day for the same sources. Equal before
    and after an import exactly when the import brought nothing for that day and replaced nothing that was used.
    """
    loaded = book.releases()
    rested = [release for release in loaded if f"{release.source} {release.name}" in used]
    for source in {release.source for release in rested}:
        edition = in_force([release for release in loaded if release.source == source], on)
        rested += [edition] if edition else []
    return sorted({f"{release.source} {release.name} {release.sha256}" for release in rested})
