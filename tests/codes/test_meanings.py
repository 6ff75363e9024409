"""Words of one meaning."""

from consultant.codes.meanings import SYNONYMS


def test_words_of_one_line_stand_for_one_another() -> None:
    assert "renal" in SYNONYMS["kidney"]
    assert "kidney" in SYNONYMS["renal"]


def test_an_arrow_goes_one_way() -> None:
    assert SYNONYMS["shingles"] == ("zoster",)
    assert "zoster" not in SYNONYMS


def test_every_word_is_one_word_in_lower_case_and_not_its_own_synonym() -> None:
    words = [*SYNONYMS, *(other for others in SYNONYMS.values() for other in others)]
    assert all(word.isalpha() and word.islower() for word in words)
    assert all(word not in others for word, others in SYNONYMS.items())
