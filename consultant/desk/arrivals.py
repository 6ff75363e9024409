"""From the spool into the queue: every accepted message ends as exactly one of four things, with its reason.

A ticket; a letter joined to its ticket; held for a person; or noted and left alone. One transaction does it, the raw
bytes are kept with it, and only then is the spool row removed. The same bytes a second time change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from consultant.desk import acknowledging, loops
from consultant.desk.readings import UNREADABLE, lay_over, read, row_of, spooled
from consultant.desk.room import Actor, Desk, promised
from consultant.errors import HouseError
from consultant.intake.conversations import AddressesOf, claimed_ticket
from consultant.intake.mail import Envelope, IncomingMail, MailClass, ThreadClaim
from consultant.spool.letters import SpooledLetter
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import IncomingLetter, Ticket
from consultant.workflow import AT_REST, Action, State, next_state

MOST_READ = 50_000  # characters of a question that are drafted from; the whole letter is kept and shown


class Outcome(StrEnum):
    """What became of a message, in the words the reviewer reads."""

    TICKET = "ticket"
    JOINED = "joined its ticket"
    HELD = "held for a person"
    NOTED = "noted"
    KNOWN = "known already"


@dataclass(frozen=True)
class Arrival:
    """What became of one message: its outcome, the ticket it belongs to (reference or ""), and the reason."""

    outcome: Outcome
    ticket: str
    reason: str


class NothingToReplayError(HouseError):
    """Message {id} cannot be run again: it is not held, or its raw bytes were purged."""


def take_in(desk: Desk, letter: SpooledLetter) -> Arrival:
    """Take one letter from the spool into the queue and remove it there; doing it twice changes nothing."""
    try:
        arrival = _taken(desk, letter)
    except IntegrityError:
        # Between our look and our insert another node took in the same bytes, or acknowledged the same address.
        arrival = _taken(desk, letter)
    desk.spool.remove(letter.id)
    desk.wake()
    return arrival


def set_aside(desk: Desk, letter: SpooledLetter, reason: str) -> None:
    """Hold a letter that broke the machine, with its raw bytes, so that the rest of the mail goes on."""
    row = row_of(letter)
    row.outcome, row.kind, row.rule, row.reason = Outcome.HELD, MailClass.HUMAN, UNREADABLE, reason
    with desk.database.writing() as session:
        if tickets.letter_with(session, letter.fingerprint) is None:
            session.add(row)
    desk.spool.remove(letter.id)


def replay(desk: Desk, incoming_id: int, by: Actor, *, let_in: bool = False) -> Arrival:
    """Run a held message through intake again; `let_in` is a person's word that it is a question all the same."""
    with desk.database.reading() as session:
        again, mail, envelope = read(desk, spooled(_replayable(tickets.incoming(session, incoming_id), incoming_id)))
    with desk.database.writing() as session:
        row = _replayable(tickets.incoming_to_change(session, incoming_id), incoming_id)
        lay_over(again, row)
        arrival = _place(session, desk, row, mail, envelope, let_in=let_in)
        if row.ticket_id is not None:
            ticket = tickets.find(session, row.ticket_id)
            tickets.record(session, ticket, "let in", by=by.email, at=desk.clock(), letter=incoming_id, via=by.via)
    desk.wake()
    return arrival


def question_of(letters: Sequence[IncomingLetter]) -> str:
    """Return what the asker wrote in all their letters, quoted history and signatures left out, oldest first.

    Only the first `MOST_READ` characters: no question is longer, and a machine must not be kept busy by one that is.
    """
    return _whole_question(letters)[:MOST_READ]


def left_unread(letters: Sequence[IncomingLetter]) -> int:
    """Return how many characters of the asker's letters are beyond what `question_of` returns."""
    return max(0, len(_whole_question(letters)) - MOST_READ)


def _whole_question(letters: Sequence[IncomingLetter]) -> str:
    parts = (_own_words(letter) for letter in letters if letter.kind == MailClass.HUMAN)
    return "\n\n".join(part for part in parts if part)


def _own_words(letter: IncomingLetter) -> str:
    new = "".join(letter.text[start:end] for start, end in letter.spans.get("new", [])).strip()
    return new or letter.text.strip()  # a letter that is all quotation is still what they sent


def _replayable(row: IncomingLetter | None, incoming_id: int) -> IncomingLetter:
    if row is None or row.raw is None or row.outcome not in {Outcome.HELD, Outcome.NOTED}:
        raise NothingToReplayError(id=incoming_id)
    return row


def _taken(desk: Desk, letter: SpooledLetter) -> Arrival:
    row, mail, envelope = read(desk, letter)
    with desk.database.writing() as session:
        return _settle(session, desk, row, mail, envelope)


def _settle(
    session: Session, desk: Desk, row: IncomingLetter, mail: IncomingMail | None, envelope: Envelope
) -> Arrival:
    known = tickets.letter_with(session, row.fingerprint)
    if known is not None:
        return _known(known)
    row.outcome = Outcome.HELD
    session.add(row)
    session.flush()
    return _place(session, desk, row, mail, envelope, let_in=False)


