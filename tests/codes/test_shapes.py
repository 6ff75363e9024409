"""The shapes of codes, as patterns."""

import pytest

from consultant.codes.shapes import LETTERS_BEFORE, NUMBER, in_cpt_numbering, in_hcpcs_blocks, with_dot

SHAPES = [
    ("20610", "cpt"),
    ("00100", "cpt"),
    ("0232T", "suffixed"),
    ("J1885", "hcpcs"),
    ("E11.9", "dotted"),
    ("E885.9", "external"),
    ("250.00", "icd9"),
    ("I10", "category"),
    ("S72001A", "dotless"),
    ("E1.19", "misdotted"),
    ("M54. 16", "blanked"),
    ("QA0.0151", "paired"),
    ("992-\n13", "wrapped"),
    ("0DTJ4ZZ", "operation"),
    ("XW033E5", "imaging"),
    ("2026", "year"),
    ("3/15/26", "date"),
]


@pytest.mark.parametrize(("text", "group"), SHAPES)
def test_a_number_shows_its_shape(text: str, group: str) -> None:
    found = NUMBER.search(text)
    assert found
    assert found.lastgroup == group
    assert found.start() - LETTERS_BEFORE.get(group, 0) == 0


@pytest.mark.parametrize(
    "text", ["", "00099", "05000", "9921", "B12", "T10", "$1,250.00", "992134", "ABC12345", "L4-L5"]
)
def test_what_has_no_such_shape_is_passed(text: str) -> None:
    assert NUMBER.search(text) is None


def test_numbering() -> None:
    assert [code for code in ("00099", "00100", "01999", "02000", "10000", "99999") if in_cpt_numbering(code)] == [
        "00100",
        "01999",
        "10000",
        "99999",
    ]
    assert in_hcpcs_blocks("J1885")
    assert not in_hcpcs_blocks("M5416")


def test_a_dot_stands_behind_the_category() -> None:
    assert [with_dot(code) for code in ("I10", "E119", "S72.001A")] == ["I10", "E11.9", "S72.001A"]
