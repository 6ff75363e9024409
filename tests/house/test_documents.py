"""What the documents say is so: tables equal the code, commands exist, links lead somewhere."""

import re
from pathlib import Path

import click
import pytest

from consultant.cli.main import main
from scripts.tables import TABLES, house_errors, with_tables
from tests.house.tree import ROOT, shown

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "queue").glob("*.md")])

# A command in `code`, or on a line of its own in a block of commands: `consultant codes build --help`.
COMMAND = re.compile(r"(?:^|[`|/] ?)consultant ((?:[a-z][a-z-]*(?: |(?=`|$|\n)))+)", re.MULTILINE)
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def unknown_commands(text: str) -> list[str]:
    """Return the commands a text names that `consultant` does not have."""
    return [words for words in COMMAND.findall(text) if not is_command(words.split())]


def is_command(words: list[str]) -> bool:
    """Tell whether these words walk down to a command; what follows the command itself are its arguments."""
    at: click.Command = main
    for word in words:
        if not isinstance(at, click.Group):
            return True
        below = at.get_command(click.Context(at), word)
        if below is None:
            return False
        at = below
    return True


@pytest.mark.parametrize("document", list(TABLES))
def test_the_tables_of_a_document_equal_the_code(document: str) -> None:
    text = text_of(ROOT / document)
    assert with_tables(text, TABLES[document]) == text, "write them anew: make tables"


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_command_a_document_names_exists(document: Path) -> None:
    assert not unknown_commands(text_of(document))


def test_every_command_an_error_names_exists() -> None:
    wrong = {error.__name__: unknown_commands(error.__doc__ or "") for error in house_errors()}
    assert not {name: commands for name, commands in wrong.items() if commands}


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_make_target_a_document_names_exists(document: Path) -> None:
    targets = set(TARGET.findall(text_of(ROOT / "Makefile")))
    assert set(MAKE.findall(text_of(document))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    broken = [link for link in LINK.findall(text_of(document)) if not (document.parent / link).exists()]
    assert not broken


def test_the_readme_shows_both_commands_and_how_to_mail_it() -> None:
    readme = text_of(ROOT / "README.md")
    assert {"serve", "test", "demo"} <= set(MAKE.findall(readme))
    assert "swaks" in readme
    assert "smtplib" in readme


def test_the_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_tells_its_context_its_choice_and_its_price(decision: Path) -> None:
    headings = re.findall(r"^## (.+)$", text_of(decision), re.MULTILINE)
    assert headings[:3] == ["Context", "Choice", "Price"]


def test_the_walk_names_only_modules_that_exist() -> None:
    walk = text_of(ROOT / "docs" / "walk.md")
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", walk)
    assert named
    assert not [name for name in named if not (ROOT / "consultant" / name).is_file()]
