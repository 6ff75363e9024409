"""The payment amount files: quoted columns, zeros before amounts, a trailer that shows the file is whole."""

from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.edition import Terms
from consultant.codes.importers.fee_amounts import Amount
from tests.codes.importers.ledgers import AGENCY, Changed, assert_refused, the_ledger, the_rows

TEXT = AGENCY / "PFREV25C.txt"


def test_amounts_lose_their_zeros_and_modifiers_their_blanks() -> None:
    assert the_rows(TEXT)[:2] == [
        Amount("U9981", "", "01112", "54", "654.63", "636.95", "A", "9", "0.00", "0.00"),
        Amount("U9983", "TC", "01112", "54", "42.65", "42.65", "A", "1", "36.00", "36.00"),
    ]


def test_the_letter_of_its_name_tells_the_quarter_and_its_rows_the_year(changed: Changed) -> None:
    ledger = the_ledger(TEXT)
    assert (ledger.name, ledger.effective, ledger.terms) == ("July 2025", date(2025, 7, 1), Terms.AMA)
    assert the_ledger(changed(TEXT, "amounts.txt")).name == "January 2025"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"0000654.63"', '"0000654,63"', ("line 1", "17 columns")),
        ('"0000654.63"', '"$654.63"', ("line 1", "column 6", "an amount in quotation marks")),
        ('"0000654.63"', "0000654.63", ("line 1", "column 6")),
        ('"TRL-', '"END-', ("line 4", "1 columns")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(TEXT, "PFREV25C.txt", (old, new)), *words)


def test_a_file_without_its_trailer_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "PFREV25C.txt"
    path.write_bytes(b"".join(TEXT.read_bytes().splitlines(keepends=True)[:3]))
    assert_refused(path, "its end", "TRL")


def test_the_genuine_excerpt_is_read_whole(shared: Path) -> None:
    assert len(the_rows(shared / "data/cms/pfs/PFREV25C.excerpt.txt")) == 109  # and 4 lines of notices
