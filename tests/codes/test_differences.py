"""What changed between two releases: told of codes, edits, limits and fees alike."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.changed_rows import PAGE
from consultant.codes.changes import Change, Differences
from consultant.codes.differences import (
    NoPairOfReleasesError,
    NoSuchReleaseError,
    NotComparableError,
    compare,
    previous,
)
from tests.codes.conftest import AGENCY, HCPCS_TEXT, NOW, TABULAR

ORDER = AGENCY / "icd10cm_order_2027.txt"
OWNER = "owner@house.example"


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Callable[..., Book]]:
    """Makes a book of files whose terms are accepted."""
    opened: list[Book] = []

    def make(*files: Path) -> Book:
        import_files(tmp_path / "codebook.sqlite", files, accepted_by=OWNER, now=NOW)
        opened.append(Book.open(tmp_path / "codebook.sqlite"))
        return opened[-1]

    yield make
    for book in opened:
        book.close()


def told(differences: Differences) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the differences in short."""
    return [(one.change.value, " ".join(one.key), one.what) for one in differences.found]


def test_codes_that_came_went_were_reworded_or_changed_are_told(
    books: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    later = changed(
        ORDER,
        "icd10cm_order_2028.txt",
        ("Q99Z    1", "Q99W    1"),
        ("E119    1", "E119    0"),
        ("Type 2 diabetes mellitus with diabetic polyneuropathy\r", "Type 2 diabetes with diabetic polyneuropathy\r"),
    )
    found = compare(books(ORDER, later), "FY2027", "2027-10-01")
    assert told(found) == [
        ("reworded", "E11.42", ("title",)),
        ("changed", "E11.9", ("billable",)),
        ("added", "Q99.W", ()),
        ("terminated", "Q99.Z", ()),
    ]
    assert (found.old.name, found.new.name) == (
        "FY2027, October 1, 2026, order file",
        "FY2028, October 1, 2027, order file",
    )


def test_a_code_that_is_given_an_end_is_terminated_and_one_freed_of_it_added(
    books: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    later = changed(HCPCS_TEXT, "HCPC2027_JAN_ANWEB.txt", ("20211231", "        "))
    found = compare(books(HCPCS_TEXT, later), "October 2026", "January 2027")
    assert [(one.change, one.before, one.after) for one in found.found] == [(Change.ADDED, ("2021-12-31",), ("",))]
    back = compare(books(HCPCS_TEXT, later), "January 2027", "October 2026")
    assert [one.change for one in back.found] == [Change.TERMINATED]


def test_an_order_file_compares_with_the_tabular_list_of_another_year(books: Callable[..., Book]) -> None:
    found = compare(books(TABULAR, ORDER), "2026-04-01", "2026-10-01", "ICD-10-CM")
    assert "Q99.Z" in {one.key[0] for one in found.of(Change.ADDED)}


def test_edits_open_and_close(books: Callable[..., Book], changed: Callable[..., Path]) -> None:
    parts = [AGENCY / f"ccipra-v323r0-f{part}.{'TXT' if part < 3 else 'txt'}" for part in (1, 2, 3, 4)]
    later = [changed(parts[0], "ccipra-v330r0-f1.TXT", ("20200101\t*\t0", "20200101\t20261231\t0"))]
    later += [changed(path, path.name.replace("v323", "v330")) for path in parts[1:]]
    found = compare(books(*parts, *later), "October 2026", "January 2027")
    assert told(found) == [("closed", "Q9981 Q9982 20200101", ("deleted",))]
    assert (found.found[0].before, found.found[0].after) == (("0",), ("20261231",))


def test_limits_that_change_are_told_with_both_values(books: Callable[..., Book], changed: Callable[..., Path]) -> None:
    table = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
    later = changed(
        table, "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv", ("Q9981,2,", "Q9981,5,"), ("Q9982,", "Q9989,")
    )
    found = compare(books(table, later), "October 2026", "January 2027")
    assert told(found) == [
        ("changed", "Q9981", ("value",)),
        ("terminated", "Q9982", ()),
        ("added", "Q9989", ()),
    ]
    assert (found.found[0].before, found.found[0].after) == (("2",), ("5",))


def test_fees_that_change_are_told_by_column(books: Callable[..., Book]) -> None:
    old, new = AGENCY / "PPRRVU2025_Oct.csv", AGENCY / "PPRRVU2026_Jul_nonQPP.csv"
    found = compare(books(old, new), "October 2025", "July 2026")
    assert {"factor", "pricing"} <= set(found.of(Change.CHANGED)[0].what)


def test_rows_that_are_only_numbered_are_compared_whole(
    books: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    index = AGENCY / "icd10cm-index-2027.xml"
    later = changed(index, "icd10cm-index-2028.xml", ("<version>2027", "<version>2028"), ("multiple NOS", "many NOS"))
    found = compare(books(index, later), "FY2027", "FY2028")
    assert [(one.change.value, one.key[0]) for one in found.found] == [
        ("added", "Injury (see also specified injury type) > many NOS"),
        ("terminated", "Injury (see also specified injury type) > multiple NOS"),
    ]


def test_what_a_partial_release_does_not_list_is_not_counted_as_ended(
    books: Callable[..., Book], changed: Callable[..., Path]
) -> None:
    parts = [AGENCY / f"ccipra-v323r0-f{part}.{'TXT' if part < 3 else 'txt'}" for part in (1, 2, 3, 4)]
    later = changed(parts[0], "ccipra-v330r0-f1.TXT")
    assert compare(books(*parts, later), "October 2026", "January 2027").found == ()


def test_nothing_differs_between_equal_releases(books: Callable[..., Book], changed: Callable[..., Path]) -> None:
    same = changed(HCPCS_TEXT, "HCPC2027_JAN_ANWEB.txt")
    assert compare(books(HCPCS_TEXT, same), "October 2026", "January 2027").found == ()


def test_releases_are_named_exactly_by_day_or_in_part(books: Callable[..., Book], changed: Callable[..., Path]) -> None:
    table = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
    later = changed(table, "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv")
    hcpcs = changed(HCPCS_TEXT, "HCPC2027_JAN_ANWEB.txt")
    book = books(HCPCS_TEXT, hcpcs, table, later)
    assert compare(book, "october 2026", "JANUARY 2027", "HCPCS Level II").source == "HCPCS Level II"
    with pytest.raises(NoPairOfReleasesError, match="--source"):
        compare(book, "2026-10-01", "2027-01-01")
    with pytest.raises(NoSuchReleaseError, match='no release "April 2026" of HCPCS Level II; it has: HCPCS'):
        compare(book, "April 2026", "January 2027", "HCPCS Level II")


def test_releases_of_different_sources_are_not_compared(books: Callable[..., Book]) -> None:
    with pytest.raises(NotComparableError):
        compare(books(TABULAR, HCPCS_TEXT), "2026-04-01", "October 2026")


def test_the_release_before_is_the_latest_earlier_one(books: Callable[..., Book], changed: Callable[..., Path]) -> None:
    book = books(HCPCS_TEXT, changed(HCPCS_TEXT, "HCPC2027_JAN_ANWEB.txt"))
    newest, oldest = book.releases()[-1], book.releases()[0]
    before = previous(book, newest)
    assert before is not None
    assert before.release == oldest
    assert previous(book, oldest) is None


def test_more_rows_than_a_page_are_compared(books: Callable[..., Book], tmp_path: Path) -> None:
    head = (AGENCY / "2018_I9gem.txt").read_text()
    more = "".join(f"{number:05} E119    10000\r\n" for number in range(1, PAGE + 3))
    for year, text in ((2017, head + more), (2018, head + more.replace("00007 E119 ", "00007 E118 "))):
        (tmp_path / f"{year}_I9gem.txt").write_text(text, newline="")
    found = compare(books(tmp_path / "2017_I9gem.txt", tmp_path / "2018_I9gem.txt"), "2017", "2018", "GEMs")
    assert Counter(one.change for one in found.found) == {Change.ADDED: 1, Change.TERMINATED: 1}


def test_the_agencys_own_releases_compare(books: Callable[..., Book], shared: Path) -> None:
    folder = shared / "data/cms"
    book = books(folder / "hcpcs/HCPC2023_JAN_ANWEB_v3.xlsx", folder / "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip")
    counts = Counter(one.change.value for one in compare(book, "January 2019", "January 2023").found)
    assert counts == {"added": 985, "terminated": 305, "reworded": 218, "changed": 80}
