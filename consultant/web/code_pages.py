"""The code book on a page: codes by number or by words on a day, what is loaded, and a draft for a pasted question."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from consultant.codes.book import Book
from consultant.codes.entries import Entry, Hit, Note, NoteKind, System
from consultant.desk import shapes
from consultant.rendering import markdown_to_html
from consultant.web.pages import show
from consultant.web.visitors import Acting, Signed, desk_of

MOST_CODES = 20
MOST_HITS = 30
LONGEST_QUESTION = 100_000

_CODE = re.compile(r"[A-Za-z0-9]{1,7}(?:\.[A-Za-z0-9]{1,4})?")
_BETWEEN = re.compile(r"[\s,;]+")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class EntryView:
    """A code with its notes gathered by kind."""

    entry: Entry
    notes: Mapping[NoteKind, Sequence[Note]]


@router.get("/codes")
def codes_page(
    request: Request,
    _visitor: Signed,
    q: Annotated[str, Query(max_length=500)] = "",
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show codes by their number, or the codes found by words."""
    desk = desk_of(request)
    today = desk.clock().date()
    day = _day(on) or today
    book = desk.shelf.book()
    entries = _entries(book, q, day)
    hits = book.search(q, limit=MOST_HITS) if q.strip() and not any(seen.entry.found for seen in entries) else []
    return show(
        request,
        "codes",
        section="codes",
        q=q,
        on=day.isoformat(),
        is_today=day == today,
        is_day_wrong=bool(on) and _day(on) is None,
        entries=entries,
        hits=hits if hits or not entries else [],
        shows_cpt=any(seen.entry.system is System.CPT for seen in entries) or _has_cpt(hits),
    )


@router.get("/codes/status")
def status_page(request: Request, _visitor: Signed) -> Response:
    """Show which releases the book holds and what that means for answers given today."""
    desk = desk_of(request)
    return show(request, "codes_status", section="codes", sources=desk.shelf.book().status(desk.clock().date()))


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


def _entries(book: Book, q: str, day: date) -> list[EntryView]:
    """Return what the book says of each code asked for; nothing when the question is words."""
    words = [word for word in _BETWEEN.split(q.strip()) if word][:MOST_CODES]
    if not words or not all(_looks_like_a_code(word) for word in words):
        return []
    return [_viewed(entry) for entry in book.entries([word.upper() for word in words], day)]


def _looks_like_a_code(word: str) -> bool:
    return _CODE.fullmatch(word) is not None and any(letter.isdigit() for letter in word)


def _viewed(entry: Entry) -> EntryView:
    notes: dict[NoteKind, list[Note]] = {}
    for note in entry.notes:
        notes.setdefault(note.kind, []).append(note)
    return EntryView(entry, notes)


def _has_cpt(hits: Sequence[Hit]) -> bool:
    return any(hit.system is System.CPT for hit in hits)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
