"""Commands and groups as the house has them: `--config` on every one, and a room opened only when somebody enters it.

A group lists its commands with their summaries without loading them, so that looking up one code does not wait for the
mail, the page and the ticket database to be imported (measured: 1.3 s against 0.4 s).
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from consultant.cli.context import House


@dataclass(frozen=True)
class Late:
    """A command that is loaded when it is called: where it stands (`module:name`), and its line in the list."""

    where: str
    summary: str

    def load(self) -> click.Command:
        """Return the command itself."""
        module, _, name = self.where.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


def _keep_config(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(House).config = value


def _config_option() -> click.Option:
    return click.Option(
        ["--config"],
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_keep_config,
        help="The configuration file (default: config.toml, or the variable CONSULTANT_CONFIG).",
    )


class Leaf(click.Command):
    """A command that takes `--config` after its name too."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(_config_option())


class Branch(click.Group):
    """A group of such commands, some of them loaded late."""

    command_class = Leaf
    group_class = type

    def __init__(self, *arguments: Any, late: Mapping[str, Late] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._late = late or {}
        self.params.append(_config_option())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name, as the tables give them: what is used first comes first."""
        return [*self._late, *(name for name in super().list_commands(ctx) if name not in self._late)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, loading it if it comes late."""
        late = self._late.get(cmd_name)
        return late.load() if late else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, each with its whole summary."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._summary(name)) for name in self.list_commands(ctx)])

    def _summary(self, name: str) -> str:
        late = self._late.get(name)
        return late.summary if late else self.commands[name].get_short_help_str(limit=200)
