"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from consultant.web.comparing import MOST_LINES, Fate, Line, compare


def test_a_changed_line_is_shown_as_it_was_and_as_it_is() -> None:
    assert compare("one\ntwo\nthree", "one\n2\nthree") == (
        Line(Fate.KEPT, "one"),
        Line(Fate.REMOVED, "two"),
        Line(Fate.ADDED, "2"),
        Line(Fate.KEPT, "three"),
    )


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_both_texts_can_be_read_out_of_the_comparison(before: list[str], after: list[str]) -> None:
    lines = compare("\n".join(before), "\n".join(after))
    assert [line.text for line in lines if line.fate is not Fate.ADDED] == before
    assert [line.text for line in lines if line.fate is not Fate.REMOVED] == after


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    lines = compare("x\n" * (MOST_LINES + 1), "y")
    assert [line.fate for line in lines] == [Fate.REMOVED] * (MOST_LINES + 1) + [Fate.ADDED]
