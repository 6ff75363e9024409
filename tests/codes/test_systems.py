"""Which code set a code belongs to, by the words around it and by the book."""

import pytest

from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.codes.page import open_page
from consultant.codes.systems import said

BOOK = {
    "0DTJ4ZZ": System.ICD_10_PCS,
    **dict.fromkeys(("E785", "M5416", "I10", "QA00151", "QA08"), System.ICD_10_CM),
}


def in_book(code: str) -> frozenset[System]:
    return frozenset({BOOK[code]}) if code in BOOK else frozenset()


def systems(text: str, *, book: bool = False) -> list[str]:
    found = extract(text, in_book if book else None)
    return [f"{one.system.value} {one.code}" for one in found.mentions]


OPERATIONS = [
    "ICD-10-PCS 0DTJ4ZZ",
    "PCS code 0DTJ4ZZ",
    "pcs: 0dtj4zz",
    "in ICD-10-PCS it is 0DTJ4ZZ, is it?",
]


@pytest.mark.parametrize("text", OPERATIONS)
def test_an_operation_is_read_where_the_words_speak_of_it(text: str) -> None:
    assert systems(text) == ["ICD-10-PCS 0DTJ4ZZ"]


def test_a_list_of_operations_goes_on() -> None:
    found = systems("PCS 0DTJ4ZZ, XW033E5 and 0016070, B24BZZZ")
    assert found == [f"ICD-10-PCS {code}" for code in ("0DTJ4ZZ", "XW033E5", "0016070", "B24BZZZ")]


def test_seven_characters_alone_are_an_operation_only_in_the_book() -> None:
    assert systems("serial 0DTJ4ZZ") == []
    assert systems("we removed it, 0DTJ4ZZ") == []
    assert systems("we removed it, 0DTJ4ZZ", book=True) == ["ICD-10-PCS 0DTJ4ZZ"]
    assert systems("call 5550142", book=True) == []


def test_a_diagnosis_named_later_outdoes_the_operation() -> None:
    assert systems("ICD-10-PCS 0DTJ4ZZ; ICD-10-CM S72001A") == ["ICD-10-PCS 0DTJ4ZZ", "ICD-10-CM S72.001A"]


BLANKED = [
    ("dx M54. 16", ["ICD-10-CM M54.16"]),
    ("dx M54 .16, denied", ["ICD-10-CM M54.16"]),
    ("ICD-10: E78.\n5 and M54. 16", ["ICD-10-CM E78.5", "ICD-10-CM M54.16"]),
    ("dx E78. 5 visits were denied", ["ICD-10-CM E78"]),
    ("dx I10. 20610 was denied", ["ICD-10-CM I10", "CPT 20610"]),
]


@pytest.mark.parametrize(("text", "expected"), BLANKED)
def test_a_blank_beside_the_dot_does_not_part_a_code(text: str, expected: list[str]) -> None:
    assert systems(text) == expected


def test_the_book_tells_a_blank_from_a_sentence() -> None:
    assert systems("the E78. 5 and more", book=True) == ["ICD-10-CM E78.5"]
    assert systems("with I10. 25, then", book=True) == ["ICD-10-CM I10"]


PAIRED = [
    ("is QA0.0151 billable?", ["ICD-10-CM QA0.0151"]),
    ("with qa0.8.", ["ICD-10-CM QA0.8"]),
    ("QA0.0151 and QA0.8, E11.9", ["ICD-10-CM QA0.0151", "ICD-10-CM QA0.8", "ICD-10-CM E11.9"]),
    ("ICD-10 code QZ9.9Z", ["ICD-10-CM QZ9.9Z"]),
    ("dx E11.9, QZ9.9Z", ["ICD-10-CM E11.9", "ICD-10-CM QZ9.9Z"]),
    ("the PH7.35 and version AB1.2", []),
    ("dx of low PH7.35", []),
    ("error code AB1.2", []),
    ("MQA0.0151 and 4QA0.0151 and QA0.01512", []),
    ("see http://x.example/QA0.0151.html", []),
]


@pytest.mark.parametrize(("text", "expected"), PAIRED)
def test_two_letters_before_the_dot_are_a_code_where_the_book_or_a_word_says_so(text: str, expected: list[str]) -> None:
    assert systems(text, book=True) == expected


def test_without_a_book_two_letters_before_the_dot_need_a_word() -> None:
    assert systems("is QA0.0151 billable?") == []
    assert systems("Dx: QA0.0151") == ["ICD-10-CM QA0.0151"]


@pytest.mark.parametrize(("text", "first"), [("dx Q99.8-QA0.8", "Q99.8"), ("QA0.0151 to QA0.8", "QA0.0151")])
def test_a_range_may_begin_or_end_with_two_letters(text: str, first: str) -> None:
    found = extract(text, in_book)
    assert [(one.first, one.last) for one in found.ranges] == [(first, "QA0.8")]
    assert not found.mentions


WRAPPED = [
    ("we billed 992-\n13 with 25", "CPT 99213"),
    ("CPT 992-\r\n> 13, denied", "CPT 99213"),
    ("code 2061-\n0", "CPT 20610"),
]


@pytest.mark.parametrize(("text", "expected"), WRAPPED)
def test_a_code_split_by_a_lines_end_is_read(text: str, expected: str) -> None:
    assert systems(text) == [expected]


@pytest.mark.parametrize("text", ["pages 120-\n25", "the 250-\n50 range", "CPT 555-\n0142", "aged 120-\n25"])
def test_other_numbers_split_by_a_lines_end_are_left_alone(text: str) -> None:
    assert systems(text) == []


SAID = [
    ("ICD-9 codes ", "icd9"),
    ("dx ", "icd"),
    ("ICD-10-PCS ", "pcs"),
    ("dx and CPT ", "procedure"),
    ("nothing ", ""),
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_the_code_set_named_last_counts(text: str, expected: str) -> None:
    assert said(open_page(text, None), len(text)) == expected


def test_a_service_beside_a_diagnosis_is_no_diagnosis_the_book_does_not_hold() -> None:
    assert systems("dx M5416 with J1885", book=True) == ["ICD-10-CM M54.16", "HCPCS J1885"]
