"""How a page is made: a template, what it speaks of, and the frame every page stands in."""

from dataclasses import dataclass, replace

from fastapi import Request
from starlette.responses import HTMLResponse

from consultant.config import Settings
from consultant.desk.arrivals import Outcome
from consultant.desk.sign_in import Visitor
from consultant.store import overview, tickets
from consultant.store.outbox import OutboxState
from consultant.web.visitors import desk_of, visitor_of
from consultant.workflow import State

TO_REVIEW = (State.IN_REVIEW, State.RECEIVED, State.UNDELIVERED)
IN_TROUBLE = (OutboxState.REFUSED, OutboxState.UNCERTAIN)


@dataclass(frozen=True)
class Frame:
    """What stands around every page: the house's name, who looks at it, and what waits where."""

    house: str
    section: str  # the entry of the menu this page belongs to, "" for none
    visitor: Visitor | None
    form_key: str
    to_review: int = 0
    held: int = 0
    in_trouble: int = 0


def show(request: Request, name: str, *, status: int = 200, section: str = "", **values: object) -> HTMLResponse:
    """Return the page `templates/pages/<name>.html.j2` filled in; it speaks of `page` and of the values given."""
    desk = desk_of(request)
    frame = _frame(request, section)
    return HTMLResponse(desk.renderer.html(f"pages/{name}.html.j2", page=frame, **values), status)


def empty_frame(settings: Settings) -> Frame:
    """Return the frame for whoever is not signed in: it tells nothing."""
    return Frame(house=settings.house.name, section="", visitor=None, form_key="")


def _frame(request: Request, section: str) -> Frame:
    desk, visitor = desk_of(request), visitor_of(request)
    frame = empty_frame(desk.settings)
    if visitor is None:
        return frame
    with desk.database.reading() as session:
        ours, mail, letters = (
            tickets.counts(session),
            overview.mail_counts(session),
            overview.outbox_counts(session),
        )
    return replace(
        frame,
        section=section,
        visitor=visitor,
        form_key=visitor.form_key,
        to_review=sum(ours.get(state, 0) for state in TO_REVIEW),
        held=mail.get(Outcome.HELD, 0),
        in_trouble=sum(letters.get(state, 0) for state in IN_TROUBLE),
    )
