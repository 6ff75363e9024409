"""What a person decides: approve, edit and approve, send back, ask the asker, reject.

Whoever decides says what they saw: the draft version and the newest event. If the ticket moved on since, nothing is
done and they are shown what changed. An approval is bound to a hash over everything it vouches for. The same functions
serve the page, the API and the command line.
"""

from dataclasses import dataclass

from sqlmodel import Session

from consultant.codes.extraction import extract
from consultant.desk.approval import Approved, approval_hash
from consultant.desk.arrivals import question_of
from consultant.desk.drafts import check_text, signed_text
from consultant.desk.posting import post_to_asker
from consultant.desk.room import Actor, Desk, promised
from consultant.drafting.letters import Words, write_question
from consultant.drafting.values import Check, Level
from consultant.errors import HouseError
from consultant.outgoing.letters import LetterKind
from consultant.store import tickets
from consultant.store.tables import Decision, Draft, OutboxLetter, Ticket
from consultant.workflow import AT_REST, Action, State, next_state


@dataclass(frozen=True)
class Stand:
    """How a ticket stood when somebody decided on it."""

    draft_version: int
    last_event: int


class StaleError(HouseError):
    """{ref} changed while you looked at it, so nothing was done: read what changed and decide again."""


class BlockedError(HouseError):
    """{ref} may not leave as it is: {reasons}. Mend the text, or give the reason why it is right all the same."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Return the checks that stop the letter."""
        found = self.facts.get("checks", ())
        return found if isinstance(found, tuple) else ()


class NoteNeededError(HouseError):
    """To {action} needs a few words: say them in the note."""


def stand_of(ticket: Ticket) -> Stand:
    """Return how the ticket stands now."""
    return Stand(ticket.draft_version, ticket.last_event)


def approve(  # noqa: PLR0913  a decision has this many sides
    desk: Desk, ticket_id: int, by: Actor, stand: Stand, *, text: str | None = None, override: str = ""
) -> None:
    """Approve the current draft, or the given text as its edited next version, and put the letter into the outbox.

    Raises `StaleError`, `BlockedError` (unless `override` gives a reason) or `NotPossibleNowError`; then nothing is
    done.
    """
    draft, question = _draft_seen(desk, ticket_id, stand)
    text = (draft.text if text is None else text).strip()
    signed = signed_text(desk, text, by)
    checks = check_text(desk, draft, signed, question)
    blocking = tuple(check for check in checks if check.level is Level.BLOCK)
    if blocking and not override.strip():
        reasons = "; ".join(check.message for check in blocking)
        raise BlockedError(ref=tickets.reference(ticket_id), reasons=reasons, checks=blocking)
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        ticket.state = next_state(State(ticket.state), Action.APPROVE)
        current = tickets.draft_of(session, ticket_id, ticket.draft_version)
        assert current is not None
        if text != current.text.strip():
            current = _add_edited(session, desk, ticket, current, by, text, checks)
        decision = _decide(session, desk, ticket, by, Action.APPROVE, override=override.strip())
        words = Words(subject=current.subject, text=signed)
        key = f"answer:{ticket_id}:{current.version}:{decision.id}"
        letter = post_to_asker(session, desk, ticket, LetterKind.ANSWER, key, words)
        _bind(session, ticket, decision, letter, current)
    desk.wake()


def save_draft(desk: Desk, ticket_id: int, by: Actor, stand: Stand, *, text: str) -> int:
    """Keep an edited text as the next draft version without approving it; return the version."""
    draft, question = _draft_seen(desk, ticket_id, stand)
    checks = check_text(desk, draft, signed_text(desk, text, by), question)
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        ticket.state = next_state(State(ticket.state), Action.DRAFT)
        current = tickets.draft_of(session, ticket_id, ticket.draft_version)
        assert current is not None
        return _add_edited(session, desk, ticket, current, by, text.strip(), checks).version


def revise(desk: Desk, ticket_id: int, by: Actor, stand: Stand, *, note: str) -> None:
    """Send the draft back to the machine with a note the next version follows."""
    _needs(note, "send a draft back")
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        ticket.state = next_state(State(ticket.state), Action.REVISE)
        ticket.note, ticket.trouble = note.strip(), ""
        _decide(session, desk, ticket, by, Action.REVISE, note=note.strip())
    desk.wake()


def ask(desk: Desk, ticket_id: int, by: Actor, stand: Stand, *, text: str) -> None:
    """Send the asker a question; their answer comes back to the same ticket."""
    _needs(text, "ask the asker")
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        ticket.state = next_state(State(ticket.state), Action.ASK)
        decision = _decide(session, desk, ticket, by, Action.ASK, note=text.strip())
        ref, name = tickets.reference(ticket_id), desk.settings.house.name
        words = write_question(text, desk.renderer, subject=ticket.subject, ticket=ref, house=name)
        letter = post_to_asker(session, desk, ticket, LetterKind.QUESTION, f"question:{decision.id}", words)
        _bind(session, ticket, decision, letter, None)
    desk.wake()


