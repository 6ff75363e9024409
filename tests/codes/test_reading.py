"""What is kept of one text while it is read."""

from consultant.codes.extraction import extract
from consultant.codes.reading import CLOSE_LOOKS


def test_every_plain_code_is_read_however_many_there_are() -> None:
    found = extract("billed 99213 again\n" * 2 * CLOSE_LOOKS)
    assert len(found.mentions) == 2 * CLOSE_LOOKS
    assert not found.cut_short


def test_a_text_of_nothing_but_doubtful_numbers_is_cut_short_and_says_so() -> None:
    found = extract("99213/4 " * 2 * CLOSE_LOOKS)
    assert found.cut_short
    assert len(found.mentions) == 2 * CLOSE_LOOKS


def test_a_code_behind_a_joining_sign_is_read_only_where_a_code_ends_or_a_word_joins() -> None:
    def codes(text: str) -> list[str]:
        return [one.code for one in extract(text).mentions]

    assert codes("CPT-99213 and non-99213") == ["99213", "99213"]
    assert codes("99213-25-20610") == ["99213", "20610"]
    assert codes("INV-99213 and 7/99213") == []