def _known(known: IncomingLetter | None) -> Arrival:
    ref = tickets.reference(known.ticket_id) if known is not None and known.ticket_id is not None else ""
    return Arrival(Outcome.KNOWN, ref, "the same message came before")


def _place(  # noqa: PLR0913  a message, its reading and a person's word
    session: Session,
    desk: Desk,
    row: IncomingLetter,
    mail: IncomingMail | None,
    envelope: Envelope,
    *,
    let_in: bool,
) -> Arrival:
    """Decide what the message becomes and write it down in the open transaction."""
    if mail is None:
        return _hold(row, row.reason)
    if row.kind != MailClass.HUMAN and not let_in:
        row.outcome = Outcome.NOTED
        return Arrival(Outcome.NOTED, "", row.reason)
    row.kind = MailClass.HUMAN
    claim = claimed_ticket(mail, envelope, desk.secret, desk.settings.smtp.domain, addresses_of=_addresses(session))
    if claim is not None:
        return _answer_to_us(session, desk, row, claim, let_in=let_in)
    if not let_in and loops.answers_a_notice(session, desk, row, mail):
        return _hold(row, "it answers a notice to reviewers; decisions are made on the page, and this decides nothing")
    asker = row.sender or (envelope.sender if let_in else "")
    if not asker:
        return _hold(row, "it has no From address, so nobody to answer; let it in to answer its envelope sender")
    return _new_ticket(session, desk, row, asker, let_in=let_in)


def _hold(row: IncomingLetter, reason: str) -> Arrival:
    row.outcome, row.reason = Outcome.HELD, reason
    return Arrival(Outcome.HELD, "", reason)


def _addresses(session: Session) -> AddressesOf:
    def addresses_of(ref: str) -> Sequence[str]:
        try:
            return tickets.addresses_written_to(session, tickets.ticket_number(ref))
        except tickets.UnknownTicketError:
            return ()

    return addresses_of


def _answer_to_us(session: Session, desk: Desk, row: IncomingLetter, claim: ThreadClaim, *, let_in: bool) -> Arrival:
    """Join a letter to the ticket whose signed key it carries, if it comes from the address the key was made for."""
    ticket = tickets.find_to_change(session, tickets.ticket_number(claim.ticket))
    row.ticket_id, row.thread_key = ticket.id, claim.key
    if row.sender.lower() != ticket.asker.lower() and not let_in:
        row.ticket_id = None
        return _hold(row, f"it answers {claim.ticket} but comes from another address; let it in if that is right")
    if ticket.state in AT_REST:
        ticket.due = promised(desk, row.received)
    ticket.state = next_state(State(ticket.state), Action.LETTER_JOINED)
    ticket.trouble = ""
    row.outcome, row.reason = Outcome.JOINED, f"{row.reason}; it answers {claim.ticket} by its signed {claim.key}"
    tickets.record(session, ticket, "letter joined", by=row.sender, at=desk.clock(), letter=row.id, key=claim.key)
    _withdraw(session, desk, ticket)
    return Arrival(Outcome.JOINED, claim.ticket, row.reason)


def _withdraw(session: Session, desk: Desk, ticket: Ticket) -> None:
    """Stop letters approved before this one came: the approval did not know of it."""
    assert ticket.id is not None
    for letter in outbox.waiting_for(session, ticket.id):
        if letter.approval:
            letter.state = OutboxState.WITHDRAWN
            letter.problem = "a new letter came before it left"
            session.add(letter)
            tickets.record(session, ticket, "letter withdrawn", by="machine", at=desk.clock(), letter=letter.id)


def _new_ticket(session: Session, desk: Desk, row: IncomingLetter, asker: str, *, let_in: bool) -> Arrival:
    ticket = Ticket(
        state=State.RECEIVED,
        subject=row.subject,
        asker=asker,
        asker_name=row.sender_name,
        mailbox=_mailbox(desk, row.envelope_to),
        received=row.received,
        due=promised(desk, row.received),
    )
    session.add(ticket)
    session.flush()
    assert ticket.id is not None
    row.ticket_id, row.outcome = ticket.id, Outcome.TICKET
    session.add(row)
    session.flush()
    ref = tickets.reference(ticket.id)
    tickets.record(session, ticket, "received", by=asker, at=desk.clock(), letter=row.id, rule=row.rule)
    acknowledging.acknowledge(session, desk, ticket, row, let_in=let_in)
    return Arrival(Outcome.TICKET, ref, row.reason)


def _mailbox(desk: Desk, recipients: Sequence[str]) -> str:
    """Return the address written to, without a reply key: the answer comes from there."""
    domain = desk.settings.smtp.domain
    for recipient in recipients:
        local, _, host = parseaddr(recipient)[1].lower().rpartition("@")
        if host == domain.lower() and local:
            return f"{local.partition('+')[0]}@{domain}"
    return desk.settings.smtp.address
