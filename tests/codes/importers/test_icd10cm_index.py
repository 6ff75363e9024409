"""The alphabetic indexes: terms from the main term down, and where they lead."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.icd10cm_index import TERMS
from consultant.codes.importers.recognition import read_ledgers

AGENCY = Path(__file__).resolve().parents[2] / "agency"
INDEX = AGENCY / "icd10cm-index-2027.xml"
DRUGS = AGENCY / "icd10cm-drug-2027.xml"


def rows(path: Path) -> list[tuple[object, ...]]:
    [ledger] = read_ledgers(path)
    return list(ledger.tables[TERMS])


def test_a_term_is_told_with_all_above_it_and_what_is_not_essential() -> None:
    terms = {row[1]: row[2:] for row in rows(INDEX)}
    assert terms["Diabetes, diabetic (mellitus) (sugar)"] == ("E119", "E11.9", "", "")
    assert terms["Diabetes, diabetic (mellitus) (sugar) > type 2 > with > sugar feet"][1] == "E11.42"


def test_a_term_may_only_send_on_and_a_code_may_be_incomplete() -> None:
    terms = {str(row[1]).rsplit(" > ", 1)[-1]: row[2:] for row in rows(INDEX)}
    assert terms["inadequately controlled"] == ("", "", "Diabetes, by type", "")
    assert terms["multiple NOS"] == ("T07", "T07.-", "", "")


def test_a_table_has_a_term_for_each_of_its_columns() -> None:
    assert [row[1:4] for row in rows(DRUGS)] == [
        ("Inventium > Poisoning, Accidental (unintentional)", "T50991", "T50.991"),
        ("Inventium > Adverse effect", "T50995", "T50.995"),
        ("Inventium > liquid > Poisoning, Accidental (unintentional)", "T50991", "T50.991"),
    ]


def test_the_indexes_stand_beside_each_other_by_their_own_year() -> None:
    found = [(ledger.variant, ledger.effective) for path in (INDEX, DRUGS) for ledger in read_ledgers(path)]
    assert found == [("diseases and injuries", date(2026, 10, 1)), ("drugs and chemicals", date(2026, 10, 1))]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("</mainTerm>\n  </letter>\n  <letter>", "</letter>\n  <letter>"), "line 25, column 7"),
        (("<version>2027</version>", "<version>next</version>"), "its <version>"),
        (("E11.42", "E11,42"), "<code> 'E11,42'"),
        (("<title>Injury", "<name>Injury"), "line "),
    ],
)
def test_a_broken_index_is_refused(changed: Callable[..., Path], change: tuple[str, str], place: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_ledgers(changed(INDEX, "index.xml", change))
    assert place in str(refused.value)


def test_the_genuine_fragment_reads(shared: Path) -> None:
    terms = rows(shared / "data/cms/icd10cm/icd10cm-index-2027.excerpt.xml")
    assert len(terms) == 21
    assert ("H9329", "H93.29-") in {row[2:4] for row in terms}
