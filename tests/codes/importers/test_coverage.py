"""The Medicare Coverage Database: tables in a zip in a zip, put together, and what may be said of them."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import TermsNotAcceptedError, import_files
from consultant.codes.importers.coverage import part_of
from consultant.codes.importers.documents import WrongFileError, unpack
from consultant.codes.importers.recognition import read_ledgers
from consultant.codes.policies import listed_together, listings
from tests.codes.conftest import NOW

TABLES = {
    "article": "article_id,article_version,article_type,title,article_eff_date,article_end_date,status,last_updated,"
    "display_id\r\n"
    '59901,3,6,"Billing and Coding: Invented Test, Second Edition",2026-01-01 00:00:00,,A,2026-07-01,A59901\r\n'
    "59901,2,6,Billing and Coding: Invented Test,2025-01-01 00:00:00,2025-12-31 00:00:00,R,2025-12-31,A59901\r\n",
    "article_x_hcpc_code": "article_id,article_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,"
    "last_updated,long_description,short_description\r\n"
    "59901,3,Q9981,2026,1,,2026-07-01,TEXT THAT MAY NOT BE KEPT,TEXT\r\n"
    "59901,2,Q9981,2025,1,,2026-07-01,,\r\n",
    "article_x_icd10_covered": "article_id,article_version,icd10_code_id,icd10_code_version,icd10_covered_group,range,"
    "last_updated,sort_order,description,asterisk\r\n"
    "59901,3,E11.42,2026,1,,2026-07-01,1,,\r\n59901,3,E11.9,2026,2,,2026-07-01,2,,Y\r\n",
    "article_x_icd10_noncovered": "article_id,article_version,icd10_code_id,icd10_code_version,"
    "icd10_noncovered_group,range,last_updated,sort_order,description,asterisk\r\n"
    "59901,3,T07.XXXA,2026,1,,2026-07-01,1,,\r\n",
    "article_x_icd10_covered_group": "article_id,article_version,icd10_covered_group,paragraph,last_updated,"
    "icd10_covered_ast\r\n"
    '59901,3,2,"<p>These are covered <b>only</b>\nwith a code of group 1 &amp; a note.</p>",2026-07-01,\r\n',
    "article_x_contractor": "article_id,article_version,article_type,contractor_id,contractor_type_id,"
    "contractor_version,last_updated\r\n59901,3,6,10,12,1,2026-07-01\r\n",
    "contractor": "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,contractor_number\r\n"
    "10,12,1,Invented Medicare Contractor,99999\r\n",
    "state_lookup": "state_id,state_abbrev,description\r\n1,AL,Alabama\r\n",
}
NCDS = (
    "NCD_id,NCD_vrsn_num,natl_cvrg_type,cvrg_lvl_cd,NCD_mnl_sect,NCD_mnl_sect_title,NCD_efctv_dt,NCD_impltn_dt,"
    "NCD_trmntn_dt,itm_srvc_desc\r\n"
    '999,1,True,2,999.1,An Invented Determination,2021-09-27 00:00:00,,,"<p>Words.</p>"\r\n'
)


def zipped(path: Path, tables: dict[str, str], inner: str) -> Path:
    """Write tables as the agency sends them: a zip of csv files in a zip, beside its readme."""
    csvs = io.BytesIO()
    with zipfile.ZipFile(csvs, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            member = zipfile.ZipInfo(f"{name}.csv", (2026, 11, 19, 3, 0, 0))
            archive.writestr(member, text.encode("cp1252"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme_first.txt", "See the data dictionary.")
        archive.writestr(inner, csvs.getvalue())
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return zipped(tmp_path / "current_article.zip", TABLES, "current_article_csv.zip")


@pytest.fixture
def covered(tmp_path: Path, articles: Path) -> Path:
    """A book of these articles."""
    path = tmp_path / "codebook.sqlite"
    import_files(path, [articles], accepted_by="owner@house.example", now=NOW)
    return path


def test_every_table_is_told_by_its_columns(articles: Path) -> None:
    parts = {document.name: part_of(document) for document in unpack(articles) if document.name.endswith(".csv")}
    assert parts == {
        "article.csv": "Article policies",
        "article_x_hcpc_code.csv": "Article procedures",
        "article_x_icd10_covered.csv": "Article covered",
        "article_x_icd10_noncovered.csv": "Article not-covered",
        "article_x_icd10_covered_group.csv": "Article covered-groups",
        "article_x_contractor.csv": "Article holders",
        "contractor.csv": "Article contractors",
        "state_lookup.csv": "",
    }


def test_the_tables_of_a_download_are_one_release_dated_by_the_archive(covered: Path) -> None:
    with Book.open(covered) as book:
        [release] = [release for release in book.releases() if release.source == "Medicare coverage"]
    assert (release.effective, release.variant, release.partial) == (date(2026, 11, 19), "Article", False)
    assert release.terms


def test_without_accepted_terms_nothing_is_imported(tmp_path: Path, articles: Path) -> None:
    with pytest.raises(TermsNotAcceptedError):
        import_files(tmp_path / "codebook.sqlite", [articles], now=NOW)


def test_some_of_the_tables_are_a_partial_release(tmp_path: Path) -> None:
    some = zipped(tmp_path / "some.zip", {name: TABLES[name] for name in ("article", "contractor")}, "some_csv.zip")
    import_files(tmp_path / "codebook.sqlite", [some], accepted_by="owner@house.example", now=NOW)
    with Book.open(tmp_path / "codebook.sqlite") as book:
        assert [release.partial for release in book.releases()] == [True]
        assert listings(book, "Q9981", date(2026, 6, 1)) == ()


def test_a_policy_lists_a_procedure_in_the_version_in_force_on_the_day(covered: Path) -> None:
    with Book.open(covered) as book:
        [now] = listings(book, "Q9981", date(2026, 11, 23))
        [then] = listings(book, "Q9981", date(2025, 6, 1))
        assert listings(book, "Q9981", date(2024, 6, 1)) == ()
    assert (now.policy.display, now.policy.title) == (
        "A59901",
        "Billing and Coding: Invented Test, Second Edition",
    )
    assert now.policy.contractors == ("Invented Medicare Contractor",)
    assert then.policy.title == "Billing and Coding: Invented Test"


def test_a_diagnosis_is_listed_for_a_procedure_with_its_groups_words(covered: Path) -> None:
    with Book.open(covered) as book:
        [listing] = listed_together(book, "Q9981", "E11.9", date(2026, 11, 23))
        [against] = listed_together(book, "Q9981", "T07.XXXA", date(2026, 11, 23))
        assert listed_together(book, "Q9982", "E11.9", date(2026, 11, 23)) == ()
    assert (listing.list, listing.group, listing.starred) == ("covered", 2, True)
    assert listing.paragraph == "These are covered only with a code of group 1 & a note."
    assert against.list == "not covered"


def test_no_description_of_a_code_is_kept(covered: Path) -> None:
    assert b"MAY NOT BE KEPT" not in covered.read_bytes()


def test_national_determinations_are_policies_without_lists(tmp_path: Path) -> None:
    path = zipped(tmp_path / "ncd.zip", {"ncd_trkg": NCDS}, "ncd_csv.zip")
    [ledger] = read_ledgers(path)
    [rows] = ledger.tables.values()
    assert ledger.variant == "NCD"
    assert list(rows) == [(999, 1, "NCD", "NCD 999.1", "An Invented Determination", "2021-09-27", None)]


@pytest.mark.parametrize(
    ("table", "change", "place"),
    [
        ("article", (",2026-01-01 00:00:00,", ",in spring,"), "row 2, column article_eff_date ('in spring')"),
        ("article_x_hcpc_code", ("59901,3,Q9981", "59901,three,Q9981"), "row 2, column article_version"),
        ("article_x_icd10_covered", (",1,,\r\n", ",1\r\n"), "row 2, column 8"),
        ("article_x_icd10_covered", ("E11.42", "E11/42"), "row 2, column icd10_code_id"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, table: str, change: tuple[str, str], place: str) -> None:
    assert change[0] in TABLES[table]
    path = zipped(tmp_path / "broken.zip", {**TABLES, table: TABLES[table].replace(*change, 1)}, "broken_csv.zip")
    with pytest.raises(WrongFileError) as refused:
        import_files(tmp_path / "codebook.sqlite", [path], accepted_by="owner@house.example", now=NOW)
    assert place in str(refused.value)
    assert not (tmp_path / "codebook.sqlite").exists()
