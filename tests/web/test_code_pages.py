"""The code book on a page."""

from pathlib import Path

import pytest

from consultant.codes.building import import_files
from consultant.desk.room import Desk
from tests.web.browser import Browser

AGENCY = Path(__file__).resolve().parents[1] / "agency"


def test_a_code_is_shown_with_its_title_notes_and_source(rita: Browser) -> None:
    page = rita.get("/codes?q=E11.40").text
    assert "Type 2 diabetes mellitus with diabetic neuropathy, unspecified" in page
    assert "billable" in page
    assert "CDC/NCHS" in page
    assert "Excludes1" in page


def test_several_codes_are_shown_one_after_the_other(rita: Browser) -> None:
    page = rita.get("/codes?q=e11.9,+I10").text
    assert page.count('class="card entry"') == 2


def test_words_find_codes(rita: Browser) -> None:
    page = rita.get("/codes?q=type+2+diabetes+with+neuropathy").text
    assert page.index("E11.40") > 0


def test_a_slip_is_queried_with_a_link_on_the_same_day(rita: Browser) -> None:
    page = rita.get("/codes?q=chronic+hypertention&on=2026-05-12").text
    assert 'Did you mean <a href="/codes?q=chronic%20hypertension&amp;on=2026-05-12">chronic hypertension</a>?' in page
    for words in ("hypertension", "E11.9", "zzzzqqqq"):
        assert "Did you mean" not in rita.get(f"/codes?q={words}").text


def test_a_code_nobody_knows_says_what_to_do(rita: Browser) -> None:
    page = rita.get("/codes?q=Q99Z9")
    assert page.status_code == 200
    assert "unknown" in page.text


def test_words_that_find_nothing_say_what_to_try(rita: Browser) -> None:
    assert "Nothing found" in rita.get("/codes?q=zzzzqqqq+xxyyzz").text


def test_a_code_is_looked_up_on_the_day_asked_for(rita: Browser) -> None:
    page = rita.get("/codes?q=E11.9&on=2026-05-12").text
    assert 'value="2026-05-12"' in page
    assert "on 2026-05-12" in page


def test_a_day_that_is_none_is_said_and_today_is_shown(rita: Browser) -> None:
    page = rita.get("/codes?q=E11.9&on=31.12.2026").text
    assert "That day was not understood" in page
    assert 'value="2026-06-15"' in page


def test_a_cpt_code_shows_the_notice_and_no_descriptor(rita: Browser) -> None:
    page = rita.get("/codes?q=99213").text
    assert "American Medical Association" in page
    assert "descriptor not loaded" in page


def test_what_is_loaded_is_shown_with_what_is_missing(rita: Browser) -> None:
    page = rita.get("/codes/status").text
    assert "ICD-10-CM" in page
    assert "FY2026" in page


def test_a_missing_source_says_what_that_means(rita: Browser) -> None:
    page = rita.get("/codes/status").text
    assert "no answer says whether two procedure codes bundle on a professional claim" in page
    assert 'title="SHA-256 ' in page


def test_codes_together_are_checked(rita: Browser) -> None:
    page = rita.get("/codes?q=E10.9+E11.9").text
    assert "Together, on 2026-06-15" in page
    assert "speaks against it" in page


def test_one_code_alone_stands_with_none(rita: Browser) -> None:
    assert "Together, on" not in rita.get("/codes?q=E11.9").text


def test_odd_words_are_only_words(rita: Browser) -> None:
    for q in ["%00", "%27%22%3B--", "x" * 500, "%F0%9F%A9%BA", "*", "NEAR(", "E11.9%20OR%201=1"]:
        assert rita.get(f"/codes?q={q}").status_code == 200, q


def test_a_search_that_is_too_long_is_not_understood(rita: Browser) -> None:
    assert rita.get(f"/codes?q={'x' * 501}").status_code == 422


def test_a_question_can_be_tried_without_sending_it(rita: Browser) -> None:
    rita.get("/ask")
    page = rita.send("/ask", question="Is E11.9 billable?", on="2026-05-12").text
    assert "The draft" in page
    assert "E11.9" in page
    assert "Nothing waits" in rita.get("/").text


def test_an_empty_question_shows_the_form_again(rita: Browser) -> None:
    rita.get("/ask")
    assert rita.send("/ask", question="  ").status_code == 200


def test_without_a_code_book_the_page_says_how_to_make_one(desk: Desk, rita: Browser) -> None:
    desk.shelf.path.unlink()
    page = rita.get("/codes?q=E11.9")
    assert page.status_code == 503
    assert "codes build" in page.text


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """A desk whose book also holds small tables of edits, limits, add-on codes, fees, policies and mappings."""
    names = ("ccipra-v323r0-f*.*", "MCR_MUE_Prac*", "AOC_*", "PPRRVU2026_Jul_nonQPP.csv", "gem_*.csv", "HCPC2026*.txt")
    files = [path for name in names for path in sorted(AGENCY.glob(name))]
    import_files(desk.settings.code_book_path, files, accepted_by="rita@house.example, page", now=desk.clock())
    return desk


@pytest.mark.usefixtures("filled")
def test_what_the_tables_say_of_a_code_is_shown_with_its_source(rita: Browser) -> None:
    page = rita.get("/codes?q=U9981&on=2026-11-23").text
    assert "global days 090" in page
    assert "status indicator A" in page
    assert "Physician fee schedule" in page
    assert "10.00" in page
    assert "General Equivalence Mappings" in rita.get("/codes?q=E11.40").text
    assert "medically unlikely edits" in rita.get("/codes?q=Q9982").text


@pytest.mark.usefixtures("filled")
def test_edits_speak_of_codes_together_with_their_modifiers_and_units(rita: Browser) -> None:
    page = rita.get("/codes?q=Q9981-59+Q9982*9&on=2026-11-23").text
    assert "modifier indicator 0" in page
    assert page.count("speaks against it") == 2
    assert "the fee schedule" in rita.get("/codes?q=U9983-26&on=2026-11-23").text.lower()
