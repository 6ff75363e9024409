"""Several files of one day say one thing of a code together, and none of them is taken for more than it prints."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.entries import Status, System
from tests.codes.conftest import AGENCY, HCPCS_TEXT, NOW, TABULAR

ORDER = AGENCY / "icd10cm_order_2027.txt"
INDEX = AGENCY / "icd10cm-index-2027.xml"
APRIL, OCTOBER = date(2026, 5, 1), date(2026, 11, 23)


def test_the_newer_order_file_speaks_on_its_day_and_the_tabular_list_before(book_of: Callable[..., Book]) -> None:
    book = book_of(TABULAR, ORDER)
    before, now = book.entry("E11.42", APRIL), book.entry("E11.42", OCTOBER)
    assert before.release is not None
    assert now.release is not None
    assert (before.release.name, bool(before.notes)) == ("FY2026, April 1, 2026", True)
    assert (now.release.name, now.notes) == ("FY2027, October 1, 2026, order file", ())
    assert (now.parent, now.billable) == ("E11.4", True)


def test_of_one_day_the_tabular_list_speaks_and_the_order_file_adds_the_short_title(
    book_of: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    entry = book_of(TABULAR, changed(ORDER, "icd10cm_order_April_2026.txt")).entry("E11.40", APRIL)
    assert entry.release is not None
    assert (entry.release.variant, bool(entry.notes)) == ("", True)


def test_a_code_only_the_order_file_has_is_found(book_of: Callable[..., Book]) -> None:
    entry = book_of(TABULAR, ORDER).entry("Q99.Z", OCTOBER)
    assert (entry.status, entry.short) == (Status.ACTIVE, "Invented condition that no list has")


def test_a_code_is_found_by_words_once_though_two_files_have_it(book_of: Callable[..., Book]) -> None:
    book = book_of(TABULAR, ORDER)
    codes = [hit.code for hit in book.search("type 2 diabetes polyneuropathy")]
    assert codes[0] == "E11.42"
    assert len(codes) == len(set(codes))
    assert book.search("invented condition no list has")[0].code == "Q99.Z"


def test_an_index_term_leads_to_its_code(book_of: Callable[..., Book]) -> None:
    assert "E11.42" not in [hit.code for hit in book_of(TABULAR).search("sugar feet")]
    with_index = book_of(TABULAR, INDEX)
    assert with_index.search("sugar feet")[0].code == "E11.42"


def test_procedures_are_looked_up_and_found(book_of: Callable[..., Book]) -> None:
    book = book_of(AGENCY / "icd10pcs_order_2027.txt")
    entry = book.entry("B00B0ZZ", OCTOBER)
    assert (entry.system, entry.status) == (System.ICD_10_PCS, Status.ACTIVE)
    assert book.entry("B00", OCTOBER).status is Status.HEADER
    assert book.search("spinal cord radiography", system=System.ICD_10_PCS)[0].code == "B00B0ZZ"


def test_a_system_is_searched_alone_whatever_order_files_came_in(small_path: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(small_path, tmp_path / "codebook.sqlite"))
    import_files(path, [ORDER, HCPCS_TEXT], now=NOW)
    with Book.open(path) as book:
        found = {hit.system for hit in book.search("diabetes polyneuropathy injection", 50, System.ICD_10_CM)}
    assert found == {System.ICD_10_CM}


def test_an_old_code_is_known_by_its_shape(book_of: Callable[..., Book]) -> None:
    entry = book_of(TABULAR).entry("250.00", OCTOBER)
    assert (entry.system, entry.found, entry.category) == (System.ICD_9_CM, False, "")
