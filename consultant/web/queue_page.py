"""The queue: what waits, the one due first at the top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from consultant.intake.identifiers import find_identifiers, mask
from consultant.store import overview, tickets
from consultant.store.tables import Ticket
from consultant.web.moments import Moment, moment
from consultant.web.pages import TO_REVIEW, show
from consultant.web.visitors import Signed, desk_of
from consultant.workflow import OPEN_STATES, State

MOST_CODES = 6  # in one line of the queue

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Tab:
    """A part of the queue: the states it gathers, and whether what came last stands at the top."""

    name: str
    states: Sequence[State]
    newest_first: bool = False


TABS = (
    Tab("review", TO_REVIEW),
    Tab("waiting", (State.WAITING,)),
    Tab("leaving", (State.APPROVED,)),
    Tab("answered", (State.ANSWERED,), newest_first=True),
    Tab("rejected", (State.REJECTED,), newest_first=True),
)


@dataclass(frozen=True)
class Row:
    """One ticket in the queue."""

    ref: str
    state: str
    subject: str  # likely patient identifiers masked
    asker: str
    intents: Sequence[str]
    codes: Sequence[str]
    more_codes: int
    received: Moment
    due: Moment
    is_open: bool
    is_overdue: bool
    trouble: str


@router.get("/")
def queue_page(request: Request, _visitor: Signed, tab: str = TABS[0].name) -> Response:
    """Show one tab of the queue with the counts of all."""
    desk = desk_of(request)
    chosen = next((known for known in TABS if known.name == tab), TABS[0])
    with desk.database.reading() as session:
        rows = overview.tickets_in(session, chosen.states, newest_first=chosen.newest_first)
        counts = tickets.counts(session)
    return show(
        request,
        "queue",
        section="queue",
        tab=chosen.name,
        tabs=[(known.name, sum(counts.get(state, 0) for state in known.states)) for known in TABS],
        rows=[as_row(ticket, desk.clock()) for ticket in rows],
        most=overview.MOST_ROWS,
        address=desk.settings.smtp.address,
    )


def as_row(ticket: Ticket, now: datetime) -> Row:
    """Return the ticket as the queue shows it."""
    assert ticket.id is not None
    is_open = ticket.state in OPEN_STATES
    return Row(
        ref=tickets.reference(ticket.id),
        state=ticket.state,
        subject=mask(ticket.subject, find_identifiers(ticket.subject, sender=ticket.asker)),
        asker=ticket.asker_name or ticket.asker,
        intents=ticket.intents,
        codes=ticket.codes[:MOST_CODES],
        more_codes=max(0, len(ticket.codes) - MOST_CODES),
        received=moment(ticket.received, now),
        due=moment(ticket.due, now),
        is_open=is_open,
        is_overdue=is_open and ticket.due < now,
        trouble=ticket.trouble,
    )
