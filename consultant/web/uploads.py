"""Agency files sent in a form, written to disk piece by piece as they come; nothing of them is held in memory.

The form's key comes before its files (the page has it so), and is checked before the first byte of a file is kept.
RFC 7578 says how such a form is written.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from consultant.desk.trays import Arriving, Tray
from consultant.errors import HouseError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FILES = 40
MOST_FIELDS = 20
LONGEST_FIELD = 1000  # bytes


class UploadBrokenError(HouseError):
    """What was sent ended too early, or is no form with files, so nothing was imported: send it again."""


class TooManyFilesError(HouseError):
    """At most {most} files can be sent at once: send the zip as downloaded, or fewer files; nothing was imported."""


async def receive_files(request: Request, tray: Tray, check_key: Callable[[str], None]) -> dict[str, str]:
    """Lay the files of a form into a tray and return its other fields.

    `check_key` is handed the form's key before any file is begun, and raises to refuse it. Raises `UploadBrokenError`,
    `TooManyFilesError` and `TrayFullError`; the tray is its owner's to clear.
    """
    form = _Form(tray, check_key)
    try:
        parser = MultipartParser(_boundary(request), form.callbacks())
        async for piece in request.stream():
            await run_in_threadpool(parser.write, piece)  # disks may be slow, and the doors must stay open meanwhile
        parser.finalize()
    except FormParserError as error:
        raise UploadBrokenError from error
    finally:
        form.drop()
    if not form.ended:
        raise UploadBrokenError
    check_key(form.fields.get("form_key", ""))
    return form.fields


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UploadBrokenError
    return options[b"boundary"]


class _Form:
    """A form being read: the part that is coming in, and what has come."""

    def __init__(self, tray: Tray, check_key: Callable[[str], None]) -> None:
        self.fields: dict[str, str] = {}
        self.ended = False
        self._tray, self._check_key = tray, check_key
        self._header, self._value, self._disposition = b"", b"", b""
        self._name = ""
        self._text = bytearray()
        self._file: Arriving | None = None
        self._parts = self._files = 0

    def callbacks(self) -> "MultipartCallbacks":
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._take_header,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._take,
            "on_part_end": self._close,
            "on_end": self._end,
        }

    def drop(self) -> None:
        """Let go of a file that was not finished."""
        if self._file:
            self._file.drop()

    def _begin(self) -> None:
        self._disposition, self._name, self._text = b"", "", bytearray()
        self._parts += 1
        if self._parts > MOST_FILES + MOST_FIELDS:
            raise UploadBrokenError

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode(errors="replace")
        filename = options.get(b"filename")
        if filename:  # a browser sends an empty name for a field in which no file was chosen
            self._begin_file(filename.decode(errors="replace"))

    def _begin_file(self, filename: str) -> None:
        self._check_key(self.fields.get("form_key", ""))
        self._files += 1
        if self._files > MOST_FILES:
            raise TooManyFilesError(most=MOST_FILES)
        self._file = self._tray.lay_in(filename)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > LONGEST_FIELD:
            raise UploadBrokenError

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
        else:
            self.fields[self._name] = self._text.decode(errors="replace")

    def _end(self) -> None:
        self.ended = True
