"""Modifiers named without a code."""

import pytest

from consultant.codes.modifiers import KNOWN, RARE, SPOKEN_BARE, UNMISTAKABLE, named_alone
from consultant.codes.page import open_page


def named(text: str) -> list[str]:
    return [one.modifier for one in named_alone(open_page(text, None), frozenset())]


NAMED = [
    ("modifiers 25, 59 and RT", ["25", "59", "RT"]),
    ("the -25 or -59 modifier", ["25", "59"]),
    ("is it XS, or RT/LT?", ["XS", "RT", "LT"]),
    ("bill with a 25.", ["25"]),
    ("append RT", ["RT"]),
    ("LT, LT", []),
    ("COVID-19 and A-25", []),
    ("-25% and -50 degrees", []),
    ("modified 25 times", []),
    ("commodity 25", []),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_modifier_is_named_in_many_ways(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_what_was_read_with_its_code_is_left_out() -> None:
    text = "modifier 25"
    assert named_alone(open_page(text, None), {text.index("25")}) == ()


def test_the_sets_lie_in_one_another() -> None:
    assert SPOKEN_BARE <= KNOWN
    assert KNOWN >= RARE
    assert KNOWN >= UNMISTAKABLE
    assert not UNMISTAKABLE & RARE
