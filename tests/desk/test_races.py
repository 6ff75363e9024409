"""Several hands at once, in one process and in many: no letter is lost or leaves twice, one decision is the first."""

import multiprocessing
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlmodel import Session

from consultant.config import DatabaseSettings, QueueSettings, RelaySettings, Settings
from consultant.desk import arrivals, decisions
from consultant.desk.arrivals import Outcome, replay, take_in
from consultant.desk.decisions import StaleError, approve
from consultant.desk.departures import NothingToRetryError, recover, retry, send_next
from consultant.desk.drafts import write_draft
from consultant.desk.posting import post_to_asker
from consultant.desk.readings import read
from consultant.desk.room import Desk
from consultant.desk.rounds import send_due
from consultant.drafting.letters import Words
from consultant.errors import HouseError
from consultant.outgoing.letters import LetterKind
from consultant.service import close_desk, open_desk
from consultant.spool.letters import NewLetter, SpooledLetter
from consultant.store import outbox, tickets
from consultant.store.database import Database, answers
from consultant.store.tables import Draft, OutboxLetter, Ticket
from consultant.workflow import Action, State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, outbox_in, stand_now, ticket_in
from tests.conftest import MovableClock, OpenDesk
from tests.databases import PostgreSQL
from tests.postbox import Moment, Postbox

PAT = a_reviewer()
PATIENCE = 10.0
Result = TypeVar("Result")

needs_postgresql = pytest.mark.postgresql


@pytest.fixture
def shared_settings(settings: Settings, postgresql: PostgreSQL) -> Settings:
    """Settings of a house on PostgreSQL, whose database other nodes may share."""
    url = DatabaseSettings.model_validate({"url": postgresql.new_database()})
    return settings.model_copy(update={"database": url})


@pytest.fixture
def nodes(shared_settings: Settings, open_a_desk: OpenDesk, tmp_path: Path) -> tuple[Desk, Desk]:
    """Two nodes, each with its own queue folder, on one PostgreSQL database."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "codebook.sqlite").hardlink_to(shared_settings.code_book_path)
    elsewhere = shared_settings.model_copy(update={"queue": QueueSettings(path=other)})
    return open_a_desk(shared_settings), open_a_desk(elsewhere)


@contextmanager
def waiting_for_us(desk: Desk, work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Run the work in a thread, and go on once it waits for a lock that the test's own open transaction holds."""
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work)
        until = time.monotonic() + PATIENCE
        while not _somebody_waits(desk):
            assert not future.done(), "it waited for nobody"
            assert time.monotonic() < until
        yield future


def _somebody_waits(desk: Desk) -> bool:
    with desk.database.reading() as session:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return bool(session.connection().execute(text(waits)).scalar_one())


def spooled(desk: Desk, letter: NewLetter) -> SpooledLetter:
    return desk.spool.get(desk.spool.store(letter).result())


def answer(desk: Desk, ticket_id: int = 1) -> OutboxLetter:
    return [letter for letter in outbox_in(desk, ticket_id) if letter.kind == "answer"][-1]


def drafted(desk: Desk) -> Desk:
    """Bring one question into review, and let every machine letter leave for the Maildir."""
    arrive(desk)
    write_draft(desk, 1)
    while send_next(desk):
        pass
    return desk


@needs_postgresql
def test_two_nodes_that_acknowledge_one_address_at_once_lose_no_letter(nodes: tuple[Desk, Desk]) -> None:
    here, there = nodes
    second = spooled(there, a_letter(raw=a_mail(text="Is E10.9 valid?", message_id="<2@riverbend.example>")))
    first = spooled(here, a_letter())
    with here.database.writing() as session:
        # The other node is in the middle of acknowledging the same address.
        take_part_of(session, here, first)
        with waiting_for_us(here, lambda: take_in(there, second)) as taken:
            session.commit()
            arrival = taken.result(PATIENCE)
    assert arrival.outcome is Outcome.TICKET
    with here.database.reading() as session:
        assert [letter.kind for letter in outbox.listed(session)] == ["acknowledgement"]


def take_part_of(session: Session, desk: Desk, letter: SpooledLetter) -> None:
    """Do what `take_in` does inside its transaction, and leave that open."""
    row, mail, envelope = read(desk, letter)
    arrivals._settle(session, desk, row, mail, envelope)
    session.flush()


