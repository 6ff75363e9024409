"""Numbers that look like codes, in letters as they come: signatures, footers, quoted headers, remittance lines.

Each line of `decoys/*.txt` is one text (a backslash and an n for a line's end); behind ` => ` stands what is to be read
in it, and no arrow means nothing.
"""

from pathlib import Path

import pytest

from consultant.codes.decoys import BEFORE, NUMBERED, decoy
from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.codes.page import open_page

TEXTS = [
    (path.stem, line)
    for path in sorted((Path(__file__).parent / "decoys").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


def read_in(text: str) -> str:
    """Return all codes and ranges read, with modifiers and units, and the modifiers named alone, in one line."""
    found = extract(text)
    codes = ["-".join([one.code, *one.modifiers]) + (f" x{one.units}" if one.units else "") for one in found.mentions]
    others = [f"{one.first}..{one.last}" for one in found.ranges] + [one.modifier for one in found.modifiers]
    return ", ".join(codes + others)


@pytest.mark.parametrize(("kind", "line"), TEXTS)
def test_nothing_but_codes_is_taken_for_a_code(kind: str, line: str) -> None:
    text, _, expected = line.replace("\\n", "\n").partition(" => ")
    assert read_in(text) == expected, kind


def test_there_are_more_than_three_hundred_of_them() -> None:
    assert len(TEXTS) > 300


def test_a_book_that_knows_every_number_changes_nothing_for_signatures() -> None:
    every = frozenset({System.CPT})
    lines = [line.replace("\\n", "\n") for kind, line in TEXTS if kind == "signatures"]
    assert [line for line in lines if extract(line, lambda _: every).mentions] == []


SAID = [
    ("zip", "ZIP code 20610"),
    ("telephone", "ext. 20610"),
    ("account", "acct 20610"),
    ("claim", "claim 20610"),
    ("ticket", "ticket 20610"),
    ("licence", "NPI 20610"),
    ("article", "lot 20610"),
    ("form", "form 20610"),
    ("secret", "PIN 20610"),
    ("amount", "balance 20610"),
    ("sign", "#20610"),
    ("numbered", "order no 20610"),
    ("dose", "20610 mg"),
    ("machine text", "www.example.org/20610"),
    ("", "CPT code 20610"),
    ("", "we claim 20610"),
    ("", "20610 have"),
    ("", "modifier for 20610"),
]


@pytest.mark.parametrize(("kind", "text"), SAID)
def test_a_decoy_is_called_by_its_kind(kind: str, text: str) -> None:
    start = text.index("20610")
    assert decoy(open_page(text, None), start, start + 5) == kind


@pytest.mark.parametrize("name", [one for kind, names in BEFORE.items() if kind != "code" for one in names.split(", ")])
def test_every_name_gives_its_number_away(name: str) -> None:
    assert read_in(f"the {name.lower()}: 20610") == ""
    assert read_in(f"{name.title()} 20610") == ""


@pytest.mark.parametrize("name", NUMBERED.split(", "))
def test_a_word_coders_use_too_needs_a_number_sign(name: str) -> None:
    assert read_in(f"the {name.lower()} #20610") == ""
    assert read_in(f"for this {name.lower()} 20610 was billed") == "20610"


STREETS = [
    ("20610 main street", ""),
    ("20610 Harbor View Drive, Austin", ""),
    ("20610 Oak Dr", ""),
    ("20610 for Dr Oak", "20610"),
    ("20610 in our Park Avenue clinic", "20610"),
    ("does 20610 have a global period", "20610"),
    ("20610 leave as is", "20610"),
]


@pytest.mark.parametrize(("text", "expected"), STREETS)
def test_a_street_needs_its_name_right_behind_the_number(text: str, expected: str) -> None:
    assert read_in(text) == expected


def test_an_amount_beside_a_diagnosis_is_no_old_diagnosis() -> None:
    assert read_in("ICD-9 code denied, $1,250.00 due") == ""
    assert read_in("dx E11.9, $250.00") == "E11.9"
