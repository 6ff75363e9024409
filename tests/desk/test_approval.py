"""An approval speaks for one whole; any part changed is another whole."""

from dataclasses import replace
from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.desk.approval import Approved, approval_hash, releases_now

WHOLE = Approved(
    recipients=["jordan@riverbend.example"],
    subject="Re: A question [CC-1001]",
    text="E11.9 is billable.",
    codes=["E11.9"],
    releases=["ICD-10-CM FY2026"],
    draft_version=1,
    last_event=4,
)


def test_equal_wholes_have_equal_hashes() -> None:
    assert approval_hash(WHOLE) == approval_hash(replace(WHOLE, recipients=("jordan@riverbend.example",)))


@pytest.mark.parametrize(
    "part",
    [
        {"recipients": ["eve@elsewhere.example"]},
        {"recipients": ["jordan@riverbend.example", "eve@elsewhere.example"]},
        {"subject": "Re: Another"},
        {"text": "E11.9 is billable!"},
        {"codes": []},
        {"releases": ["ICD-10-CM FY2027"]},
        {"draft_version": 2},
        {"last_event": 5},
    ],
    ids=lambda part: next(iter(part)),
)
def test_any_part_changed_changes_the_hash(part: dict[str, object]) -> None:
    assert approval_hash(replace(WHOLE, **part)) != approval_hash(WHOLE)  # type: ignore[arg-type]  # parts by name


def test_releases_used_are_still_the_ones_a_draft_would_use_while_nothing_was_imported(book: Book) -> None:
    used = [f"{release.source} {release.name}" for release in book.releases()]
    assert releases_now(book, used, date(2026, 6, 15)) == used


def test_a_release_the_book_no_longer_has_is_seen(book: Book) -> None:
    assert releases_now(book, ["ICD-10-CM FY1999"], date(2026, 6, 15)) != ["ICD-10-CM FY1999"]
