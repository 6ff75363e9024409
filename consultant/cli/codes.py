"""`codes`: the code book built, filled, shown and asked."""

import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from consultant.cli.context import Branch, House, as_json, in_bulk, on_day, pass_house, today
from consultant.cli.mail import NothingGivenError
from consultant.cli.output import Shape, answer_lines, people, progress_bar, read_text, result, show_json
from consultant.codes.book import Book
from consultant.codes.building import Progress, build_book, import_files
from consultant.codes.entries import System
from consultant.codes.shelving import BookMissingError
from consultant.desk import shapes
from consultant.errors import HouseError
from consultant.service import utc_now

ANSWER_IS_NO = 1


class UnknownSystemError(HouseError):
    """There is no code system "{system}"; there are: {known}."""


def add_to(root: Branch) -> None:
    """Add these commands to the root."""
    root.add_command(codes)


@click.group(cls=Branch)
def codes() -> None:
    """Ask the code book what the official sources say on a day, and fill it."""


@codes.command("build")
@pass_house
def build(house: House) -> None:
    """Build the code book with the ICD-10-CM release that comes installed; what was imported is kept."""
    started = time.monotonic()
    with _bar("Building the code book") as show:
        release = build_book(house.settings.code_book_path, show)
    people.print(f"{release.source} {release.name}: {release.rows:,} codes ({time.monotonic() - started:.0f} s).")


@codes.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--accept-terms", is_flag=True, help="You hold the licence for files under AMA or ADA terms.")
@pass_house
def import_(house: House, files: tuple[Path, ...], *, accept_terms: bool) -> None:
    """Add agency files or zips as downloaded to the code book, all of them or none.

    \b
    Example:
      consultant codes import january-2026-alpha-numeric-hcpcs-file.zip
    """  # noqa: D301  \b is click's own mark against re-wrapping
    accepted_by = "command line" if accept_terms else ""
    with _bar("Importing") as show:
        releases = import_files(
            house.settings.code_book_path, files, accepted_by=accepted_by, now=utc_now(), progress=show
        )
    for release in releases:
        people.print(f"{release.source} {release.name}: {release.rows:,} rows, in force from {release.effective}.")


@codes.command("status")
@on_day
@as_json
@pass_house
def status(house: House, on: date | None, *, as_json: bool) -> None:
    """Show what is loaded of each source, whether it is in force, and what is missing."""
    shape = shapes.status(house.reading_room(), on or today())
    if as_json:
        show_json(shape)
        return
    table = Table("Source", "Release", "In force", "Rows", "Note", box=None)
    for row in shape["sources"]:
        in_force = "yes" if row["in_force"] else "no"
        table.add_row(row["name"], row["release"] or "-", in_force, f"{row['rows']:,}", row["note"])
    result.print(table)


