"""Many questions in one run: one JSON object a line in, one a line out, in order.

`{"id", ...}` is answered by `{"id", ...the shape}`, or by `{"id", "error"}` for that line alone. Blank lines are passed
over. A line whose id cannot be read is answered with the id null; its error names the line.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from consultant.cli.output import Shape, as_line
from consultant.cli.reading import UnreadableFileError
from consultant.errors import HouseError


class LineNotJsonError(HouseError):
    """Line {number} is not a JSON object."""


class LineLacksError(HouseError):
    """This line lacks "{key}"."""


class LineWrongError(HouseError):
    """In this line "{key}" must be {wanted}."""


@dataclass(frozen=True)
class Line:
    """One object as it was given, read key by key; a key that does not fit raises an error for its line alone."""

    given: Mapping[str, Any]

    def words(self, key: str = "text") -> str:
        """Return the text under a key that must be there."""
        if key not in self.given:
            raise LineLacksError(key=key)
        return self._text(key)

    def words_or_none(self, key: str) -> str | None:
        """Return the text under a key, None where it is left out or null."""
        return None if self.given.get(key) is None else self._text(key)

    def day(self, otherwise: date | None) -> date | None:
        """Return the day under "on", or the one the command was given."""
        written = self.words_or_none("on")
        if written is None:
            return otherwise
        try:
            return date.fromisoformat(written)
        except ValueError as error:
            raise LineWrongError(key="on", wanted="a day such as 2026-03-15") from error

    def _text(self, key: str) -> str:
        value = self.given[key]
        if not isinstance(value, str):
            raise LineWrongError(key=key, wanted="a text")
        return value


def answer_lines(path: str, answer: Callable[[Line], Shape]) -> bool:
    """Answer a file of lines, or standard input for "-"; tell whether every line was answered."""
    complete = True
    for number, raw in enumerate(_lines(path), start=1):
        if not raw.strip():
            continue
        shape = _answered(number, raw, answer)
        complete = complete and "error" not in shape
        click.echo(as_line(shape))
    return complete


def _answered(number: int, raw: bytes, answer: Callable[[Line], Shape]) -> Shape:
    label = None
    try:
        given = _object(number, raw)
        label = given.get("id")
        return {"id": label, **answer(Line(given))}
    except HouseError as error:
        return {"id": label, "error": str(error)}


def _object(number: int, raw: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LineNotJsonError(number=number) from error
    if not isinstance(given, dict):
        raise LineNotJsonError(number=number)
    return given


def _lines(path: str) -> Iterator[bytes]:
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as handle:
            yield from handle
    except OSError as error:
        raise UnreadableFileError(path=path, reason=error.strerror) from error
