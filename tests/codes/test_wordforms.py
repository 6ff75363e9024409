"""Words that would do for another, by their letters."""

from consultant.codes.wordforms import kin, parts

VOCABULARY = sorted(["agnosia", "globulin", "trichomonal", "trichomoniasis", "trichotillomania", "trich", "voyeurism"])


def test_kin_grow_from_the_same_root() -> None:
    assert kin("trichomonas", VOCABULARY) == ["trichomonal", "trichomoniasis"]
    assert kin("voyeuristic", VOCABULARY) == ["voyeurism"]
    assert kin("trichomonal", VOCABULARY) == ["trichomoniasis"]


def test_short_words_and_numbers_have_none() -> None:
    assert kin("trich", VOCABULARY) == []
    assert kin("123456", VOCABULARY) == []
    assert kin("xxxxxxx", VOCABULARY) == []
    assert kin("anything", []) == []


def test_a_compound_is_known_by_its_parts() -> None:
    assert parts("prosopagnosia", set(VOCABULARY)) == ["agnosia"]
    assert parts("globulinxyz", set(VOCABULARY)) == ["globulin"]
    assert parts("short", set(VOCABULARY)) == []
