"""What waits, as the queue shows it."""

from datetime import timedelta

import pytest

from consultant.desk.decisions import reject
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.store import tickets
from tests.builders import a_letter, a_mail, a_reviewer, arrive, stand_now
from tests.conftest import MovableClock
from tests.web.browser import Browser


def test_an_empty_queue_says_where_questions_come_from(rita: Browser) -> None:
    page = rita.get("/")
    assert page.status_code == 200
    assert "Nothing waits" in page.text
    assert "consult@house.example" in page.text


@pytest.mark.usefixtures("drafted")
def test_a_question_stands_in_the_queue_with_what_it_is_about(rita: Browser) -> None:
    page = rita.get("/").text
    assert "CC-1001" in page
    assert "in review" in page
    assert "E11.9" in page
    assert "validity" in page
    assert "due <time datetime=" in page


@pytest.mark.usefixtures("drafted")
def test_a_patient_detail_in_a_subject_is_masked(rita: Browser) -> None:
    for path in ("/", "/tickets/CC-1001"):
        assert "E11.9 on 05/12/2026" in rita.get(path).text
        assert "555-201-3344" not in rita.get(path).text


def test_an_overdue_question_is_marked(desk: Desk, rita: Browser, clock: MovableClock) -> None:
    arrive(desk, a_letter(received=clock.now - timedelta(hours=23)))
    assert "overdue" not in rita.get("/").text
    arrive(desk, a_letter(raw=a_mail(message_id="<two@x.example>"), received=clock.now - timedelta(hours=25)))
    assert "overdue" in rita.get("/").text


def test_the_one_due_first_stands_at_the_top(desk: Desk, rita: Browser, clock: MovableClock) -> None:
    second = a_letter(raw=a_mail(message_id="<two@x.example>", subject="Later"), received=clock.now)
    first = a_letter(raw=a_mail(message_id="<one@x.example>", subject="Sooner"), received=clock.now.replace(hour=1))
    arrive(desk, second)
    arrive(desk, first)
    page = rita.get("/").text
    assert page.index("Sooner") < page.index("Later")


def test_a_rejected_question_moves_to_its_tab(drafted: Desk, rita: Browser) -> None:
    reject(drafted, 1, a_reviewer(), stand_now(drafted), reason="not a coding question")
    assert "CC-1001" not in rita.get("/").text
    assert "CC-1001" in rita.get("/?tab=rejected").text


@pytest.mark.parametrize("tab", ["waiting", "leaving", "answered", "rejected"])
def test_an_empty_tab_says_what_to_do(rita: Browser, tab: str) -> None:
    page = rita.get(f"/?tab={tab}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_a_tab_there_is_not_shows_the_first(rita: Browser) -> None:
    assert "Nothing waits" in rita.get("/?tab=<script>").text


def test_a_question_the_machine_gave_up_on_says_why(desk: Desk, rita: Browser) -> None:
    arrive(desk)
    with desk.database.writing() as session:
        ticket = tickets.find(session, 1)
        ticket.trouble = "no code book"
        session.add(ticket)
    assert "Set aside for a person: no code book" in rita.get("/").text


def test_what_an_asker_writes_is_never_markup(desk: Desk, rita: Browser) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    letter = a_letter(raw=a_mail(subject=attack, text=f"{attack} is E11.9 valid?", sender=f'"{attack}" <a@x.example>'))
    arrive(desk, letter)
    write_draft(desk, 1)
    for path in ("/", "/tickets/CC-1001", "/outbox?tab=waiting", "/outbox/1"):
        page = rita.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
