"""The house may stop between any two steps: built anew on the same files it gives exactly one answer.

A child process walks the letter from the door to the relay and is killed at the n-th transaction, once just before it
is committed and once just after, for every n there is. Then the house is opened anew on the same files and goes on;
where it is unsure whether a letter arrived, a person looks into the postbox and decides.
"""

import multiprocessing
import os
from multiprocessing.context import ForkServerContext

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from consultant.config import Settings
from consultant.desk.decisions import approve
from consultant.desk.departures import retry
from consultant.desk.room import Desk
from consultant.desk.rounds import make_rounds
from consultant.service import at_work, close_desk, open_desk
from consultant.store import outbox, tickets
from consultant.store.outbox import OutboxState
from consultant.workflow import State
from tests.builders import ASKER, a_letter, a_reviewer, stand_now
from tests.postbox import Postbox

KILLED = 9
MOST_TRANSACTIONS = 60


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Children that start in a moment: the house is imported once, in the server they are forked from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["consultant.service", "tests.journeys.test_crashes"])
    return context


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_crash_at_any_transaction_ends_in_exactly_one_answer(
    settings_anywhere: Settings, processes: ForkServerContext, moment: str, request: pytest.FixtureRequest
) -> None:
    crashed = 0
    for number in range(1, MOST_TRANSACTIONS):
        with Postbox() as postbox:
            house = settings_anywhere.model_copy(
                update={
                    "relay": postbox.settings(),
                    "queue": settings_anywhere.queue.model_copy(
                        update={"path": settings_anywhere.queue.path / str(number)}
                    ),
                }
            )
            house = with_own_database(house, request)
            house.queue.path.mkdir()
            (house.queue.path / "codebook.sqlite").hardlink_to(settings_anywhere.code_book_path)
            child = processes.Process(target=live_until_killed, args=(house, number, moment))
            child.start()
            child.join(60)
            assert child.exitcode in {0, KILLED}
            live_on(house, postbox)
            answers = [
                letter
                for letter in postbox.letters
                if letter.recipients == (ASKER,) and letter.message["Auto-Submitted"] is None
            ]
            assert len(answers) == 1, f"killed {moment} of transaction {number}"
            if child.exitcode == 0:
                break
            crashed += 1
    assert 10 <= crashed < MOST_TRANSACTIONS - 1


def with_own_database(house: Settings, request: pytest.FixtureRequest) -> Settings:
    """Give each house its own PostgreSQL database; on SQLite the folder is enough."""
    if not house.database.url.get_secret_value():
        return house
    url = request.getfixturevalue("postgresql").new_database()
    return house.model_copy(update={"database": type(house.database).model_validate({"url": url})})


def live_until_killed(house: Settings, number: int, moment: str) -> None:
    """Walk one letter through the house, and die at the given transaction."""
    desk = open_desk(house)
    kill_at(number, moment)
    desk.spool.store(a_letter()).result()
    live(desk)
    os._exit(0)  # the spool's threads need no goodbye: whatever is not on disk by now would be a fault


def kill_at(number: int, moment: str) -> None:
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os._exit(KILLED)

    if moment == "before the commit":
        event.listen(Engine, "commit", count)
    else:
        event.listen(Session, "after_commit", count)


def live(desk: Desk) -> None:
    """Work until nothing is left to do, approving what waits for it."""
    with at_work(desk) as mine:
        assert mine
        make_rounds(desk)
        with desk.database.reading() as session:
            waiting = [ticket.id for ticket in tickets.listed(session, (State.IN_REVIEW,))]
        for ticket_id in waiting:
            approve(desk, ticket_id or 0, a_reviewer(), stand_now(desk, ticket_id or 0))
        make_rounds(desk)


def live_on(house: Settings, postbox: Postbox) -> None:
    """Open the house anew; the asker's server sends again what it got no 250 for, a person settles what is unsure."""
    desk = open_desk(house)
    desk.spool.store(a_letter()).result()
    live(desk)
    with desk.database.reading() as session:
        assert len(tickets.listed(session)) == 1
        unsure = outbox.listed(session, (OutboxState.UNCERTAIN,))
    for letter in unsure:
        arrived = {received.message["Message-ID"] for received in postbox.letters}
        if letter.message_id not in arrived:
            retry(desk, letter.id or 0, a_reviewer())
    make_rounds(desk)
    close_desk(desk)
