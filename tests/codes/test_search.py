"""Finding a code by the words a coder would use."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.entries import System

AGENCY = Path(__file__).resolve().parents[1] / "agency"
TABULAR, TEXT = AGENCY / "icd10cm-tabular-April-1-2026.xml", AGENCY / "HCPC2026_OCT_ANWEB.txt"


def first(book: Book, words: str) -> str:
    return book.search(words)[0].code


ASKED = [
    ("type 2 diabetes with neuropathy", "E11.40"),
    ("T2DM w/ neuropathy", "E11.40"),
    ("htn", "I10"),
    ("CHF", "I50.9"),
    ("uti", "N39.0"),
    ("COPD exacerbation", "J44.1"),
    ("CKD stage 3", "N18.30"),
    ("pneumonia", "J18.9"),
    ("sepsis", "A41.9"),
    ("depresion", "F32.A"),
    ("hypertention", "I10"),
    ("pain in right knee", "M25.561"),
    ("shoulder pain", "M25.519"),
    ("low back pain", "M54.50"),
    ("heart attack", "I21.9"),
    ("kidney stone", "N20.0"),
    ("well child exam", "Z00.129"),
    ("screening colonoscopy", "Z12.11"),
    ("high blood pressure", "I10"),
    ("Vertigo NOS", "R42"),
    ("carpal tunnel right", "G56.01"),
    ("R/O MI", "I21.9"),
]


@pytest.mark.parametrize(("words", "code"), ASKED)
def test_what_coders_ask_for_comes_first(book: Book, words: str, code: str) -> None:
    assert first(book, words) == code


def test_a_code_finds_itself_and_its_kin(book: Book) -> None:
    hits = book.search("E11.4", 4)
    assert [hit.code for hit in hits] == ["E11.4", "E11.40", "E11.41", "E11.42"]
    assert hits[0].score == 1.0
    assert first(book, "e1140") == "E11.40"
    assert first(book, "s06.1x0a") == "S06.1X0A"


def test_scores_fall_from_one_to_nought(book: Book) -> None:
    scores = [hit.score for hit in book.search("diabetes with foot ulcer", 30)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_only_printed_codes_are_found_by_words(book: Book) -> None:
    assert all(len(hit.code.replace(".", "")) < 7 for hit in book.search("fracture of shaft of humerus", 50))


def test_supplies_are_found_by_words_and_only_they_if_asked_for(small: Book) -> None:
    assert first(small, "cane adjustable with tip") == "E0100"
    assert [hit.code for hit in small.search("dexamethasone", system=System.HCPCS)] == ["J1100"]
    assert small.search("dexamethasone", system=System.ICD_10_CM) == []
    assert {hit.system for hit in small.search("right", system=System.HCPCS)} == {System.HCPCS}


def test_ended_supplies_are_not_offered(small: Book) -> None:
    assert "Q0001" not in {hit.code for hit in small.search("invented supply that ended")}


def test_the_newest_release_is_searched(book_of: Callable[..., Book], changed: Callable[..., Path]) -> None:
    october = changed(TABULAR, "october.xml", ("Tuberculosis of lung", "Galloping consumption"))
    book = book_of(TABULAR, october)
    assert [hit.code for hit in book.search("galloping consumption")] == []
    assert first(book, "tuberculosis of lung") == "A15.0"
    assert book.entry("A15.0", date(2026, 1, 1)).long == "Galloping consumption"


def test_an_abbreviation_that_is_a_word_is_spelt_out_only_in_capitals(book: Book) -> None:
    assert "leukemia" in book.search("ALL in remission")[0].short.lower()
    assert "leukemia" not in book.search("burn of all toes")[0].short.lower()


UNSEEN = [
    ("gallstones", "K80"),
    ("shingles", "B02"),
    ("cannabis use disorder, moderate", "F12.2"),
    ("agenesis of pancreas", "Q45.0"),
    ("nosebleed", "R04.0"),
    ("voyeuristic", "F65.3"),
    ("underactive thyroid", "E03"),
]


@pytest.mark.parametrize(("words", "code"), UNSEEN)
def test_another_form_or_a_word_of_the_same_meaning_finds_it_too(book: Book, words: str, code: str) -> None:
    assert any(hit.code.startswith(code) for hit in book.search(words, 5))


def test_a_slip_is_queried(book: Book) -> None:
    assert book.did_you_mean("Hypertention, chronic kindey disease") == "hypertension, chronic kidney disease"
    assert book.did_you_mean("hypertension") == ""
    assert book.did_you_mean("xyzzyqq") == ""
    assert book.did_you_mean("E11.9") == ""


NOTHING = [
    "",
    "   ",
    "?!",
    "of the and",
    "xyzzyqq",
    '"',
    "AND OR NOT",
    "* NEAR(a b)",
    "-",
    "99213",
    "a" * 10_000,
    "é Ω",
]


@pytest.mark.parametrize("words", NOTHING)
def test_words_nobody_can_find_anything_by_find_little_and_break_nothing(book: Book, words: str) -> None:
    assert len(book.search(words)) <= 10


def test_no_question_is_too_long(book: Book) -> None:
    assert book.search("pain in the right knee and other unspecified disorders " * 2000)


def test_the_limit_is_kept(book: Book) -> None:
    assert len(book.search("fracture", 3)) == 3
    assert len(book.search("E11", 500)) > 50
