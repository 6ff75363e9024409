"""The JSON API: the same shapes as the command line's `--json`, under `/api/v1/`.

A program signs in with each call by HTTP Basic (a reviewer's address and password), a page by its session. Nothing here
changes anything; decisions need a page or the command line.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from consultant.codes.entries import System
from consultant.desk import shapes
from consultant.store import tickets
from consultant.web.pages import show
from consultant.web.visitors import Calling, desk_of

MOST_CODES = 1000
MOST_CHARACTERS = 500_000

router = APIRouter(prefix="/api")

Codes = Annotated[list[str], Query(alias="code", max_length=MOST_CODES, description="a code; give it again for more")]
On = Annotated[date | None, Query(description="the day the codes are looked up on; today when left out")]
Shape = dict[str, Any]


class Written(BaseModel):
    """A text somebody wrote."""

    text: str = Field(max_length=MOST_CHARACTERS)


class Question(Written):
    """A question, and the day it is about."""

    on: date | None = Field(
        default=None, description="the date of service; today when left out and the text names none"
    )


@router.get("/v1/codes/lookup", tags=["codes"])
def look_up_codes(request: Request, _visitor: Calling, codes: Codes, on: On = None) -> Shape:
    """Return what the code book says of each code on a day."""
    desk = desk_of(request)
    return shapes.lookup(shapes.reading_room(desk), codes, on or desk.clock().date())


@router.get("/v1/codes/search", tags=["codes"])
def search_codes(
    request: Request,
    _visitor: Calling,
    q: Annotated[str, Query(max_length=500, description="words, or the beginning of a code")],
    n: Annotated[int, Query(ge=1, le=100, description="how many hits at most")] = 10,
    system: Annotated[System | None, Query(description="only codes of this system")] = None,
) -> Shape:
    """Return the codes those words mean, best first."""
    return shapes.search(shapes.reading_room(desk_of(request)), q, n, system)


@router.post("/v1/codes/extract", tags=["codes"])
def extract_codes(request: Request, _visitor: Calling, written: Written) -> Shape:
    """Return the codes, modifiers, ranges, units and dates read in a text."""
    return shapes.extract(written.text, desk_of(request).shelf.book().systems_of)


@router.get("/v1/codes/check", tags=["codes"])
def check_codes(request: Request, _visitor: Calling, codes: Codes, on: On = None) -> Shape:
    """Return what is to be said of several codes together on a day."""
    desk = desk_of(request)
    return shapes.check(shapes.reading_room(desk), codes, on or desk.clock().date())


@router.post("/v1/ask", tags=["questions"])
def ask(request: Request, _visitor: Calling, question: Question) -> Shape:
    """Return the draft for a question; it is stored nowhere and sent to nobody."""
    return shapes.ask(shapes.reading_room(desk_of(request)), question.text, question.on)


@router.get("/v1/tickets", tags=["tickets"])
def list_tickets(request: Request, _visitor: Calling) -> Shape:
    """Return the tickets, the one due first at the top."""
    with desk_of(request).database.reading() as session:
        return shapes.tickets(session)


@router.get("/v1/tickets/{ref}", tags=["tickets"])
def show_ticket(request: Request, _visitor: Calling, ref: str) -> Shape:
    """Return one ticket with its messages, drafts, decisions, letters and trace."""
    with desk_of(request).database.reading() as session:
        return shapes.ticket(session, tickets.ticket_number(ref))


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """Return the OpenAPI description of this API."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show the OpenAPI description as a page that loads nothing from elsewhere."""
    return show(request, "api_docs", section="api", description=request.app.openapi())
