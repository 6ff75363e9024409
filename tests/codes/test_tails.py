"""What stands behind a procedure code and belongs to it."""

import pytest

from consultant.codes.page import open_page
from consultant.codes.tails import Tail, has_tail, hyphened, read_tail, units_before


def tail_of(text: str) -> Tail:
    return read_tail(open_page(text, None), text[:5], 5)


MODIFIED = [
    ("20610-RT-59", ["RT", "59"]),
    ("20610 RT x 2", ["RT"]),
    ("20610 LT UNITS 1", ["LT"]),
    ("20610-RT/50", ["RT", "50"]),
    ("20610 59 minutes", []),
    ("20610-as billed", []),
    ("20610 - CO-97", []),
    ("20610 E1.19", []),
]


@pytest.mark.parametrize(("text", "modifiers"), MODIFIED)
def test_modifiers_are_read(text: str, modifiers: list[str]) -> None:
    assert tail_of(text).modifiers == modifiers


def test_units_further_codes_and_ranges_are_read() -> None:
    assert tail_of("20610x4").units == 4
    assert [code for code, _, _ in tail_of("99213/4/5").further] == ["99214", "99215"]
    assert tail_of("64612-17").last == "64617"
    assert tail_of("20610-AB7").broken


def test_a_word_or_the_next_code_is_no_tail() -> None:
    assert not has_tail("20610 BECAUSE", 5)
    assert not has_tail("20610, J1885", 5)
    assert has_tail("20610 X 4", 5)
    assert has_tail("20610 WITH MODIFIER", 5)


def test_only_what_is_never_the_end_of_a_range_is_taken_at_once() -> None:
    assert hyphened(open_page("20610-25 and", None), 5) == "25"
    assert hyphened(open_page("20610-rt and", None), 5) == "RT"
    assert hyphened(open_page("99221-23 and", None), 5) == ""
    assert hyphened(open_page("20610-as and", None), 5) == ""


@pytest.mark.parametrize(("text", "units"), [("4 units of ", 4), ("3 x ", 3), ("of ", None), ("$4 units of ", None)])
def test_units_are_said_before_a_code_too(text: str, units: int | None) -> None:
    assert units_before(open_page(text + "J1885", None), len(text)) == units
