"""From a question to a draft: think outside the transaction, write one version inside it, tell the reviewers."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from consultant.codes.book import Book
from consultant.codes.extraction import extract
from consultant.codes.mentions import Extraction
from consultant.desk import loops
from consultant.desk.approval import standing
from consultant.desk.arrivals import left_unread, question_of
from consultant.desk.plain import plain
from consultant.desk.posting import post_to_reviewer
from consultant.desk.room import Actor, Desk, day_of
from consultant.drafting.checks import check_letter
from consultant.drafting.consultation import consult
from consultant.drafting.letters import sign, write_notice, write_skeleton
from consultant.drafting.values import Check, Consultation, Fact, Level
from consultant.intake.identifiers import find_identifiers, mask
from consultant.outgoing.letters import LetterKind
from consultant.store import reviewers, tickets
from consultant.store.tables import Draft, Ticket
from consultant.workflow import Action, State, next_state

MACHINE = "machine"


@dataclass(frozen=True)
class Preview:
    """Exactly what would leave if it were approved now."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    checks: tuple[Check, ...]


def write_draft(desk: Desk, ticket_id: int) -> int:
    """Write the next machine draft of a received ticket and take it to review; return its version.

    Returns 0, and writes nothing, when the ticket moved on while this was thinking.
    """
    with desk.database.reading() as session:
        ticket = tickets.find(session, ticket_id)
        letters = tickets.letters_of(session, ticket_id)
    seen, question = ticket.last_event, question_of(letters)
    book = desk.shelf.book()
    thought = _told_of_the_rest(desk, _think(desk, book, ticket, question), left_unread(letters))
    with desk.database.writing() as session:
        ticket = tickets.find_to_change(session, ticket_id)
        if ticket.state != State.RECEIVED or ticket.last_event != seen:
            return 0
        draft = _add_version(session, desk, ticket, thought)
        draft.editions = standing(book, draft.releases, draft.on)
        _tell_reviewers(session, desk, ticket, draft, question)
    desk.wake()
    return draft.version


def write_by_hand(desk: Desk, ticket_id: int, reason: str) -> int:
    """Give a reviewer headings to write under, for a question the machine failed on; return the draft's version.

    The ticket goes to review with the reason, and its question is left alone: it broke the machine once. Returns 0 when
    the ticket moved on meanwhile.
    """
    message = " ".join(desk.renderer.text("checks/machine-failed.txt.j2", reason=reason).split())
    with desk.database.writing() as session:
        ticket = tickets.find_to_change(session, ticket_id)
        if ticket.state != State.RECEIVED:
            return 0
        # Written first and on its own account: from here on the machine tries no more by itself.
        ticket.trouble = message
        session.add(ticket)
        tickets.record(session, ticket, "draft failed", by=MACHINE, at=desk.clock(), error=reason)
    with desk.database.writing() as session:
        ticket = tickets.find_to_change(session, ticket_id)
        if ticket.state != State.RECEIVED or ticket.trouble != message:
            return 0
        draft = _add_skeleton(session, desk, ticket, Check(Level.BLOCK, "machine-failed", message))
        _tell_reviewers(session, desk, ticket, draft, "")
    desk.wake()
    return draft.version


def preview(desk: Desk, ticket_id: int, text: str, by: Actor) -> Preview:
    """Return exactly what would leave if this reviewer approved this text now, with what speaks against it."""
    with desk.database.reading() as session:
        ticket = tickets.find(session, ticket_id)
        draft = tickets.draft_of(session, ticket_id, ticket.draft_version)
        question = question_of(tickets.letters_of(session, ticket_id))
    assert draft is not None
    signed = signed_text(desk, text, by)
    return Preview(
        sender=ticket.mailbox,
        recipients=(ticket.asker,),
        subject=draft.subject,
        text=signed,
        html=desk.renderer.letter_html(signed, draft.subject),
        checks=check_text(desk, draft, signed, question),
    )


def signed_text(desk: Desk, text: str, by: Actor) -> str:
    """Return the text with who reviewed it and when, as it leaves."""
    day = day_of(desk, desk.clock())
    return sign(text.strip(), desk.renderer, name=by.name or by.email, credential=by.credential, day=day).strip()


def check_text(desk: Desk, draft: Draft, text: str, question: str) -> tuple[Check, ...]:
    """Return what speaks against a text leaving as the answer of this draft."""
    book = desk.shelf.book()
    return check_letter(
        text,
        facts=tuple(fact_of(row) for row in draft.facts),
        # A question the machine failed on (it found not even nothing in it) is not read by machine again.
        asked=extract(question, book.systems_of) if draft.mentions else Extraction(),
        missing=draft.missing,
        book=book,
        on=draft.on,
        renderer=desk.renderer,
    )


