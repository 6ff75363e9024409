"""What every command is given: the house it works in, and the options that mean the same everywhere."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from consultant.config import Settings, read_settings


@dataclass
class House:
    """The house as one command sees it; the settings are read once, when a command first needs them."""

    config: Path | None = None

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; raise the sentence that says what is wrong with them."""
        return read_settings(self.config)


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


pass_house = click.make_pass_decorator(House, ensure=True)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
in_bulk = click.option(
    "--jsonl", type=str, metavar="FILE", help="Answer one JSON object a line, in order ('-': standard input)."
)
on_day = click.option("--on", "on", type=Day(), default=None, help="The day codes are looked up on (default: today).")


def today() -> date:
    """Return the day codes are looked up on when no other is named."""
    return datetime.now(UTC).date()
