"""Nothing is decided on what somebody did not see, and nothing leaves that nobody approved."""

from collections.abc import Callable

import pytest

from consultant.desk.decisions import (
    BlockedError,
    NoteNeededError,
    StaleError,
    Stand,
    approve,
    ask,
    reject,
    reopen,
    revise,
    save_draft,
)
from consultant.desk.departures import send_next
from consultant.desk.drafts import preview, write_draft
from consultant.desk.room import Desk
from consultant.store import tickets
from consultant.store.tables import Decision, Draft
from consultant.workflow import NotPossibleNowError, State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, events_in, outbox_in, stand_now, ticket_in

Act = Callable[[], None]
PAT, SAM = a_reviewer(), a_reviewer(email="sam@house.example", name="Sam Lee", credential="CCS")


@pytest.fixture
def in_review(desk_anywhere: Desk) -> Desk:
    """A desk with one question, drafted and in review."""
    arrive(desk_anywhere)
    write_draft(desk_anywhere, 1)
    return desk_anywhere


def answers(desk: Desk) -> list[str]:
    return [letter.text for letter in outbox_in(desk) if letter.kind == "answer"]


def drafts(desk: Desk) -> list[Draft]:
    with desk.database.reading() as session:
        return tickets.drafts_of(session, 1)


def decisions(desk: Desk) -> list[Decision]:
    with desk.database.reading() as session:
        return tickets.decisions_of(session, 1)


def test_approving_puts_exactly_the_previewed_text_into_the_outbox(in_review: Desk) -> None:
    draft = drafts(in_review)[0]
    shown = preview(in_review, 1, draft.text, PAT)
    approve(in_review, 1, PAT, stand_now(in_review))
    assert answers(in_review) == [shown.text]
    assert "Pat Moss, CPC" in shown.text
    assert ticket_in(in_review).state == State.APPROVED


def test_the_approval_is_bound_to_a_hash_that_the_letter_carries(in_review: Desk) -> None:
    approve(in_review, 1, PAT, stand_now(in_review))
    (letter,) = [letter for letter in outbox_in(in_review) if letter.kind == "answer"]
    assert len(letter.approval) == 64
    assert decisions(in_review)[-1].approval == letter.approval


def test_an_edited_text_becomes_the_next_version_and_the_old_one_stays(in_review: Desk) -> None:
    edited = drafts(in_review)[0].text.replace("Notice", "Please note")
    approve(in_review, 1, PAT, stand_now(in_review), text=edited)
    new, old = drafts(in_review)
    assert (new.version, new.author, new.text) == (2, PAT.email, edited.strip())
    assert (old.version, old.author) == (1, "machine")
    assert "Please note" in answers(in_review)[0]
    assert decisions(in_review)[-1].draft_version == 2


def test_a_second_reviewer_on_a_stale_page_changes_nothing(in_review: Desk) -> None:
    seen_by_both = stand_now(in_review)
    approve(in_review, 1, PAT, seen_by_both)
    acts: tuple[Act, ...] = (
        lambda: approve(in_review, 1, SAM, seen_by_both),
        lambda: revise(in_review, 1, SAM, seen_by_both, note="shorter"),
        lambda: reject(in_review, 1, SAM, seen_by_both, reason="no"),
        lambda: ask(in_review, 1, SAM, seen_by_both, text="which payer?"),
    )
    for act in acts:
        with pytest.raises(StaleError):
            act()
    assert len(answers(in_review)) == 1
    assert len(decisions(in_review)) == 1


def test_approving_what_was_approved_already_is_not_possible(in_review: Desk) -> None:
    approve(in_review, 1, PAT, stand_now(in_review))
    with pytest.raises(NotPossibleNowError):
        approve(in_review, 1, PAT, stand_now(in_review))
    assert len(answers(in_review)) == 1


def test_a_version_nobody_wrote_is_stale(in_review: Desk) -> None:
    with pytest.raises(StaleError):
        approve(in_review, 1, PAT, Stand(draft_version=7, last_event=stand_now(in_review).last_event))


