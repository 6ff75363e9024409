"""The example in docs/codebook.md prints what it says it prints."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from consultant.cli.main import main
from tests.house.tree import ROOT

_EXAMPLE = re.compile(r"<!-- example -->\n```console\n(.*?)```", re.DOTALL)


def steps() -> list[tuple[list[str], str]]:
    """Return each command of the example with what it is to print on standard output."""
    [text] = _EXAMPLE.findall((ROOT / "docs" / "codebook.md").read_text(encoding="utf-8"))
    blocks = re.split(r"^\$ consultant ", text, flags=re.MULTILINE)[1:]
    return [(shlex.split(block.split("\n", 1)[0]), block.split("\n", 1)[1]) for block in blocks]


def test_the_example_of_the_code_book_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("CONSULTANT_CONFIG", str(tmp_path / "config.toml"))
    for command, printed in steps():
        result = CliRunner().invoke(main, command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        assert result.stdout == printed, command
