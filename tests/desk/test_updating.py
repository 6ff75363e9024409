"""`codes update` against a real server: fetched, imported, left alone when unchanged, and told in the digest."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.config import QueueSettings, Settings, SourcesSettings
from consultant.desk.digests import REVIEWERS, preview_digest, send_digest
from consultant.desk.room import Desk
from consultant.desk.updating import (
    KEYS,
    AddressWrongError,
    State,
    UnknownSourceError,
    addresses,
    outcomes_since,
    update,
)
from tests.desk.fileserver import Shelf, serving

AGENCY = Path(__file__).resolve().parents[1] / "agency"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OWNER = "owner@house.example"
NO_ADDRESSES = dict.fromkeys(KEYS, "")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An agency's server with an HCPCS file as it is downloaded, and the four parts of the PTP edits."""
    zipped = tmp_path / "served.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(AGENCY / "HCPC2026_OCT_ANWEB.txt", "HCPC2026_OCT_ANWEB.txt")
    with serving() as shelf:
        shelf.files["/october-2026-alpha-numeric-hcpcs-file.zip"] = zipped.read_bytes()
        for part, ending in ((1, "TXT"), (2, "TXT"), (3, "txt"), (4, "txt")):
            content = (AGENCY / f"ccipra-v323r0-f{part}.{ending}").read_bytes()
            shelf.files[f"/ccipra-v323r0-f{part}.txt"] = content
        yield shelf


