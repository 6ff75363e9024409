"""An approval speaks for one whole; any part changed is another whole."""

from dataclasses import replace
from datetime import date

import pytest

from consultant.codes.book import Book
from consultant.desk.approval import Approved, approval_hash, standing

WHOLE = Approved(
    kind="answer",
    sender="consult@house.example",
    reply_to="consult+cc-1001.abc@house.example",
    recipients=["jordan@riverbend.example"],
    subject="Re: A question [CC-1001]",
    text="E11.9 is billable.",
    html="<p>E11.9 is billable.</p>",
    codes=["E11.9"],
    editions=["ICD-10-CM FY2026 0123abcd"],
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
        {"editions": ["ICD-10-CM FY2027 0123abcd"]},
        {"editions": ["ICD-10-CM FY2026 4567cdef"]},
        {"kind": "question to the asker"},
        {"sender": "postmaster@house.example"},
        {"reply_to": "eve@elsewhere.example"},
        {"html": "<p>E11.9 is not billable.</p>"},
        {"draft_version": 2},
        {"last_event": 5},
    ],
    ids=lambda part: next(iter(part)),
)
def test_any_part_changed_changes_the_hash(part: dict[str, object]) -> None:
    assert approval_hash(replace(WHOLE, **part)) != approval_hash(WHOLE)  # type: ignore[arg-type]  # parts by name


def test_what_a_draft_rests_on_is_named_with_the_checksum_of_its_file(book: Book) -> None:
    (release,) = [release for release in book.releases() if release.source == "ICD-10-CM"]
    used = [f"{release.source} {release.name}"]
    assert standing(book, used, date(2026, 6, 15)) == [f"{release.source} {release.name} {release.sha256}"]


def test_a_draft_that_used_no_release_rests_on_none(book: Book) -> None:
    assert standing(book, [], date(2026, 6, 15)) == []


def test_a_release_the_book_no_longer_has_is_missed(book: Book) -> None:
    assert standing(book, ["ICD-10-CM FY1999"], date(2026, 6, 15)) == []
