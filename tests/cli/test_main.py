"""The command as a whole: its help, its options everywhere, its exit codes, and what it does not load."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import pytest

from consultant.cli.branches import Branch
from consultant.cli.main import COMMANDS, main
from tests.cli.conftest import Run, sentence


def leaves(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command there is, with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, *above, name)
        else:
            yield (*above, name), command


LEAVES = dict(leaves(main))


def test_every_promised_command_is_there() -> None:
    promised = """
        serve; ask; mail inspect; mail take-in; mail replay; codes build; codes import; codes status; codes lookup;
        codes search; codes extract; codes check; tickets list; tickets show; tickets approve; tickets revise;
        tickets reject; tickets ask; outbox list; outbox retry; digest preview; digest send; reviewer add;
        reviewer list; reviewer disable; doctor
    """
    assert {tuple(words.split()) for words in promised.split(";")} <= LEAVES.keys()


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_every_command_shows_how_it_is_used(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words, "--help")
    assert shown.exit_code == 0
    assert f"consultant {' '.join(words)}" in shown.stdout.partition("Example")[2]
    assert "--config" in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_it_says_of_itself(run: Run, name: str) -> None:
    command = COMMANDS[name].load()
    if isinstance(command, click.Group):
        assert (command.help or "").startswith(COMMANDS[name].summary)
    listed = " ".join(run("--help").stdout.split())
    assert f"{name} {COMMANDS[name].summary}" in listed


def test_late_commands_of_a_group_say_in_the_list_what_they_say_of_themselves() -> None:
    codes = COMMANDS["codes"].load()
    assert isinstance(codes, Branch)
    for late in codes._late.values():
        assert (late.load().help or "").startswith(late.summary.rstrip("."))


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout.strip() == f"consultant, version {version('consultant')}"


def test_both_ways_to_call_it_are_the_same_command() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "consultant", "--version"], capture_output=True, text=True, check=True
    )
    script = Path(sys.executable).with_name("consultant")
    if not script.exists():
        pytest.skip("the project is not installed in this environment")
    called = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)  # noqa: S603  our own command
    assert called.stdout == shown.stdout


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_configuration_is_named_before_or_after_the_command(run: Run, tmp_path: Path, place: int) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[smtp]\nprot = 1\n", encoding="utf-8")
    words = ["codes", "status"]
    words[place:place] = ["--config", str(wrong)]
    assert "wrong.toml, smtp.prot" in sentence(run(*words))


def test_the_configuration_named_last_counts(run: Run, tmp_path: Path) -> None:
    outer, inner = tmp_path / "outer.toml", tmp_path / "inner.toml"
    assert "inner.toml" in sentence(run("--config", str(outer), "codes", "status", "--config", str(inner)))


def test_without_a_configuration_file_a_person_is_told_where_to_stand(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert "no configuration file config.toml" in sentence(run("codes", "status", CONSULTANT_CONFIG=""))


def test_an_unknown_key_is_one_sentence_with_exit_code_2(run: Run) -> None:
    assert "there is no such key" in sentence(run("tickets", "list", CONSULTANT_SMTP__PROT="25"))


def test_an_unknown_command_leaves_with_exit_code_2(run: Run) -> None:
    result = run("banana")
    assert result.exit_code == 2
    assert "No such command 'banana'" in result.stderr


RUN_AND_TELL = """
import sys
from consultant.cli.main import main
def run(words):
    try:
        main(words)
    except SystemExit:
        print("\\0", *sys.modules)
run"""


def imported_by(*words: str, config: Path) -> set[str]:
    """Return the modules a command loads."""
    script = f"{RUN_AND_TELL}({list(words)!r})"
    run = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"CONSULTANT_CONFIG": str(config)},
    )
    return set(run.stdout.rpartition("\0")[2].split())


HEAVY = {"fastapi", "uvicorn", "sqlalchemy", "sqlmodel", "openpyxl", "apscheduler", "aiosmtpd", "psycopg", "rich"}


def test_looking_up_a_code_loads_neither_the_page_nor_the_mail_nor_the_tickets(house: Path, config: Path) -> None:
    assert house.is_dir()
    loaded = imported_by("codes", "lookup", "E11.9", config=config)
    assert "consultant.codes.book" in loaded
    assert not loaded & HEAVY


def test_showing_the_help_loads_no_room_at_all(config: Path) -> None:
    loaded = imported_by("--help", config=config)
    assert not {name for name in loaded if name.startswith(("consultant.codes", "consultant.desk", "consultant.web"))}


def test_json_goes_to_standard_output_alone(house: Path, ask_json: Callable[..., Any]) -> None:
    assert house.is_dir()
    assert ask_json("codes", "status")["sources"]


def test_words_for_a_person_hold_no_control_characters(run: Run, house: Path, tmp_path: Path) -> None:
    assert house.is_dir()
    file = tmp_path / "letter.eml"
    file.write_bytes(
        b"From: a@riverbend.example\r\nMessage-ID: <c@riverbend.example>\r\n"
        b"Subject: =?utf-8?q?=1B=5D0=3Bowned=07?=\r\n\r\n"
        b"Is E11.9 \x1b[2J billable?\r\n"
    )
    assert run("mail", "take-in", str(file)).exit_code == 0
    for words in (("tickets", "list"), ("tickets", "show", "CC-1001")):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", run(*words).stdout)


def test_a_table_is_one_line_a_row_for_another_program(run: Run, house: Path) -> None:
    assert house.is_dir()
    lines = run("codes", "search", "type 2 diabetes with neuropathy", "-n", "5").stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].split() == ["System", "Code", "Score", "Title"]


def test_one_answer_is_one_line_of_json_for_another_program(run: Run, house: Path) -> None:
    assert house.is_dir()
    out = run("codes", "lookup", "E11.9", "--json").stdout
    assert out.count("\n") == 1
    assert json.loads(out)
