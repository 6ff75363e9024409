"""The desk's rounds: what waits is taken in and drafted, and what is due is sent, until nothing is left to do.

Sending is a round of its own, since a relay may fall silent for minutes and no question should wait for that. Each leg
starts from a durable state and ends in the next one, so a round may stop anywhere and the next one goes on. A piece of
work that breaks the machine is set aside for a person and the rest goes on.
"""

import logging

from consultant.codes.shelving import BookDamagedError, BookMissingError
from consultant.desk.arrivals import set_aside, take_in
from consultant.desk.departures import send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.observability import leg
from consultant.spool.letters import SpooledLetter
from consultant.store import tickets

FAILURES_BEFORE_ASIDE = 3

_log = logging.getLogger(__name__)


def make_rounds(desk: Desk) -> int:
    """Do everything that can be done now, in and out; return how many pieces of work that was."""
    return work_through_questions(desk) + send_due(desk)


def work_through_questions(desk: Desk) -> int:
    """Take in what waits in the spool and draft what was received; return how many pieces of work that was."""
    done = 0
    while did := _take_in_waiting(desk) + _draft_received(desk):
        done += did
    return done


def send_due(desk: Desk) -> int:
    """Send every letter that is due; return how many that were."""
    done = 0
    while send_next(desk):
        done += 1
    return done


def _take_in_waiting(desk: Desk) -> int:
    done = 0
    for letter in desk.spool.waiting():
        try:
            arrival = take_in(desk, letter)
        except Exception as error:  # noqa: BLE001  a letter that breaks the machine must not stop the mail
            done += _failed(desk, letter, error)
        else:
            leg(_log, "arrived", ticket=arrival.ticket, outcome=arrival.outcome, spool=letter.id)
            done += 1
    return done


def _failed(desk: Desk, letter: SpooledLetter, error: Exception) -> int:
    """Count a failure; set the letter aside for a person after the third. Returns 1 when it left the spool."""
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
            version = write_draft(desk, ticket_id)
        except (BookMissingError, BookDamagedError) as error:
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
    with desk.database.writing() as session:
        ticket = tickets.find_to_change(session, ticket_id)
        ticket.trouble = f"no draft could be written ({type(error).__name__})"
        tickets.record(session, ticket, "draft failed", by="machine", at=desk.clock(), error=type(error).__name__)
