"""What policies list and mappings suggest is said as that, and never as a verdict."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files
from consultant.codes.entries import System
from consultant.codes.mentions import Extraction
from consultant.drafting.facts import gather
from consultant.drafting.lookups import about_entry
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.values import Intent, IntentFound
from consultant.rendering import Renderer
from tests.codes.importers.test_coverage import TABLES, zipped

AGENCY = Path(__file__).resolve().parents[1] / "agency"
ON = date(2026, 11, 23)
SERVICE = AskedCode(System.HCPCS, "Q9981")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """A book of a few policies, mappings, an order file and the tabular list."""
    articles = zipped(tmp_path / "current_article.zip", TABLES, "current_article_csv.zip")
    files = ("icd10cm-tabular-April-1-2026.xml", "icd10cm_order_2027.txt", "2018_I9gem.txt", "gem_icd10cm_icd9cm.csv")
    path = tmp_path / "codebook.sqlite"
    import_files(
        path, [articles, *(AGENCY / name for name in files)], accepted_by="owner@house.example", now=datetime.now(UTC)
    )
    with Book.open(path) as opened:
        yield opened


def statements(book: Book, renderer: Renderer, intent: Intent, *codes: AskedCode) -> dict[str, str]:
    """Return what is said to a question, by kind."""
    question = Question(
        extraction=Extraction(),
        intents=(IntentFound(intent, "", 0, 0),),
        codes=codes,
        left_over=0,
        modifiers=(),
        on=ON,
        day_stated=True,
        payers=(),
        settings=(),
        condition="",
    )
    return {fact.kind: fact.statement for fact in gather(question, book, today=ON, renderer=renderer).facts}


def test_a_diagnosis_a_policy_lists_is_policy_listed(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.COVERAGE, SERVICE, AskedCode(System.ICD_10_CM, "E11.9"))
    assert said["policy-pair"] == (
        'Article A59901 ("Billing and Coding: Invented Test, Second Edition"; Invented Medicare Contractor) lists'
        " Q9981, and lists E11.9 among the diagnoses that support it, in group 2, with a condition told in the policy:"
        " policy-listed for that contractor, on the policy's conditions."
    )
    assert "valid" not in said["policy-pair"]


def test_a_diagnosis_listed_as_not_covered_is_said_to_be(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.DIAGNOSIS_PAIRING, SERVICE, AskedCode(System.ICD_10_CM, "T07.XXXA"))
    assert "do not support it" in said["policy-pair"]


def test_a_service_alone_is_told_its_policies(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.COVERAGE, SERVICE)
    assert "lists Q9981: policy-listed" in said["policy-listed"]


def test_that_no_policy_lists_a_service_is_said_of_what_is_loaded(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.COVERAGE, AskedCode(System.HCPCS, "Q9982"))
    assert said["policy-silent"].startswith("No LCD or Article in the loaded export")


def test_policies_are_told_to_those_who_ask_of_coverage(book: Book, renderer: Renderer) -> None:
    assert not [kind for kind in statements(book, renderer, Intent.DESCRIBE, SERVICE) if kind.startswith("policy")]


def test_an_old_code_is_told_its_equivalent_as_a_beginning(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.DESCRIBE, AskedCode(System.ICD_9_CM, "250.00"))
    assert said["maps-to"] == (
        "In the 2018, ICD-9-CM to ICD-10-CM General Equivalence Mappings 250.00 has E11.9 (approximate) as ICD-10-CM"
        " equivalent: a place to begin, not a translation."
    )


def test_that_there_is_no_equivalent_is_said(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.DESCRIBE, AskedCode(System.ICD_9_CM, "299.00"))
    assert said["maps-to"].endswith("name no ICD-10-CM equivalent of 299.00.")


def test_codes_in_combination_are_told_together(book: Book, renderer: Renderer) -> None:
    said = statements(book, renderer, Intent.DESCRIBE, AskedCode(System.ICD_9_CM, "996.81"))
    assert "T86.10 with Y83.0 in combination" in said["maps-to"]


def test_a_new_code_is_told_its_old_equivalent_only_when_looked_up(book: Book, renderer: Renderer) -> None:
    looked_up = about_entry(book.entry("E11.9", ON), book, renderer, today=ON)
    assert "250.00" in next(fact.statement for fact in looked_up if fact.kind == "maps-to")
    assert "maps-to" not in statements(book, renderer, Intent.DESCRIBE, AskedCode(System.ICD_10_CM, "E11.9"))


def test_where_only_an_order_file_speaks_nothing_is_said_of_excludes_notes(book: Book, renderer: Renderer) -> None:
    codes = AskedCode(System.ICD_10_CM, "E11.9"), AskedCode(System.ICD_10_CM, "T07.XXXA")
    assert "no-excludes" not in statements(book, renderer, Intent.BUNDLING, *codes)
