"""`consultant`: the command itself, its exit codes, and the groups of commands under it.

Exit codes: 0 done, 1 the answer is no (a check failed, a code is unknown), 2 a person's mistake (one sentence).
"""

import sys
from pathlib import Path
from typing import Any

import click

from consultant.cli import asking, codes, mail, people, serving, tickets
from consultant.cli.context import Branch, House
from consultant.errors import HouseError

MISTAKE = 2


class _Root(Branch):
    """The root, where a house error becomes one sentence on standard error and never a traceback."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command; a person's mistake leaves with exit code 2."""
        try:
            return super().main(*arguments, **options)
        except HouseError as error:
            click.echo(f"consultant: {error}", err=True)
            sys.exit(MISTAKE)


@click.group(cls=_Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", type=click.Path(path_type=Path), help="The configuration file (default: config.toml).")
@click.version_option(package_name="consultant")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """CaseConsultant: an emailed coding question becomes an approved, sourced reply.

    \b
    Examples:
      consultant serve
      echo "Is E11.9 billable?" | consultant ask -
      consultant codes search "type 2 diabetes with neuropathy"
      consultant tickets list
    """  # noqa: D301  \b is click's own mark against re-wrapping
    context.obj = House(config)


for commands in (serving, asking, mail, codes, tickets, people):
    commands.add_to(main)
