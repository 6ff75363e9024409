"""The data coders' words are spelt out by."""

from consultant.codes.meanings import SYNONYMS
from consultant.codes.vocabulary import ABBREVIATIONS, EXPRESSIONS, WORDS_TOO


def test_everything_is_written_as_questions_are_read_in_lower_case() -> None:
    words = [*ABBREVIATIONS, *ABBREVIATIONS.values(), *EXPRESSIONS, *EXPRESSIONS.values(), *SYNONYMS, *WORDS_TOO]
    assert all(word == word.lower() and word == " ".join(word.split()) for word in words)


def test_a_word_that_is_also_english_is_never_spelt_out_whatever_its_case() -> None:
    assert not ABBREVIATIONS.keys() & WORDS_TOO.keys()
