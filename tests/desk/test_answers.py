"""The public shape of `codes check`, as programs read it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.desk.answers import ReadingRoom, check
from consultant.rendering import Renderer

AGENCY = Path(__file__).resolve().parents[1] / "agency"
ON = date(2026, 11, 23)


@pytest.fixture
def room(tmp_path: Path, renderer: Renderer) -> Iterator[ReadingRoom]:
    """A reading room with the practitioner tables of NCCI."""
    path = tmp_path / "codebook.sqlite"
    files = [*sorted(AGENCY.glob("ccipra-*")), AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"]
    import_files(path, files, accepted_by="owner@house.example", now=datetime(2026, 11, 23, tzinfo=UTC))
    with Book.open(path) as book:
        yield ReadingRoom(book, renderer, "CaseConsultant", ON)


def test_a_check_gives_pairs_units_and_what_is_silent(room: ReadingRoom) -> None:
    shape = check(room, ["Q9982", "Q9981"], ON, units={"Q9981": 3})
    [pair] = shape["pairs"]
    assert {key: pair[key] for key in ("kind", "codes", "indicator", "against")} == {
        "kind": "ptp",
        "codes": ["Q9981", "Q9982"],
        "indicator": "0",
        "against": True,
    }
    assert pair["fact"]["release"] == "October 2026"
    assert [(unit["code"], unit["mue"], unit["mai"], unit["units"], unit["against"]) for unit in shape["units"]] == [
        ("Q9981", 2, 3, 3, True),
        ("Q9982", 1, 2, None, False),
    ]
    assert shape["silent"] == []


def test_codes_no_rule_pairs_give_a_statement_that_none_does(room: ReadingRoom) -> None:
    shape = check(room, ["Q9985", "Q9986"], ON)
    assert shape["pairs"] == []
    [silent] = shape["silent"]
    assert silent["statement"].startswith("No NCCI edit for practitioner services in force on November 23, 2026 pairs")


def test_sides_7th_characters_and_records_are_pairs_with_their_facts(book: Book, renderer: Renderer) -> None:
    room = ReadingRoom(book, renderer, "CaseConsultant", ON)
    codes = ["H25.11", "H25.12", "S52.501", "X0001", "O80", "P07.00"]
    shape = check(room, codes, ON, modifiers={"X0001": ("50",)})
    pairs = [pair for pair in shape["pairs"] if not pair["kind"].startswith("excludes")]
    assert [(pair["kind"], pair["codes"], pair["against"]) for pair in pairs] == [
        ("7th character", ["S52.501"], True),
        ("laterality", ["H25.11", "H25.12"], True),
        ("record", ["O80", "P07.00"], True),
    ]
    assert {pair["fact"]["release"] for pair in pairs} == {"FY2026, April 1, 2026"}
    assert pairs[0]["fact"]["statement"].endswith("it needs its 7th character.")
    assert pairs[1]["fact"]["source"].endswith("Guidelines for Coding and Reporting, FY 2026, Section I.B.13")


FACTS = [
    (("H25.11", "H25.12"), (), 'that has a bilateral code, H25.13 ("Age-related nuclear cataract, bilateral").'),
    (("H25.13", "H25.11"), (), 'H25.13 ("Age-related nuclear cataract, bilateral") names both sides'),
    (("M79.604", "M79.606"), (), 'M79.606 ("Pain in leg, unspecified") leaves the side of the condition unspecified'),
    (("X0001", "H25.12"), ("RT",), "Modifier RT on X0001 says the right side, and H25.12 is titled"),
    (("X0001", "H25.12"), ("50",), "no diagnosis given is of the second side."),
    (("S52.501A", "S52.501S"), (), 'says "A - initial encounter for closed fracture" and "S - sequela".'),
    (("O80", "P07.00"), (), "O80 and P07.00 are not for one record. At Chapter 15 the tabular list says of O80:"),
]


@pytest.mark.parametrize(("codes", "modifiers", "words"), FACTS)
def test_what_diagnoses_say_of_each_other_is_worded(
    book: Book, renderer: Renderer, codes: tuple[str, ...], modifiers: tuple[str, ...], words: str
) -> None:
    room = ReadingRoom(book, renderer, "CaseConsultant", ON)
    shape = check(room, codes, ON, modifiers={codes[0]: modifiers})
    [pair] = [pair for pair in shape["pairs"] if pair["kind"] in {"laterality", "7th character", "record"}]
    assert words in pair["fact"]["statement"]


def test_a_record_note_is_told_and_speaks_against_nothing(book: Book, renderer: Renderer) -> None:
    [pair] = check(ReadingRoom(book, renderer, "CaseConsultant", ON), ["O80", "Z37.0"], ON)["pairs"]
    assert (pair["kind"], pair["against"]) == ("record", False)
    assert pair["fact"]["statement"].startswith("At Chapter 15 the tabular list says of O80:")