@pytest.fixture
def fetching(settings: Settings, shelf: Shelf, tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings whose sources are on that server, in a house without a code book."""
    queue = QueueSettings(path=tmp_path / "fetching")
    queue.path.mkdir()

    def make(**keys: str) -> Settings:
        sources = SourcesSettings.model_validate(
            {**NO_ADDRESSES, **{key: shelf.url(path) for key, path in keys.items()}}
        )
        return settings.model_copy(update={"sources": sources, "queue": queue})

    return make


def test_what_is_published_is_fetched_and_imported(fetching: Callable[..., Settings]) -> None:
    settings = fetching(hcpcs="/{month}-{year}-alpha-numeric-hcpcs-file.zip")
    seen: list[str] = []
    outcomes = update(settings, (), accepted_by="", now=NOW, report=lambda what, _done, _total: seen.append(what))
    assert [(one.source, one.state, one.releases) for one in outcomes] == [
        ("hcpcs", State.IMPORTED, ("HCPCS Level II October 2026",))
    ]
    with Book.open(settings.code_book_path) as book:
        assert book.entry("J1100", date(2026, 11, 1)).found
    assert "fetching hcpcs" in seen


def test_what_is_unchanged_is_neither_fetched_nor_imported_again(
    fetching: Callable[..., Settings], shelf: Shelf
) -> None:
    settings = fetching(hcpcs="/october-2026-alpha-numeric-hcpcs-file.zip")
    update(settings, (), accepted_by="", now=NOW)
    book = settings.code_book_path.stat().st_ino
    assert [one.state for one in update(settings, ["HCPCS"], accepted_by="", now=NOW)] == [State.UNCHANGED]
    assert "if-none-match" in shelf.asked[-1]
    assert settings.code_book_path.stat().st_ino == book


def test_a_file_under_terms_is_left_until_they_are_accepted(fetching: Callable[..., Settings], shelf: Shelf) -> None:
    settings = fetching(ptp_practitioner="/ccipra-v{ncci}r0-f{part}.txt")
    assert [one.state for one in update(settings, (), accepted_by="", now=NOW)] == [State.LEFT]
    assert shelf.asked == []
    [outcome] = update(settings, (), accepted_by=OWNER, now=NOW)
    assert (outcome.state, outcome.releases) == (State.IMPORTED, ("NCCI PTP practitioner October 2026",))
    with Book.open(settings.code_book_path) as book:
        [release] = [release for release in book.releases() if release.source == "NCCI PTP practitioner"]
    assert (release.partial, release.accepted_by) == (False, OWNER)


def test_one_source_that_fails_keeps_no_other_back(fetching: Callable[..., Settings], shelf: Shelf) -> None:
    shelf.files["/wrong.zip"] = b"<html>Please accept our terms</html>"
    settings = fetching(
        icd_cm_order="/none.zip", hcpcs="/october-2026-alpha-numeric-hcpcs-file.zip", dmepos="/wrong.zip"
    )
    outcomes = {one.source: one for one in update(settings, (), accepted_by="", now=NOW)}
    assert {key: one.state for key, one in outcomes.items()} == {
        "icd_cm_order": State.FAILED,
        "hcpcs": State.IMPORTED,
        "dmepos": State.FAILED,
    }
    assert "404" in outcomes["icd_cm_order"].reason
    assert "wrong.zip was not imported" in outcomes["dmepos"].reason


def test_an_import_that_failed_is_tried_again_though_the_file_is_unchanged(
    fetching: Callable[..., Settings], shelf: Shelf
) -> None:
    shelf.files["/wrong.zip"] = b"no list of anything"
    settings = fetching(dmepos="/wrong.zip")
    states = [update(settings, (), accepted_by="", now=NOW)[0].state for _ in range(2)]
    assert states == [State.FAILED, State.FAILED]


def test_an_unknown_source_is_named_with_those_there_are(settings: Settings) -> None:
    with pytest.raises(UnknownSourceError, match='no source "weather" to fetch; there are: icd_cm_tabular'):
        update(settings, ["weather"], accepted_by="", now=NOW)


def test_a_source_without_an_address_says_so(fetching: Callable[..., Settings]) -> None:
    assert [one.state for one in update(fetching(), ["cpt"], accepted_by="", now=NOW)] == [State.NO_ADDRESS]


@pytest.mark.parametrize(
    ("on", "filled"),
    [
        (date(2026, 11, 23), "2026 26 4 october d 2027 323"),
        (date(2026, 3, 31), "2026 26 1 january a 2026 320"),
        (date(2027, 7, 1), "2027 27 3 july c 2027 332"),
    ],
)
def test_an_address_is_filled_in_for_the_day(on: date, filled: str) -> None:
    template = "{year} {yy} {quarter} {month} {letter} {fiscal_year} {ncci}"
    assert addresses(template, "hcpcs", on) == [filled]
    assert addresses("f{part}", "ptp_practitioner", on) == ["f1", "f2", "f3", "f4"]


def test_an_address_with_an_unknown_word_is_an_error() -> None:
    with pytest.raises(AddressWrongError, match=r"holds \{week\}"):
        addresses("https://agency.example/{week}.zip", "hcpcs", date(2026, 11, 23))


def test_every_default_address_is_https_and_can_be_filled_in() -> None:
    sources = SourcesSettings()
    for key in KEYS:
        template = getattr(sources, key)
        for address in addresses(template, key, date(2026, 11, 23)):
            assert not template or address.startswith("https://")
            assert "{" not in address


def test_the_digest_tells_what_was_fetched_even_when_no_question_waits(
    desk: Desk, fetching: Callable[..., Settings], open_a_desk: Callable[..., Desk]
) -> None:
    notified = desk.settings.reviewers.model_copy(update={"notify": ("reviewer@house.example",)})
    settings = fetching(hcpcs="/october-2026-alpha-numeric-hcpcs-file.zip", dmepos="/none.zip").model_copy(
        update={"reviewers": notified}
    )
    told = open_a_desk(settings)
    assert preview_digest(told, REVIEWERS).number == 0
    update(settings, (), accepted_by="", now=told.clock())
    issue = send_digest(told, REVIEWERS, "2026-06-15T07:00")
    assert issue is not None
    assert "hcpcs: HCPCS Level II October 2026 imported." in issue.text
    assert "dmepos: There is nothing at" in issue.text


def test_an_outcome_is_told_in_one_digest_only(fetching: Callable[..., Settings]) -> None:
    settings = fetching(hcpcs="/october-2026-alpha-numeric-hcpcs-file.zip")
    assert outcomes_since(settings, None) == []
    update(settings, (), accepted_by="", now=NOW)
    assert len(outcomes_since(settings, None)) == 1
    assert len(outcomes_since(settings, NOW - timedelta(minutes=1))) == 1
    assert outcomes_since(settings, NOW) == []
