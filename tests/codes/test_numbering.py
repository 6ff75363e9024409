"""What a number alone tells."""

import pytest

from consultant.codes.entries import System
from consultant.codes.numbering import Section, section_of, system_by_shape

SECTIONS = [
    ("00100", Section.ANESTHESIA),
    ("69990", Section.SURGERY),
    ("70010", Section.RADIOLOGY),
    ("89398", Section.LABORATORY),
    ("99199", Section.MEDICINE),
    ("99213", Section.EVALUATION),
    ("9999F", Section.PERFORMANCE),
    ("9999T", Section.EMERGING),
    ("D9999", Section.DENTAL),
    ("05000", Section.NONE),
    ("E1140", Section.NONE),
]


@pytest.mark.parametrize(("code", "section"), SECTIONS)
def test_a_number_falls_in_its_published_section(code: str, section: Section) -> None:
    assert section_of(code) is section


SHAPES = [
    ("99213", System.CPT),
    ("9999T", System.CPT),
    ("Q9999", System.HCPCS),
    ("ZZ", System.HCPCS),
    ("Q99.99", System.ICD_10_CM),
    ("Q99Z9", System.ICD_10_CM),
    ("nonsense", System.ICD_10_CM),
]


@pytest.mark.parametrize(("code", "system"), SHAPES)
def test_a_dot_means_a_diagnosis_and_a_letter_with_four_digits_a_supply(code: str, system: System) -> None:
    assert system_by_shape(code) is system
