"""The code book on a page: codes by number or by words on a day, what is loaded, and a draft for a pasted question."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from consultant.codes.book import Book
from consultant.codes.entries import Hit, System
from consultant.desk import shapes
from consultant.desk.licences import Audience, hit_for
from consultant.desk.shapes import Shape
from consultant.rendering import markdown_to_html
from consultant.web.code_view import EntryView, lines_of, together, viewed
from consultant.web.pages import show
from consultant.web.status_view import grouped, tallied
from consultant.web.visitors import Acting, Signed, desk_of

MOST_HITS = 30
LONGEST_QUESTION = 100_000

router = APIRouter(include_in_schema=False)


@router.get("/codes")
def codes_page(
    request: Request,
    _visitor: Signed,
    q: Annotated[str, Query(max_length=500)] = "",
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show codes by their number and what is said of them together, or the codes found by words."""
    desk = desk_of(request)
    today = desk.clock().date()
    day = _day(on) or today
    room, lines = shapes.reading_room(desk), lines_of(q)
    said = together(room, lines, day)
    entries = viewed(room, lines, day, Audience.REVIEWER, said)
    by_words = bool(q.strip()) and not any(seen.entry.found for seen in entries)
    hits = _hits(room.book, q) if by_words else []
    return show(
        request,
        "codes",
        section="codes",
        q=q,
        on=day.isoformat(),
        is_today=day == today,
        is_day_wrong=bool(on) and _day(on) is None,
        entries=entries,
        together=said,
        unknown=_of_nothing(said, entries),
        hits=hits,
        meant=room.book.did_you_mean(q) if by_words else "",
        shows_cpt=any(seen.entry.system is System.CPT or seen.fees for seen in entries) or _has_cpt(hits),
    )


@router.get("/codes/status")
def status_page(request: Request, _visitor: Signed) -> Response:
    """Show which releases the book holds and what that means for answers given today."""
    desk = desk_of(request)
    today = desk.clock().date()
    groups = grouped(desk.shelf.book().status(today), today)
    return show(request, "codes_status", section="codes", groups=groups, tally=tallied(groups), today=today)


@router.get("/ask")
def ask_page(request: Request, _visitor: Signed) -> Response:
    """Show the form a question is pasted into."""
    return show(request, "ask", section="ask", question="", on="", answer=None, body="")


@router.post("/ask")
def ask(
    request: Request,
    _visitor: Acting,
    question: Annotated[str, Form(max_length=LONGEST_QUESTION)] = "",
    on: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Show the draft for a pasted question; it is stored nowhere."""
    desk = desk_of(request)
    answer: dict[str, Any] | None = None
    if question.strip():
        answer = shapes.ask(shapes.reading_room(desk), question, _day(on) or desk.clock().date())
    body = markdown_to_html(answer["text"]) if answer else ""
    return show(request, "ask", section="ask", question=question, on=on, answer=answer, body=body)


def _of_nothing(said: Shape | None, entries: Sequence[EntryView]) -> list[str]:
    """Return the codes of which neither their own tables nor the rules about several say anything."""
    known = {seen.entry.code for seen in entries if seen.facts or seen.fees}
    return [code for code in said["unknown"] if code not in known] if said else []


def _hits(book: Book, q: str) -> list[Hit]:
    return [hit_for(Audience.REVIEWER, hit) for hit in book.search(q, limit=MOST_HITS)]


def _has_cpt(hits: Sequence[Hit]) -> bool:
    return any(hit.system is System.CPT for hit in hits)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
