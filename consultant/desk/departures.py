"""Out of the house: claim one due letter, hand it over, write down what became of it.

The claim is committed before the network is touched and nothing waits for the network inside a transaction. Before a
letter leaves, and once more just before the final dot, its approval is worked out again; any drift takes it back to
review. What was being sent when the house stopped is sent again only if the relay cannot have it yet; otherwise a
person decides, for with billing advice twice is worse than late.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.approval import approval_hash, standing
from consultant.desk.decisions import approved_whole
from consultant.desk.outcomes import (
    close,
    note_sent,
    put_off,
    settle,
    step_back,
    still_held,
    take_back,
    trace,
    with_its_ticket,
)
from consultant.desk.posting import as_letter
from consultant.desk.room import Actor, Desk
from consultant.errors import HouseError
from consultant.observability import leg
from consultant.outgoing import maildir
from consultant.outgoing.addresses import AddressUnfitError
from consultant.outgoing.compose import LetterUnfitError, compose
from consultant.outgoing.letters import LetterKind
from consultant.outgoing.maildir import FolderUnwritableError
from consultant.outgoing.relay import HandedOver, RefusedError, TryLaterError, UnknownOutcomeError, hand_over
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.store.tables import Draft, OutboxLetter, Ticket
from consultant.workflow import Action

# Longer than any hand-over lasts: a relay may take ten minutes over the dot, and is given seconds for all else.
ABANDONED_AFTER = timedelta(hours=1)

_DECIDED_BY = {LetterKind.ANSWER: Action.APPROVE, LetterKind.QUESTION: Action.ASK}

_log = logging.getLogger(__name__)


class NothingToRetryError(HouseError):
    """Letter {id} is {state}; only one that was refused, or perhaps sent, can be sent again."""


class ApprovalGoneError(NothingToRetryError):
    """Letter {id} cannot be sent again: {ref} went on since it was approved; decide on the ticket instead."""


class StoppedError(HouseError):
    """Letter {id} was stopped just before the dot: what was approved had changed, or another node has taken it over."""


def send_next(desk: Desk) -> bool:
    """Send the one letter that is due first; tell whether there was one."""
    with desk.database.writing() as session:
        letter = outbox.claim_due(session, desk.clock(), desk.node)
    if letter is None:
        return False
    if _may_leave(desk, letter):
        _attempt(desk, letter)
    return True


def recover(desk: Desk) -> int:
    """Settle what was being sent and is not any more; return how many letters that were.

    Those are letters this node claimed before it stopped or failed, so only whoever sends for this node may call it;
    and letters any node claimed an hour ago, for it may never come back. One the relay cannot have yet, or one for the
    Maildir (where the same letter twice is one file), is due again; the rest a person decides. A node that comes back
    after all finds at the brink that the letter is no longer its own.
    """
    with desk.database.reading() as session:
        left = outbox.left_in_sending(session, desk.node, desk.clock() - ABANDONED_AFTER)
    return sum(settle(desk, letter) for letter in left)


def retry(desk: Desk, outbox_id: int, by: Actor) -> None:
    """Send a letter again that was refused, or may not have arrived; same Message-ID, same bytes."""
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, outbox_id)
        if letter.state not in {OutboxState.REFUSED, OutboxState.UNCERTAIN}:
            raise NothingToRetryError(id=outbox_id, state=letter.state)
        if letter.approval and ticket is not None and ticket.last_event != letter.event_seen:
            raise ApprovalGoneError(id=outbox_id, ref=tickets.reference(ticket.id or 0))
        letter.state, letter.due, letter.created = OutboxState.WAITING, desk.clock(), desk.clock()
        letter.problem = ""
        session.add(letter)
        step_back(session, ticket, letter)
        trace(session, desk, ticket, "send again", letter, by=by.email, via=by.via)
    desk.wake()


def _attempt(desk: Desk, letter: OutboxLetter) -> None:
    """Hand one claimed letter over and write down what became of it."""
    assert letter.id is not None
    try:
        handed = _deliver(desk, letter)
    except (TryLaterError, FolderUnwritableError) as error:
        put_off(desk, letter, str(error))
    except (RefusedError, AddressUnfitError, LetterUnfitError) as error:
        close(desk, letter, OutboxState.REFUSED, str(error))
    except UnknownOutcomeError as error:
        close(desk, letter, OutboxState.UNCERTAIN, str(error))
    except StoppedError:
        leg(_log, "stopped before the dot", letter=letter.id, kind=letter.kind, attempts=letter.attempts)
    else:
        note_sent(desk, letter, handed)


def _deliver(desk: Desk, row: OutboxLetter) -> HandedOver:
    letter = as_letter(row)
    message = compose(letter)
    if desk.settings.relay.host:
        smtp, relay = desk.settings.smtp, desk.settings.relay
        return hand_over(
            message,
            letter.envelope_sender,
            letter.recipients,
            relay,
            on_the_brink=_brink(desk, row),
            hostname=smtp.hostname or smtp.domain,
        )
    _brink(desk, row)()
    kept = maildir.keep(message, desk.settings.maildir_path, letter.message_id)
    return HandedOver(reply=f"kept as {kept.name}", refused=())


def _brink(desk: Desk, letter: OutboxLetter) -> Callable[[], None]:
    """Return what takes a last look, and notes that from here on only the relay knows whether it has the letter."""

    def on_the_brink() -> None:
        if not _may_leave(desk, letter, brink=True):
            raise StoppedError(id=letter.id)

    return on_the_brink


def _may_leave(desk: Desk, claimed: OutboxLetter, *, brink: bool = False) -> bool:
    """Tell whether a claimed letter is still ours and still what was approved; take it back when it is not that."""
    with desk.database.writing() as session:
        letter, ticket = with_its_ticket(session, claimed.id)
        if not still_held(letter, claimed):
            return False
        drift = _drift(session, desk, letter, ticket)
        if drift:
            take_back(session, desk, letter, ticket, drift)
            return False
        if brink:
            letter.brink = desk.clock()
            session.add(letter)
        return True


def _drift(session: Session, desk: Desk, letter: OutboxLetter, ticket: Ticket | None) -> str:
    """Return why a letter may not leave after all, or the empty string; what only machines say needs no approval."""
    decided_by = _DECIDED_BY.get(LetterKind(letter.kind))
    if decided_by is None:
        return ""
    if ticket is None or ticket.id is None:
        return "nobody approved it"
    if not tickets.approved_by_somebody(session, ticket.id, decided_by, letter.approval):
        return "nobody approved it"
    draft = tickets.draft_of(session, ticket.id, letter.draft_version) if decided_by is Action.APPROVE else None
    editions = _editions(desk, draft) if draft is not None else []
    if approval_hash(approved_whole(ticket, letter, draft, editions)) != letter.approval:
        return "what was approved changed before it left"
    return ""


def _editions(desk: Desk, draft: Draft) -> list[str]:
    """Return what the book would answer from now; without a book nothing was imported since, so as the draft says."""
    try:
        return standing(desk.shelf.book(), draft.releases, draft.on)
    except (BookMissingError, BookDamagedError):
        return list(draft.editions)
