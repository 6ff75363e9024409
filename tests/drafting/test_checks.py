"""What keeps a letter from leaving: each check on a text a reviewer might have made of the draft."""

from dataclasses import replace
from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.codes.extraction import extract
from consultant.drafting.checks import check_letter
from consultant.drafting.letters import sign
from consultant.drafting.values import Consultation, Level
from consultant.rendering import Renderer
from tests.drafting.conftest import Ask

IN_FORCE = date(2026, 6, 15)


class Scales:
    """Weighs an edited text against the draft it was made from."""

    def __init__(self, draft: Consultation, book: Book, renderer: Renderer) -> None:
        self.draft, self.book, self.renderer = draft, book, renderer

    def weigh(self, text: str) -> dict[str, Level]:
        checks = check_letter(
            text,
            facts=self.draft.facts,
            asked=self.draft.extraction,
            missing=self.draft.missing,
            on=self.draft.on,
            book=self.book,
            renderer=self.renderer,
        )
        assert [check.level for check in checks] == sorted((check.level for check in checks), key=list(Level).index)
        assert all(check.message.endswith(".") for check in checks)
        return {check.code: check.level for check in checks}


@pytest.fixture
def scales(ask: Ask, book: Book, renderer: Renderer) -> Scales:
    return Scales(ask("Is E11.9 valid? DOS 6/1/2026", received=IN_FORCE), book, renderer)


def edited(scales: Scales, advice: str) -> str:
    """The draft with one more line under "How to report it"."""
    return scales.draft.text.replace("- E11.9, as a diagnosis.", f"- E11.9, as a diagnosis.\n- {advice}")


def test_a_draft_in_order_passes_every_check(scales: Scales) -> None:
    assert scales.weigh(scales.draft.text) == {}


def test_an_empty_letter_is_blocked(scales: Scales) -> None:
    assert scales.weigh(" \n")["empty-letter"] is Level.BLOCK


def test_a_letter_without_sources_is_blocked(scales: Scales) -> None:
    assert scales.weigh("E11.9 is fine.")["no-sources"] is Level.BLOCK


def test_a_code_that_does_not_exist_is_blocked(scales: Scales) -> None:
    assert scales.weigh(edited(scales, "E11.99"))["unknown-code"] is Level.BLOCK


def test_a_code_a_fact_calls_unknown_is_blocked_once_it_is_advised(ask: Ask, book: Book, renderer: Renderer) -> None:
    scales = Scales(ask("Is E11.99 valid?", received=IN_FORCE), book, renderer)
    assert scales.weigh(scales.draft.text)["unknown-code-named"] is Level.WARN
    advised = scales.draft.text.replace("Sources\n-------", "How to report it\n---\n\n- E11.99\n\nSources\n-------")
    assert scales.weigh(advised)["unknown-code"] is Level.BLOCK


def test_a_code_that_has_ended_is_blocked_once_it_is_advised(
    ask_wider: Ask, wider_book: Book, renderer: Renderer
) -> None:
    scales = Scales(ask_wider("Is Q9989 valid?"), wider_book, renderer)
    advised = scales.draft.text.replace("Sources\n-------", "How to report it\n---\n\n- Q9989\n\nSources\n-------")
    assert scales.weigh(advised)["terminated-code"] is Level.BLOCK


def test_a_heading_that_is_advised_is_warned_of(scales: Scales) -> None:
    assert scales.weigh(edited(scales, "M54.5"))["header-advised"] is Level.WARN


def test_a_code_without_a_fact_behind_it_is_warned_of(scales: Scales) -> None:
    assert scales.weigh(edited(scales, "M54.50"))["unsourced-code"] is Level.WARN


def test_codes_set_apart_that_are_advised_together_are_warned_of(scales: Scales) -> None:
    assert scales.weigh(edited(scales, "E10.9"))["excluded-pair-advised"] is Level.WARN


def test_a_code_that_was_asked_about_and_left_out_is_warned_of(scales: Scales) -> None:
    assert scales.weigh(scales.draft.text.replace("E11.9", "it"))["code-not-answered"] is Level.WARN


def test_a_patient_in_the_text_is_blocked(scales: Scales) -> None:
    assert scales.weigh(edited(scales, "for the patient born DOB 03/04/1961"))["patient-identifier"] is Level.BLOCK


def test_the_reviewers_own_name_and_address_are_no_patient(scales: Scales, renderer: Renderer) -> None:
    signed = sign(scales.draft.text, renderer, name="ada@house.example", credential="", day=IN_FORCE)
    assert scales.weigh(signed) == {}


@pytest.mark.parametrize(("words", "code"), [(5, "too-short"), (500, "too-long")])
def test_a_letter_of_unlikely_length_is_warned_of(scales: Scales, words: int, code: str) -> None:
    assert scales.weigh(f"E11.9\n\n{'word ' * words}\n\n## Sources\n\n- [1] One")[code] is Level.WARN


def test_an_edition_out_of_force_is_warned_of(ask: Ask, book: Book, renderer: Renderer) -> None:
    scales = Scales(ask("Is E11.9 valid?"), book, renderer)
    assert scales.weigh(scales.draft.text)["release-not-in-force"] is Level.WARN


def test_what_is_missing_is_told_and_stops_nothing(ask: Ask, book: Book, renderer: Renderer) -> None:
    scales = Scales(ask("Can 20680 and 20670 be billed together?"), book, renderer)
    found = scales.weigh(scales.draft.text)
    assert found == {"missing": Level.INFO, "descriptor-not-loaded": Level.INFO}


def test_the_checks_do_not_depend_on_where_the_question_came_from(scales: Scales) -> None:
    scales.draft = replace(scales.draft, extraction=extract("E11.9"))
    assert scales.weigh(scales.draft.text) == {}
