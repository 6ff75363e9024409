"""The desk's rounds: what waits is taken in and drafted, and what is due is sent, until nothing is left to do.

Sending is a round of its own, since a relay may fall silent for minutes and no question should wait for that. Each leg
starts from a durable state and ends in the next one, so a round may stop anywhere and the next one goes on. A piece of
work that breaks the machine is set aside for a person and the rest goes on.
"""

import contextlib
import logging

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.arrivals import set_aside, take_in
from consultant.desk.departures import recover, send_next
from consultant.desk.drafts import write_by_hand, write_draft
from consultant.desk.room import Desk
from consultant.desk.underway import LETTER, QUESTION, left_behind, underway
from consultant.observability import leg
from consultant.spool.box import LetterUnknownError
from consultant.spool.letters import SpooledLetter
from consultant.store import tickets
from consultant.store.database import answers
from consultant.store.tickets import UnknownTicketError
from consultant.workflow import State

FAILURES_BEFORE_ASIDE = 3
STOPPED = "the house stopped while reading it"

_log = logging.getLogger(__name__)


def make_rounds(desk: Desk) -> int:
    """Do everything that can be done now, in and out; return how many pieces of work that was."""
    return work_through_questions(desk) + send_due(desk)


def work_through_questions(desk: Desk) -> int:
    """Take in what waits in the spool and draft what was received; return how many pieces of work that was."""
    done = 0
    while did := work_once(desk):
        done += did
    return done


def work_once(desk: Desk) -> int:
    """Take in the letters that wait longest and draft the oldest questions; return how many pieces of work that was."""
    return _take_in_waiting(desk) + _draft_received(desk)


def send_once(desk: Desk) -> int:
    """Send one letter, or settle what was left in *sending*; return how many letters that were.

    Only for the one worker that sends for this node: whatever else stands in *sending* under its name was left there.
    """
    return int(send_next(desk)) or recover(desk)


def send_due(desk: Desk) -> int:
    """Send every letter that is due; return how many that were."""
    done = 0
    while send_next(desk):
        done += 1
    return done


def count_stop(desk: Desk) -> None:
    """Count the stop of the process before this one against what it was reading; call it before the first round.

    After the third a letter is set aside, and a question is left to a person to answer by hand.
    """
    found = left_behind(desk)
    if found is None:
        return
    kind, number = found
    leg(_log, "the house stopped while reading", level=logging.WARNING, kind=kind)
    with contextlib.suppress(LetterUnknownError, UnknownTicketError):  # it was taken in after all, or is elsewhere now
        if kind == QUESTION and _stops_at(desk, number) >= FAILURES_BEFORE_ASIDE:
            write_by_hand(desk, number, STOPPED)
        elif kind == LETTER and desk.spool.note_failure(number, STOPPED) >= FAILURES_BEFORE_ASIDE:
            set_aside(desk, desk.spool.get(number), f"{STOPPED}, each time; read the raw message")


def _stops_at(desk: Desk, ticket_id: int) -> int:
    """Note one more stop on the trace of a ticket that still waits for its draft; return how many there were."""
    with desk.database.writing() as session:
        ticket = tickets.find_to_change(session, ticket_id)
        if ticket.state != State.RECEIVED:
            return 0
        tickets.record(session, ticket, STOPPED, by="machine", at=desk.clock(), to_be_seen=False)
        return sum(event.what == STOPPED for event in tickets.events_of(session, ticket_id))


def _take_in_waiting(desk: Desk) -> int:
    done = 0
    for letter in desk.spool.waiting():
        try:
            with underway(desk, LETTER, letter.id):
                arrival = take_in(desk, letter)
        except Exception as error:  # noqa: BLE001  a letter that breaks the machine must not stop the mail
            done += _failed(desk, letter, error)
        else:
            leg(_log, "arrived", ticket=arrival.ticket, outcome=arrival.outcome, spool=letter.id)
            done += 1
    return done


def _failed(desk: Desk, letter: SpooledLetter, error: Exception) -> int:
    """Count a failure; set the letter aside for a person after the third. Returns 1 when it left the spool."""
    answers(desk.database)  # raises when the database is away: that is no letter's fault, and the round breaks off here
    failures = desk.spool.note_failure(letter.id, type(error).__name__)
    leg(_log, "taking in failed", level=logging.ERROR, failed=True, spool=letter.id, attempts=failures)
    if failures < FAILURES_BEFORE_ASIDE:
        return 0
    set_aside(desk, letter, f"the machine failed on it {failures} times ({type(error).__name__}); read the raw message")
    return 1


def _draft_received(desk: Desk) -> int:
    with desk.database.reading() as session:
        waiting = tickets.to_draft(session)
    done = 0
    for ticket_id in waiting:
        try:
            with underway(desk, QUESTION, ticket_id):
                version = write_draft(desk, ticket_id)
        except (BookMissingError, BookDamagedError) as error:
            if desk.shelf.newly_missed():
                leg(_log, "no drafts can be written", level=logging.ERROR, failed=True, error=type(error).__name__)
            return done
        except Exception as error:  # noqa: BLE001  one question that breaks the machine waits for a person; the others go on
            _give_up(desk, ticket_id, error)
        else:
            leg(_log, "drafted", ticket=tickets.reference(ticket_id), version=version)
        done += 1
    return done


def _give_up(desk: Desk, ticket_id: int, error: Exception) -> None:
    leg(_log, "drafting failed", level=logging.ERROR, failed=True, ticket=tickets.reference(ticket_id))
    write_by_hand(desk, ticket_id, type(error).__name__)
