"""The letters that leave: which is due, who holds it, what became of it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from consultant.errors import HouseError
from consultant.outgoing.letters import PERSONAL
from consultant.store.tables import OutboxLetter


class OutboxState(StrEnum):
    """Where a letter stands on its way out, in the words the reviewer reads."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "perhaps sent"
    WITHDRAWN = "withdrawn"


class UnknownOutboxLetterError(HouseError):
    """There is no letter {id} in the outbox; `consultant outbox list` shows those there are."""


def find(session: Session, letter_id: int) -> OutboxLetter:
    """Return one letter as it stands, nothing locked."""
    letter = session.get(OutboxLetter, letter_id)
    if letter is None:
        raise UnknownOutboxLetterError(id=letter_id)
    return letter


def find_to_change(session: Session, letter_id: int) -> OutboxLetter:
    """Return one letter, its row locked to the end of a writing transaction."""
    question = select(OutboxLetter).where(OutboxLetter.id == letter_id).with_for_update()
    # As it stands now that the lock is held, not as this session may have read it before.
    letter = session.exec(question.execution_options(populate_existing=True)).first()
    if letter is None:
        raise UnknownOutboxLetterError(id=letter_id)
    return letter


def with_key(session: Session, key: str) -> OutboxLetter | None:
    """Return the letter written for that reason, if there is one."""
    return session.exec(select(OutboxLetter).where(OutboxLetter.key == key)).first()


def listed(session: Session, states: Collection[OutboxState] | None = None, limit: int = 200) -> list[OutboxLetter]:
    """Return letters in these states (all for None), newest first."""
    question = select(OutboxLetter).order_by(col(OutboxLetter.id).desc()).limit(limit)
    if states is not None:
        question = question.where(col(OutboxLetter.state).in_([str(state) for state in states]))
    return list(session.exec(question))


def claim_due(session: Session, now: datetime, node: str) -> OutboxLetter | None:
    """Take the letter that has been due longest for this node, marked *sending*; None when none is due.

    On PostgreSQL a letter another node is taking is skipped, not waited for.
    """
    question = (
        select(OutboxLetter)
        .where(OutboxLetter.state == OutboxState.WAITING, col(OutboxLetter.due) <= now)
        .order_by(col(OutboxLetter.due), col(OutboxLetter.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    letter = session.exec(question).first()
    if letter is not None:
        letter.state = OutboxState.SENDING
        letter.claimed_by, letter.claimed = node, now
        letter.attempts += 1
        letter.brink = None
        session.add(letter)
    return letter


def left_in_sending(session: Session, node: str, abandoned_before: datetime) -> list[OutboxLetter]:
    """Return what this node claimed and did not finish, and what any node claimed before that moment."""
    question = select(OutboxLetter).where(
        OutboxLetter.state == OutboxState.SENDING,
        or_(col(OutboxLetter.claimed_by) == node, col(OutboxLetter.claimed) < abandoned_before),
    )
    return list(session.exec(question.order_by(col(OutboxLetter.id))))


def newest_personal(session: Session, ticket_id: int) -> int | None:
    """Return the id of the newest letter a person sent for the ticket: the one its state speaks of."""
    question = select(func.max(OutboxLetter.id)).where(
        OutboxLetter.ticket_id == ticket_id, col(OutboxLetter.kind).in_(list(PERSONAL))
    )
    return session.exec(question).one()


def overdue(session: Session, since: datetime) -> set[int]:
    """Return the tickets whose answer, or question to the asker, has been on its way since before that moment."""
    question = select(OutboxLetter.ticket_id).where(
        col(OutboxLetter.state).in_([OutboxState.WAITING, OutboxState.SENDING]),
        col(OutboxLetter.kind).in_(list(PERSONAL)),
        col(OutboxLetter.created) < since,
    )
    return {ticket_id for ticket_id in session.exec(question) if ticket_id is not None}


def waiting_for(session: Session, ticket_id: int) -> list[OutboxLetter]:
    """Return the ticket's letters that have not begun to leave."""
    question = select(OutboxLetter).where(
        OutboxLetter.ticket_id == ticket_id, OutboxLetter.state == OutboxState.WAITING
    )
    return list(session.exec(question.with_for_update()))


def written_since(session: Session, kind: str, since: datetime) -> int:
    """Return how many letters of a kind were written from that moment on."""
    question = select(func.count()).where(OutboxLetter.kind == kind, col(OutboxLetter.created) >= since)
    return session.exec(question).one()
