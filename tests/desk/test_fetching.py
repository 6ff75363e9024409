"""Fetching from a real server on loopback: once, resumed, and not again while it is the same."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from consultant.desk.fetching import (
    AddressUnsafeError,
    DownloadDamagedError,
    DownloadTooLargeError,
    FetchBrokenOffError,
    Limits,
    NotPublishedError,
    ServerUnreachableError,
    fetch,
    note_imported,
)
from tests.desk.fileserver import Shelf, serving

LIMITS = Limits(largest=5_000_000, timeout=10.0)
CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server with one file."""
    with serving() as shelf:
        shelf.files["/files/list-2026.zip"] = CONTENT
        yield shelf


def test_a_file_is_fetched_under_its_own_name_with_its_checksum(shelf: Shelf, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetched = fetch(
        shelf.url("/files/list-2026.zip"), tmp_path / "new", LIMITS, lambda done, total: seen.append((done, total))
    )
    assert fetched.path == tmp_path / "new" / "list-2026.zip"
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.fresh
    assert fetched.record.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert not list(tmp_path.rglob("*.part*"))


def test_an_unchanged_file_is_asked_for_but_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    first = fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    note_imported(first)
    again = fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    assert shelf.asked[-1]["if-none-match"] == first.record.etag
    assert (again.fresh, again.record.imported, again.record.sha256) == (False, True, first.record.sha256)


def test_a_changed_file_is_fetched_and_is_not_yet_imported(shelf: Shelf, tmp_path: Path) -> None:
    note_imported(fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS))
    shelf.files["/files/list-2026.zip"] = CONTENT + b"more"
    again = fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    assert (again.fresh, again.record.imported) == (True, False)
    assert again.path.read_bytes() == CONTENT + b"more"


def test_a_download_that_breaks_off_goes_on_where_it_was(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after = 200_000
    fetched = fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    assert fetched.path.read_bytes() == CONTENT
    assert shelf.asked[1]["range"] == "bytes=200000-"


def test_a_part_is_kept_for_the_next_run(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after, shelf.keeps_breaking = 100_000, True
    with pytest.raises(FetchBrokenOffError, match=r"300,000 bytes"):
        fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    shelf.breaks_after = 0
    assert fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS).path.read_bytes() == CONTENT
    assert shelf.asked[-1]["range"] == "bytes=300000-"


def test_a_part_of_what_has_changed_since_is_begun_anew(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after, shelf.keeps_breaking = 100_000, True
    with pytest.raises(FetchBrokenOffError):
        fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    shelf.breaks_after = 0
    shelf.files["/files/list-2026.zip"] = b"another list"
    assert fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS).path.read_bytes() == b"another list"


def test_a_server_that_knows_no_ranges_is_asked_from_the_beginning(shelf: Shelf, tmp_path: Path) -> None:
    shelf.ignores_ranges, shelf.breaks_after = True, 200_000
    assert fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS).path.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_thrown_away(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after, shelf.keeps_breaking = 100_000, True
    with pytest.raises(FetchBrokenOffError):
        fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    shelf.breaks_after = 0
    with (tmp_path / "list-2026.zip.part").open("ab") as part:
        part.write(CONTENT)
    assert fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS).path.read_bytes() == CONTENT


def test_what_is_too_large_is_broken_off(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(DownloadTooLargeError, match="100,000 bytes"):
        fetch(shelf.url("/files/list-2026.zip"), tmp_path, Limits(largest=100_000, timeout=10.0))
    assert not list(tmp_path.glob("*.zip*.part"))


def test_what_is_not_what_the_server_says_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.lies_about_digest = True
    with pytest.raises(DownloadDamagedError):
        fetch(shelf.url("/files/list-2026.zip"), tmp_path, LIMITS)
    assert not (tmp_path / "list-2026.zip").exists()


def test_what_is_not_there_is_named_with_its_address(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match=r"/files/list-2027.zip \(404 Not Found\)"):
        fetch(shelf.url("/files/list-2027.zip"), tmp_path, LIMITS)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with serving() as closed:
        address = closed.url("/file.zip")
    with pytest.raises(ServerUnreachableError, match=r"file\.zip does not answer"):
        fetch(address, tmp_path, LIMITS)


def test_a_redirect_on_this_machine_is_followed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.redirects["/latest.zip"] = shelf.url("/files/list-2026.zip")
    assert fetch(shelf.url("/latest.zip"), tmp_path, LIMITS).path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "target", ["http://files.example.org/list.zip", "ftp://files.example.org/list.zip", "file:///etc/hostname"]
)
def test_a_redirect_to_anything_but_https_is_refused(shelf: Shelf, tmp_path: Path, target: str) -> None:
    shelf.redirects["/latest.zip"] = target
    with pytest.raises((AddressUnsafeError, NotPublishedError)):
        fetch(shelf.url("/latest.zip"), tmp_path, LIMITS)


@pytest.mark.parametrize(
    "address", ["http://files.example.org/list.zip", "ftp://127.0.0.1/list.zip", "file:///etc/hostname"]
)
def test_an_address_that_is_not_https_is_not_fetched(tmp_path: Path, address: str) -> None:
    with pytest.raises(AddressUnsafeError, match="only https"):
        fetch(address, tmp_path, LIMITS)


def test_a_name_cannot_leave_the_folder(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/files/%2e%2e%2fescaped"] = b"x"
    fetched = fetch(shelf.url("/files/%2e%2e%2fescaped"), tmp_path / "in", LIMITS)
    assert fetched.path.parent == tmp_path / "in"
