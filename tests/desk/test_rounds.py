"""One piece of work that breaks the machine never stops the rest."""

from dataclasses import replace
from datetime import datetime

from consultant.desk.arrivals import Outcome, replay
from consultant.desk.room import Desk
from consultant.desk.rounds import FAILURES_BEFORE_ASIDE, make_rounds, work_through_questions
from consultant.store import tickets
from consultant.workflow import State
from tests.builders import a_letter, a_mail, a_reviewer, ticket_in


def test_a_round_takes_in_drafts_and_sends(desk_anywhere: Desk) -> None:
    desk_anywhere.spool.store(a_letter()).result()
    assert make_rounds(desk_anywhere) >= 3
    assert ticket_in(desk_anywhere).state == State.IN_REVIEW
    assert make_rounds(desk_anywhere) == 0


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
