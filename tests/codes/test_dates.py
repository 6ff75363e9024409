"""Calendar dates and the part they play."""

from datetime import date

import pytest

from consultant.codes.dates import date_before_year, date_in_digits
from consultant.codes.mentions import DateRole
from consultant.codes.page import open_page

WAYS = ["3/15/2026", "03-15-26", "3.15.2026", "2026-03-15", "15-Mar-2026"]


@pytest.mark.parametrize("text", WAYS)
def test_a_date_in_digits_is_read(text: str) -> None:
    found = date_in_digits(open_page(text, None), 0)
    assert found
    assert (found.day, found.start, found.end) == (date(2026, 3, 15), 0, len(text))


@pytest.mark.parametrize("text", ["March 15, 2026", "Mar. 15th 2026", "15 March 2026", "15th of March, 2026"])
def test_a_date_in_words_is_read_from_its_year(text: str) -> None:
    found = date_before_year(open_page(text, None), text.index("2026"))
    assert found
    assert found.day == date(2026, 3, 15)


@pytest.mark.parametrize(
    "said", ["DOS", "D.O.S.:", "date of service", "dates of service", "seen", "performed on", "svc date"]
)
def test_the_date_of_service_is_told_by_its_name(said: str) -> None:
    text = f"{said} 3/15/2026"
    found = date_in_digits(open_page(text, None), text.index("3/15"))
    assert found
    assert found.role is DateRole.SERVICE


def test_the_nearest_name_counts() -> None:
    text = "DOS unknown, paid 3/15/2026"
    found = date_in_digits(open_page(text, None), text.index("3/15"))
    assert found
    assert found.role is DateRole.OTHER


@pytest.mark.parametrize("words", ["a visit on", "the encounter of", "surgery on", "treated on"])
def test_a_date_beside_what_was_done_is_the_date_of_service(words: str) -> None:
    text = f"Is E11.9 right for {words} 3/15/2026?"
    found = date_in_digits(open_page(text, None), text.index("3/15"))
    assert found
    assert found.role is DateRole.SERVICE
