"""The ticket page: the question on one side, the letter that would leave on the other, and the verbs between them.

Every form says which draft version and which newest event its reader saw; what changed since stops the decision, and
the words typed so far are kept on the page.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk import disclosures, drafts
from consultant.desk.decisions import BlockedError, NoteNeededError, StaleError
from consultant.desk.disclosures import RawPurgedError, letter_of
from consultant.desk.drafts import Preview
from consultant.desk.room import Actor, Desk
from consultant.desk.sign_in import Visitor
from consultant.drafting.values import Check, Level
from consultant.rendering import markdown_to_html
from consultant.store import overview, tickets
from consultant.web import deciding
from consultant.web.comparing import Line, compare
from consultant.web.deciding import Act, EditedError, Filled, typed
from consultant.web.gate import LETTER_POLICY
from consultant.web.pages import TO_REVIEW, show
from consultant.web.ticket_view import view
from consultant.web.visitors import Acting, Signed, actor, desk_of
from consultant.workflow import NotPossibleNowError

CONFLICT, UNPROCESSABLE = 409, 422
DONE = ("approve", "save", "revise", "ask", "reject", "reopen")

router = APIRouter(prefix="/tickets/{ref}", include_in_schema=False)

Form_ = Annotated[Filled, Form()]


@dataclass(frozen=True)
class Stop:
    """Why nothing was done, for the head of the page."""

    kind: str  # "stale", "blocked", "note", "edited", "not possible"
    sentence: str
    changes: Sequence[Line] = ()
    checks: Sequence[Check] = ()


@router.get("")
def ticket_page(request: Request, ref: str, visitor: Signed, done: str = "") -> Response:
    """Show the ticket."""
    return _page(request, ref, visitor, done=done if done in DONE else "")


@router.post("/approve")
def approve(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Approve the draft as it stood; text that was changed after all is not sent by this."""
    return _decide(request, ref, visitor, form, "approve", deciding.approve_as_drafted)


