"""What the ticket page speaks of: one ticket with its letters, draft, history and trace, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlmodel import Session

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk import shapes
from consultant.desk.room import Desk
from consultant.store import tickets
from consultant.store.tables import Decision, Draft, Event, IncomingLetter, OutboxLetter, Ticket
from consultant.web.comparing import Line, compare
from consultant.web.highlighting import Block, Mark, blocks, code_marks, identifier_marks
from consultant.web.moments import Moment, moment
from consultant.web.queue_page import Row, as_row
from consultant.workflow import Action, State, actions_in

_MOST_STATEMENTS = 2  # on the card of one code


@dataclass(frozen=True)
class Card:
    """What the draft's facts say of a code, for whoever points at it."""

    code: str
    statements: Sequence[str]


@dataclass(frozen=True)
class LetterView:
    """One letter of the conversation."""

    id: int
    sender: str
    sender_name: str
    received: Moment
    blocks: Sequence[Block]
    attachments: Sequence[Mapping[str, Any]]
    authenticity: Mapping[str, str]
    defects: Sequence[str]
    identifiers: int
    is_shown: bool  # identifiers in the clear
    has_raw: bool
    is_new: bool  # came after the page being answered was opened


@dataclass(frozen=True)
class Version:
    """One version of the draft and what changed in it since the one before."""

    number: int
    author: str
    created: Moment
    note: str
    text: str
    changes: Sequence[Line]


@dataclass(frozen=True)
class Step:
    """One line of the trace."""

    at: Moment
    by: str
    what: str
    detail: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Leaving:
    """A letter this ticket caused, on its way out or gone."""

    id: int
    kind: str
    state: str
    recipients: Sequence[str]
    when: Moment
    problem: str


@dataclass(frozen=True)
class TicketView:
    """A ticket as its page shows it."""

    row: Row
    asker: str
    asker_name: str
    mailbox: str
    letters: Sequence[LetterView]
    draft: Draft | None
    facts: Sequence[Mapping[str, Any]]
    draft_version: int
    last_event: int
    can: frozenset[str]
    cards: Mapping[str, Card]
    versions: Sequence[Version]
    decisions: Sequence[tuple[Decision, Moment]]
    outbox: Sequence[Leaving]
    trace: Sequence[Step]


def view(session: Session, desk: Desk, ticket: Ticket, *, seen_event: int = 0, shown: int = 0) -> TicketView:
    """Return everything the page shows of a ticket.

    `seen_event` marks letters that came after that event (0: none are), `shown` is the letter whose identifiers may be
    seen.
    """
    assert ticket.id is not None
    now = desk.clock()
    drafts = tickets.drafts_of(session, ticket.id)
    trace = tickets.events_of(session, ticket.id)
    draft = next((version for version in drafts if version.version == ticket.draft_version), None)
    came_since = {event.detail.get("letter") for event in trace if 0 < seen_event < (event.id or 0)}
    return TicketView(
        row=as_row(ticket, now),
        asker=ticket.asker,
        asker_name=ticket.asker_name,
        mailbox=ticket.mailbox,
        letters=[
            _letter(desk, letter, now, is_shown=letter.id == shown, is_new=letter.id in came_since)
            for letter in tickets.letters_of(session, ticket.id)
        ],
        draft=draft,
        facts=draft.facts if draft is not None else (),
        draft_version=ticket.draft_version,
        last_event=ticket.last_event,
        can=_possible(ticket),
        cards=_cards(draft),
        versions=_versions(drafts, now),
        decisions=[(made, moment(made.created, now)) for made in tickets.decisions_of(session, ticket.id)],
        outbox=[_leaving(letter, now) for letter in tickets.outbox_of(session, ticket.id)],
        trace=[_step(event, now) for event in trace],
    )


def marks_in(desk: Desk, text: str) -> list[Mark]:
    """Return the codes of a text as marks; without a code book nothing is marked."""
    try:
        return code_marks(shapes.extract(text, desk.shelf.book().systems_of))
    except (BookMissingError, BookDamagedError):
        return []


def _letter(desk: Desk, row: IncomingLetter, now: datetime, *, is_shown: bool, is_new: bool) -> LetterView:
    assert row.id is not None
    masks = [] if is_shown else identifier_marks(row.identifiers)
    return LetterView(
        id=row.id,
        sender=row.sender,
        sender_name=row.sender_name,
        received=moment(row.received, now),
        blocks=blocks(row.text, row.spans, [*marks_in(desk, row.text), *masks]),
        attachments=row.attachments,
        authenticity=row.authenticity,
        defects=row.defects,
        identifiers=len(row.identifiers),
        is_shown=is_shown,
        has_raw=row.raw is not None,
        is_new=is_new,
    )


def _possible(ticket: Ticket) -> frozenset[str]:
    """Return what a reviewer may do now; the machine's own steps among them are harmless to name."""
    actions = actions_in(State(ticket.state))
    return frozenset(action.name.lower() for action in actions if action is not Action.LETTER_JOINED)


def _cards(draft: Draft | None) -> dict[str, Card]:
    """Return a card for each code: what the facts that speak of it first say, not those that name it in passing."""
    said: dict[str, list[str]] = {}
    for fact in draft.facts if draft is not None else ():
        for code in fact.get("codes", ())[:1]:
            said.setdefault(code, []).append(fact["statement"])
    return {code: Card(code, statements[:_MOST_STATEMENTS]) for code, statements in said.items()}


def _versions(drafts: Sequence[Draft], now: datetime) -> list[Version]:
    """Return the versions, newest first, each compared with the one before it."""
    before = [older.text for _newer, older in pairwise(drafts)] + [""]
    return [
        Version(
            number=draft.version,
            author=draft.author,
            created=moment(draft.created, now),
            note=draft.note,
            text=draft.text,
            changes=compare(earlier, draft.text) if earlier else (),
        )
        for draft, earlier in zip(drafts, before, strict=False)
    ]


def _leaving(row: OutboxLetter, now: datetime) -> Leaving:
    assert row.id is not None
    when = moment(row.sent or row.due, now)
    return Leaving(row.id, row.kind, row.state, row.recipients, when, row.problem)


def _step(event: Event, now: datetime) -> Step:
    detail = [(name, str(value)) for name, value in event.detail.items() if value not in ("", None)]
    return Step(moment(event.at, now), event.by, event.what, detail)
