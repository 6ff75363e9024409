"""The questions the pages ask to show many rows at once: counts, and lists without the bodies of letters."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import func
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select

from consultant.store.tables import IncomingLetter, OutboxLetter, Ticket

MOST_ROWS = 200
_RAW = cast("QueryableAttribute[bytes | None]", IncomingLetter.raw)  # SQLModel types a column as its value


def tickets_in(session: Session, states: Collection[str], *, newest_first: bool = False) -> list[Ticket]:
    """Return tickets in these states: those due first at the top, or those received last."""
    question = select(Ticket).where(col(Ticket.state).in_(list(states))).limit(MOST_ROWS)
    if newest_first:
        return list(session.exec(question.order_by(col(Ticket.received).desc(), col(Ticket.id).desc())))
    return list(session.exec(question.order_by(col(Ticket.due), col(Ticket.id))))


def next_due(session: Session, states: Collection[str], *, other_than: int) -> Ticket | None:
    """Return the ticket in these states that is due first, leaving out one."""
    question = select(Ticket).where(col(Ticket.state).in_(list(states)), col(Ticket.id) != other_than)
    return session.exec(question.order_by(col(Ticket.due), col(Ticket.id)).limit(1)).first()


def mail_that(session: Session, outcome: str) -> list[IncomingLetter]:
    """Return messages that ended that way, newest first, their raw bytes left where they are."""
    question = select(IncomingLetter).where(IncomingLetter.outcome == outcome).order_by(col(IncomingLetter.id).desc())
    return list(session.exec(question.options(defer(_RAW)).limit(MOST_ROWS)))


def mail_counts(session: Session) -> dict[str, int]:
    """Return how many messages ended in each way."""
    question = select(IncomingLetter.outcome, func.count()).group_by(IncomingLetter.outcome)
    return dict(session.exec(question).all())


def outbox_counts(session: Session) -> dict[str, int]:
    """Return how many letters stand in each state on their way out."""
    return dict(session.exec(select(OutboxLetter.state, func.count()).group_by(OutboxLetter.state)).all())
