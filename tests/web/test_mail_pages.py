"""Mail that became no ticket, and the letters that leave."""

import pytest

from consultant.desk.departures import send_next
from consultant.desk.room import Desk
from consultant.store.outbox import OutboxState
from consultant.store.tables import OutboxLetter
from consultant.web.gate import LETTER_POLICY
from tests.builders import a_letter, a_mail, arrive
from tests.web.browser import Browser

AWAY = a_mail(subject="Out of office", text="Away until Monday; call 555-201-3344.", Auto_Submitted="auto-replied")


def test_an_automatic_reply_is_listed_with_the_rule_that_decided_it(desk: Desk, rita: Browser) -> None:
    arrive(desk, a_letter(raw=AWAY))
    page = rita.get("/mail?tab=noted").text
    assert "Out of office" in page
    assert "Auto-Submitted" in page
    assert "555-201-3344" not in page


def test_a_message_left_alone_can_be_made_a_question(desk: Desk, rita: Browser) -> None:
    arrive(desk, a_letter(raw=AWAY))
    rita.get("/mail?tab=noted")
    answer = rita.send("/mail/1/replay", let_in="true")
    assert answer.headers["location"] == "/mail?done=ticket&ref=CC-1001"
    assert 'now ticket <a href="/tickets/CC-1001">' in rita.follow().text


def test_a_message_run_again_without_a_word_stays_where_it_was(desk: Desk, rita: Browser) -> None:
    arrive(desk, a_letter(raw=AWAY))
    rita.get("/mail?tab=noted")
    assert rita.send("/mail/1/replay").headers["location"].startswith("/mail?done=noted")
    assert rita.follow().status_code == 200


def test_what_cannot_be_run_again_says_why(rita: Browser) -> None:
    rita.get("/mail")
    answer = rita.post("/mail/77/replay", form_key="key of rita@house.example")
    assert answer.status_code == 409
    assert "Message 77" in answer.text


def test_the_raw_bytes_of_a_held_message_are_handed_out_but_a_tickets_are_not(desk: Desk, rita: Browser) -> None:
    arrive(desk, a_letter(raw=AWAY))
    arrive(desk)
    assert rita.get("/mail/1/raw").content == AWAY
    assert rita.get("/mail/2/raw").status_code == 404
    assert rita.get("/mail/3/raw").status_code == 404


@pytest.mark.parametrize("tab", ["held", "noted", "invented"])
def test_an_empty_mail_tab_says_so(rita: Browser, tab: str) -> None:
    assert 'class="empty"' in rita.get(f"/mail?tab={tab}").text


def test_a_letter_kept_in_the_maildir_is_read_on_the_page(drafted: Desk, rita: Browser) -> None:
    while send_next(drafted):
        pass
    rita.get("/outbox?tab=sent")
    assert rita.page is not None
    assert "acknowledgement" in rita.page.text
    assert "Maildir" in rita.page.text
    page = rita.get("/outbox/1").text
    assert "Message-ID" in page
    assert "CC-1001" in page


@pytest.mark.usefixtures("drafted")
def test_the_html_of_a_letter_is_sandboxed(rita: Browser) -> None:
    answer = rita.get("/outbox/1/html")
    assert answer.headers["content-security-policy"] == LETTER_POLICY


def test_a_refused_letter_is_shown_first_and_can_be_tried_again(drafted: Desk, rita: Browser) -> None:
    with drafted.database.writing() as session:
        letter = session.get(OutboxLetter, 1)
        assert letter is not None
        letter.state, letter.problem = OutboxState.REFUSED, "550 5.1.1 no such user"
        session.add(letter)
    page = rita.get("/outbox").text
    assert "550 5.1.1 no such user" in page
    assert rita.send("/outbox/1/retry").headers["location"] == "/outbox?done=retry"
    assert "is due again" in rita.follow().text
    with drafted.database.reading() as session:
        again = session.get(OutboxLetter, 1)
    assert again is not None
    assert again.state == OutboxState.WAITING


def test_a_letter_that_was_sent_is_not_sent_again(drafted: Desk, rita: Browser) -> None:
    while send_next(drafted):
        pass
    rita.get("/")
    assert rita.post("/outbox/1/retry", form_key="key of rita@house.example").status_code == 409


def test_a_letter_there_is_not_is_not_found(rita: Browser) -> None:
    assert rita.get("/outbox/99").status_code == 404
    assert rita.get("/outbox/99/html").status_code == 404


@pytest.mark.parametrize("tab", ["trouble", "waiting", "sent", "withdrawn"])
def test_an_empty_outbox_says_so(rita: Browser, tab: str) -> None:
    assert 'class="empty"' in rita.get(f"/outbox?tab={tab}").text


def test_mail_and_outbox_change_nothing_without_the_form_key(desk: Desk, rita: Browser) -> None:
    arrive(desk, a_letter(raw=AWAY))
    assert rita.post("/mail/1/replay", let_in="true").status_code == 403
    assert rita.post("/outbox/1/retry").status_code == 403
