"""The AMA's files, on invented codes and texts: nothing of theirs is here, and nothing gets in without their terms."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import TermsNotAcceptedError, import_files
from consultant.codes.entries import Status, System
from consultant.codes.importers.cpt_history import CHANGES
from consultant.codes.importers.documents import WrongFileError
from consultant.codes.importers.edition import Kind, Terms
from consultant.codes.importers.recognition import read_editions, read_ledgers
from tests.codes.conftest import NOW

AGENCY = Path(__file__).resolve().parents[2] / "agency"
NAMES = ("LONGULF.txt", "MEDU.txt", "SHORTU.txt", "ConsumerDescriptor.txt", "ClinicianDescriptor.txt", "MODUL.txt")
DAY = date(2027, 2, 1)
LONG = "An invented service that is described at such length that the words do not fit into one record of the file"


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """All descriptor files in one zip, named for its year."""
    path = tmp_path / "CPT 2027 Data Files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in NAMES:
            archive.write(AGENCY / name, f"standard/{name}")
    return path


@pytest.fixture
def book_path(tmp_path: Path, download: Path) -> Path:
    """A book of these files, their terms accepted."""
    path = tmp_path / "codebook.sqlite"
    import_files(path, [download], accepted_by="owner@house.example", now=NOW)
    return path


def test_nothing_is_imported_before_the_terms_are_accepted(tmp_path: Path, download: Path) -> None:
    with pytest.raises(TermsNotAcceptedError, match="American Medical Association"):
        import_files(tmp_path / "codebook.sqlite", [download], now=NOW)
    assert not (tmp_path / "codebook.sqlite").exists()


def test_all_descriptors_of_a_code_are_one_entry(book_path: Path) -> None:
    with Book.open(book_path) as book:
        entry = book.entry("0001X", DAY)
    assert (entry.system, entry.status, entry.found) == (System.CPT, Status.ACTIVE, True)
    assert (entry.long, entry.short) == (LONG, "INVENTED SVC")
    assert entry.attributes["consumer descriptor"] == "A made-up service in plain words"
    assert entry.attributes["clinician descriptor"] == "Made-up service, first way | Made-up service, second way"
    assert entry.attributes["medium descriptor"] == "INVENTED SERVICE DESCRIBED AT SOME LENGTH"


def test_each_release_keeps_whose_terms_it_is_under_and_who_accepted_them(book_path: Path) -> None:
    with Book.open(book_path) as book:
        releases = [release for release in book.releases() if release.source == "CPT descriptors"]
    assert {release.variant for release in releases} == {"long", "medium", "short", "consumer", "clinician"}
    assert {release.terms for release in releases} == {Terms.AMA.value}
    assert {release.accepted_by for release in releases} == {"owner@house.example"}


def test_a_descriptor_is_found_by_its_words_once(book_path: Path) -> None:
    with Book.open(book_path) as book:
        assert [hit.code for hit in book.search("invented service described length")][:1] == ["0001X"]
        codes = [hit.code for hit in book.search("invented service")]
    assert sorted(codes) == sorted(set(codes))


def test_only_some_of_the_files_do_too(tmp_path: Path) -> None:
    path = tmp_path / "codebook.sqlite"
    import_files(path, [AGENCY / "SHORTU.txt"], accepted_by="owner@house.example", now=NOW)
    with Book.open(path) as book:
        assert book.entry("0002X", DAY).short == "ANOTHER INVENTED SVC"


@pytest.mark.parametrize(("name", "length"), [("LONGULF.txt", "long"), ("MEDU.txt", "medium"), ("SHORTU.txt", "short")])
def test_the_kind_is_told_whatever_the_name(changed: Callable[..., Path], name: str, length: str) -> None:
    assert read_editions(changed(AGENCY / name, "data.txt"))[0].variant == length


def test_the_tab_form_reads_as_the_fixed_one(tmp_path: Path) -> None:
    notice = (AGENCY / "LONGULF.txt").read_text().splitlines()[:2]
    path = tmp_path / "LONGULT.txt"
    path.write_text("\n".join([*notice, f"0001X\t{LONG}", "0002X\tAnother invented service"]))
    tabbed, fixed = read_editions(path)[0], read_editions(AGENCY / "LONGULF.txt")[0]
    assert tabbed.codes == fixed.codes
    assert (tabbed.variant, tabbed.effective) == ("long", date(2027, 1, 1))


def test_the_year_is_told_by_the_name_before_the_notice(changed: Callable[..., Path]) -> None:
    edition = read_editions(changed(AGENCY / "SHORTU.txt", "CPT2026_SHORTU.txt"))[0]
    assert (edition.name, edition.effective) == ("2026, short descriptors", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("LONGULF.txt", ("0001X02", "0001X03"), "line 4, column 6, it is not part 02 of the text"),
        ("LONGULF.txt", ("0002X01 Another", "0002X01\tAnother"), "line 5, column 1"),
        ("SHORTU.txt", ("0002X A", "0002X\tA"), "line 4, column 1"),
        ("ConsumerDescriptor.txt", ("\t0001X\t", "\t1X\t"), "line 2, column 2, it is not a CPT code"),
        ("ClinicianDescriptor.txt", ("\t2\t", "\t"), "line 3, column 3, it is not a row of 4 columns"),
    ],
)
def test_a_broken_line_is_refused(changed: Callable[..., Path], name: str, change: tuple[str, str], place: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read_editions(changed(AGENCY / name, name, change))
    assert place in str(refused.value)


def test_modifiers_are_read_once_and_those_of_hcpcs_left_to_their_own_file() -> None:
    edition = read_editions(AGENCY / "MODUL.txt")[0]
    assert (edition.source, edition.terms, edition.effective) == ("CPT modifiers", Terms.AMA, date(2027, 1, 1))
    assert [(one.code, one.kind, one.long) for one in edition.codes] == [
        ("0Y", Kind.MODIFIER, "Invented modifier: a text that goes on over a second line."),
        ("0Z", Kind.MODIFIER, "Another invented modifier"),
    ]


@pytest.mark.parametrize(
    ("name", "variant", "effective", "first"),
    [
        (
            "History_DTK_pipe.txt",
            "codes",
            date(2027, 1, 1),
            ("0001X", "2027-01-01", 2, "ADDED", "", "An invented service", ""),
        ),
        (
            "Deleted_DTK_tab.txt",
            "deletions",
            date(2026, 1, 1),
            ("0003X", "2026-01-01", 2, "deleted", "Gone service", "", "Use 0001X"),
        ),
    ],
)
def test_the_history_is_kept_as_changes(name: str, variant: str, effective: date, first: tuple[object, ...]) -> None:
    ledger = read_ledgers(AGENCY / name)[0]
    assert (ledger.variant, ledger.effective, ledger.terms) == (variant, effective, Terms.AMA)
    assert next(iter(ledger.tables[CHANGES])) == first


def test_a_broken_history_is_refused(changed: Callable[..., Path]) -> None:
    with pytest.raises(WrongFileError, match="line 2, column 1, it is not a date"):
        read_ledgers(changed(AGENCY / "History_DTK_pipe.txt", "History.txt", ("20270101|ADDED", "soon|ADDED")))
