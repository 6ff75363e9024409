"""Writes the tables of docs/ from the code they tell of: `make tables`. A house test compares them.

A table stands in its document between `<!-- table NAME -->` and `<!-- end of table -->`; the words around it are
written by hand.
"""

import importlib
import pkgutil
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from pydantic import SecretStr

import consultant
from consultant.config import Settings
from consultant.errors import HouseError
from consultant.workflow import OPEN_STATES, TRANSITIONS, State

ROOT = Path(__file__).parents[1]
CONFIG_FILE = ROOT / "config.toml"

_SECTION = re.compile(r"\[(\w+)\]")
_KEY = re.compile(r"(?P<off># )?(?P<name>[a-z_]+) = (?P<value>.*?) +# (?P<comment>.*)")


@dataclass(frozen=True)
class Documented:
    """One key as config.toml tells of it; `set_here` says that the line is not commented out."""

    section: str
    name: str
    value: object
    comment: str
    set_here: bool


def documented_keys(text: str) -> list[Documented]:
    """Return every key a configuration file shows, set or commented out, in its order."""
    keys = []
    section = ""
    for line in text.splitlines():
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
        elif key := _KEY.fullmatch(line):
            value = tomllib.loads(f"value = {key['value']}")["value"]
            keys.append(Documented(section, key["name"], value, key["comment"], set_here=not key["off"]))
    return keys


def default_of(section: str, name: str) -> object:
    """Return a key's default as TOML has it: text, a number or a list."""
    value = getattr(getattr(Settings(), section), name)
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, PurePath):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def house_errors() -> list[type[HouseError]]:
    """Return every error a person can do something about, ordered by the module that raises it."""
    for module in pkgutil.walk_packages(consultant.__path__, "consultant."):
        importlib.import_module(module.name)
    found = [error for error in _descendants(HouseError) if error.__module__.startswith("consultant.")]
    return sorted(found, key=lambda error: (error.__module__, error.__name__))


def configuration_table() -> str:
    """Return every key with its default and the words config.toml has for it."""
    keys = documented_keys(CONFIG_FILE.read_text(encoding="utf-8"))
    rows = (
        (f"`{key.section}.{key.name}`", f"`{_toml(default_of(key.section, key.name))}`", key.comment) for key in keys
    )
    return _table(("key", "default", "what it is"), rows)


def states_table() -> str:
    """Return the life of a ticket: for each state what may happen in it, and where that leads."""
    rows = (
        (f"**{state}**" if state in OPEN_STATES else f"{state} (closed)", "\n".join(_steps_from(state)))
        for state in State
    )
    return _table(("state", "what may happen, and the state it leads to"), rows)


def errors_table() -> str:
    """Return the sentence of every error, the facts of the case in italics, and the file that knows more of it."""
    rows = ((_sentence(error), f"`{error.__module__.removeprefix('consultant.')}`") for error in house_errors())
    return _table(("what you read", "room"), rows)


TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/configuration.md": {"keys": configuration_table},
    "docs/walk.md": {"states": states_table},
    "docs/troubleshooting.md": {"errors": errors_table},
}


def with_tables(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return a document with these tables as the code has them now; a missing place for one is a `ValueError`."""
    for name, table in tables.items():
        begin, end = f"<!-- table {name} -->\n", "<!-- end of table -->"
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not (found and closed):
            raise ValueError(name)
        text = f"{head}{begin}{table()}{end}{tail}"
    return text


def main() -> None:
    """Write every table anew and tell which documents changed."""
    for document, tables in TABLES.items():
        path = ROOT / document
        before = path.read_text(encoding="utf-8")
        after = with_tables(before, tables)
        path.write_text(after, encoding="utf-8")
        print(f"{document}: {'as it was' if after == before else 'written anew'}")


def _descendants(error: type[HouseError]) -> Iterator[type[HouseError]]:
    for child in error.__subclasses__():
        yield child
        yield from _descendants(child)


def _steps_from(state: State) -> list[str]:
    return [f"{action} → {after}" for (at, action), after in TRANSITIONS.items() if at is state]


def _sentence(error: type[HouseError]) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", r"*\1*", " ".join((error.__doc__ or "").split()))


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    """Return a text as it reads the same inside a Markdown table."""
    return text.replace("|", "&#124;").replace("<", "&lt;").replace("\n", "<br>")


if __name__ == "__main__":
    main()
