"""The quick look that spares a close one."""

import pytest

from consultant.codes.extraction import extract
from consultant.codes.page import open_page
from consultant.codes.surroundings import among_words


def quick(text: str) -> bool:
    start = text.index("20610")
    return among_words(open_page(text, None), start, start + 5)


@pytest.mark.parametrize(
    "text",
    [
        "we billed 20610 because",
        "billed 20610, then",
        "CPT 20610 was",
        "99213, 20610 J1885",
        "was 20610. \nThen",
        "was 20610\nThen",
    ],
)
def test_a_number_among_ordinary_words_needs_no_close_look(text: str) -> None:
    assert quick(text)


@pytest.mark.parametrize(
    "text",
    [
        "claim 20610 was denied",
        "billed 20610-25",
        "billed 20610 x 2",
        "billed 20610 for 2 units",
        "billed 20610 to 20612",
        "billed 20610 with modifier 25",
        "4 units of 20610 were",
        "at 20610 main street today",
        "at 20610 Oak Drive, today",
        "paid $20610 for it",
        "20610%",
        "Texas 20610 MG",
        "billed 20610 mcg of",
        "id:20610 and",
    ],
)
def test_anything_out_of_the_ordinary_is_looked_at_closely(text: str) -> None:
    assert not quick(text)


ORDINARY = [
    "billed",
    "today",
    "visit",
    "payer",
    "same",
    "again",
    "Medicare",
    "is",
    "on",
    "because",
    "(and",
    "denied.",
    "J1885",
]


@pytest.mark.parametrize("before", [word for word in ORDINARY if word[-1].isalnum()])
@pytest.mark.parametrize("behind", ORDINARY)
def test_the_quick_look_reads_what_the_close_one_reads(
    before: str, behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"We {before} 20610 {behind} and {before} M5416 {behind}"
    quickly = extract(text)
    monkeypatch.setattr("consultant.codes.extraction.among_words", lambda *_: False)
    assert extract(text) == quickly
