"""The imports made on the page, read back from what was noted before and after each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from consultant.store import audit
from consultant.store.tables import Event

MOST_LISTED = 20


class Trace(StrEnum):
    """What is noted of an import."""

    BEGUN = "code book import begun"
    DONE = "code book import done"
    REFUSED = "code book import refused"


@dataclass(frozen=True)
class PastImport:
    """An import as it was noted; `how` is None of one that was never ended, since the house was stopped."""

    at: datetime
    by: str
    files: tuple[str, ...]
    checksums: tuple[str, ...]
    terms_accepted: bool
    how: Trace | None
    releases: tuple[str, ...]
    refusal: str
    reason: str


def past_imports(session: Session, *, under_way: bool) -> list[PastImport]:
    """Return the latest imports, newest first; the one `under_way` is not past."""
    events = audit.noted(session, tuple(Trace), 2 * MOST_LISTED + 1)
    return _paired(events, under_way=under_way)[:MOST_LISTED]


def _paired(events: Sequence[Event], *, under_way: bool) -> list[PastImport]:
    """Return each import that was begun with how it ended; the one under way is left out."""
    past: list[PastImport] = []
    end: Event | None = None
    for event in events:  # newest first: an end comes before its beginning
        if event.what != Trace.BEGUN:
            end = event
            continue
        if end is not None or not under_way or past:
            past.append(_past(event, end))
        end, under_way = None, False
    return past


def _past(begun: Event, end: Event | None) -> PastImport:
    files, detail = begun.detail["files"], end.detail if end else {}
    return PastImport(
        at=begun.at,
        by=begun.by,
        files=tuple(file["name"] for file in files),
        checksums=tuple(file["sha256"] for file in files),
        terms_accepted=begun.detail["terms_accepted"],
        how=Trace(end.what) if end else None,
        releases=tuple(f"{one['source']} {one['release']}" for one in detail.get("releases", ())),
        refusal=detail.get("refusal", ""),
        reason=detail.get("reason", ""),
    )
