"""What commands share: the house they work in, `--config` on every one of them, and how a day is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from consultant.codes.book import Book
from consultant.config import Settings, read_settings
from consultant.desk.room import Actor, Desk
from consultant.desk.shapes import ReadingRoom
from consultant.rendering import Renderer, templates_folder
from consultant.service import close_desk, open_desk, utc_now


@dataclass
class House:
    """The house as one command sees it; each thing is opened once, when a command first needs it."""

    config: Path | None

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; raise the sentence that says what is wrong with them."""
        return read_settings(self.config)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Open the desk for the length of a command."""
        desk = open_desk(self.settings)
        try:
            yield desk
        finally:
            close_desk(desk)

    def reading_room(self) -> ReadingRoom:
        """Open the code book alone: questions about codes need no tickets."""
        settings = self.settings
        book = Book.open(settings.code_book_path)
        return ReadingRoom(book, Renderer(templates_folder()), settings.house.name, today())


def _keep_config(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    house = context.find_object(House)
    if value is not None and house is not None:
        house.config = value


class Leaf(click.Command):
    """A command that takes `--config` after its name too, as every command of the house does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(
            click.Option(
                ["--config"],
                type=click.Path(path_type=Path),
                expose_value=False,
                callback=_keep_config,
                help="The configuration file (default: config.toml).",
            )
        )


class Branch(click.Group):
    """A group of such commands."""

    command_class = Leaf
    group_class = type


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-03-15", param, ctx)


pass_house = click.make_pass_decorator(House)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
in_bulk = click.option(
    "--jsonl", type=str, metavar="FILE", help="Answer one JSON object a line, in order ('-': standard input)."
)
on_day = click.option("--on", "on", type=Day(), default=None, help="The day codes are looked up on (default: today).")


def today() -> date:
    """Return the day codes are looked up on when no other is named."""
    return utc_now().date()


def operator(email: str, name: str = "", credential: str = "") -> Actor:
    """Return whoever acts from the command line."""
    return Actor(email=email, name=name, credential=credential, via="command line")
