"""What a command is given to read: a file, or standard input for "-"."""

import sys
from pathlib import Path

from consultant.errors import HouseError


class NothingGivenError(HouseError):
    """Give {what}, or --jsonl FILE for many at once; the word --help shows an example."""


class UnreadableFileError(HouseError):
    """The file {path} cannot be read: {reason}."""


class NotTextError(HouseError):
    """The file {path} is not UTF-8 text; save it as UTF-8, or give a message to `consultant mail inspect`."""


def read_text(path: str) -> str:
    """Return the text of a file, or of standard input for "-"."""
    raw = read_bytes(path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTextError(path=_name(path)) from error


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or those of standard input for "-"."""
    return sys.stdin.buffer.read() if path == "-" else read_file(path)


def read_file(path: str) -> bytes:
    """Return a file's bytes."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFileError(path=repr(path) if "\0" in path else path, reason=reason) from error


def _name(path: str) -> str:
    return "on standard input" if path == "-" else path
