"""One piece of work that breaks the machine never stops the rest."""

from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from consultant.config import DatabaseSettings, Settings
from consultant.desk.arrivals import Outcome, replay
from consultant.desk.room import Desk
from consultant.desk.rounds import FAILURES_BEFORE_ASIDE, STOPPED, make_rounds, work_once, work_through_questions
from consultant.desk.underway import LETTER, QUESTION, underway
from consultant.service import at_work
from consultant.store import tickets
from consultant.workflow import State
from tests.builders import a_letter, a_mail, a_reviewer, arrive, events_in, ticket_in
from tests.conftest import OpenDesk
from tests.databases import PostgreSQL


def test_a_round_takes_in_drafts_and_sends(desk_anywhere: Desk) -> None:
    desk_anywhere.spool.store(a_letter()).result()
    assert make_rounds(desk_anywhere) >= 3
    assert ticket_in(desk_anywhere).state == State.IN_REVIEW
    assert make_rounds(desk_anywhere) == 0


def test_a_missing_code_book_is_told_once_and_not_every_second(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    book = desk.settings.code_book_path
    aside = book.rename(book.with_suffix(".aside"))
    desk.spool.store(a_letter()).result()
    for _ in range(3):
        make_rounds(desk)
    assert caplog.text.count("no drafts can be written") == 1
    aside.rename(book)
    make_rounds(desk)
    assert ticket_in(desk).state == State.IN_REVIEW


def test_without_a_code_book_questions_wait_and_nothing_is_lost(desk: Desk) -> None:
    book = desk.settings.code_book_path
    aside = book.rename(book.with_suffix(".aside"))
    desk.spool.store(a_letter()).result()
    make_rounds(desk)
    assert ticket_in(desk).state == State.RECEIVED
    aside.rename(book)
    make_rounds(desk)
    assert ticket_in(desk).state == State.IN_REVIEW


def test_a_letter_the_machine_fails_on_three_times_waits_for_a_person_and_the_rest_goes_on(desk: Desk) -> None:
    def stopped() -> datetime:
        message = "the clock stopped"
        raise OSError(message)

    spooled = desk.spool.store(a_letter()).result()
    for failures in range(1, FAILURES_BEFORE_ASIDE):
        work_through_questions(replace(desk, clock=stopped))
        assert desk.spool.get(spooled).failures == failures
    work_through_questions(replace(desk, clock=stopped))
    assert desk.spool.count() == 0
    with desk.database.reading() as session:
        (held,) = tickets.with_outcome(session, Outcome.HELD)
    assert held.raw is not None
    assert "OSError" in held.reason
    desk.spool.store(a_letter(raw=a_mail(message_id="<b@riverbend.example>"))).result()
    make_rounds(desk)
    assert ticket_in(desk).state == State.IN_REVIEW
    assert replay(desk, held.id or 0, a_reviewer()).outcome is Outcome.TICKET


def test_an_envelope_no_database_can_hold_is_kept_all_the_same(desk_anywhere: Desk) -> None:
    odd = replace(a_letter(), peer="10.0.0.1\x00")
    desk_anywhere.spool.store(odd).result()
    make_rounds(desk_anywhere)
    with desk_anywhere.database.reading() as session:
        assert len(tickets.listed(session)) == 1


def killed_while_reading(desk: Desk, kind: str, number: int) -> None:
    """Leave behind what a process that is killed in the middle leaves behind: the note it made as it began."""
    note = desk.settings.queue.path / "desk.reading"
    with underway(desk, kind, number):
        noted = note.read_text()
    assert not note.exists()
    note.write_text(noted)


def test_a_letter_that_kills_the_house_three_times_waits_for_a_person(desk: Desk) -> None:
    spooled = desk.spool.store(a_letter()).result()
    other = desk.spool.store(a_letter(raw=a_mail(message_id="<b@riverbend.example>"))).result()
    for _ in range(FAILURES_BEFORE_ASIDE):
        killed_while_reading(desk, LETTER, spooled)
        with at_work(desk):
            pass
    with desk.database.reading() as session:
        (held,) = tickets.with_outcome(session, Outcome.HELD)
    assert held.raw is not None
    assert STOPPED in held.reason
    make_rounds(desk)
    assert ticket_in(desk).state == State.IN_REVIEW
    assert desk.spool.count() == 0
    assert other


def test_a_letter_that_was_taken_in_as_the_house_stopped_is_counted_for_nothing(desk: Desk) -> None:
    arrive(desk)
    for kind, number in ((LETTER, 1), (QUESTION, 77)):
        killed_while_reading(desk, kind, number)
        with at_work(desk):
            pass
    assert ticket_in(desk).state == State.RECEIVED


def test_a_question_that_kills_the_house_three_times_is_left_to_a_person(desk: Desk) -> None:
    arrive(desk)
    for _ in range(FAILURES_BEFORE_ASIDE):
        assert ticket_in(desk).state == State.RECEIVED
        killed_while_reading(desk, QUESTION, 1)
        with at_work(desk):
            pass
    assert ticket_in(desk).state == State.IN_REVIEW
    assert STOPPED in ticket_in(desk).trouble
    assert events_in(desk).count(STOPPED) == FAILURES_BEFORE_ASIDE


@pytest.mark.postgresql
def test_a_database_that_is_away_is_counted_against_no_letter(
    settings: Settings, open_a_desk: OpenDesk, postgresql: PostgreSQL
) -> None:
    url = postgresql.new_database()
    desk = open_a_desk(settings.model_copy(update={"database": DatabaseSettings.model_validate({"url": url})}))
    spooled = desk.spool.store(a_letter()).result()
    there = make_url(url)
    elsewhere = there.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(elsewhere, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {there.database} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [there.database])
        for _ in range(FAILURES_BEFORE_ASIDE + 1):
            with pytest.raises(OperationalError):
                work_once(desk)
        assert desk.spool.get(spooled).failures == 0
        server.execute(f"ALTER DATABASE {there.database} ALLOW_CONNECTIONS true")
    make_rounds(desk)
    assert ticket_in(desk).state == State.IN_REVIEW
