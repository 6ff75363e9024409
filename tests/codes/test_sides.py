"""What titles say of the side of the body, in the release that comes installed."""

from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.codes.diagnoses import diagnosis_rules
from consultant.codes.rules import PairKind, Verdict

ON = date(2026, 6, 15)
SERVICE = "X0001"  # invented


def sides(book: Book, *codes: str, modifiers: tuple[str, ...] = ()) -> list[tuple[Verdict, tuple[str, ...]]]:
    given = [*codes, SERVICE] if modifiers else list(codes)
    rules = diagnosis_rules(book, given, ON, {SERVICE: modifiers})
    return [(rule.verdict, rule.codes) for rule in rules if rule.kind is PairKind.SIDE]


BOTH_SIDES = [
    ("H25.11", "H25.12", "H25.13"),
    ("M17.11", "M17.12", "M17.0"),  # the bilateral code stands a step higher
    ("Q65.01", "Q65.02", "Q65.1"),
    ("C56.1", "C56.2", "C56.3"),  # "ovary" and "ovaries"
    ("H40.1111", "H40.1121", "H40.1131"),  # the 7th character goes with it
]


@pytest.mark.parametrize(("right", "left", "both"), BOTH_SIDES)
def test_right_and_left_point_to_the_bilateral_code(book: Book, right: str, left: str, both: str) -> None:
    for given in ((right, left), (left, right)):
        [rule] = [rule for rule in diagnosis_rules(book, given, ON) if rule.kind is PairKind.SIDE]
        assert (rule.verdict, rule.codes, rule.forbids) == (Verdict.ONE_FOR_BOTH_SIDES, (right, left), True)
        assert rule.entries[-1].code == both


NO_BILATERAL_CODE = [
    ("S52.501A", "S52.502A"),
    ("R10.11", "R10.12"),
    ("H40.1111", "H40.1122"),  # another stage on each side
    ("H02.201", "H02.204"),  # the bilateral code is of both lids
    ("H25.11", "H26.112"),
]


@pytest.mark.parametrize(("right", "left"), NO_BILATERAL_CODE)
def test_sides_without_a_bilateral_code_of_their_own_are_let_be(book: Book, right: str, left: str) -> None:
    assert sides(book, right, left) == []


def test_a_side_beside_the_bilateral_code_is_named_twice(book: Book) -> None:
    assert sides(book, "H25.12", "H25.13") == [(Verdict.SIDE_OF_BOTH, ("H25.13", "H25.12"))]


@pytest.mark.parametrize(("unsided", "sided"), [("M79.606", "M79.604"), ("S52.509A", "S52.501A")])
def test_an_unspecified_side_beside_a_named_one_speaks_against_them(book: Book, unsided: str, sided: str) -> None:
    assert sides(book, sided, unsided) == [(Verdict.SIDE_LEFT_OPEN, (unsided, sided))]


def test_a_modifier_of_the_other_side_than_every_diagnosis_is_told(book: Book) -> None:
    assert sides(book, "H25.12", modifiers=("RT",)) == [(Verdict.OTHER_SIDE, (SERVICE, "H25.12"))]
    assert sides(book, "H25.11", modifiers=("LT",)) == [(Verdict.OTHER_SIDE, (SERVICE, "H25.11"))]


def test_modifier_50_wants_both_sides_diagnosed(book: Book) -> None:
    assert sides(book, "H25.12", modifiers=("50",)) == [(Verdict.ONE_SIDE_ONLY, (SERVICE, "H25.12"))]
    assert sides(book, "H25.13", modifiers=("50",)) == []
    assert sides(book, "S52.501A", "S52.502A", modifiers=("50",)) == []


@pytest.mark.parametrize(
    ("diagnoses", "modifiers"),
    [
        (("H25.12",), ("LT",)),
        (("H25.13",), ("RT",)),
        (("S52.501A", "S52.502A"), ("RT",)),
        (("H25.12",), ("RT", "LT")),
        (("E11.9",), ("RT",)),
        (("H25.12",), ("59",)),
    ],
)
def test_modifiers_that_contradict_no_diagnosis_are_let_be(
    book: Book, diagnoses: tuple[str, ...], modifiers: tuple[str, ...]
) -> None:
    assert sides(book, *diagnoses, modifiers=modifiers) == []
