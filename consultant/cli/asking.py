"""`ask`: the draft for a question, stored nowhere."""

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from consultant.cli.context import Branch, House, as_json, in_bulk, on_day, pass_house
from consultant.cli.mail import NothingGivenError
from consultant.cli.output import Shape, answer_lines, read_text, result, show_json
from consultant.desk import shapes

ANSWER_IS_NO = 1


def add_to(root: Branch) -> None:
    """Add this command to the root."""
    root.add_command(ask)


@click.command(cls=Branch.command_class)
@click.argument("file", required=False)
@on_day
@as_json
@in_bulk
@pass_house
def ask(house: House, file: str | None, on: date | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show the draft for a question in a text file; nothing is stored and nothing leaves.

    \b
    Example:
      echo "Is E11.9 billable, and may it go with O24.410?" | consultant ask -
    """  # noqa: D301  \b is click's own mark against re-wrapping
    room = house.reading_room()

    def answer(given: Mapping[str, Any]) -> Shape:
        day = date.fromisoformat(given["on"]) if "on" in given else on
        return shapes.ask(room, given["text"], day)

    if jsonl:
        sys.exit(0 if answer_lines(jsonl, answer) else ANSWER_IS_NO)
    if not file:
        raise NothingGivenError
    shape = answer({"text": read_text(file)})
    if as_json:
        show_json(shape)
    else:
        result.print(f"Subject: {shape['subject']}\n\n{shape['text']}", markup=False)
        for check in shape["checks"]:
            click.echo(f"{check['level']}: {check['message']}", err=True)