@needs_postgresql
def test_the_same_bytes_at_two_nodes_at_once_make_one_ticket(nodes: tuple[Desk, Desk]) -> None:
    here, there = nodes
    first, second = spooled(here, a_letter()), spooled(there, a_letter())
    with here.database.writing() as session:
        take_part_of(session, here, first)
        with waiting_for_us(here, lambda: take_in(there, second)) as taken:
            session.commit()
            arrival = taken.result(PATIENCE)
    assert (arrival.outcome, arrival.ticket) == (Outcome.KNOWN, "CC-1001")
    assert there.spool.count() == 0
    with here.database.reading() as session:
        assert len(tickets.listed(session)) == 1


@needs_postgresql
def test_a_letter_let_in_twice_at_once_becomes_one_ticket(nodes: tuple[Desk, Desk]) -> None:
    here, there = nodes
    arrive(here, a_letter(raw=a_mail(sender="")))

    def let_in(desk: Desk) -> str:
        try:
            return replay(desk, 1, PAT, let_in=True).outcome
        except HouseError as error:
            return type(error).__name__

    with ThreadPoolExecutor(8) as clicks:
        said = sorted(clicks.map(let_in, [here, there] * 4))
    assert said == ["NothingToReplayError"] * 7 + ["ticket"]
    with here.database.reading() as session:
        assert len(tickets.listed(session)) == 1