def fact_of(row: dict[str, Any]) -> Fact:
    """Return a stored fact as a value again."""
    return Fact(
        id=row["id"],
        kind=row["kind"],
        statement=row["statement"],
        source=row["source"],
        release=row["release"],
        effective=date.fromisoformat(row["effective"]) if row["effective"] else None,
        as_of=date.fromisoformat(row["as_of"]),
        codes=tuple(row["codes"]),
    )


def _think(desk: Desk, book: Book, ticket: Ticket, question: str) -> Consultation:
    assert ticket.id is not None
    return consult(
        question,
        subject=ticket.subject,
        received=day_of(desk, ticket.received),
        book=book,
        renderer=desk.renderer,
        ticket=tickets.reference(ticket.id),
        house=desk.settings.house.name,
        note=ticket.note,
        today=day_of(desk, desk.clock()),
    )


def _told_of_the_rest(desk: Desk, thought: Consultation, unread: int) -> Consultation:
    """Return the thought with a warning for the reviewer when the question was too long to be read to its end."""
    if not unread:
        return thought
    message = " ".join(desk.renderer.text("checks/question-cut.txt.j2", unread=unread).split())
    return replace(thought, checks=(Check(Level.WARN, "question-cut", message), *thought.checks))


def _add_version(session: Session, desk: Desk, ticket: Ticket, thought: Consultation) -> Draft:
    assert ticket.id is not None
    draft = Draft(
        ticket_id=ticket.id,
        version=ticket.draft_version + 1,
        author=MACHINE,
        subject=thought.subject,
        text=thought.text,
        note=ticket.note,
        on=thought.on,
        mentions=plain(thought.extraction),
        intents=[plain(intent) for intent in thought.intents],
        facts=[plain(fact) for fact in thought.facts],
        guidance=[plain(hit) for hit in thought.guidance],
        missing=list(thought.missing),
        checks=[plain(check) for check in thought.checks],
        releases=list(thought.releases),
        codes=sorted({mention.code for mention in extract(thought.text).mentions}),
        created=desk.clock(),
    )
    session.add(draft)
    ticket.draft_version = draft.version
    ticket.state = next_state(State(ticket.state), Action.DRAFT)
    ticket.note = ""
    ticket.codes = list(dict.fromkeys(mention.code for mention in thought.extraction.mentions))
    ticket.intents = [str(intent.intent) for intent in thought.intents]
    tickets.record(session, ticket, "draft written", by=MACHINE, at=desk.clock(), version=draft.version)
    return draft


def _add_skeleton(session: Session, desk: Desk, ticket: Ticket, failed: Check) -> Draft:
    assert ticket.id is not None
    ref, house = tickets.reference(ticket.id), desk.settings.house.name
    words = write_skeleton(desk.renderer, subject=ticket.subject, ticket=ref, house=house)
    draft = Draft(
        ticket_id=ticket.id,
        version=ticket.draft_version + 1,
        author=MACHINE,
        subject=words.subject,
        text=words.text,
        note=ticket.note,
        on=day_of(desk, ticket.received),
        checks=[plain(failed)],
        created=desk.clock(),
    )
    session.add(draft)
    ticket.draft_version, ticket.note = draft.version, ""
    ticket.state = next_state(State(ticket.state), Action.DRAFT)
    tickets.record(session, ticket, "left to a person", by=MACHINE, at=desk.clock(), version=draft.version)
    return draft


def _tell_reviewers(session: Session, desk: Desk, ticket: Ticket, draft: Draft, question: str) -> None:
    """Put one notice for each reviewer into the outbox; patient identifiers are masked in it."""
    assert ticket.id is not None
    against = loops.reason_against_a_notice(session, desk, ticket)
    if against:
        tickets.record(
            session, ticket, "reviewers not told", by=MACHINE, at=desk.clock(), to_be_seen=False, reason=against
        )
        return
    ref = tickets.reference(ticket.id)
    words = write_notice(
        desk.renderer,
        ticket=ref,
        house=desk.settings.house.name,
        received=ticket.received,
        due=ticket.due,
        question=mask(question, find_identifiers(question, sender=ticket.asker)),
        facts=tuple(fact_of(row) for row in draft.facts),
        checks=tuple(Check(Level(row["level"]), row["code"], row["message"]) for row in draft.checks),
        draft=draft.text,
        link=f"{desk.settings.web.url}/tickets/{ref}",
    )
    for address in recipients(session, desk):
        key = f"notice:{ticket.id}:{draft.version}:{address}"
        post_to_reviewer(session, desk, LetterKind.NOTICE, key, address, words, ticket)


def recipients(session: Session, desk: Desk) -> list[str]:
    """Return who is told of drafts and digests: the registered reviewers, else the addresses the operator named."""
    registered = [reviewer.email for reviewer in reviewers.listed(session, active_only=True)]
    return registered or list(desk.settings.reviewers.notify)
