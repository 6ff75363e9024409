"""Letting a reviewer see what is masked: identifiers in a letter are shown on request, and who asked is recorded."""

from sqlmodel import Session

from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.store import tickets
from consultant.store.tables import IncomingLetter


class NoSuchLetterError(HouseError):
    """{ref} has no letter {id}."""


class UnknownMailError(HouseError):
    """There is no message {id} that belongs to no ticket."""


class RawPurgedError(HouseError):
    """The raw bytes of letter {id} were purged; its text is still on the page."""


def show_identifiers(desk: Desk, ticket_id: int, letter_id: int, by: Actor) -> None:
    """Record that this reviewer saw the letter with its identifiers; nobody's decision is held up by that."""
    with desk.database.writing() as session:
        ticket = tickets.find(session, ticket_id)
        letter_of(session, ticket_id, letter_id)
        tickets.record(
            session, ticket, "identifiers shown", by=by.email, at=desk.clock(), to_be_seen=False, letter=letter_id
        )


def letter_of(session: Session, ticket_id: int, letter_id: int) -> IncomingLetter:
    """Return the ticket's letter of that id; raise `NoSuchLetterError` for a letter of any other ticket."""
    letter = tickets.incoming(session, letter_id)
    if letter is None or letter.ticket_id != ticket_id:
        raise NoSuchLetterError(ref=tickets.reference(ticket_id), id=letter_id)
    return letter
