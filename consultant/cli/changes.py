"""`codes diff` and `codes update`: what changed between two releases, and what the agencies have published since."""

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from consultant.cli.branches import Leaf
from consultant.cli.context import House, as_json, pass_house
from consultant.cli.output import ANSWER_IS_NO, Shape, remark, say, short, show_json
from consultant.codes.book import Book
from consultant.codes.changes import Change
from consultant.desk.comparisons import diff as compared
from consultant.desk.updating import Report, State, update

MOST_SHOWN = 20  # of each kind of change; --json has them all


@click.command("diff", cls=Leaf)
@click.argument("old")
@click.argument("new")
@click.option("--source", default="", help='The source, such as "HCPCS Level II", where the names fit several.')
@as_json
@pass_house
def diff(house: House, old: str, new: str, source: str, *, as_json: bool) -> None:
    """Show what changed between two releases of a source, each named by its name, a part of it, or its first day.

    \b
    Examples:
      consultant codes diff "January 2026" "April 2026" --source "HCPCS Level II"
      consultant codes diff 2025-10-01 2026-04-01 --source ICD-10-CM --json
    """  # noqa: D301  \b is click's own mark against re-wrapping
    with closing(Book.open(house.settings.code_book_path)) as book:
        shape = compared(book, old, new, source)
    if as_json:
        show_json(shape)
    else:
        _show(shape)


@click.command("update", cls=Leaf)
@click.argument("source", nargs=-1, metavar="[SOURCE...]")
@click.option("--accept-terms", is_flag=True, help="You hold the licence for files under AMA or ADA terms.")
@as_json
@pass_house
def update_(house: House, source: tuple[str, ...], *, accept_terms: bool, as_json: bool) -> None:
    """Fetch what the agencies have published, and import it. A SOURCE is a key under [sources] in config.toml.

    What is unchanged since the last time is not fetched again. The exit code is 1 when a source failed.

    \b
    Examples:
      consultant codes update
      consultant codes update hcpcs ptp_practitioner --accept-terms
    """  # noqa: D301  \b is click's own mark against re-wrapping
    accepted_by = f"{getpass.getuser()}, command line" if accept_terms else ""
    with _bar() as report:
        outcomes = update(house.settings, source, accepted_by=accepted_by, now=datetime.now(UTC), report=report)
    if as_json:
        show_json({"outcomes": [_outcome(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            say(f"{outcome.source}: {outcome.reason or ', '.join(outcome.releases) or outcome.state}")
            if outcome.state is State.LEFT:
                remark("  Read the terms of its owner, then name it with --accept-terms.")
    raise SystemExit(ANSWER_IS_NO if any(outcome.state is State.FAILED for outcome in outcomes) else 0)


def _outcome(outcome: Any) -> Shape:
    return {
        "source": outcome.source,
        "state": outcome.state.value,
        "releases": list(outcome.releases),
        "reason": outcome.reason,
    }


def _show(shape: Shape) -> None:
    old, new = shape["old"], shape["new"]
    say(f"{shape['source']}: from {old['release']} to {new['release']}")
    if old["partial"] or new["partial"]:
        remark("Not all files of both are loaded: what one of them does not list is not counted as ended.")
    for change in Change:
        items = shape[change.value]
        if items:
            say(f"\n{change.value}: {len(items):,}")
        for item in items[:MOST_SHOWN]:
            say(f"  {_line(item)}")
        if len(items) > MOST_SHOWN:
            say(f"  ... and {len(items) - MOST_SHOWN:,} more (--json has them all)")
    if not any(shape["counts"].values()):
        say("Nothing changed.")


def _line(item: Shape) -> str:
    name = " ".join(filter(None, item["key"]))
    changes = "; ".join(
        f"{one['what']}: {short(one['before']) or 'none'} -> {short(one['after']) or 'none'}" for one in item["changes"]
    )
    return "  ".join(filter(None, (name, short(item["text"]), changes)))


@contextmanager
def _bar() -> Iterator[Report]:
    """Show on standard error how far the work is; where nobody watches, only its last state is printed."""
    console = Console(stderr=True, highlight=False)
    with Bar(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=console) as bar:
        task = bar.add_task("looking")
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total or None)
