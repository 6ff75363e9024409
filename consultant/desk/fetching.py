"""Fetching one published file: asked for once, resumed where it broke off, and not fetched again while it is the same.

Over https with certificates checked; plain http only from this machine, which is where tests serve files. A redirect
may lead to https only. What was fetched lies in a folder with a record beside it: address, ETag, date, SHA-256 (RFC
9110, sections 8.8, 13 and 14; RFC 9530 for a digest the server states).
"""

import base64
import contextlib
import hashlib
import http.client
import ipaddress
import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from consultant.errors import HouseError

TRIES = 3  # how often a download that breaks off is resumed before it is left for the next run
_PIECE = 64 * 1024
_NAME = re.compile(r"[^A-Za-z0-9._ -]")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")
_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Watch = Callable[[int, int], None]
"""Told how many bytes are there, and of how many; 0 where the server does not say."""


class AddressUnsafeError(HouseError):
    """The address {address} is not fetched: only https is, or http on this machine. Correct it under [sources]."""


class NotPublishedError(HouseError):
    """There is nothing at {address} ({status}): not published yet, or moved. Look it up and correct [sources]."""


class FetchBrokenOffError(HouseError):
    """Fetching {address} broke off after {size} bytes ({reason}): run the command again, and it goes on from there."""


class ServerUnreachableError(HouseError):
    """The server of {address} does not answer ({reason}): check the connection, and run the command again."""


class DownloadTooLargeError(HouseError):
    """What is at {address} exceeds {limit} bytes: look at it, or raise sources.largest_bytes."""


class DownloadDamagedError(HouseError):
    """What was fetched from {address} is not what its server says it sent: run the command again."""


