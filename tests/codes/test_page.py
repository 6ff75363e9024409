"""Laying a text out for reading."""

import pytest

from consultant.codes.page import ODD_CHARACTERS, open_page


@pytest.mark.parametrize(("plain", "odd"), [(plain, odd) for plain, odds in ODD_CHARACTERS.items() for odd in odds])
def test_an_odd_character_is_read_as_the_plain_one(plain: str, odd: str) -> None:
    assert open_page(f"a{odd}b", None).plain == f"A{plain}B"


@pytest.mark.parametrize("text", ["", "Straße 20610", "ﬁnd ŉ 20610", "İ 20610", "\U0001f600 20610"])
def test_no_character_moves(text: str) -> None:
    page = open_page(text, None)
    assert len(page.plain) == len(text)
    assert page.plain.find("20610") == text.find("20610")


def test_what_a_text_speaks_of_is_told_once() -> None:
    assert open_page("the dx codes", None).of_diagnoses
    assert open_page("ICD-10-PCS", None).of_operations
    assert open_page("4 Units", None).of_units
    plain = open_page("a visit", None)
    assert not any((plain.of_diagnoses, plain.of_operations, plain.of_units))
