"""How commands speak: JSON to standard output, people's words to standard error, many questions in one run."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from consultant.errors import HouseError

Shape: TypeAlias = dict[str, Any]  # one of the public JSON shapes

people = Console(stderr=True, highlight=False, soft_wrap=True)
result = Console(highlight=False, soft_wrap=True)


class UnreadableFileError(HouseError):
    """The file {path} cannot be read: {reason}."""


class NotTextError(HouseError):
    """The file {path} is not UTF-8 text; save it as UTF-8, or give a message to `consultant mail inspect`."""


def show_json(shape: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    click.echo(json.dumps(shape, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def read_text(path: str) -> str:
    """Return the text of a file, or of standard input for "-"."""
    raw = sys.stdin.buffer.read() if path == "-" else read_bytes(path)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise NotTextError(path=path) from error


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or those of standard input for "-"."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFileError(path=path, reason=error.strerror) from error


def answer_lines(path: str, answer: Callable[[Mapping[str, Any]], Shape]) -> bool:
    """Answer one JSON object a line, in order; a line that cannot be answered gets its error and the rest go on.

    Returns whether every line was answered.
    """
    complete = True
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        given = _object(line)
        label = given.get("id", number) if given else number
        try:
            shape = answer(given) if given is not None else {"error": "this line is not a JSON object"}
        except HouseError as error:
            shape = {"error": str(error)}
        except KeyError as error:
            shape = {"error": f"this line lacks {error.args[0]!r}"}
        complete = complete and "error" not in shape
        click.echo(json.dumps({"id": label, **shape}, ensure_ascii=False))
    return complete


def progress_bar() -> Progress:
    """Return a progress bar on standard error; where nobody watches, only its last state is printed."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=people,
        transient=False,
    )


def _lines(path: str) -> Iterator[str]:
    if path == "-":
        yield from sys.stdin
        return
    try:
        with Path(path).open(encoding="utf-8") as handle:
            yield from handle
    except UnicodeDecodeError as error:
        raise NotTextError(path=path) from error
    except OSError as error:
        raise UnreadableFileError(path=path, reason=error.strerror) from error


def _object(line: str) -> Mapping[str, Any] | None:
    try:
        given = json.loads(line)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None
