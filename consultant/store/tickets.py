"""The questions we ask of tickets, their letters, drafts and decisions."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from consultant.errors import HouseError
from consultant.outgoing.letters import LetterKind
from consultant.store.outbox import OutboxState
from consultant.store.tables import Decision, Draft, Event, IncomingLetter, OutboxLetter, Ticket
from consultant.workflow import Action, State

_FIRST_NUMBER = 1000  # references start at CC-1001, so that a young house does not look like one
_REFERENCE = re.compile(r"CC-([0-9]{1,9})", re.IGNORECASE)  # no longer than a row's number may be
_MENTIONED = re.compile(r"\bCC-[0-9]{4,9}\b", re.IGNORECASE)


class UnknownTicketError(HouseError):
    """There is no ticket {ref}; `consultant tickets list` shows those there are."""


def reference(ticket_id: int) -> str:
    """Return the reference people and letters use for a ticket."""
    return f"CC-{_FIRST_NUMBER + ticket_id}"


def ticket_number(ref: str) -> int:
    """Return the ticket's id; raise `UnknownTicketError` when the reference is none of ours."""
    match = _REFERENCE.fullmatch(ref.strip())
    if match is None:
        raise UnknownTicketError(ref=ref)
    return int(match[1]) - _FIRST_NUMBER


def mentions_a_ticket(text: str) -> bool:
    """Tell whether a text names something that looks like one of our references."""
    return _MENTIONED.search(text) is not None


def find(session: Session, ticket_id: int) -> Ticket:
    """Return the ticket or raise `UnknownTicketError`."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise UnknownTicketError(ref=reference(ticket_id))
    return ticket


def find_to_change(session: Session, ticket_id: int) -> Ticket:
    """Return the ticket, its row locked to the end of the transaction: two decisions cannot both be first."""
    question = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    # As it stands now that the lock is held, not as this session may have read it before.
    ticket = session.exec(question.execution_options(populate_existing=True)).first()
    if ticket is None:
        raise UnknownTicketError(ref=reference(ticket_id))
    return ticket


def listed(session: Session, states: Collection[State] | None = None, limit: int = 200) -> list[Ticket]:
    """Return tickets in these states (all for None), the one due first at the top."""
    question = select(Ticket).order_by(col(Ticket.due), col(Ticket.id)).limit(limit)
    if states is not None:
        question = question.where(col(Ticket.state).in_([str(state) for state in states]))
    return list(session.exec(question))


def counts(session: Session) -> dict[str, int]:
    """Return how many tickets stand in each state that has any."""
    return dict(session.exec(select(Ticket.state, func.count()).group_by(Ticket.state)).all())


def to_draft(session: Session, limit: int = 20) -> list[int]:
    """Return the tickets that wait for the machine, oldest first; those it gave up on wait for a person instead."""
    question = (
        select(Ticket.id)
        .where(Ticket.state == State.RECEIVED, Ticket.trouble == "")
        .order_by(col(Ticket.received), col(Ticket.id))
        .limit(limit)
    )
    return [ticket_id for ticket_id in session.exec(question) if ticket_id is not None]


def letters_of(session: Session, ticket_id: int) -> list[IncomingLetter]:
    """Return the ticket's letters in the order they came."""
    question = select(IncomingLetter).where(IncomingLetter.ticket_id == ticket_id)
    return list(session.exec(question.order_by(col(IncomingLetter.received), col(IncomingLetter.id))))


def letter_with(session: Session, fingerprint: str) -> IncomingLetter | None:
    """Return the letter these very bytes became when they came before."""
    return session.exec(select(IncomingLetter).where(IncomingLetter.fingerprint == fingerprint)).first()


def incoming(session: Session, letter_id: int) -> IncomingLetter | None:
    """Return one message taken in."""
    return session.get(IncomingLetter, letter_id)


def incoming_to_change(session: Session, letter_id: int) -> IncomingLetter | None:
    """Return one message, its row locked to the end of the transaction: it can be let in once."""
    question = select(IncomingLetter).where(IncomingLetter.id == letter_id).with_for_update()
    return session.exec(question.execution_options(populate_existing=True)).first()


