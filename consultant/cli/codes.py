"""`codes`: the code book shown and asked."""

import re
import sys
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import click

from consultant.cli.branches import Branch, Late
from consultant.cli.bulk import Line, answer_lines
from consultant.cli.context import House, as_json, in_bulk, on_day, pass_house, today
from consultant.cli.output import ANSWER_IS_NO, Shape, indented, say, show_json, table
from consultant.cli.reading import NothingGivenError, read_text
from consultant.cli.reading_room import open_knowledge, open_reading_room
from consultant.codes.entries import System
from consultant.desk import answers, searching
from consultant.errors import HouseError

BUILDING = {
    "build": Late("consultant.cli.book:build", "Build the code book with the ICD-10-CM release that comes installed."),
    "import": Late("consultant.cli.book:import_", "Add agency files or zips, as downloaded, to the code book."),
    "update": Late("consultant.cli.changes:update_", "Fetch what the agencies have published, and import it."),
    "diff": Late("consultant.cli.changes:diff", "Show what changed between two releases of a source."),
}

_CLAIMED = re.compile(r"([A-Za-z0-9.]{3,8})((?:-[A-Za-z0-9]{2}){0,4})(?:\*([0-9]{1,5}))?")
_BETWEEN_CODES = re.compile(r"[\s,;]+")


class UnknownSystemError(HouseError):
    """There is no code system "{system}"; there are: {known}."""


@click.group(cls=Branch, late=BUILDING)
def codes() -> None:
    """Ask the code book what the official sources say, and fill it."""


@codes.command("status")
@on_day
@as_json
@pass_house
def status(house: House, on: date | None, *, as_json: bool) -> None:
    """Show what is loaded of each source, whether it is in force, and what is missing.

    \b
    Examples:
      consultant codes status
      consultant codes status --on 2026-05-01 --json
    """  # noqa: D301  \b is click's own mark against re-wrapping
    shape = answers.status(open_reading_room(house), on or today())
    if as_json:
        show_json(shape)
    else:
        _show_sources(shape)


@codes.command("lookup")
@click.argument("code", nargs=-1, metavar="CODE...")
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
    if not (code or jsonl):
        raise NothingGivenError(what="a code, such as E11.9")
    room = open_reading_room(house)
    if jsonl:
        _answer_all(jsonl, lambda line: answers.lookup(room, _listed(line.words()), line.day(on) or today()))
    shape = answers.lookup(room, _listed(" ".join(code)), on or today())
    if as_json:
        show_json(shape)
    else:
        _show_entries(shape)
    sys.exit(0 if all(entry["found"] for entry in shape["entries"]) else ANSWER_IS_NO)


@codes.command("search")
@click.argument("words", nargs=-1, metavar="WORDS...")
@click.option("-n", "limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many at most.")
@click.option("--system", default="", help="Only this code system, such as ICD-10-CM.")
@as_json
@in_bulk
@pass_house
def search(  # noqa: PLR0913  one parameter for each option
    house: House, words: tuple[str, ...], limit: int, system: str, jsonl: str | None, *, as_json: bool
) -> None:
    """Find codes by words, best first; the exit code is 1 when there are none.

    \b
    Examples:
      consultant codes search "type 2 diabetes with neuropathy"
      consultant codes search wheelchair --system HCPCS -n 5
    """  # noqa: D301  \b is click's own mark against re-wrapping
    if not (words or jsonl):
        raise NothingGivenError(what="the words to search for")
    wanted, room = _system(system), open_reading_room(house)
    if jsonl:
        _answer_all(jsonl, lambda line: searching.search(room, line.words(), limit, wanted))
    shape = searching.search(room, " ".join(words), limit, wanted)
    if as_json:
        show_json(shape)
    else:
        _show_hits(shape)
    sys.exit(0 if shape["hits"] else ANSWER_IS_NO)


@codes.command("extract")
@click.argument("file", required=False)
@as_json
@in_bulk
@pass_house
def extract(house: House, file: str | None, jsonl: str | None, *, as_json: bool) -> None:
    """Show the codes, modifiers, ranges and dates in a text; FILE may be "-" for standard input.

    \b
    Examples:
      echo "99213-25 with J1885 x 2 on 5/12/26" | consultant codes extract -
      consultant codes extract --jsonl questions.jsonl
    """  # noqa: D301  \b is click's own mark against re-wrapping
    if not (file or jsonl):
        raise NothingGivenError(what="a text as a file, or '-' to type it")
    knows = open_knowledge(house)
    if jsonl:
        _answer_all(jsonl, lambda line: answers.extract(line.words(), knows))
    shape = answers.extract(read_text(file or "-"), knows)
    if as_json:
        show_json(shape)
    else:
        _show_extraction(shape)


