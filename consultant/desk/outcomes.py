"""What became of a letter that was claimed, written down on the letter and on its ticket.

A ticket's state speaks of one letter, the one a person approved last; what becomes of an older one is noted on the
trace and moves nothing. Locks are taken in one order, ticket before letter, as arrivals take them.
"""

import logging
from datetime import timedelta

from sqlmodel import Session

from consultant.desk.room import Desk
from consultant.observability import leg
from consultant.outgoing.letters import LetterKind
from consultant.outgoing.relay import HandedOver
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import OutboxLetter, Ticket
from consultant.workflow import TRANSITIONS, Action, State

_log = logging.getLogger(__name__)


def note_sent(desk: Desk, claimed: OutboxLetter, handed: HandedOver) -> None:
    """Note what the relay said, whatever anybody thought of the letter meanwhile: it has left."""
    refused = "; ".join(f"{refusal.address}: {refusal.code} {refusal.text}" for refusal in handed.refused)
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, claimed.id)
        if letter.state == OutboxState.UNCERTAIN:
            step_back(session, ticket, letter)
        letter.state, letter.sent = OutboxState.SENT, desk.clock()
        letter.relay_reply, letter.problem = handed.reply, refused
        session.add(letter)
        if ticket is not None and _speaks_for(session, ticket, letter):
            _step(ticket, Action.SENT)
        trace(session, desk, ticket, "sent", letter, kind=letter.kind, reply=handed.reply)
        leg(_log, "sent", letter=letter.id, kind=letter.kind, attempts=letter.attempts)


def put_off(desk: Desk, claimed: OutboxLetter, problem: str) -> None:
    """Try a claimed letter again later."""
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, claimed.id)
        if still_held(letter, claimed):
            _postpone(session, desk, letter, ticket, problem, letter.attempts)


def close(desk: Desk, claimed: OutboxLetter, state: OutboxState, problem: str) -> None:
    """Note that a claimed letter does not leave, or perhaps did: a person sees why."""
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, claimed.id)
        if still_held(letter, claimed):
            _mark_closed(session, desk, letter, ticket, state, problem)


def settle(desk: Desk, claimed: OutboxLetter) -> bool:
    """Settle one letter left in *sending*; tell whether it still was."""
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, claimed.id)
        if not still_held(letter, claimed):
            return False
        if letter.brink is not None and desk.settings.relay.host:
            _mark_closed(
                session, desk, letter, ticket, OutboxState.UNCERTAIN, "the house stopped while the relay took it"
            )
        else:
            # A first stop is no fault of the letter's; one that was there at every stop makes way for the others.
            _postpone(session, desk, letter, ticket, "the house stopped before the relay took it", letter.attempts - 1)
        return True


def take_back(session: Session, desk: Desk, letter: OutboxLetter, ticket: Ticket | None, reason: str) -> None:
    """Withdraw a letter whose approval no longer holds, and take its ticket back into work."""
    letter.state, letter.problem = OutboxState.WITHDRAWN, reason
    session.add(letter)
    newest = _speaks_for(session, ticket, letter)
    if ticket is not None and newest:
        _step(ticket, Action.VOID)
    # Whoever decided since on a newer letter decided on all there was to see; this one must not void that.
    trace(session, desk, ticket, Action.VOID, letter, reason=reason, to_be_seen=newest)


def with_its_ticket(session: Session, letter_id: int | None) -> tuple[OutboxLetter, Ticket | None]:
    """Return a letter and its ticket, both locked, the ticket first: arrivals lock in that order too."""
    assert letter_id is not None
    ticket_id = outbox.find(session, letter_id).ticket_id
    ticket = tickets.find_to_change(session, ticket_id) if ticket_id is not None else None
    return outbox.find_to_change(session, letter_id), ticket


def still_held(letter: OutboxLetter, claimed: OutboxLetter) -> bool:
    """Tell whether that very claim still holds; every claim counts one attempt more."""
    return letter.state == OutboxState.SENDING and (letter.claimed_by, letter.attempts) == (
        claimed.claimed_by,
        claimed.attempts,
    )


def step_back(session: Session, ticket: Ticket | None, letter: OutboxLetter) -> None:
    """Take a ticket that "could not be delivered" back to where its letter is on its way."""
    if ticket is not None and ticket.state == State.UNDELIVERED and _speaks_for(session, ticket, letter):
        _step(ticket, Action.RETRY if letter.kind == LetterKind.ANSWER else Action.ASK)


def trace(  # noqa: PLR0913  an event has this many sides
    session: Session,
    desk: Desk,
    ticket: Ticket | None,
    what: str,
    letter: OutboxLetter,
    *,
    by: str = "machine",
    to_be_seen: bool = False,
    **detail: str,
) -> None:
    """Add a line about a letter to the trace of its ticket, if it has one."""
    if ticket is not None:
        tickets.record(session, ticket, what, by=by, at=desk.clock(), to_be_seen=to_be_seen, letter=letter.id, **detail)


def _postpone(  # noqa: PLR0913, PLR0917  a letter, whose it is, why and how often
    session: Session, desk: Desk, letter: OutboxLetter, ticket: Ticket | None, problem: str, failures: int
) -> None:
    """Try later, at growing intervals, until the time to give up has come."""
    settings = desk.settings.letters
    now = desk.clock()
    if now - letter.created >= timedelta(hours=settings.give_up_hours):
        problem = f"given up after {letter.attempts} tries: {problem}"
        _mark_closed(session, desk, letter, ticket, OutboxState.REFUSED, problem)
        return
    waits = (0, *settings.retry_minutes)
    wait = waits[min(max(failures, 0), len(waits) - 1)]
    letter.state, letter.due, letter.problem = OutboxState.WAITING, now + timedelta(minutes=wait), problem
    session.add(letter)
    leg(_log, "put off", letter=letter.id, kind=letter.kind, attempts=letter.attempts, minutes=wait)


def _mark_closed(  # noqa: PLR0913, PLR0917  a letter, whose it is, and what became of it
    session: Session, desk: Desk, letter: OutboxLetter, ticket: Ticket | None, state: OutboxState, problem: str
) -> None:
    letter.state, letter.problem = state, problem
    session.add(letter)
    if ticket is not None and _speaks_for(session, ticket, letter):
        _step(ticket, Action.NOT_SENT)
    trace(session, desk, ticket, str(state), letter, kind=letter.kind, problem=problem)
    leg(_log, "not sent", letter=letter.id, kind=letter.kind, attempts=letter.attempts)


def _speaks_for(session: Session, ticket: Ticket | None, letter: OutboxLetter) -> bool:
    """Tell whether the ticket's state is about this letter: the newest a person sent."""
    return ticket is not None and ticket.id is not None and outbox.newest_personal(session, ticket.id) == letter.id


def _step(ticket: Ticket, action: Action) -> None:
    """Take the ticket along, where it still stands where the letter left it; one that moved on stays where it is."""
    if (State(ticket.state), action) in TRANSITIONS:
        ticket.state = TRANSITIONS[State(ticket.state), action]
