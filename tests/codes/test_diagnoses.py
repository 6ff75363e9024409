"""What diagnoses say of each other by 7th characters and by the notes on whose records they are for."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.diagnoses import diagnosis_rules
from consultant.codes.rules import PairKind, Verdict
from tests.builders_codes import a_hcpcs_line, import_hcpcs

ON = date(2026, 6, 15)

Said = list[tuple[Verdict, tuple[str, ...], tuple[str, ...]]]


def said(book: Book, kind: PairKind, *codes: str) -> Said:
    rules = [rule for rule in diagnosis_rules(book, codes, ON) if rule.kind is kind]
    return [(rule.verdict, rule.codes, tuple(note.printed_at for note in rule.notes)) for rule in rules]


def test_a_code_without_its_7th_character_is_told_of_it_alone(book: Book) -> None:
    assert said(book, PairKind.SEVENTH, "S52.501") == [(Verdict.NO_SEVENTH, ("S52.501",), ())]
    assert said(book, PairKind.SEVENTH, "S52.501A", "S52.5", "E11") == []


@pytest.mark.parametrize("other", ["S52.501D", "S52.501S", "S52.501K"])
def test_phases_of_care_of_one_injury_contradict_each_other(book: Book, other: str) -> None:
    expected = [(Verdict.SEVENTHS_APART, ("S52.501A", other), ("S52", "S52"))]
    assert said(book, PairKind.SEVENTH, "S52.501A", other) == expected


@pytest.mark.parametrize(
    "codes",
    [
        ("S52.501A", "S52.501B"),  # an open and a closed fracture: two injuries
        ("S52.501A", "S52.502D"),  # another arm
        ("H40.1131", "H40.1132"),  # stages are no phases
        ("O32.1XX1", "O32.1XX2"),
    ],
)
def test_7th_characters_that_may_stand_together_are_let_be(book: Book, codes: tuple[str, str]) -> None:
    assert said(book, PairKind.SEVENTH, *codes) == []


@pytest.mark.parametrize(
    ("mother", "other", "places"),
    [
        ("O80", "P07.00", ("Chapter 15", "Chapter 16")),
        ("O80", "Q65.01", ("Chapter 15", "Chapter 17")),
        ("Z3A.40", "P07.00", ("Z3A", "Chapter 16")),
    ],
)
def test_maternal_codes_and_codes_never_for_mothers_are_kept_apart(
    book: Book, mother: str, other: str, places: tuple[str, str]
) -> None:
    assert said(book, PairKind.RECORD, other, mother) == [(Verdict.RECORDS_APART, (mother, other), places)]


def test_a_note_on_whose_records_codes_are_for_is_quoted_once_and_forbids_nothing(book: Book) -> None:
    [rule] = [rule for rule in diagnosis_rules(book, ["O80", "O32.1XX1", "E11.9"], ON) if rule.kind is PairKind.RECORD]
    assert (rule.verdict, rule.codes, rule.forbids) == (Verdict.ON_ONE_RECORD, ("O80", "O32.1XX1"), False)
    assert "ONLY ON MATERNAL RECORDS" in rule.notes[0].text


def test_one_code_alone_is_on_nobody_elses_record(book: Book) -> None:
    assert said(book, PairKind.RECORD, "O80") == []


def test_codes_without_such_notes_and_unknown_codes_are_passed_over(book: Book) -> None:
    assert diagnosis_rules(book, ["E11.9", "Q99.Z9", "X0001", "I10"], ON) == ()
    assert diagnosis_rules(book, [], ON) == ()


def test_a_supply_that_reads_like_a_diagnosis_without_its_dot_is_none(codebook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(codebook, tmp_path / "codebook.sqlite"))
    import_hcpcs(path, a_hcpcs_line("S0100", "Invented supply"))
    with Book.open(path) as book:
        assert said(book, PairKind.SEVENTH, "S0100") == []
        assert said(book, PairKind.SEVENTH, "S01.00") == [(Verdict.NO_SEVENTH, ("S01.00",), ())]
