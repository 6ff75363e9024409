"""`consultant`: the command itself, its exit codes, and the commands there are.

Exit codes: 0 done, 1 the answer is no (a check failed, a code is unknown), 2 a person's mistake (one sentence).
"""

import sys
from typing import Any

import click

from consultant.cli.branches import Branch, Late
from consultant.errors import HouseError

MISTAKE = 2

COMMANDS = {
    "serve": Late("consultant.cli.serving:serve", "Open the doors: mail in, page, desk and clock, until stopped."),
    "demo": Late("consultant.cli.serving:demo", "Try it: a house of its own, mailed a handful of sample questions."),
    "doctor": Late("consultant.cli.serving:doctor", "Check the house, one line for each thing, with what to do."),
    "ask": Late("consultant.cli.asking:ask", "Show the draft for a question; nothing is stored and nothing leaves."),
    "codes": Late("consultant.cli.codes:codes", "Ask the code book what the official sources say, and fill it."),
    "mail": Late("consultant.cli.mail:mail", "Look at raw messages, and put them through the real intake."),
    "tickets": Late("consultant.cli.tickets:tickets", "Show the questions people sent, and decide on them."),
    "outbox": Late("consultant.cli.letters:outbox", "Show the letters that leave, and those that could not."),
    "digest": Late("consultant.cli.letters:digest", "Show or send what the reviewers are told on a schedule."),
    "reviewer": Late("consultant.cli.people:reviewer", "Register the certified coders who approve what leaves."),
}


class _Root(Branch):
    """The root, where a house error becomes one sentence on standard error and never a traceback."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command; a person's mistake leaves with exit code 2."""
        options.setdefault("prog_name", "consultant")  # however it was called, so that what it says of itself is true
        try:
            return super().main(*arguments, **options)
        except HouseError as error:
            click.echo(f"consultant: {error}", err=True)
            sys.exit(MISTAKE)


@click.group(
    "consultant",
    cls=_Root,
    late=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="consultant")
def main() -> None:
    """CaseConsultant: an emailed coding question becomes an approved, sourced reply.

    \b
    Examples:
      consultant serve
      echo "Is E11.9 billable?" | consultant ask -
      consultant codes search "type 2 diabetes with neuropathy"
      consultant tickets list
    """  # noqa: D301  \b is click's own mark against re-wrapping
