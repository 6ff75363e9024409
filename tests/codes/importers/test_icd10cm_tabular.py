"""The tabular list, read as published: headings, notes, and the codes it does not print."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.building import installed_tabular
from consultant.codes.entries import NoteKind, System
from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Edition, Kind, PrintedCode
from consultant.codes.importers.recognition import read_editions

TABULAR = Path(__file__).resolve().parents[2] / "agency" / "icd10cm-tabular-April-1-2026.xml"


@pytest.fixture(scope="module")
def edition() -> Edition:
    return read_editions(TABULAR)[0]


@pytest.fixture(scope="module")
def installed() -> Edition:
    """The release that comes installed, whole."""
    return read_editions(installed_tabular())[0]


def code(edition: Edition, name: str) -> PrintedCode:
    return next(printed for printed in edition.codes if printed.code == name)


def test_the_edition_knows_its_source_and_day(edition: Edition) -> None:
    assert (edition.source, edition.system, edition.publisher) == ("ICD-10-CM", System.ICD_10_CM, "CDC/NCHS")
    assert (edition.name, edition.effective) == ("FY2026, April 1, 2026", date(2026, 4, 1))


def test_a_file_that_does_not_say_april_is_in_force_from_october(changed: Callable[..., Path]) -> None:
    edition = read_editions(changed(TABULAR, "icd10cm-tabular-2026.xml"))[0]
    assert (edition.name, edition.effective) == ("FY2026, October 1, 2025", date(2025, 10, 1))


def test_parents_stand_before_their_children_up_to_the_chapter(edition: Edition) -> None:
    above, place = [], edition.codes.index(code(edition, "E11.42"))
    while (parent := edition.codes[place].parent) is not None:
        assert parent < place
        above.append(edition.codes[parent].code)
        place = parent
    assert above == ["E11.4", "E11", "E08-E13", "Chapter 4"]


def test_a_block_of_one_category_does_not_hide_it(edition: Edition) -> None:
    assert code(edition, "B20-B20").kind is Kind.BLOCK
    assert code(edition, "B20").billable is True


def test_seventh_characters_are_spelt_out_with_placeholders(edition: Edition) -> None:
    names = [printed.code for printed in edition.codes if printed.code.startswith("T07")]
    assert names == ["T07-T07", "T07", "T07.XXXA", "T07.XXXD", "T07.XXXS"]
    full = code(edition, "T07.XXXA")
    assert (full.long, full.billable, full.listed) == ("Unspecified multiple injuries, initial encounter", True, False)
    assert code(edition, "T07").billable is False


def test_seventh_characters_the_agency_rules_out_in_words_are_left_out(edition: Edition) -> None:
    names = [printed.code for printed in edition.codes if printed.code.startswith("S06.1X") and not printed.listed]
    assert names == ["S06.1X0A", "S06.1X0D", "S06.1X0S", "S06.1X7A"]


def test_notes_keep_their_kind_and_order_and_lose_their_line_breaks(edition: Edition) -> None:
    notes = [(note.kind, note.text) for note in code(edition, "E11").notes]
    assert notes == [
        (NoteKind.INCLUDES, "diabetes NOS"),
        (NoteKind.USE_ADDITIONAL, "code to identify control using:"),
        (NoteKind.USE_ADDITIONAL, "insulin (Z79.4)"),
        (NoteKind.EXCLUDES1, "type 1 diabetes mellitus (E10.-)"),
    ]
    assert code(edition, "E11.42").notes[0].text == "Type 2 diabetes mellitus with diabetic neuralgia"


def test_letters_beyond_ascii_come_through(edition: Edition) -> None:
    assert code(edition, "H81.01").long == "Ménière's disease, right ear"


BROKEN = [
    (("<version>2026</version>", "<version></version>"), "its <version> and chapters"),
    (("</ICD10CM.tabular>", ""), "line 155, column 1"),
    (("<name>E11.9</name>", "<name>E119!</name>"), "a <diag> named 'E119!'"),
    (('<section id="T07">', "<section>"), "a <section> without its id"),
    (("<name>E11.9</name>", ""), "a <diag> without <name>"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_a_broken_file_is_refused_with_the_place(
    changed: Callable[..., Path], change: tuple[str, str], place: str
) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_editions(changed(TABULAR, "tabular.xml", change))
    assert place in str(refused.value)
    assert "tabular.xml" in str(refused.value)


def test_declared_entities_are_refused_before_they_can_grow(changed: Callable[..., Path]) -> None:
    bomb = ("<ICD10CM.tabular>", '<!DOCTYPE x [<!ENTITY a "b">]><ICD10CM.tabular>')
    with pytest.raises(WrongFileError, match="entity declarations"):
        read_editions(changed(TABULAR, "tabular.xml", bomb))


def test_the_installed_release_is_whole(installed: Edition) -> None:
    """98,208 is what the package counts: codes and chapters; CMS's order file lists 98,186 codes, 74,719 billable."""
    kinds = Counter(printed.kind for printed in installed.codes)
    assert kinds[Kind.CODE] + kinds[Kind.CHAPTER] == 98_208
    assert installed.rows == kinds[Kind.CODE] == 98_186
    assert kinds[Kind.BLOCK] == 297
    assert sum(printed.billable is True for printed in installed.codes) == 74_719


def test_every_code_of_the_packages_own_list_is_found_and_no_other(installed: Edition) -> None:
    listed = installed_tabular().with_name("code-list-April-2026.txt").read_text(encoding="utf-8").split()
    wanted = {name for name in listed if "-" not in name and not name.isdigit()}
    assert {printed.code.replace(".", "") for printed in installed.codes if printed.kind is Kind.CODE} == wanted


def test_the_genuine_compressed_file_reads_the_same(shared: Path, installed: Edition) -> None:
    assert read_editions(shared / "data/cms/icd10cm/icd10c-tabular-April-1-2026.xml.gz") == [installed]