@codes.command("lookup")
@click.argument("code", nargs=-1)
@on_day
@as_json
@in_bulk
@pass_house
def lookup(house: House, code: tuple[str, ...], on: date | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show what the book says of codes on a day; the exit code is 1 when one is unknown.

    \b
    Examples:
      consultant codes lookup E11.9 J1885
      consultant codes lookup E11.9 --on 2026-05-01 --json
    """  # noqa: D301  \b is click's own mark against re-wrapping
    room = house.reading_room()
    if jsonl:
        sys.exit(_bulk(jsonl, lambda given: shapes.lookup(room, _text(given).split(), _day(given, on))))
    if not code:
        raise NothingGivenError
    shape = shapes.lookup(room, code, on or today())
    if as_json:
        show_json(shape)
    else:
        _show_entries(shape)
    sys.exit(0 if all(entry["found"] for entry in shape["entries"]) else ANSWER_IS_NO)


@codes.command("search")
@click.argument("words", nargs=-1)
@click.option("-n", "limit", default=10, show_default=True, help="How many codes at most.")
@click.option("--system", default="", help="Only this code system, such as ICD-10-CM.")
@as_json
@in_bulk
@pass_house
def search(  # noqa: PLR0913  one parameter for each option
    house: House, words: tuple[str, ...], limit: int, system: str, jsonl: str | None, *, as_json: bool
) -> None:
    """Find codes by words, best first.

    \b
    Example:
      consultant codes search "type 2 diabetes with neuropathy"
    """  # noqa: D301  \b is click's own mark against re-wrapping
    room, wanted = house.reading_room(), _system(system)
    if jsonl:
        sys.exit(_bulk(jsonl, lambda given: shapes.search(room, _text(given), limit, wanted)))
    if not words:
        raise NothingGivenError
    shape = shapes.search(room, " ".join(words), limit, wanted)
    if as_json:
        show_json(shape)
        return
    table = Table("Code", "Title", "Score", box=None)
    for hit in shape["hits"]:
        table.add_row(hit["code"], hit["short"], f"{hit['score']:.2f}")
    result.print(table if shape["hits"] else "Nothing found: try fewer words, or how the code's title would say it.")
    sys.exit(0 if shape["hits"] else ANSWER_IS_NO)


@codes.command("extract")
@click.argument("file", required=False)
@as_json
@in_bulk
@pass_house
def extract_(house: House, file: str | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show the codes, modifiers, ranges and dates in a text."""
    knows = _knows(house)
    if jsonl:
        sys.exit(_bulk(jsonl, lambda given: shapes.extract(_text(given), knows)))
    if not file:
        raise NothingGivenError
    shape = shapes.extract(read_text(file), knows)
    if as_json:
        show_json(shape)
        return
    for mention in shape["mentions"]:
        modifiers = "".join(f"-{modifier}" for modifier in mention["modifiers"])
        units = f" x {mention['units']}" if mention["units"] else ""
        result.print(f"{mention['system']}  {mention['code']}{modifiers}{units}", markup=False)
    for found in shape["ranges"]:
        result.print(f"{found['system']}  {found['from']} to {found['to']}", markup=False)
    for named in shape["modifiers"]:
        result.print(f"modifier  {named['modifier']}", markup=False)


@codes.command("check")
@click.argument("code", nargs=-1, required=True)
@on_day
@as_json
@pass_house
def check(house: House, code: tuple[str, ...], on: date | None, *, as_json: bool) -> None:
    """Show what is to be said of several codes together; the exit code is 1 when two exclude each other."""
    shape = shapes.check(house.reading_room(), code, on or today())
    if as_json:
        show_json(shape)
    else:
        for pair in shape["pairs"]:
            result.print(f"{' and '.join(pair['codes'])}: {pair['fact']['statement']}", markup=False)
        if not shape["pairs"]:
            result.print("The loaded sources have nothing against these codes together; see `consultant codes status`.")
    sys.exit(ANSWER_IS_NO if any(pair["kind"] == "excludes1" for pair in shape["pairs"]) else 0)


class _bar:  # noqa: N801  reads as the function it stands for
    """A progress bar for as long as the work under it runs."""

    def __init__(self, title: str) -> None:
        self._bar, self._title = progress_bar(), title

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        task = self._bar.add_task(self._title)
        return lambda progress: self._bar.update(
            task, completed=progress.done, total=progress.total, description=progress.what
        )

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _knows(house: House) -> Callable[[str], frozenset[System]] | None:
    """Return what the book knows, or None without a book: extraction works without one, only less surely."""
    try:
        return Book.open(house.settings.code_book_path).systems_of
    except BookMissingError:
        return None


def _bulk(jsonl: str, answer: Callable[[Mapping[str, Any]], Shape]) -> int:
    return 0 if answer_lines(jsonl, answer) else ANSWER_IS_NO


def _text(given: Mapping[str, Any]) -> str:
    return str(given["text"])


def _day(given: Mapping[str, Any], on: date | None) -> date:
    return date.fromisoformat(given["on"]) if "on" in given else on or today()


def _system(word: str) -> System | None:
    if not word:
        return None
    if word not in set(System):
        raise UnknownSystemError(system=word, known=", ".join(System))
    return System(word)


def _show_entries(shape: Shape) -> None:
    for entry in shape["entries"]:
        result.print(
            f"{entry['system']} {entry['code']}  {entry['long'] or entry['short']}", markup=False, style="bold"
        )
        for fact in entry["facts"]:
            result.print(f"  {fact['statement']} [{fact['source']}, {fact['release']}]", markup=False)
