"""Restructured BETOS: a code's group changes with time."""

from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.rbcs import Group
from tests.codes.importers.ledgers import AGENCY, Changed, assert_refused, the_ledger, the_rows

CSV = AGENCY / "rbcs_2024.csv"


def test_a_code_has_a_row_for_each_assignment() -> None:
    rows = the_rows(CSV)
    assert [row[:2] for row in rows if row[0] == "U9983"] == [("U9983", "2014-01-01"), ("U9983", "2016-01-01")]
    assert the_ledger(CSV).effective == date(2024, 1, 1)


def test_the_published_names_of_the_columns_are_known_too(tmp_path: Path) -> None:
    path = tmp_path / "RBCS_RY_2025.csv"
    path.write_text(
        "HCPCS_Cd,RBCS_ID,RBCS_Cat,RBCS_Cat_Desc,RBCS_Cat_Subcat,RBCS_Subcat_Desc,RBCS_FamNumb,RBCS_Family_Desc,"
        "RBCS_Major_Ind,HCPCS_Cd_Add_Dt,HCPCS_Cd_End_Dt,RBCS_Assignment_Eff_Dt\n"
        "U9981,PM001M,P,Procedure,PM,Musculoskeletal,001,Invented Family,M,01/01/2014,,01/01/2016\n"
    )
    expected = ("Procedure", "Musculoskeletal", "Invented Family", "Major", "2014-01-01", "9999-12-31")
    assert the_rows(path) == [Group("U9981", "2016-01-01", *expected)]
    assert the_ledger(path).name == "2025"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Family,Major", "Family,Great", ("row 2", "(indicator)", "M, O or N")),
        ("2014-01-01,9999-12-31,2014-01-01", "2014-01-01,9999-12-31,soon", ("row 2", "(assigned)", "a date")),
        ("procedure_indicator", "indicator", ("row 1", "a header without the column")),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changed: Changed, old: str, new: str, words: tuple[str, ...]) -> None:
    assert_refused(changed(CSV, "rbcs_2024.csv", (old, new)), *words)


def test_the_real_table_is_read_whole(shared: Path) -> None:
    rows = the_rows(shared / "data/cms/reference/rbcs_2024.recovered.csv.gz")
    assert len(rows) == 17033
    assert len({row[0] for row in rows}) == 15522
