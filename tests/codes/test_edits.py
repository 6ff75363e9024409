"""What Excludes notes say of two codes, wherever the notes are printed."""

from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.codes.edits import pair_rules, parents
from consultant.codes.rules import PairKind, Verdict

ON = date(2026, 6, 15)


def kinds(book: Book, *codes: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(rule.kind.value, rule.codes, rule.printed_at) for rule in pair_rules(book, codes, ON)]


def test_a_note_at_the_category_holds_for_the_codes_below_it(small: Book) -> None:
    [rule] = pair_rules(small, ["E11.40", "E10.9"], ON)
    assert (rule.kind, rule.verdict) == (PairKind.EXCLUDES1, Verdict.NOT_TOGETHER)
    assert (rule.codes, rule.printed_at) == (("E11.40", "E10.9"), "E11")
    assert rule.note is not None
    assert rule.note.text == "type 1 diabetes mellitus (E10.-)"
    assert rule.release.name == "FY2026, April 1, 2026"


def test_a_note_at_a_block_holds_too_and_from_either_side(small: Book) -> None:
    expected = [("excludes1", ("A15.0", "J65"), "A15-A19")]
    assert kinds(small, "A15.0", "J65") == expected
    assert kinds(small, "J65", "A150") == expected


def test_excludes2_says_that_both_may_be_coded(small: Book) -> None:
    [rule] = pair_rules(small, ["R42", "H81.01"], ON)
    assert (rule.kind, rule.verdict) == (PairKind.EXCLUDES2, Verdict.MAY_BE_TOGETHER)


def test_the_condition_of_a_note_is_kept(small: Book) -> None:
    assert kinds(small, "J70.2", "T36.0X1A") == [("excludes1", ("J70.2", "T36.0X1A"), "J70")]
    assert kinds(small, "J70.2", "T36.0X5A") == []


def test_nothing_is_said_of_codes_that_do_not_concern_each_other(small: Book) -> None:
    assert kinds(small, "E11.40", "B20", "T07.XXXA") == []


def test_unknown_and_repeated_codes_and_other_systems_are_passed_over(small: Book) -> None:
    assert kinds(small, "E11.40", "Q99.Z9", "99213", "RT", "E11.40") == []
    assert kinds(small) == []


def test_every_pair_of_a_list_is_looked_at(small: Book) -> None:
    found = kinds(small, "E11.40", "J65", "E10.9", "A15.0")
    assert {frozenset(codes) for _, codes, _ in found} == {frozenset({"E11.40", "E10.9"}), frozenset({"A15.0", "J65"})}


REAL = [
    ("M54.50", "M51.26", "excludes1"),
    ("J03.90", "J02.9", "excludes1"),
    ("E11.9", "O24.410", "excludes1"),
    ("R73.9", "E11.9", "excludes1"),
    ("R51.9", "G43.909", "excludes2"),
    ("I20.9", "R07.9", "excludes2"),
    ("S06.0X0A", "S06.1X0A", "excludes1"),
]


@pytest.mark.parametrize(("first", "second", "kind"), REAL)
def test_pairs_coders_ask_about_are_found_in_the_installed_release(
    book: Book, first: str, second: str, kind: str
) -> None:
    assert kind in {found for found, _, _ in kinds(book, first, second)}


def test_a_named_category_that_holds_both_codes_does_not_part_them(book: Book) -> None:
    assert kinds(book, "T36.0X5A", "T36.0X1A") == []
    assert kinds(book, "I10", "Z79.4") == []


def test_a_category_whose_letter_breaks_the_alphabet_is_placed_where_it_is_printed(book: Book) -> None:
    """C7A stands before C76 in print, so a range C76-C80 does not hold it, as the alphabet would have it."""
    spans = book.spans(["C76", "C80", "C7A", "C78"], book.releases()[0])
    assert not spans["C76"][0] <= spans["C7A"][0] <= spans["C80"][1]
    assert spans["C76"][0] <= spans["C78"][0] <= spans["C80"][1]


@pytest.mark.parametrize(
    ("code", "above"),
    [("E11.40", ("E11.4", "E11")), ("S06.1X0A", ("S06.1X0", "S06.1X", "S06.1", "S06")), ("I10", ())],
)
def test_parents_by_spelling(code: str, above: tuple[str, ...]) -> None:
    assert parents(code) == above