@dataclass(frozen=True)
class Record:
    """What is known of a fetched file; `imported` says that the code book has taken it in."""

    address: str
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    size: int = 0
    imported: bool = False

    @property
    def validator(self) -> str:
        """Return what a part may be resumed by: a strong ETag, else the date (RFC 9110, section 13.1.5)."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


@dataclass(frozen=True)
class Fetched:
    """A file in the folder; `fresh` is False where the server says that it is still the same."""

    path: Path
    record: Record
    fresh: bool


@dataclass(frozen=True)
class Limits:
    """What a download may cost."""

    largest: int  # bytes
    timeout: float  # seconds


def fetch(address: str, folder: Path, limits: Limits, watch: Watch = lambda _done, _total: None) -> Fetched:
    """Return the file at an address, fetched into the folder if it is not there unchanged.

    Raises an error that says what to do; a broken-off download stays in the folder and is gone on with next time.
    """
    _refuse_unsafe(address, address)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _file_name(address)
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            return _attempt(address, path, limits, watch)
        except (FetchBrokenOffError, ServerUnreachableError):
            if last:
                raise
    raise AssertionError  # the last attempt returns or raises


def note_imported(fetched: Fetched) -> None:
    """Remember that the code book has taken a file in, so that it is left alone while it stays the same."""
    _write_record(fetched.path, replace(fetched.record, imported=True))


def _attempt(address: str, path: Path, limits: Limits, watch: Watch) -> Fetched:
    part = path.with_name(f"{path.name}.part")
    whole, begun = _read_record(path, address), _read_record(part, address)
    size = part.stat().st_size if begun.validator and part.exists() else 0
    request = _request(address, whole if path.exists() else None, begun, size)
    try:
        with _asked(request, limits) as answer:
            if answer is None:
                return Fetched(path, whole, fresh=False)
            record = _record_of(address, answer)
            _write_record(part, record)
            _receive(answer, part, size if _resumes(answer, size) else 0, limits, watch, address)
            headers = answer.headers
    except _PartUnfitError:
        part.unlink()
        return _attempt(address, path, limits, watch)
    return _finished(part, path, record, headers)


class _PartUnfitError(Exception):
    """The part kept is longer than what the server has now."""


def _request(address: str, whole: Record | None, begun: Record, size: int) -> urllib.request.Request:
    """Ask for the rest of what is there in part, else for what is newer than what is there."""
    headers = {"User-Agent": "CaseConsultant", "Accept-Encoding": "identity"}
    if size:
        headers |= {"Range": f"bytes={size}-", "If-Range": begun.validator}
    elif whole and whole.etag:
        headers["If-None-Match"] = whole.etag
    elif whole and whole.modified:
        headers["If-Modified-Since"] = whole.modified
    return urllib.request.Request(address, headers=headers)  # noqa: S310  the opener knows http and https only


@contextlib.contextmanager
def _asked(request: urllib.request.Request, limits: Limits) -> Iterator[http.client.HTTPResponse | None]:
    """Yield the answer, None where nothing is newer, and close it."""
    answer = _open(request, limits)
    if answer is None:
        yield None
        return
    with answer:
        yield answer


def _open(request: urllib.request.Request, limits: Limits) -> http.client.HTTPResponse | None:
    address = request.full_url
    try:
        answer: http.client.HTTPResponse = _opener(address).open(request, timeout=limits.timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            return None
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _PartUnfitError from error
        raise NotPublishedError(address=address, status=f"{error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise ServerUnreachableError(address=address, reason=getattr(error, "reason", "") or error) from error
    return answer


def _opener(address: str) -> urllib.request.OpenerDirector:
    """Return an opener that speaks http and https and nothing else; on this machine no proxy stands between."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler({} if _on_this_machine(address) else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _SafeRedirects(),
    ):
        opener.add_handler(handler)
    return opener


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where the first address could have led."""

    max_redirections = 5

    def redirect_request(  # noqa: PLR0913, PLR0917  as the standard library calls it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        _refuse_unsafe(newurl, req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refuse_unsafe(address: str, asked: str) -> None:
    """Refuse what is neither https nor, where this machine was asked, http on this machine."""
    scheme = urlsplit(address).scheme
    if scheme == "https" or (scheme == "http" and _on_this_machine(address) and _on_this_machine(asked)):
        return
    raise AddressUnsafeError(address=address)


def _on_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _record_of(address: str, answer: http.client.HTTPResponse) -> Record:
    return Record(address, answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))


def _resumes(answer: http.client.HTTPResponse, size: int) -> bool:
    """Tell whether an answer goes on exactly where the part kept ends."""
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return answer.status == http.HTTPStatus.PARTIAL_CONTENT and found is not None and int(found[1]) == size


def _receive(  # noqa: PLR0913, PLR0917  where from, where to, and what it may cost
    answer: http.client.HTTPResponse, part: Path, size: int, limits: Limits, watch: Watch, address: str
) -> None:
    """Write the body to the part, from `size` on; what is there stays there whatever happens."""
    total = size + int(answer.headers.get("Content-Length") or 0)
    if total > limits.largest:
        part.unlink(missing_ok=True)
        raise DownloadTooLargeError(address=address, limit=f"{limits.largest:,}")
    with part.open("ab" if size else "wb") as file:
        try:
            while piece := answer.read(_PIECE):
                size += file.write(piece)
                watch(size, total)
                if size > limits.largest:
                    raise DownloadTooLargeError(address=address, limit=f"{limits.largest:,}")
        except (OSError, http.client.HTTPException) as error:
            raise FetchBrokenOffError(address=address, size=f"{size:,}", reason=error) from error
    if answer.headers.get("Content-Length") and size < total:
        raise FetchBrokenOffError(address=address, size=f"{size:,}", reason=f"{total:,} were announced")


def _finished(part: Path, path: Path, record: Record, headers: Message) -> Fetched:
    """Check what was fetched and put it in the place of what was there."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    stated = _DIGEST.search(headers.get("Repr-Digest", ""))
    if stated and base64.b64decode(stated[1]) != digest:
        part.unlink()
        raise DownloadDamagedError(address=record.address)
    before = _read_record(path, record.address)
    record = replace(record, sha256=digest.hex(), size=part.stat().st_size)
    same = path.exists() and before.sha256 == record.sha256
    record = replace(record, imported=same and before.imported)
    part.replace(path)
    _record_path(part).unlink(missing_ok=True)
    _write_record(path, record)
    return Fetched(path, record, fresh=not same)


def _file_name(address: str) -> str:
    """Return the name a file is kept under: its own, since names tell the release."""
    name = _NAME.sub("_", unquote(urlsplit(address).path).rsplit("/", 1)[-1]).lstrip(".")
    return name or "download"


def _record_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _read_record(path: Path, address: str) -> Record:
    """Return what is known of a file from that address; nothing where it is from another, or nothing was written."""
    try:
        record = Record(**json.loads(_record_path(path).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):  # a record that cannot be read says nothing
        return Record(address)
    return record if record.address == address else Record(address)


def _write_record(path: Path, record: Record) -> None:
    _record_path(path).write_text(json.dumps(asdict(record)), encoding="utf-8")
