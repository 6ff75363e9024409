"""Out of the house: claim one due letter, hand it over, write down what became of it.

The claim is committed before the network is touched and nothing waits for the network inside a transaction. Before a
letter leaves, its approval is worked out again; any drift takes it back to review. What was being sent when the house
stopped is sent again only if the relay cannot have it yet; otherwise a person decides, for with billing advice twice is
worse than late.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.approval import approval_hash, releases_now
from consultant.desk.decisions import approved_whole
from consultant.desk.posting import as_letter
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.observability import leg
from consultant.outgoing import maildir
from consultant.outgoing.addresses import AddressUnfitError
from consultant.outgoing.compose import LetterUnfitError, compose
from consultant.outgoing.letters import LetterKind, OutgoingLetter
from consultant.outgoing.maildir import FolderUnwritableError
from consultant.outgoing.relay import HandedOver, RefusedError, TryLaterError, UnknownOutcomeError, hand_over
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import Draft, OutboxLetter, Ticket
from consultant.workflow import TRANSITIONS, Action, State

_log = logging.getLogger(__name__)


class NothingToRetryError(HouseError):
    """Letter {id} is {state}; only one that was refused, or perhaps sent, can be sent again."""


def send_next(desk: Desk) -> bool:
    """Send the one letter that is due first; tell whether there was one."""
    letter = _claim(desk)
    if letter is None:
        return False
    if letter.state != OutboxState.SENDING:  # its approval no longer held
        return True
    assert letter.id is not None
    try:
        handed = _deliver(desk, as_letter(letter), _brink(desk, letter.id))
    except (TryLaterError, FolderUnwritableError) as error:
        _put_off(desk, letter.id, str(error))
    except (RefusedError, AddressUnfitError, LetterUnfitError) as error:
        _close(desk, letter.id, OutboxState.REFUSED, str(error))
    except UnknownOutcomeError as error:
        _close(desk, letter.id, OutboxState.UNCERTAIN, str(error))
    else:
        _note_sent(desk, letter.id, handed)
    return True


def recover(desk: Desk) -> int:
    """Settle what this node was sending when it stopped; return how many letters that were.

    A letter the relay cannot have yet, or one for the Maildir (where the same letter twice is one file), is due again.
    """
    with desk.database.writing() as session:
        left = outbox.left_in_sending(session, desk.node)
        for letter in left:
            if letter.brink is None or not desk.settings.relay.host:
                letter.state, letter.due = OutboxState.WAITING, desk.clock()
            else:
                _mark_closed(session, desk, letter, OutboxState.UNCERTAIN, "the house stopped while the relay took it")
            session.add(letter)
        return len(left)


def retry(desk: Desk, outbox_id: int, by: Actor) -> None:
    """Send a letter again that was refused, or may not have arrived; same Message-ID, same bytes."""
    with desk.database.writing() as session:
        letter = outbox.find(session, outbox_id)
        if letter.state not in {OutboxState.REFUSED, OutboxState.UNCERTAIN}:
            raise NothingToRetryError(id=outbox_id, state=letter.state)
        letter.state, letter.due, letter.created = OutboxState.WAITING, desk.clock(), desk.clock()
        letter.problem = ""
        session.add(letter)
        ticket = _ticket_of(session, letter)
        if ticket is not None and letter.approval:
            _step(ticket, Action.RETRY if letter.kind == LetterKind.ANSWER else Action.ASK)
            _trace(session, desk, ticket, "send again", letter, by=by.email, via=by.via)
    desk.wake()


def _claim(desk: Desk) -> OutboxLetter | None:
    """Claim the next due letter, its approval checked in the same transaction."""
    with desk.database.writing() as session:
        letter = outbox.claim_due(session, desk.clock(), desk.node)
        if letter is None:
            return None
        if LetterKind(letter.kind) in {LetterKind.ANSWER, LetterKind.QUESTION}:
            drift = _drift(session, desk, letter)
            if drift:
                _take_back(session, desk, letter, drift)
        return letter


def _drift(session: Session, desk: Desk, letter: OutboxLetter) -> str:
    """Return why the approval of a letter no longer holds, or the empty string."""
    ticket = _ticket_of(session, letter)
    if not letter.approval or ticket is None or ticket.id is None:
        return "nobody approved it"
    draft = tickets.draft_of(session, ticket.id, letter.draft_version) if letter.kind == LetterKind.ANSWER else None
    releases = _releases(desk, draft) if draft is not None else []
    if approval_hash(approved_whole(ticket, letter, draft, releases)) != letter.approval:
        return "what was approved changed before it left"
    return ""


def _releases(desk: Desk, draft: Draft) -> list[str]:
    """Return what the book would answer from now; without a book nothing was imported since, so as the draft says."""
    try:
        return releases_now(desk.shelf.book(), draft.releases, draft.on)
    except (BookMissingError, BookDamagedError):
        return list(draft.releases)


def _take_back(session: Session, desk: Desk, letter: OutboxLetter, reason: str) -> None:
    letter.state, letter.problem = OutboxState.WITHDRAWN, reason
    session.add(letter)
    ticket = _ticket_of(session, letter)
    if ticket is not None:
        _step(ticket, Action.VOID)
        _trace(session, desk, ticket, Action.VOID, letter, reason=reason, to_be_seen=True)


def _deliver(desk: Desk, letter: OutgoingLetter, brink: Callable[[], None]) -> HandedOver:
    message = compose(letter)
    if desk.settings.relay.host:
        smtp, relay = desk.settings.smtp, desk.settings.relay
        return hand_over(
            message,
            letter.envelope_sender,
            letter.recipients,
            relay,
            on_the_brink=brink,
            hostname=smtp.hostname or smtp.domain,
        )
    kept = maildir.keep(message, desk.settings.maildir_path, letter.message_id)
    return HandedOver(reply=f"kept as {kept.name}", refused=())


def _brink(desk: Desk, letter_id: int) -> Callable[[], None]:
    """Return what notes, durably, that from here on only the relay knows whether it has the letter."""

    def on_the_brink() -> None:
        with desk.database.writing() as session:
            letter = outbox.find(session, letter_id)
            letter.brink = desk.clock()
            session.add(letter)

    return on_the_brink


def _note_sent(desk: Desk, letter_id: int, handed: HandedOver) -> None:
    refused = "; ".join(f"{refusal.address}: {refusal.code} {refusal.text}" for refusal in handed.refused)
    with desk.database.writing() as session:
        letter = outbox.find(session, letter_id)
        letter.state, letter.sent = OutboxState.SENT, desk.clock()
        letter.relay_reply, letter.problem = handed.reply, refused
        session.add(letter)
        ticket = _ticket_of(session, letter)
        if ticket is not None:
            if letter.approval:
                _step(ticket, Action.SENT)
            _trace(session, desk, ticket, "sent", letter, kind=letter.kind, reply=handed.reply)
        leg(_log, "sent", letter=letter_id, kind=letter.kind, attempts=letter.attempts)


def _put_off(desk: Desk, letter_id: int, problem: str) -> None:
    """Try later, at growing intervals, until the time to give up has come."""
    settings = desk.settings.letters
    with desk.database.writing() as session:
        letter = outbox.find(session, letter_id)
        now = desk.clock()
        if now - letter.created >= timedelta(hours=settings.give_up_hours):
            _mark_closed(
                session, desk, letter, OutboxState.REFUSED, f"given up after {letter.attempts} tries: {problem}"
            )
            return
        wait = settings.retry_minutes[min(letter.attempts, len(settings.retry_minutes)) - 1]
        letter.state, letter.due, letter.problem = OutboxState.WAITING, now + timedelta(minutes=wait), problem
        session.add(letter)
        leg(_log, "put off", letter=letter_id, kind=letter.kind, attempts=letter.attempts, minutes=wait)


def _close(desk: Desk, letter_id: int, state: OutboxState, problem: str) -> None:
    with desk.database.writing() as session:
        _mark_closed(session, desk, outbox.find(session, letter_id), state, problem)


def _mark_closed(session: Session, desk: Desk, letter: OutboxLetter, state: OutboxState, problem: str) -> None:
    letter.state, letter.problem = state, problem
    session.add(letter)
    ticket = _ticket_of(session, letter)
    if ticket is not None:
        if letter.approval:
            _step(ticket, Action.NOT_SENT)
        _trace(session, desk, ticket, str(state), letter, kind=letter.kind, problem=problem)
    leg(_log, "not sent", letter=letter.id, kind=letter.kind, attempts=letter.attempts)


def _ticket_of(session: Session, letter: OutboxLetter) -> Ticket | None:
    return tickets.find_to_change(session, letter.ticket_id) if letter.ticket_id is not None else None


def _step(ticket: Ticket, action: Action) -> None:
    """Take the ticket along, where it still stands where the letter left it; one that moved on stays where it is."""
    if (State(ticket.state), action) in TRANSITIONS:
        ticket.state = TRANSITIONS[State(ticket.state), action]


def _trace(  # noqa: PLR0913  an event has this many sides
    session: Session,
    desk: Desk,
    ticket: Ticket,
    what: str,
    letter: OutboxLetter,
    *,
    by: str = "machine",
    to_be_seen: bool = False,
    **detail: str,
) -> None:
    tickets.record(session, ticket, what, by=by, at=desk.clock(), to_be_seen=to_be_seen, letter=letter.id, **detail)