@router.post("/approve-edited")
def approve_edited(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Approve the text as edited."""
    return _decide(request, ref, visitor, form, "approve", deciding.approve_as_edited)


@router.post("/save")
def save(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Keep the edited text as a new version, approving nothing."""
    return _decide(request, ref, visitor, form, "save", deciding.save)


@router.post("/revise")
def revise(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Send the draft back to the machine with a note."""
    return _decide(request, ref, visitor, form, "revise", deciding.revise)


@router.post("/ask")
def ask(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Send the asker a question."""
    return _decide(request, ref, visitor, form, "ask", deciding.ask)


@router.post("/reject")
def reject(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Close the ticket without an answer."""
    return _decide(request, ref, visitor, form, "reject", deciding.reject)


@router.post("/reopen")
def reopen(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Take the ticket back into work."""
    return _decide(request, ref, visitor, form, "reopen", deciding.reopen)


@router.post("/preview")
def preview(
    request: Request, ref: str, visitor: Acting, form: Form_, x_part: Annotated[str, Header()] = ""
) -> Response:
    """Show exactly what would leave with this text; the script asks for that part of the page alone."""
    if not x_part:
        return _page(request, ref, visitor, form=form)
    seen = drafts.preview(desk_of(request), tickets.ticket_number(ref), typed(form.text), actor(visitor))
    return show(request, "parts/preview", preview=seen, body=markdown_to_html(seen.text))


@router.post("/letter")
def letter(request: Request, ref: str, visitor: Acting, form: Form_) -> Response:
    """Return the HTML of the letter as it would leave, sandboxed: it may do nothing and is a stranger to this site."""
    seen = drafts.preview(desk_of(request), tickets.ticket_number(ref), typed(form.text), actor(visitor))
    return HTMLResponse(seen.html, headers={"Content-Security-Policy": LETTER_POLICY})


@router.post("/letters/{letter_id}/show")
def show_identifiers(request: Request, ref: str, letter_id: int, visitor: Acting) -> Response:
    """Show one letter with what is masked in it; that this reviewer saw it is recorded."""
    disclosures.show_identifiers(desk_of(request), tickets.ticket_number(ref), letter_id, actor(visitor))
    return _page(request, ref, visitor, shown=letter_id)


@router.get("/letters/{letter_id}/raw")
def raw(request: Request, ref: str, letter_id: int, _visitor: Signed) -> Response:
    """Hand out the very bytes that came in, as a file no browser will open."""
    with desk_of(request).database.reading() as session:
        row = letter_of(session, tickets.ticket_number(ref), letter_id)
    return raw_file(row.raw, letter_id)


def raw_file(kept: bytes | None, letter_id: int) -> Response:
    """Return the raw bytes of a letter as a download; raise `RawPurgedError` when they are gone."""
    if kept is None:
        raise RawPurgedError(id=letter_id)
    name = f'attachment; filename="letter-{letter_id}.eml"'
    return Response(zlib.decompress(kept), media_type="application/octet-stream", headers={"Content-Disposition": name})


def _decide(  # noqa: PLR0913, PLR0917  who decides what, on what, by which form
    request: Request, ref: str, visitor: Visitor, form: Filled, done: str, act: Act
) -> Response:
    """Do it and show the ticket anew, or show the same page with what stopped it and the words typed."""
    try:
        act(desk_of(request), tickets.ticket_number(ref), actor(visitor), form)
    except StaleError as error:
        return _page(request, ref, visitor, form=form, stop=Stop("stale", str(error)), status=CONFLICT)
    except NotPossibleNowError as error:
        return _page(request, ref, visitor, form=form, stop=Stop("not possible", str(error)), status=CONFLICT)
    except BlockedError as error:
        stop = Stop("blocked", str(error), checks=error.checks)
        return _page(request, ref, visitor, form=form, stop=stop, status=UNPROCESSABLE)
    except NoteNeededError as error:
        return _page(request, ref, visitor, form=form, stop=Stop("note", str(error)), status=UNPROCESSABLE)
    except EditedError as error:
        return _page(request, ref, visitor, form=form, stop=Stop("edited", str(error)), status=UNPROCESSABLE)
    return RedirectResponse(f"/tickets/{tickets.reference(tickets.ticket_number(ref))}?done={done}", 303)


def _page(  # noqa: PLR0913  one page, opened in many ways
    request: Request,
    ref: str,
    visitor: Visitor,
    *,
    form: Filled | None = None,
    stop: Stop | None = None,
    shown: int = 0,
    done: str = "",
    status: int = 200,
) -> Response:
    desk, ticket_id = desk_of(request), tickets.ticket_number(ref)
    seen_event = form.last_event if form is not None else 0
    with desk.database.reading() as session:
        ticket = tickets.find(session, ticket_id)
        seen = view(session, desk, ticket, seen_event=seen_event, shown=shown)
        following = overview.next_due(session, TO_REVIEW, other_than=ticket_id)
    drafted = seen.draft.text if seen.draft is not None else ""
    text = typed(form.text) if form is not None and form.text else drafted
    what_leaves = _preview(desk, ticket_id, text, actor(visitor)) if "approve" in seen.can else None
    return show(
        request,
        "ticket",
        status=status,
        section="queue",
        ticket=seen,
        form=form or Filled(),
        text=text,
        is_edited=text.strip() != drafted.strip(),
        preview=what_leaves,
        body=markdown_to_html(what_leaves.text) if what_leaves is not None else "",
        is_blocked=what_leaves is not None and any(check.level is Level.BLOCK for check in what_leaves.checks),
        stop=_with_changes(stop, drafted, form),
        done=done,
        following=tickets.reference(following.id) if following is not None and following.id is not None else "",
    )


def _preview(desk: Desk, ticket_id: int, text: str, by: Actor) -> Preview | None:
    """Return what would leave, or None while there is no code book to check it against."""
    try:
        return drafts.preview(desk, ticket_id, text, by)
    except (BookMissingError, BookDamagedError):
        return None


def _with_changes(stop: Stop | None, current: str, form: Filled | None) -> Stop | None:
    """Add to a stop on a stale page how the typed text differs from the draft as it is now."""
    if stop is None or stop.kind != "stale" or form is None:
        return stop
    return Stop(stop.kind, stop.sentence, changes=compare(typed(form.text), current.strip()))
