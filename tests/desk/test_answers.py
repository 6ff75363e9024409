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
