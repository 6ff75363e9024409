"""The words of letters other than answers, subjects, and the reviewer's signature."""

from datetime import UTC, date, datetime

import pytest

from consultant.codes.entries import Release
from consultant.drafting.letters import (
    Waiting,
    sign,
    write_acknowledgement,
    write_digest,
    write_notice,
    write_question,
)
from consultant.drafting.sections import Section, sections_of
from consultant.drafting.values import Check, Fact, Level
from consultant.intake.identifiers import find_identifiers
from consultant.rendering import Renderer, markdown_to_html
from tests.drafting.conftest import Ask

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Modifier question", "Re: Modifier question [CC-1042]"),
        ("Re: Modifier question [CC-1042]", "Re: Modifier question [CC-1042]"),
        ("RE: Re: Fwd: AW: Modifier question", "Re: Modifier question [CC-1042]"),
        ("Regarding 20680", "Re: Regarding 20680 [CC-1042]"),
        ("", "Re: your coding question [CC-1042]"),
        ("Re:", "Re: your coding question [CC-1042]"),
        ("two\r\nBcc: lines", "Re: two Bcc: lines [CC-1042]"),
        ("Patient Mary Jones DOB 01/02/1960", "Re: your coding question [CC-1042]"),
    ],
)
def test_a_subject_is_theirs_with_the_ticket_once(ask: Ask, theirs: str, ours: str) -> None:
    assert ask("Is E11.9 valid?", subject=theirs).subject == ours


def test_a_question_back_holds_the_reviewers_words_and_asks_for_no_patient(renderer: Renderer) -> None:
    words = write_question("Which side was it?", renderer, subject="Re: Knees", ticket="CC-7", house="The House")
    assert words.subject == "Re: Knees [CC-7]"
    assert "Which side was it?" in words.text
    assert "no patient details" in words.text


def test_an_acknowledgement_says_when_to_expect_an_answer(renderer: Renderer) -> None:
    words = write_acknowledgement(renderer, ticket="CC-7", due=NOON, house="The House")
    assert words.subject == "We have your coding question [CC-7]"
    assert "November 23, 2026, 12:00 UTC" in words.text
    assert "sent by machine" in words.text


def test_a_notice_shows_question_facts_checks_and_draft_and_how_to_act(renderer: Renderer) -> None:
    fact = Fact("F1", "valid", "X0001 is invented.", "Nobody", "2026", None, date(2026, 11, 23), ("X0001",))
    words = write_notice(
        renderer,
        ticket="CC-7",
        received=NOON,
        due=NOON,
        question="Is it so?\n\n[click](https://evil.example/) <b>now</b>",
        facts=(fact,),
        checks=(Check(Level.WARN, "too-short", "It is short."),),
        draft="Short answer\n------------\n\nYes.",
        link="https://house.example/tickets/CC-7",
        house="The House",
    )
    assert words.subject == "[CC-7] A draft waits for your review, due November 23, 2026"
    for told in ("Is it so?", "F1: X0001 is invented. (Nobody, 2026)", "too-short: It is short.", "> Yes."):
        assert told in words.text
    assert "https://house.example/tickets/CC-7" in words.text
    assert 'href="https://evil.example/"' not in markdown_to_html(words.text)


def test_a_digest_tells_the_oldest_first_with_its_age(renderer: Renderer) -> None:
    def waiting(ticket: str, day: int) -> Waiting:
        received, due = datetime(2026, 11, day, 9, 0, tzinfo=UTC), datetime(2026, 11, day + 1, 9, 0, tzinfo=UTC)
        return Waiting(ticket, "in review", received, due, "validity, E11.9", f"https://house.example/tickets/{ticket}")

    stale = Release("ICD-10-CM", "FY2026, April 1, 2026", "CDC/NCHS", date(2026, 4, 1), date(2026, 10, 1))
    words = write_digest(
        [waiting("CC-9", 23), waiting("CC-8", 20)],
        renderer,
        now=NOON,
        releases=[stale],
        link="https://house.example/",
        house="The House",
    )
    assert words.subject == "2 questions wait for review, November 23, 2026"
    assert "2 questions wait, 1 past due" in words.text
    assert words.text.index("CC-8") < words.text.index("CC-9")
    assert "waiting 3 days 3 hours; was due November 21, 2026" in words.text
    assert "ICD-10-CM, FY2026, April 1, 2026: superseded on October 1, 2026" in words.text


def test_a_signature_stands_before_the_notice_and_is_replaced_when_signed_again(ask: Ask, renderer: Renderer) -> None:
    draft = ask("Is E11.9 valid?").text
    assert Section.REVIEWED not in sections_of(draft)
    first = sign(draft, renderer, name="Ada Example", credential="CPC", day=date(2026, 11, 23))
    second = sign(first, renderer, name="Ben Example", credential="CCS", day=date(2026, 11, 24))
    assert "Ada Example, CPC, on November 23, 2026" in sections_of(first)[Section.REVIEWED]
    assert "prepared by machine" in sections_of(first)[Section.REVIEWED]
    assert "Ada" not in second
    assert list(sections_of(second))[-2:] == [Section.REVIEWED, Section.NOTICE]
    assert sign(second, renderer, name="Ben Example", credential="CCS", day=date(2026, 11, 24)) == second


def test_a_signature_ends_a_letter_whose_notice_was_taken_out(renderer: Renderer) -> None:
    signed = sign("Yes.\n", renderer, name="Ada Example", credential="", day=date(2026, 11, 23))
    assert signed.startswith("Yes.\n\nReviewed by\n-----------\n\nAda Example, on November 23, 2026.")


def test_our_own_letters_hold_nothing_that_looks_like_a_patient(ask: Ask, renderer: Renderer) -> None:
    letters = (
        ask("Is E11.9 valid?").text,
        write_acknowledgement(renderer, ticket="CC-1042", due=NOON, house="CaseConsultant").text,
        write_question("Which payer?", renderer, subject="", ticket="CC-1042", house="CaseConsultant").text,
    )
    assert not [find_identifiers(letter) for letter in letters if find_identifiers(letter)]