def test_a_blocking_check_stops_the_letter_until_a_reason_is_typed(in_review: Desk) -> None:
    wrong = drafts(in_review)[0].text.replace("E11.9", "E11.99Z")
    with pytest.raises(BlockedError) as stopped:
        approve(in_review, 1, PAT, stand_now(in_review), text=wrong)
    assert stopped.value.checks
    assert answers(in_review) == []
    assert ticket_in(in_review).state == State.IN_REVIEW
    approve(in_review, 1, PAT, stand_now(in_review), text=wrong, override="quoted from the payer's letter")
    assert decisions(in_review)[-1].override == "quoted from the payer's letter"


def test_sending_back_makes_a_new_machine_version_that_follows_the_note(in_review: Desk) -> None:
    revise(in_review, 1, PAT, stand_now(in_review), note="Please treat E10.9 too")
    assert ticket_in(in_review).state == State.RECEIVED
    assert write_draft(in_review, 1) == 2
    newest = drafts(in_review)[0]
    assert "E10.9" in newest.text
    assert newest.note == "Please treat E10.9 too"
    assert answers(in_review) == []


def test_asking_the_asker_sends_the_question_and_waits(in_review: Desk) -> None:
    ask(in_review, 1, PAT, stand_now(in_review), text="Which payer is it?")
    assert ticket_in(in_review).state == State.WAITING
    (question,) = [letter for letter in outbox_in(in_review) if letter.kind == "question to the asker"]
    assert "Which payer is it?" in question.text
    while send_next(in_review):
        pass
    assert ticket_in(in_review).state == State.WAITING


def test_rejecting_sends_nothing_and_keeps_the_reason(in_review: Desk) -> None:
    reject(in_review, 1, PAT, stand_now(in_review), reason="spam")
    assert ticket_in(in_review).state == State.REJECTED
    assert answers(in_review) == []
    assert decisions(in_review)[-1].note == "spam"


@pytest.mark.parametrize("words", ["", "  \n"])
def test_a_decision_that_needs_words_is_refused_without_them(in_review: Desk, words: str) -> None:
    stand = stand_now(in_review)
    acts: tuple[Act, ...] = (
        lambda: revise(in_review, 1, PAT, stand, note=words),
        lambda: ask(in_review, 1, PAT, stand, text=words),
        lambda: reject(in_review, 1, PAT, stand, reason=words),
    )
    for act in acts:
        with pytest.raises(NoteNeededError):
            act()
    assert decisions(in_review) == []


def test_a_saved_draft_is_a_version_and_not_an_approval(in_review: Desk) -> None:
    assert save_draft(in_review, 1, PAT, stand_now(in_review), text=drafts(in_review)[0].text + "\nMore.") == 2
    assert ticket_in(in_review).state == State.IN_REVIEW
    assert answers(in_review) == []
    assert drafts(in_review)[0].author == PAT.email


def test_a_reopened_ticket_gets_a_fresh_draft(in_review: Desk) -> None:
    reject(in_review, 1, PAT, stand_now(in_review), reason="by mistake")
    reopen(in_review, 1, PAT, stand_now(in_review))
    assert write_draft(in_review, 1) == 2


def test_a_letter_that_comes_after_the_approval_voids_it(in_review: Desk) -> None:
    approve(in_review, 1, PAT, stand_now(in_review))
    key = next(letter.message_id for letter in outbox_in(in_review) if letter.kind == "answer")
    late = a_mail(text="Sorry, I meant E10.9", message_id="<late@riverbend.example>", in_reply_to=key)
    arrive(in_review, a_letter(raw=late))
    (answer,) = [letter for letter in outbox_in(in_review) if letter.kind == "answer"]
    assert answer.state == "withdrawn"
    assert ticket_in(in_review).state == State.RECEIVED
    assert "letter withdrawn" in events_in(in_review)


def test_the_answer_goes_to_the_asker_alone_from_the_address_written_to(in_review: Desk) -> None:
    approve(in_review, 1, PAT, stand_now(in_review))
    (letter,) = [letter for letter in outbox_in(in_review) if letter.kind == "answer"]
    assert (letter.recipients, letter.sender) == ([ASKER], "consult@house.example")
    assert letter.in_reply_to == "<one@riverbend.example>"
    assert letter.subject == "Re: A coding question [CC-1001]"
