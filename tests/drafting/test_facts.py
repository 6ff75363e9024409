"""Facts, the templates that word them, and what is found beside a code."""

from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.drafting.authorities import RULES
from consultant.drafting.conditions import condition_words
from consultant.drafting.findings import Kind
from consultant.drafting.gaps import DECIDED_BY, HANGS_ON, Gap, loaded
from consultant.drafting.neighbours import neighbours
from consultant.drafting.values import Intent
from consultant.rendering import Renderer

DAY = date(2026, 6, 15)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_fact_has_its_template(renderer: Renderer, kind: Kind) -> None:
    assert renderer.knows(f"facts/{kind}.md.j2")


@pytest.mark.parametrize("gap", [gap for gap in Gap if gap is not Gap.NEWER_RELEASE])
def test_every_gap_has_its_sentence(renderer: Renderer, gap: Gap) -> None:
    macro = "asks" if gap.asked_of_the_writer else "decides"
    assert renderer.text(f"letters/gap-{macro}.md.j2", gap=gap).endswith((".", "?"))


def test_every_intent_says_what_decides_it_and_what_it_hangs_on() -> None:
    assert DECIDED_BY.keys() == HANGS_ON.keys() == set(Intent)


def test_a_rule_is_called_for_by_something_that_is_found() -> None:
    cited = {rule.kind for rule in RULES}
    assert cited == {kind for kind in Kind if kind.value.startswith("rule-")}
    assert not [rule for rule in RULES if rule.called_for_by & cited]


def test_a_source_is_loaded_when_the_book_holds_a_release_of_it(book: Book) -> None:
    assert loaded(Gap.ICD_10_CM, book.releases())
    assert not [gap for gap in (Gap.HCPCS, Gap.PTP, Gap.MUE, Gap.CPT) if loaded(gap, book.releases())]


@pytest.mark.parametrize(("written", "meant"), [("E11.99", "E11.9"), ("E11.04", "E11.40"), ("M54.550", "M54.50")])
def test_a_slip_of_the_finger_finds_what_was_meant(book: Book, written: str, meant: str) -> None:
    assert meant in [entry.code for entry in neighbours(written, System.ICD_10_CM, book, DAY)]


def test_something_unlike_any_code_has_no_neighbours(book: Book) -> None:
    assert neighbours("X0001000", System.HCPCS, book, DAY) == ()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the ICD-10 code for type 2 diabetes with neuropathy?", "type 2 diabetes with neuropathy"),
        ("Which diagnosis code should we use for chronic low back pain, please?", "chronic low back pain"),
        ("What code for removal of two moles?", ""),
        ("dx code for patient Mary Jones, DOB 01/02/1960, with asthma?", "asthma"),
    ],
)
def test_only_the_words_of_a_condition_are_looked_for(question: str, words: str) -> None:
    assert condition_words(question, extract(question)) == words
