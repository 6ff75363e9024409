"""Things tests are made of: keyword-only, sensible defaults, every name and address invented."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from consultant.desk.arrivals import Arrival, take_in
from consultant.desk.decisions import Stand, stand_of
from consultant.desk.room import Actor, Desk
from consultant.spool.letters import NewLetter
from consultant.store import tickets
from consultant.store.tables import OutboxLetter, Ticket

ASKER = "jordan@riverbend.example"
QUESTION = "Is E11.9 valid and billable for a date of service of 05/12/2026?"


def a_mail(  # noqa: PLR0913  a message has this many sides
    *,
    text: str = QUESTION,
    subject: str = "A coding question",
    sender: str = f"Jordan Reyes <{ASKER}>",
    to: str = "consult@house.example",
    message_id: str = "<one@riverbend.example>",
    in_reply_to: str = "",
    **headers: str,
) -> bytes:
    """Return a message as a mail program sends it; an empty field is a header left out."""
    message = EmailMessage()
    named = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": message_id,
        "In-Reply-To": in_reply_to,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in named.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


def a_letter(
    *,
    raw: bytes | None = None,
    envelope_from: str = ASKER,
    envelope_to: tuple[str, ...] = ("consult@house.example",),
    received: datetime = datetime(2026, 6, 15, 11, 59, tzinfo=UTC),
) -> NewLetter:
    """Return a message with its envelope, as the door hands it to the spool."""
    return NewLetter(
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        peer="127.0.0.1",
        helo="riverbend.example",
        received=received,
        raw=a_mail() if raw is None else raw,
    )


def arrive(desk: Desk, letter: NewLetter | None = None) -> Arrival:
    """Put a letter into the spool and take it in from there."""
    spooled = desk.spool.store(letter or a_letter()).result()
    return take_in(desk, desk.spool.get(spooled))


def a_reviewer(*, email: str = "pat@house.example", name: str = "Pat Moss", credential: str = "CPC") -> Actor:
    """Return somebody who decides on the page."""
    return Actor(email=email, name=name, credential=credential, via="page")


def ticket_in(desk: Desk, ticket_id: int = 1) -> Ticket:
    """Return the ticket as it stands now."""
    with desk.database.reading() as session:
        return tickets.find(session, ticket_id)


def stand_now(desk: Desk, ticket_id: int = 1) -> Stand:
    """Return what a reviewer who looks now sees."""
    return stand_of(ticket_in(desk, ticket_id))


def outbox_in(desk: Desk, ticket_id: int = 1) -> list[OutboxLetter]:
    """Return the letters a ticket caused."""
    with desk.database.reading() as session:
        return tickets.outbox_of(session, ticket_id)


def events_in(desk: Desk, ticket_id: int = 1) -> list[str]:
    """Return what happened to a ticket, oldest first."""
    with desk.database.reading() as session:
        return [event.what for event in tickets.events_of(session, ticket_id)]