def test_of_many_who_approve_at_once_one_is_first_and_the_others_are_told(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    desk = drafted(open_a_desk(settings_anywhere))
    desks = [open_a_desk(settings_anywhere) for _ in range(4)]
    seen = stand_now(desk)

    def decide(number: int) -> str:
        try:
            approve(desks[number % 4], 1, a_reviewer(email=f"r{number}@house.example"), seen)
        except StaleError:
            return "stale"
        return "approved"

    with ThreadPoolExecutor(8) as reviewers:
        said = list(reviewers.map(decide, range(8)))
    assert sorted(said) == ["approved"] + ["stale"] * 7
    assert len([letter for letter in outbox_in(desk) if letter.kind == "answer"]) == 1


@needs_postgresql
def test_a_letter_that_joins_while_its_answer_is_handed_over_stops_it_before_the_dot(nodes: tuple[Desk, Desk]) -> None:
    here, there = nodes
    drafted(here)
    approve(here, 1, PAT, stand_now(here))
    with Postbox() as postbox:
        sending = with_relay(there, postbox.settings())
        with here.database.writing() as session:
            ticket = tickets.find_to_change(session, 1)
            with waiting_for_us(here, lambda: send_next(sending)) as sent:
                # What arrivals does: the ticket is locked already, now its waiting letters.
                outbox.waiting_for(session, 1)
                tickets.record(session, ticket, "letter joined", by=ASKER, at=here.clock())
                session.commit()
                assert sent.result(PATIENCE)
        assert postbox.letters == []
    assert answer(here).state == "withdrawn"


def with_relay(desk: Desk, relay: RelaySettings) -> Desk:
    return replace(desk, settings=desk.settings.model_copy(update={"relay": relay}))


@dataclass
class Gate:
    """A way to the postbox that lets nothing through until it is opened, as a slow relay does."""

    relay: RelaySettings
    reached: threading.Event
    opened: threading.Event


@contextmanager
def a_gate_before(postbox: Postbox) -> Iterator[Gate]:
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(3) as threads:
        gate = Gate(postbox.settings(port=door.getsockname()[1]), threading.Event(), threading.Event())

        def serve() -> None:
            inside, _ = door.accept()
            gate.reached.set()
            gate.opened.wait(PATIENCE)
            with inside, socket.create_connection((postbox.host, postbox.port)) as outside:
                back = threads.submit(pump, outside, inside)
                pump(inside, outside)
                back.result()

        served = threads.submit(serve)
        yield gate
        served.result(PATIENCE)


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes until one side hangs up, and tell the other."""
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def test_a_letter_taken_over_while_its_first_sender_waited_is_not_sent_twice(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    desk = drafted(open_a_desk(settings_anywhere))
    approve(desk, 1, PAT, stand_now(desk))
    with Postbox() as postbox, a_gate_before(postbox) as gate, ThreadPoolExecutor(1) as thread:
        first = with_relay(desk, gate.relay)
        second = with_relay(open_a_desk(settings_anywhere), postbox.settings())
        sending = thread.submit(send_next, first)
        assert gate.reached.wait(PATIENCE)
        assert recover(second) == 1
        assert send_next(second)
        gate.opened.set()
        assert sending.result(PATIENCE)
        assert len(postbox.wait_for(1)) == 1
    assert answer(desk).state == "sent"
    assert ticket_in(desk).state == State.ANSWERED


def test_a_reply_that_comes_while_its_answer_waits_for_the_relay_stops_the_answer(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    desk = drafted(open_a_desk(settings_anywhere))
    approve(desk, 1, PAT, stand_now(desk))
    late = a_mail(text="I meant E10.9.", message_id="<2@riverbend.example>", in_reply_to=answer(desk).message_id)
    with Postbox() as postbox, a_gate_before(postbox) as gate, ThreadPoolExecutor(1) as thread:
        sending = thread.submit(send_next, with_relay(desk, gate.relay))
        assert gate.reached.wait(PATIENCE)
        assert arrive(desk, a_letter(raw=late)).outcome is Outcome.JOINED
        gate.opened.set()
        assert sending.result(PATIENCE)
        assert postbox.letters == []
    assert answer(desk).state == "withdrawn"
    assert ticket_in(desk).state == State.RECEIVED


def test_a_letter_sent_again_by_many_clicks_is_sent_again_once(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    desk = drafted(open_a_desk(settings_anywhere))
    approve(desk, 1, PAT, stand_now(desk))
    with Postbox() as postbox:
        sending = with_relay(desk, postbox.settings())
        postbox.will_say("550 5.1.1 No such user", at=Moment.RCPT)
        send_next(sending)

        def click(_: int) -> bool:
            try:
                retry(sending, answer(desk).id or 0, PAT)
            except NothingToRetryError:
                return False
            return True

        with ThreadPoolExecutor(8) as clicks:
            assert sum(clicks.map(click, range(8))) == 1
        send_due(sending)
        assert len(postbox.wait_for(1)) == 1


@needs_postgresql
def test_what_a_node_that_never_came_back_was_sending_is_settled_by_another(
    nodes: tuple[Desk, Desk], clock: MovableClock
) -> None:
    here, there = nodes
    drafted(here)
    approve(here, 1, PAT, stand_now(here))
    with there.database.writing() as session:
        assert outbox.claim_due(session, clock(), there.node) is not None
    assert recover(here) == 0
    clock.forward(minutes=61)
    assert recover(here) == 1
    assert answer(here).state == "waiting"
    with there.database.writing() as session:
        lost = outbox.claim_due(session, clock(), there.node)
        assert lost is not None
        lost.brink = clock()
    clock.forward(minutes=61)
    with Postbox() as postbox:
        assert recover(with_relay(here, postbox.settings())) == 1
    assert answer(here).state == "perhaps sent"
    assert ticket_in(here).state == State.UNDELIVERED


@needs_postgresql
def test_nodes_that_start_together_make_the_tables_once(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    with ThreadPoolExecutor(6) as nodes:
        opened = list(nodes.map(Database, [url] * 6))
    assert all(answers(database) for database in opened)
    for database in opened:
        database.close()


COPIES = 200


def test_eight_workers_send_each_of_many_approved_letters_once(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    desk = drafted(open_a_desk(settings_anywhere))
    approve_many(desk, COPIES)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["consultant.service", "tests.desk.test_races"])
    with Postbox() as postbox:
        settings = with_relay(desk, postbox.settings()).settings
        workers = [processes.Process(target=send_with_two_threads, args=(settings,)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        times_sent = Counter(str(letter.message["Message-ID"]) for letter in postbox.wait_for(COPIES))
    assert {worker.exitcode for worker in workers} == {0}
    assert len(times_sent) == COPIES
    assert set(times_sent.values()) == {1}
    with desk.database.reading() as session:
        assert tickets.counts(session) == {"in review": 1, "answered": COPIES}


def send_with_two_threads(settings: Settings) -> None:
    """Send until nothing is due, as two workers of one process, each with a desk of its own."""
    desks = [open_desk(settings) for _ in range(2)]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(send_due, desks))
    for desk in desks:
        close_desk(desk)


def approve_many(desk: Desk, count: int) -> None:
    """Approve so many answers in one transaction, by the same steps as one at a time."""
    with desk.database.writing() as session:
        for number in range(count):
            ticket = Ticket(
                state=State.APPROVED,
                subject="A question",
                asker=f"asker{number}@riverbend.example",
                mailbox="consult@house.example",
                received=desk.clock(),
                due=desk.clock(),
                draft_version=1,
            )
            session.add(ticket)
            session.flush()
            assert ticket.id is not None
            draft = Draft(
                ticket_id=ticket.id,
                version=1,
                author="machine",
                subject="Re: A question",
                text="Yes.",
                on=date(2026, 6, 15),
                created=desk.clock(),
            )
            session.add(draft)
            decision = decisions._decide(session, desk, ticket, PAT, Action.APPROVE)
            words = Words(draft.subject, draft.text)
            letter = post_to_asker(session, desk, ticket, LetterKind.ANSWER, f"answer:{number}", words)
            decisions._bind(session, ticket, decision, letter, draft)
