"""Lists and counts for the pages, on SQLite and PostgreSQL alike."""

from datetime import timedelta

from sqlalchemy import inspect

from consultant.desk.room import Desk
from consultant.store import overview
from consultant.workflow import State
from tests.builders import a_letter, a_mail, arrive
from tests.conftest import MovableClock


def test_tickets_are_listed_by_due_time_or_newest_first(desk_anywhere: Desk, clock: MovableClock) -> None:
    for hours in (2, 3, 1):
        letter = a_mail(message_id=f"<{hours}@x.example>", subject=f"{hours} hours ago")
        arrive(desk_anywhere, a_letter(raw=letter, received=clock.now - timedelta(hours=hours)))
    with desk_anywhere.database.reading() as session:
        due = [ticket.subject[0] for ticket in overview.tickets_in(session, [State.RECEIVED])]
        newest = [ticket.subject[0] for ticket in overview.tickets_in(session, [State.RECEIVED], newest_first=True)]
        following = overview.next_due(session, [State.RECEIVED], other_than=2)
    assert (due, newest) == (["3", "2", "1"], ["1", "2", "3"])
    assert following is not None
    assert following.subject == "2 hours ago"


def test_mail_is_listed_without_its_raw_bytes_and_counted(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere, a_letter(raw=a_mail(Auto_Submitted="auto-replied")))
    with desk_anywhere.database.reading() as session:
        (row,) = overview.mail_that(session, "noted")
        assert "raw" in inspect(row).unloaded
        assert overview.mail_counts(session) == {"noted": 1}
        assert overview.mail_that(session, "held for a person") == []


def test_letters_are_counted_by_state(desk_anywhere: Desk) -> None:
    arrive(desk_anywhere)
    with desk_anywhere.database.reading() as session:
        assert overview.outbox_counts(session) == {"waiting": 1}
