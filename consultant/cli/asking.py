"""`ask`: the draft for a question, stored nowhere."""

import sys
from datetime import date

import click

from consultant.cli.branches import Leaf
from consultant.cli.bulk import Line, answer_lines
from consultant.cli.context import House, as_json, in_bulk, on_day, pass_house
from consultant.cli.output import ANSWER_IS_NO, Shape, remark, say, show_json
from consultant.cli.reading import NothingGivenError, read_text
from consultant.cli.reading_room import open_reading_room
from consultant.desk import answers


@click.command(cls=Leaf)
@click.argument("file", required=False)
@on_day
@as_json
@in_bulk
@pass_house
def ask(house: House, file: str | None, on: date | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show the draft for a question; nothing is stored and nothing leaves.

    FILE is a text, or "-" for standard input.

    \b
    Examples:
      echo "Is E11.9 billable, and may it go with O24.410?" | consultant ask -
      consultant ask question.txt --on 2026-05-12 --json
    """  # noqa: D301  \b is click's own mark against re-wrapping
    if not (file or jsonl):
        raise NothingGivenError(what="the question as a file, or '-' to type it")
    room = open_reading_room(house)

    def answer(line: Line) -> Shape:
        return answers.ask(room, line.words(), line.day(on))

    if jsonl:
        sys.exit(0 if answer_lines(jsonl, answer) else ANSWER_IS_NO)
    shape = answers.ask(room, read_text(file or "-"), on)
    if as_json:
        show_json(shape)
    else:
        _show(shape)


def _show(draft: Shape) -> None:
    say(f"Subject: {draft['subject']}\n\n{draft['text']}")
    for check in draft["checks"]:
        remark(f"{check['level']}: {check['message']}")
