"""The one automatic letter an asker gets: that their question arrived.

It echoes nothing they wrote, goes to the envelope sender alone, at most once a day to an address and within a limit in
all, since open help desks have been used to flood victims with confirmations (RFC 3834, sections 2 and 4).
"""

import re
from datetime import timedelta

from sqlmodel import Session

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


def acknowledge(session: Session, desk: Desk, ticket: Ticket, letter: IncomingLetter) -> None:
    """Put the acknowledgement of a new ticket into the outbox, unless it would go to a machine or over a limit."""
    assert ticket.id is not None
    reason = _reason_against(session, desk, ticket, letter)
    if reason:
        tickets.record(
            session, ticket, "not acknowledged", by="machine", at=desk.clock(), to_be_seen=False, reason=reason
        )
        return
    words = write_acknowledgement(
        desk.renderer, ticket=tickets.reference(ticket.id), due=ticket.due, house=desk.settings.house.name
    )
    post_to_asker(session, desk, ticket, LetterKind.ACKNOWLEDGEMENT, _key(desk, ticket), words)


def _reason_against(session: Session, desk: Desk, ticket: Ticket, letter: IncomingLetter) -> str:
    now = desk.clock()
    local, _, domain = ticket.asker.rpartition("@")
    if letter.envelope_from.lower() != ticket.asker.lower():
        return "the envelope sender is another address"
    if _MACHINE.fullmatch(local) or domain.lower() == desk.settings.smtp.domain.lower():
        return "the address is a machine's"
    if outbox.with_key(session, _key(desk, ticket)) is not None:
        return "this address was acknowledged today"
    written = outbox.written_since(session, LetterKind.ACKNOWLEDGEMENT, now - _WINDOW)
    if written >= desk.settings.letters.acknowledgements_per_ten_minutes:
        return "too many acknowledgements in ten minutes"
    return ""


def _key(desk: Desk, ticket: Ticket) -> str:
    """Return a key that exists once for an address and a day."""
    return f"acknowledgement:{desk.clock().date().isoformat()}:{ticket.asker.lower()}"
