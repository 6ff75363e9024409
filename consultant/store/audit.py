"""What was done in the house that belongs to no ticket: kept beside the tickets' traces, and only ever added to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from consultant.store.tables import Event


def note(session: Session, what: str, *, by: str, at: datetime, **detail: Any) -> None:
    """Add one line; `detail` is what JSON can hold."""
    session.add(Event(ticket_id=None, at=at, by=by, what=what, detail=detail))


def noted(session: Session, whats: Collection[str], limit: int = 50) -> list[Event]:
    """Return the lines that tell of these things, newest first."""
    question = select(Event).where(col(Event.ticket_id).is_(None), col(Event.what).in_(whats))
    return list(session.exec(question.order_by(col(Event.id).desc()).limit(limit)))