@codes.command("check")
@click.argument("code", nargs=-1, required=True, metavar="CODE...")
@on_day
@as_json
@pass_house
def check(house: House, code: tuple[str, ...], on: date | None, *, as_json: bool) -> None:
    """Show what is to be said of several codes together.

    A code may bear its modifiers and units: CODE-59*3. The exit code is 1 when a rule speaks against the codes as they
    are given, and when one is unknown.

    \b
    Examples:
      consultant codes check E10.9 E11.9
      consultant codes check "J1885-59*4" G0008
    """  # noqa: D301  \b is click's own mark against re-wrapping
    lines = [_claimed(line) for line in _listed(" ".join(code))]
    shape = answers.check(
        open_reading_room(house),
        [line.code for line in lines],
        on or today(),
        units={line.code: line.units for line in lines if line.units},
        modifiers={line.code: line.modifiers for line in lines},
    )
    if as_json:
        show_json(shape)
    else:
        _show_pairs(shape)
    against = any(rule["against"] for rule in shape["pairs"] + shape["units"])
    sys.exit(ANSWER_IS_NO if against or shape["unknown"] else 0)


class _Claimed(NamedTuple):
    """A code as it is given to be checked."""

    code: str
    modifiers: tuple[str, ...]
    units: int | None


def _claimed(line: str) -> _Claimed:
    """Read a code with its modifiers and units; what is written otherwise is a code as it stands."""
    found = _CLAIMED.fullmatch(line)
    if not found:
        return _Claimed(line, (), None)
    code, modifiers, units = found.groups()
    return _Claimed(code.upper(), tuple(modifiers.upper().split("-")[1:]), int(units) if units else None)


def _answer_all(jsonl: str, answer: Callable[[Line], Shape]) -> None:
    sys.exit(0 if answer_lines(jsonl, answer) else ANSWER_IS_NO)


def _listed(text: str) -> list[str]:
    """Return the codes of a list, however it was typed: between blanks, commas or semicolons."""
    return [code for code in _BETWEEN_CODES.split(text) if code]


def _system(word: str) -> System | None:
    if not word:
        return None
    known = {str(system).upper(): system for system in System}
    if word.upper() not in known:
        raise UnknownSystemError(system=word, known=", ".join(System))
    return known[word.upper()]


def _show_sources(shape: Shape) -> None:
    sources = shape["sources"]
    rows = [(row["name"], row["release"] or "-", f"{row['rows']:,}", _standing(row)) for row in sources]
    heading, *lines = table(("Source", "Release", "Rows", "In force"), rows)
    say(heading)
    for line, row in zip(lines, sources, strict=True):
        say(line)
        if row["note"]:
            say(indented(row["note"]))


def _standing(row: Shape) -> str:
    if not row["release"]:
        return "not loaded"
    return "yes" if row["in_force"] else "no"


def _show_entries(shape: Shape) -> None:
    for entry in shape["entries"]:
        title = entry["long"] or entry["short"] or f"({entry['status']})"
        say(f"{entry['system']} {entry['code']}  {title}")
        for fact in entry["facts"]:
            say(indented(f"{fact['statement']} [{', '.join(filter(None, (fact['source'], fact['release'])))}]"))


def _show_hits(shape: Shape) -> None:
    if shape["did_you_mean"]:
        say(f"Did you mean: {shape['did_you_mean']}?")
    if not shape["hits"]:
        say("Nothing found: try fewer words, or how the code's title would say it.")
        return
    rows = [(hit["system"], hit["code"], f"{hit['score']:.2f}", hit["short"]) for hit in shape["hits"]]
    say("\n".join(table(("System", "Code", "Score", "Title"), rows)))


def _show_extraction(shape: Shape) -> None:
    lines = [
        *(f"{mention['system']}  {_as_reported(mention)}" for mention in shape["mentions"]),
        *(f"{span['system']}  {span['from']} to {span['to']}" for span in shape["ranges"]),
        *(f"modifier  {named['modifier']}" for named in shape["modifiers"]),
        *(f"date ({seen['role']})  {seen['date']}" for seen in shape["dates"]),
    ]
    say("\n".join(lines) if lines else "No code, modifier or date in this text.")


def _as_reported(mention: Shape) -> str:
    modifiers = "".join(f"-{modifier}" for modifier in mention["modifiers"])
    return f"{mention['code']}{modifiers}" + (f" x {mention['units']}" if mention["units"] else "")


def _show_pairs(shape: Shape) -> None:
    rules = shape["pairs"] + shape["units"]
    facts = shape["services"] + shape["silent"]
    for statement in [rule["fact"]["statement"] for rule in rules] + [fact["statement"] for fact in facts]:
        say(statement)
    if shape["unknown"]:
        say(f"Not in the loaded sources, so nothing is said of it: {', '.join(shape['unknown'])}")
    elif not (rules or facts):
        say("The loaded sources have nothing against these codes together; `consultant codes status` shows which.")
