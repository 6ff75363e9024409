"""How commands speak: what was asked for to standard output, everything else to standard error.

Letters are written by strangers, so no control character of theirs reaches a terminal, where a subject could retitle
the window, or overwrite the line before it.
"""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import click

ANSWER_IS_NO = 1
"""The exit code when a check failed or a code is unknown."""

Shape: TypeAlias = dict[str, Any]  # one of the public JSON shapes

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_GAP = "  "
_NARROWEST = 30  # columns below which the last column is better left to the terminal to break
_SHORT = 60  # characters of a subject or address in a table


def say(text: str) -> None:
    """Print what was asked for."""
    click.echo(visible(text).encode("utf-8", "backslashreplace"))


def remark(text: str) -> None:
    """Tell a person how it goes, beside what was asked for."""
    click.echo(visible(text).encode("utf-8", "backslashreplace"), err=True)


def show_json(shape: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output: on several lines for a person, on one for a program."""
    click.echo(as_line(shape) if not sys.stdout.isatty() else _encoded(json.dumps(shape, ensure_ascii=False, indent=2)))


def as_line(shape: Mapping[str, Any]) -> bytes:
    """Return one JSON object as one line of UTF-8, whatever characters it holds."""
    return _encoded(json.dumps(shape, ensure_ascii=False))


def visible(text: str) -> str:
    """Return the text with a mark in the place of every control character but tab and line end."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def short(text: str) -> str:
    """Return a stranger's words cut to what a table can hold, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, its headings first.

    The last column is broken under itself on a terminal; on its way to another program every row is one line.
    """
    cells = [[*headings], *([visible(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings) - 1)]
    return ["\n".join(_row(row, widths)) for row in cells]


def indented(text: str) -> str:
    """Return a text as a note beneath a line: set in, and broken at the width of the terminal."""
    return "\n".join(textwrap.wrap(visible(text), _width(), initial_indent="    ", subsequent_indent="    "))


def _row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    head = "".join(f"{cell:<{width}}{_GAP}" for cell, width in zip(row, widths, strict=False))
    room = _width() - len(head)
    last = textwrap.wrap(row[-1], room) if sys.stdout.isatty() and room >= _NARROWEST else [row[-1]]
    lines = [head + (last[0] if last else ""), *(" " * len(head) + more for more in last[1:])]
    return [line.rstrip() for line in lines]


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _encoded(line: str) -> bytes:
    # A lone surrogate cannot be UTF-8; the backslash escape it becomes is the one JSON itself has for it.
    return line.encode("utf-8", "backslashreplace")
