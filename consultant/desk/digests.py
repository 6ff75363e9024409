"""Digests: what waits, told on a schedule.

Each period's issue is decided once, whatever happens, and a period with nothing to tell is skipped without a letter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from consultant.codes.entries import Release
from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.drafts import recipients
from consultant.desk.posting import post_to_reviewer
from consultant.desk.room import Desk
from consultant.desk.updating import Outcome, outcomes_since
from consultant.desk.updating import State as Outcomes
from consultant.drafting.letters import Waiting, Words, write_digest
from consultant.errors import HouseError
from consultant.outgoing.letters import LetterKind
from consultant.store import digests, outbox, tickets
from consultant.store.tables import Ticket
from consultant.workflow import State

REVIEWERS = "reviewers"
MOST_LINES = 200
HELD_UP_AFTER = timedelta(hours=4)  # as long as a relay may be away before somebody should know
Write = Callable[[Desk, list[Waiting], int, list[Outcome]], Words]
WAITING_STATES = (State.RECEIVED, State.IN_REVIEW, State.UNDELIVERED)


class UnknownDigestError(HouseError):
    """There is no digest {name}; there are: {known}."""


@dataclass(frozen=True)
class Issue:
    """One issue as it was, or would be, sent; `number` 0 says that nothing waits, so nothing is sent."""

    name: str
    number: int
    recipients: tuple[str, ...]
    subject: str
    text: str


def preview_digest(desk: Desk, name: str) -> Issue:
    """Return the issue that would be sent now, deciding nothing."""
    write = _writer(name)
    with desk.database.reading() as session:
        return _issue(session, desk, name, write, digests.next_number(session, name))


def send_digest(desk: Desk, name: str, period: str) -> Issue | None:
    """Put the period's issue into the outbox; None when it was decided before, here or on another node."""
    write = _writer(name)
    try:
        with desk.database.writing() as session:
            if digests.issue_of(session, name, period) is not None:
                return None
            issue = _issue(session, desk, name, write, digests.next_number(session, name))
            digests.decide(session, name, period, issue.number, desk.clock())
            for address in issue.recipients:
                words = Words(issue.subject, issue.text)
                post_to_reviewer(session, desk, LetterKind.DIGEST, f"digest:{name}:{period}:{address}", address, words)
    except IntegrityError:
        return None  # another node decided the same period while we wrote: its issue stands
    desk.wake()
    return issue


def _issue(session: Session, desk: Desk, name: str, write: Write, number: int) -> Issue:
    waiting, more = _waiting(session, desk)
    updates = outcomes_since(desk.settings, digests.last_sent(session, name))
    told = tuple(recipients(session, desk))
    if not (waiting or _worth_telling(updates)) or not told:
        return Issue(name, 0, (), "", "")
    words = write(desk, [_line(desk, ticket) for ticket in waiting], more, updates)
    return Issue(name, number, told, words.subject, words.text)


def _worth_telling(updates: list[Outcome]) -> bool:
    """Tell whether an update brought or missed anything, so that people are told even when no question waits."""
    return any(outcome.state in {Outcomes.IMPORTED, Outcomes.FAILED} for outcome in updates)


def _waiting(session: Session, desk: Desk) -> tuple[list[Ticket], int]:
    """Return the tickets to tell of, and how many more there are; an approved letter that cannot leave waits too."""
    overdue = sorted(outbox.overdue(session, desk.clock() - HELD_UP_AFTER))[:MOST_LINES]
    stuck = [tickets.find(session, ticket_id) for ticket_id in overdue]
    stuck = [ticket for ticket in stuck if ticket.state not in WAITING_STATES]
    counts = tickets.counts(session)
    waiting = tickets.listed(session, WAITING_STATES, limit=MOST_LINES)
    return [*stuck, *waiting], sum(counts.get(state, 0) for state in WAITING_STATES) - len(waiting)


def _line(desk: Desk, ticket: Ticket) -> Waiting:
    """Return what a digest tells of a ticket: kinds of question and codes, never the asker's words."""
    assert ticket.id is not None
    ref = tickets.reference(ticket.id)
    return Waiting(
        ticket=ref,
        state=ticket.state,
        received=ticket.received,
        due=ticket.due,
        about=", ".join([*ticket.intents, *ticket.codes]),
        link=f"{desk.settings.web.url}/tickets/{ref}",
    )


def _reviewers_digest(desk: Desk, waiting: list[Waiting], more: int, updates: list[Outcome]) -> Words:
    return write_digest(
        waiting,
        desk.renderer,
        now=desk.clock(),
        releases=_releases(desk),
        link=f"{desk.settings.web.url}/",
        house=desk.settings.house.name,
        more=more,
        updates=updates,
    )


def _releases(desk: Desk) -> list[Release]:
    """Return the releases in the book; without one questions pile up, and the digest must leave all the more."""
    try:
        return desk.shelf.book().releases()
    except (BookMissingError, BookDamagedError):
        return []


def _writer(name: str) -> Write:
    if name not in _WRITERS:
        raise UnknownDigestError(name=name, known=", ".join(_WRITERS))
    return _WRITERS[name]


_WRITERS: Mapping[str, Write] = {REVIEWERS: _reviewers_digest}
