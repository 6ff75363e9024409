"""Mail that became no ticket, with the rule that decided it; and the letters that leave, with what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consultant.desk import arrivals, departures
from consultant.desk.arrivals import Outcome
from consultant.desk.disclosures import UnknownMailError
from consultant.desk.posting import as_letter
from consultant.intake.identifiers import find_identifiers, mask
from consultant.store import outbox, overview, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import IncomingLetter, OutboxLetter
from consultant.web.gate import LETTER_POLICY
from consultant.web.moments import Moment, moment
from consultant.web.pages import IN_TROUBLE, show
from consultant.web.ticket_page import raw_file
from consultant.web.visitors import Acting, Signed, actor, desk_of

MAIL_TABS = {"held": Outcome.HELD, "noted": Outcome.NOTED}
OUTBOX_TABS: dict[str, tuple[OutboxState, ...]] = {
    "trouble": IN_TROUBLE,
    "waiting": (OutboxState.WAITING, OutboxState.SENDING),
    "sent": (OutboxState.SENT,),
    "withdrawn": (OutboxState.WITHDRAWN,),
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class MailRow:
    """A message that became no ticket, and why."""

    id: int
    sender: str
    envelope_from: str
    subject: str  # likely patient identifiers masked
    received: Moment
    kind: str
    rule: str
    reason: str
    size: int
    lines: Sequence[str]  # the first of its text, masked


@dataclass(frozen=True)
class OutboxRow:
    """A letter that leaves or has left."""

    id: int
    kind: str
    state: str
    ref: str
    recipients: Sequence[str]
    subject: str  # likely patient identifiers masked
    when: Moment
    attempts: int
    problem: str
    can_retry: bool


@router.get("/mail")
def mail_page(request: Request, _visitor: Signed, tab: str = "held", done: str = "", ref: str = "") -> Response:
    """Show what is held for a person, or what was noted and left alone."""
    desk = desk_of(request)
    tab = tab if tab in MAIL_TABS else "held"
    with desk.database.reading() as session:
        rows = overview.mail_that(session, MAIL_TABS[tab])
        counts = overview.mail_counts(session)
        shown = [_mail_row(row, desk.clock()) for row in rows]
    return show(
        request,
        "mail",
        section="mail",
        tab=tab,
        tabs=[(name, counts.get(outcome, 0)) for name, outcome in MAIL_TABS.items()],
        rows=shown,
        done=done if done in {outcome.name.lower() for outcome in Outcome} else "",
        ref=ref,
    )


@router.post("/mail/{letter_id}/replay")
def replay(
    request: Request,
    letter_id: int,
    visitor: Acting,
    let_in: Annotated[bool, Form()] = False,  # noqa: FBT002  a form's field
) -> Response:
    """Run a message through intake again; `let_in` makes it a question whatever intake says."""
    arrival = arrivals.replay(desk_of(request), letter_id, actor(visitor), let_in=let_in)
    return RedirectResponse(f"/mail?done={arrival.outcome.name.lower()}&ref={arrival.ticket}", 303)


@router.get("/mail/{letter_id}/raw")
def raw(request: Request, letter_id: int, _visitor: Signed) -> Response:
    """Hand out the very bytes of a message that belongs to no ticket."""
    with desk_of(request).database.reading() as session:
        row = tickets.incoming(session, letter_id)
    if row is None or row.ticket_id is not None:
        raise UnknownMailError(id=letter_id)
    return raw_file(row.raw, letter_id)


@router.get("/outbox")
def outbox_page(request: Request, _visitor: Signed, tab: str = "", done: str = "") -> Response:
    """Show the letters that leave; first those a person must look at, if there are any."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        counts = overview.outbox_counts(session)
        sizes = {name: sum(counts.get(state, 0) for state in states) for name, states in OUTBOX_TABS.items()}
        tab = tab if tab in OUTBOX_TABS else next((name for name, size in sizes.items() if size), "waiting")
        rows = outbox.listed(session, OUTBOX_TABS[tab])
    return show(
        request,
        "outbox",
        section="outbox",
        tab=tab,
        tabs=list(sizes.items()),
        rows=[_outbox_row(row, desk.clock()) for row in rows],
        has_relay=bool(desk.settings.relay.host),
        done=done == "retry",
    )


@router.get("/outbox/{letter_id}")
def letter_page(request: Request, letter_id: int, _visitor: Signed) -> Response:
    """Show one letter as it leaves: who gets it, its headers, its text."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        row = outbox.find(session, letter_id)
    return show(
        request,
        "letter",
        section="outbox",
        row=_outbox_row(row, desk.clock()),
        letter=as_letter(row),
        relay_reply=row.relay_reply,
        approval=row.approval,
    )


@router.get("/outbox/{letter_id}/html")
def letter_html(request: Request, letter_id: int, _visitor: Signed) -> Response:
    """Return the letter's HTML, sandboxed."""
    with desk_of(request).database.reading() as session:
        row = outbox.find(session, letter_id)
    return HTMLResponse(row.html, headers={"Content-Security-Policy": LETTER_POLICY})


@router.post("/outbox/{letter_id}/retry")
def retry(request: Request, letter_id: int, visitor: Acting) -> Response:
    """Send a letter again that was refused, or may not have arrived."""
    departures.retry(desk_of(request), letter_id, actor(visitor))
    return RedirectResponse("/outbox?done=retry", 303)


def _mail_row(row: IncomingLetter, now: datetime) -> MailRow:
    assert row.id is not None
    return MailRow(
        id=row.id,
        sender=row.sender,
        envelope_from=row.envelope_from,
        subject=_masked(row.subject, row.sender),
        received=moment(row.received, now),
        kind=row.kind,
        rule=row.rule,
        reason=row.reason,
        size=row.size,
        lines=_masked(row.text[:2000], row.sender).splitlines()[:20],
    )


def _outbox_row(row: OutboxLetter, now: datetime) -> OutboxRow:
    assert row.id is not None
    return OutboxRow(
        id=row.id,
        kind=row.kind,
        state=row.state,
        ref=tickets.reference(row.ticket_id) if row.ticket_id is not None else "",
        recipients=row.recipients,
        subject=_masked(row.subject, ""),
        when=moment(row.sent or row.due, now),
        attempts=row.attempts,
        problem=row.problem,
        can_retry=row.state in IN_TROUBLE,
    )


def _masked(text: str, sender: str) -> str:
    return mask(text, find_identifiers(text, sender=sender))