def letters_from(session: Session, sender: str, since: datetime) -> int:
    """Return how many letters of that address became or joined a ticket from that moment on."""
    question = select(func.count()).where(
        func.lower(IncomingLetter.sender) == sender.lower(),
        col(IncomingLetter.received) >= since,
        col(IncomingLetter.ticket_id).is_not(None),
    )
    return session.exec(question).one()


def lately_told_of(session: Session, kind: LetterKind, limit: int, characters: int) -> Sequence[tuple[str, str, str]]:
    """Return sender, subject and first words of the letters that newly sent mail of that kind was about."""
    told_of = (
        select(OutboxLetter.ticket_id)
        .where(OutboxLetter.kind == kind, OutboxLetter.state == OutboxState.SENT)
        .order_by(col(OutboxLetter.created).desc())
        .limit(limit)
    )
    question = select(
        IncomingLetter.sender, IncomingLetter.subject, func.substr(IncomingLetter.text, 1, characters)
    ).where(col(IncomingLetter.ticket_id).in_(told_of))
    return session.exec(question).all()


def with_outcome(session: Session, outcome: str, limit: int = 200) -> list[IncomingLetter]:
    """Return messages that ended that way, newest first."""
    question = select(IncomingLetter).where(IncomingLetter.outcome == outcome)
    return list(session.exec(question.order_by(col(IncomingLetter.id).desc()).limit(limit)))


def drafts_of(session: Session, ticket_id: int) -> list[Draft]:
    """Return the ticket's draft versions, newest first."""
    return list(session.exec(select(Draft).where(Draft.ticket_id == ticket_id).order_by(col(Draft.version).desc())))


def draft_of(session: Session, ticket_id: int, version: int) -> Draft | None:
    """Return one draft version."""
    return session.exec(select(Draft).where(Draft.ticket_id == ticket_id, Draft.version == version)).first()


def decisions_of(session: Session, ticket_id: int) -> list[Decision]:
    """Return what was decided on the ticket, oldest first."""
    return list(session.exec(select(Decision).where(Decision.ticket_id == ticket_id).order_by(col(Decision.id))))


def approved_by_somebody(session: Session, ticket_id: int, action: Action, approval: str) -> bool:
    """Tell whether a person's decision on the ticket carries that approval."""
    question = select(func.count()).where(
        Decision.ticket_id == ticket_id, Decision.action == action, Decision.approval == approval
    )
    return bool(approval) and session.exec(question).one() > 0


def outbox_of(session: Session, ticket_id: int) -> list[OutboxLetter]:
    """Return the letters the ticket caused, oldest first."""
    question = select(OutboxLetter).where(OutboxLetter.ticket_id == ticket_id)
    return list(session.exec(question.order_by(col(OutboxLetter.id))))


def events_of(session: Session, ticket_id: int) -> list[Event]:
    """Return the ticket's trace, oldest first."""
    return list(session.exec(select(Event).where(Event.ticket_id == ticket_id).order_by(col(Event.id))))


def addresses_written_to(session: Session, ticket_id: int) -> Sequence[str]:
    """Return every address a letter of this ticket was sent to, the asker first; a signed key speaks for one."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        return ()
    written = [address for letter in outbox_of(session, ticket_id) for address in letter.recipients]
    return tuple(dict.fromkeys([ticket.asker, *written]))


def record(  # noqa: PLR0913  one event has this many sides
    session: Session, ticket: Ticket, what: str, *, by: str, at: datetime, to_be_seen: bool = True, **detail: Any
) -> Event:
    """Add one line to the ticket's trace.

    `to_be_seen` says that whoever decides must have seen it: a decision made on a page from before it is refused.
    """
    event = Event(ticket_id=ticket.id, at=at, by=by, what=what, detail=detail)
    session.add(event)
    session.flush()
    if to_be_seen and event.id is not None:
        ticket.last_event = event.id
        session.add(ticket)
    return event
