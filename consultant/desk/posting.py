"""Putting a letter into the outbox, inside the transaction of the leg that caused it.

The Message-ID, the date and the text are fixed here, so that a letter sent again is the same letter.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sqlmodel import Session

from consultant.desk.room import Desk
from consultant.drafting.letters import Words
from consultant.intake.conversations import make_message_id, make_reply_address
from consultant.outgoing.letters import LetterKind, OutgoingLetter
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import IncomingLetter, OutboxLetter, Ticket

LIST_ID = "digest"


@dataclass(frozen=True)
class Thread:
    """What makes a mail program show our letter under the asker's."""

    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_index: str = ""


def thread_of(letters: list[IncomingLetter]) -> Thread:
    """Return the thread of the newest letter that can be answered to (RFC 5322, section 3.6.4)."""
    for letter in reversed(letters):
        if letter.message_id:
            references = tuple(dict.fromkeys([*letter.references, letter.message_id]))
            return Thread(letter.message_id, references, letter.thread_index)
    return Thread()


def post_to_asker(  # noqa: PLR0913, PLR0917  a letter has this many sides
    session: Session, desk: Desk, ticket: Ticket, kind: LetterKind, key: str, words: Words
) -> OutboxLetter:
    """Put a letter to the asker of a ticket into the outbox, from the address they wrote to."""
    assert ticket.id is not None
    ref = tickets.reference(ticket.id)
    mailbox, _, domain = ticket.mailbox.partition("@")
    thread = thread_of(tickets.letters_of(session, ticket.id))
    now = desk.clock()
    letter = _blank(desk, kind, key, words, now)
    letter.ticket_id = ticket.id
    letter.sender = ticket.mailbox
    letter.recipients = [ticket.asker]
    letter.message_id = make_message_id(ref, ticket.asker, desk.secret, domain, secrets.token_hex(8))
    letter.reply_to = make_reply_address(ref, ticket.asker, desk.secret, mailbox, domain)
    letter.in_reply_to = thread.in_reply_to
    letter.references = list(thread.references)
    letter.thread_index = thread.thread_index
    letter.envelope_sender = "" if kind is LetterKind.ACKNOWLEDGEMENT else ticket.mailbox
    session.add(letter)
    session.flush()
    return letter


def post_to_reviewer(  # noqa: PLR0913, PLR0917  a letter has this many sides
    session: Session, desk: Desk, kind: LetterKind, key: str, recipient: str, words: Words, ticket: Ticket | None = None
) -> OutboxLetter | None:
    """Put a notice or digest into the outbox; None when the same reason already made one."""
    if outbox.with_key(session, key) is not None:
        return None
    domain = desk.settings.smtp.domain
    letter = _blank(desk, kind, key, words, desk.clock())
    letter.ticket_id = ticket.id if ticket else None
    letter.sender = desk.settings.smtp.address
    letter.recipients = [recipient]
    letter.message_id = f"<{kind.name.lower()}.{secrets.token_hex(16)}@{domain}>"
    letter.list_id = f"{LIST_ID}.{domain}" if kind is LetterKind.DIGEST else ""
    session.add(letter)
    session.flush()
    return letter


def as_letter(row: OutboxLetter) -> OutgoingLetter:
    """Return the row as the value composing works from."""
    return OutgoingLetter(
        kind=LetterKind(row.kind),
        message_id=row.message_id,
        sender=row.sender,
        sender_name=row.sender_name,
        recipients=tuple(row.recipients),
        subject=row.subject,
        text=row.text,
        html=row.html,
        date=row.date,
        reply_to=row.reply_to,
        in_reply_to=row.in_reply_to,
        references=tuple(row.references),
        envelope_sender=row.envelope_sender,
        thread_index=row.thread_index,
        list_id=row.list_id,
    )


def _blank(desk: Desk, kind: LetterKind, key: str, words: Words, now: datetime) -> OutboxLetter:
    return OutboxLetter(
        key=key,
        kind=kind,
        state=OutboxState.WAITING,
        due=now,
        created=now,
        message_id="",
        sender="",
        sender_name=desk.settings.house.name,
        recipients=[],
        subject=words.subject,
        text=words.text,
        html=desk.renderer.letter_html(words.text, words.subject),
        date=format_datetime(now),
    )
