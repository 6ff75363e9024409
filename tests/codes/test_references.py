"""Which codes a tabular instruction sends the reader to, and on what condition."""

import time

import pytest

from consultant.codes.references import Where, read_references

READ = [
    ("type 1 diabetes mellitus (E10.-)", ["E10"]),
    ("diabetes mellitus (E08-E13)", ["E08-E13"]),
    ("gestational diabetes (O24.4-)", ["O24.4"]),
    ("hypertension (I10, I15.-, I16.0)", ["I10", "I15", "I16.0"]),
    ("acute infections (J00-J06), influenza (J09-J11)", ["J00-J06", "J09-J11"]),
    ("current concussion (S06.0X- with seventh character A)", ["S06.0X"]),
    ("pneumoconiosis associated with tuberculosis, any type in A15 (J65)", ["J65"]),
    ("influenza A/H1N1 (J10.-)", ["J10"]),
    ("vitamin B12 deficiency anemia (D51.-)", ["D51"]),
    ("megaloblastic anemia unresponsive to vitamin B12 or folate therapy", []),
    ("any condition classifiable to I70.21- and I70.22-", ["I70.21", "I70.22"]),
    ("conditions classified in subcategories S06.1- to S06.6-", ["S06.1-S06.6"]),
    ("open fracture of pelvis (S32.1--S32.9 with 7th character B)", ["S32.1-S32.9"]),
    ("torticollis NOS M43.6", ["M43.6"]),
    ("acquired absence of knee joint (Z89.52-", ["Z89.52"]),
    ("genetic disorder (QA0.-)", ["QA0"]),
    ("symptoms (see chapter 18) (R00-R99)", ["R00-R99"]),
    ("carrier (suspected) of infectious disease", []),
    ("human immunodeficiency virus [HIV] disease (NOS)", []),
]


@pytest.mark.parametrize(("text", "labels"), READ)
def test_the_codes_an_instruction_names_are_read(text: str, labels: list[str]) -> None:
    assert [reference.label for reference in read_references(text)] == labels


CONDITIONS = [
    ("poisoning by drugs (T36-T50 with fifth or sixth character 1-4 or 6)", "T360X1A", True),
    ("poisoning by drugs (T36-T50 with fifth or sixth character 1-4 or 6)", "T360X6A", True),
    ("poisoning by drugs (T36-T50 with fifth or sixth character 1-4 or 6)", "T360X5A", False),
    ("adverse effect, if applicable (T36-T50 with fifth or sixth character 5)", "T4275XA", True),
    ("adverse effect, if applicable (T36-T50 with fifth or sixth character 5)", "T43651A", False),
    ("underdosing (T36-T50 with final character 6)", "T360X6A", True),
    ("diabetic autonomic neuropathy (E08-E13 with .43)", "E1143", True),
    ("diabetic autonomic neuropathy (E08-E13 with .43)", "E1142", False),
    ("dementia in substance use (F10-F19, with .17, .27, .97)", "F1097", True),
    ("diabetic angiopathy (E08-E13 with .51-.52)", "E1152", True),
    ("aphasia following cerebrovascular disease (I69. with final characters -20)", "I69320", True),
    ("aphasia following cerebrovascular disease (I69. with final characters -20)", "I6920", False),
    ("open fracture of shoulder (S42.- with 7th character B or C)", "S42001C", True),
    ("hallucinations in drug psychosis (F11-F19 with fifth to sixth characters 51)", "F11151", True),
    ("whooping cough with pneumonia (A37 with fifth-character 1)", "A3701", True),
    ("diabetic acidosis - see categories E08-E10, E11, E13 with ketoacidosis", "E119", False),
]


@pytest.mark.parametrize(("text", "code", "met"), CONDITIONS)
def test_a_condition_is_applied_to_the_code_without_its_dot(text: str, code: str, *, met: bool) -> None:
    assert read_references(text)[0].condition.met_by(code) is met


def test_a_condition_that_is_not_understood_is_known_for_it() -> None:
    reference = read_references("open fracture of elbow (S52.- with open fracture 7th character)")[0]
    assert reference.condition.where is Where.UNREAD


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    begun = time.process_time()
    for hostile in ("(" * 100_000, "A15-" * 50_000, "(A15 with " + ".5, " * 50_000, "with .5-" * 50_000, "Z" * 200_000):
        read_references(hostile)
    assert time.process_time() - begun < 30  # a nested repeat would take hours