def reject(desk: Desk, ticket_id: int, by: Actor, stand: Stand, *, reason: str) -> None:
    """Close the ticket without an answer; nothing is sent."""
    _needs(reason, "reject a question")
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        ticket.state = next_state(State(ticket.state), Action.REJECT)
        _decide(session, desk, ticket, by, Action.REJECT, note=reason.strip())
    desk.wake()


def reopen(desk: Desk, ticket_id: int, by: Actor, stand: Stand) -> None:
    """Take a ticket back into work; the machine writes a fresh draft."""
    with desk.database.writing() as session:
        ticket = _ticket_as_seen(session, ticket_id, stand)
        if ticket.state in AT_REST:
            ticket.due = promised(desk, desk.clock())
        ticket.state = next_state(State(ticket.state), Action.REOPEN)
        ticket.trouble = ""
        _decide(session, desk, ticket, by, Action.REOPEN)
    desk.wake()


def approved_whole(ticket: Ticket, letter: OutboxLetter, draft: Draft | None, editions: list[str]) -> Approved:
    """Return what an approval of this letter vouches for, as things stand now."""
    return Approved(
        kind=str(letter.kind),
        sender=letter.sender,
        reply_to=letter.reply_to,
        recipients=list(letter.recipients),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        codes=_cited(letter.text),
        editions=editions,
        draft_version=draft.version if draft is not None else letter.draft_version,
        last_event=ticket.last_event,
    )


def _draft_seen(desk: Desk, ticket_id: int, stand: Stand) -> tuple[Draft, str]:
    with desk.database.reading() as session:
        tickets.find(session, ticket_id)
        draft = tickets.draft_of(session, ticket_id, stand.draft_version)
        question = question_of(tickets.letters_of(session, ticket_id))
    if draft is None:
        raise StaleError(ref=tickets.reference(ticket_id))
    return draft, question


def _ticket_as_seen(session: Session, ticket_id: int, stand: Stand) -> Ticket:
    ticket = tickets.find_to_change(session, ticket_id)
    if stand_of(ticket) != stand:
        raise StaleError(ref=tickets.reference(ticket_id))
    return ticket


def _needs(words: str, action: str) -> None:
    if not words.strip():
        raise NoteNeededError(action=action)


def _decide(  # noqa: PLR0913  a decision has this many sides
    session: Session, desk: Desk, ticket: Ticket, by: Actor, action: Action, *, note: str = "", override: str = ""
) -> Decision:
    assert ticket.id is not None
    decision = Decision(
        ticket_id=ticket.id,
        action=action,
        by=by.email,
        via=by.via,
        note=note,
        override=override,
        draft_version=ticket.draft_version,
        created=desk.clock(),
    )
    session.add(decision)
    session.flush()
    tickets.record(
        session, ticket, str(action), by=by.email, at=desk.clock(), via=by.via, decision=decision.id, note=note
    )
    return decision


def _bind(session: Session, ticket: Ticket, decision: Decision, letter: OutboxLetter, draft: Draft | None) -> None:
    """Bind the decision and its letter to the hash of everything vouched for."""
    letter.draft_version = draft.version if draft is not None else ticket.draft_version
    letter.event_seen = ticket.last_event
    editions = list(draft.editions) if draft is not None else []
    decision.approval = letter.approval = approval_hash(approved_whole(ticket, letter, draft, editions))
    session.add(decision)
    session.add(letter)


def _add_edited(  # noqa: PLR0913, PLR0917  a version has this many sides
    session: Session, desk: Desk, ticket: Ticket, current: Draft, by: Actor, text: str, checks: tuple[Check, ...]
) -> Draft:
    """Add the reviewer's text as the next version; the version it was made from stays as it was."""
    edited = Draft(
        **current.model_dump(exclude={"id", "version", "author", "text", "note", "checks", "codes", "created"}),
        version=current.version + 1,
        author=by.email,
        text=text,
        note="",
        checks=[{"level": check.level, "code": check.code, "message": check.message} for check in checks],
        codes=_cited(text),
        created=desk.clock(),
    )
    session.add(edited)
    ticket.draft_version = edited.version
    tickets.record(session, ticket, "draft edited", by=by.email, at=desk.clock(), version=edited.version)
    return edited


def _cited(text: str) -> list[str]:
    return sorted({mention.code for mention in extract(text).mentions})
