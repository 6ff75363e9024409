"""The one automatic letter an asker gets: that their question arrived.

It echoes nothing they wrote, goes to the envelope sender alone, at most once a day to an address and within a limit in
all, since open help desks have been used to flood victims with confirmations (RFC 3834, sections 2 and 4).
"""

import re
from datetime import date, timedelta

from sqlmodel import Session

from consultant.desk import loops
from consultant.desk.posting import post_to_asker
from consultant.desk.room import Desk
from consultant.drafting.letters import write_acknowledgement
from consultant.outgoing.letters import LetterKind
from consultant.store import outbox, tickets
from consultant.store.tables import IncomingLetter, Ticket

_MACHINE = re.compile(
    r"(mailer-daemon|postmaster|abuse|root|no-?reply|do-?not-?reply|bounces?|daemon|listserv|majordomo|.*-(request|bounces))"
    r"([+=].*)?",
    re.IGNORECASE,
)
_WINDOW = timedelta(minutes=10)
_DAY = timedelta(days=1)
_LOOKED_AT = 5000  # characters of a text


def acknowledge(session: Session, desk: Desk, ticket: Ticket, letter: IncomingLetter, *, let_in: bool) -> None:
    """Put the acknowledgement of a new ticket into the outbox, unless it would go to a machine or over a limit."""
    assert ticket.id is not None
    reason = "a person let it in" if let_in else _unfit(desk, ticket, letter) or _limit(session, desk, ticket, letter)
    if reason:
        tickets.record(
            session, ticket, "not acknowledged", by="machine", at=desk.clock(), to_be_seen=False, reason=reason
        )
        return
    words = write_acknowledgement(
        desk.renderer, ticket=tickets.reference(ticket.id), due=ticket.due, house=desk.settings.house.name
    )
    key = _key(ticket.asker, desk.clock().date())
    post_to_asker(session, desk, ticket, LetterKind.ACKNOWLEDGEMENT, key, words)


def _unfit(desk: Desk, ticket: Ticket, letter: IncomingLetter) -> str:
    """Return why a letter is never acknowledged, or the empty string."""
    local, _, domain = ticket.asker.rpartition("@")
    if letter.envelope_from.lower() != ticket.asker.lower():
        return "the envelope sender is another address"
    if _MACHINE.fullmatch(local) or domain.lower() == desk.settings.smtp.domain.lower():
        return "the address is a machine's"
    if tickets.mentions_a_ticket(letter.subject) or tickets.mentions_a_ticket(letter.text[:_LOOKED_AT]):
        return "it repeats what we wrote"
    return ""


def _limit(session: Session, desk: Desk, ticket: Ticket, letter: IncomingLetter) -> str:
    """Return which limit an acknowledgement would break, or the empty string."""
    if _acknowledged_within_a_day(session, desk, ticket.asker):
        return "this address was acknowledged within a day"
    if loops.said_before(session, letter, LetterKind.ACKNOWLEDGEMENT, loops.SAME_WORDS):
        return "the same words come again and again from there"
    written = outbox.written_since(session, LetterKind.ACKNOWLEDGEMENT, desk.clock() - _WINDOW)
    if written >= desk.settings.letters.acknowledgements_per_ten_minutes:
        return "too many acknowledgements in ten minutes"
    return ""


def _acknowledged_within_a_day(session: Session, desk: Desk, address: str) -> bool:
    now = desk.clock()
    keys = (_key(address, now.date()), _key(address, now.date() - _DAY))
    return any(letter.created > now - _DAY for key in keys if (letter := outbox.with_key(session, key)) is not None)


def _key(address: str, day: date) -> str:
    """Return a key that exists once for a mailbox and a day; what stands after a plus sign is the same mailbox."""
    local, _, domain = address.lower().rpartition("@")
    return f"acknowledgement:{day.isoformat()}:{local.partition('+')[0]}@{domain}"
