"""The whole house on loopback: a question comes in by SMTP, is approved on the page, and the answer leaves by SMTP."""

import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from consultant.config import RelaySettings, Settings
from consultant.desk import reviewers
from consultant.service import Running, close_desk, open_desk, running
from consultant.store import tickets
from consultant.workflow import State
from tests.builders import ASKER, QUESTION, a_mail
from tests.journeys.page import Reviewer
from tests.postbox import Postbox, Received

PASSWORD = "correct horse battery staple"
PATIENCE = 30.0


@contextmanager
def a_house(settings: Settings, relay: RelaySettings) -> Iterator[Running]:
    """Open a house with one reviewer, Pat, whose letters go to that relay."""
    desk = open_desk(settings.model_copy(update={"relay": relay}))
    try:
        reviewers.add(
            desk.database,
            "pat@house.example",
            now=desk.clock(),
            name="Pat Moss",
            credential="CPC",
            password=PASSWORD,
        )
        with running(desk) as house:
            yield house
    finally:
        close_desk(desk)


def send(house: Running, raw: bytes, sender: str = ASKER, to: str = "consult@house.example") -> None:
    with smtplib.SMTP("127.0.0.1", house.smtp_port) as client:
        client.sendmail(sender, [to], raw)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def state_of(house: Running, ticket_id: int = 1) -> str:
    with house.desk.database.reading() as session:
        known = {ticket.id: ticket.state for ticket in tickets.listed(session)}
    return known.get(ticket_id, "")


def to_the_asker(postbox: Postbox) -> list[Received]:
    return [letter for letter in postbox.letters if letter.recipients == (ASKER,)]


def answers(postbox: Postbox) -> list[Received]:
    return [letter for letter in to_the_asker(postbox) if letter.message["Auto-Submitted"] is None]


def test_a_question_by_smtp_is_answered_by_smtp_once_a_reviewer_approved(settings_anywhere: Settings) -> None:
    with Postbox() as postbox, a_house(settings_anywhere, postbox.settings()) as house, Reviewer(house.web_port) as pat:
        send(house, a_mail())
        wait_until(lambda: state_of(house) == State.IN_REVIEW)
        wait_until(lambda: len(postbox.letters) == 2)

        (acknowledgement,) = to_the_asker(postbox)
        assert acknowledgement.sender == ""
        assert acknowledgement.message["Auto-Submitted"] == "auto-replied"
        (notice,) = [letter for letter in postbox.letters if letter.recipients == ("pat@house.example",)]
        assert "/tickets/CC-1001" in notice.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one

        pat.sign_in("pat@house.example", PASSWORD)
        assert "CC-1001" in pat.open("/").text
        seen = pat.look_at("CC-1001")
        assert answers(postbox) == []  # nobody approved anything yet
        assert pat.send("/tickets/CC-1001/approve", seen).status_code == 200

        wait_until(lambda: state_of(house) == State.ANSWERED)
        (answer,) = answers(postbox)
        message = answer.message
        assert (answer.sender, message["From"]) == ("consult@house.example", "CaseConsultant <consult@house.example>")
        assert message["In-Reply-To"] == "<one@riverbend.example>"
        assert message["References"] == "<one@riverbend.example>"
        assert message["Subject"] == "Re: A coding question [CC-1001]"
        assert "Pat Moss, CPC" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
        assert message.get_body(("html",)) is not None
        assert QUESTION not in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


def test_an_edited_answer_leaves_as_edited_and_a_stale_page_stops_the_second_reviewer(
    settings_anywhere: Settings,
) -> None:
    with Postbox() as postbox, a_house(settings_anywhere, postbox.settings()) as house:
        reviewers.add(house.desk.database, "sam@house.example", now=house.desk.clock(), password=PASSWORD)
        with Reviewer(house.web_port) as pat, Reviewer(house.web_port) as sam:
            send(house, a_mail())
            wait_until(lambda: state_of(house) == State.IN_REVIEW)
            pat.sign_in("pat@house.example", PASSWORD)
            sam.sign_in("sam@house.example", PASSWORD)
            seen_by_pat, seen_by_sam = pat.look_at("CC-1001"), sam.look_at("CC-1001")
            with house.desk.database.reading() as session:
                draft = tickets.drafts_of(session, 1)[0].text
            edited = draft.replace("Short answer", "In short")
            pat.send("/tickets/CC-1001/approve-edited", {**seen_by_pat, "text": edited})
            late = sam.send("/tickets/CC-1001/approve", seen_by_sam)
            assert late.status_code == 409
            assert "changed" in late.text
            wait_until(lambda: state_of(house) == State.ANSWERED)
            (answer,) = answers(postbox)
    assert "In short" in answer.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


def test_a_question_back_and_its_answer_stay_one_ticket(settings_anywhere: Settings) -> None:
    with Postbox() as postbox, a_house(settings_anywhere, postbox.settings()) as house, Reviewer(house.web_port) as pat:
        send(house, a_mail(text="Can we bill a visit with it?"))
        wait_until(lambda: state_of(house) == State.IN_REVIEW)
        pat.sign_in("pat@house.example", PASSWORD)
        pat.send("/tickets/CC-1001/ask", {**pat.look_at("CC-1001"), "question": "Which diagnosis is it?"})
        wait_until(lambda: len(answers(postbox)) == 1)
        (question,) = answers(postbox)
        assert state_of(house) == State.WAITING
        reply = a_mail(
            text="It is E11.9.",
            subject=f"Re: {question.message['Subject']}",
            message_id="<two@riverbend.example>",
            in_reply_to=question.message["Message-ID"],
        )
        send(house, reply, to=question.message["Reply-To"] or "consult@house.example")
        wait_until(lambda: state_of(house) == State.IN_REVIEW)
        with house.desk.database.reading() as session:
            assert len(tickets.listed(session)) == 1
            newest = tickets.drafts_of(session, 1)[0]
    assert newest.version == 2
    assert "E11.9" in newest.text


def test_an_auto_reply_to_our_answer_causes_no_mail_and_moves_no_ticket(settings: Settings) -> None:
    with Postbox() as postbox, a_house(settings, postbox.settings()) as house, Reviewer(house.web_port) as pat:
        send(house, a_mail())
        wait_until(lambda: state_of(house) == State.IN_REVIEW)
        pat.sign_in("pat@house.example", PASSWORD)
        pat.send("/tickets/CC-1001/approve", pat.look_at("CC-1001"))
        wait_until(lambda: state_of(house) == State.ANSWERED)
        letters = len(postbox.letters)
        away = a_mail(
            subject="Out of office",
            message_id="<away@riverbend.example>",
            in_reply_to=answers(postbox)[0].message["Message-ID"],
            Auto_Submitted="auto-replied",
        )
        send(house, away)
        wait_until(lambda: noted(house) == 1)
        assert state_of(house) == State.ANSWERED
        assert len(postbox.letters) == letters


def noted(house: Running) -> int:
    with house.desk.database.reading() as session:
        return len(tickets.with_outcome(session, "noted"))


@pytest.mark.parametrize("name", ["consult", "Consult", "consult+anything"])
def test_the_mailbox_is_found_however_it_is_written(settings: Settings, name: str) -> None:
    with Postbox() as postbox, a_house(settings, postbox.settings()) as house:
        send(house, a_mail(), to=f"{name}@house.example")
        wait_until(lambda: state_of(house) == State.IN_REVIEW)
        with house.desk.database.reading() as session:
            assert tickets.find(session, 1).mailbox == "consult@house.example"
