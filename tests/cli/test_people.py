"""`reviewer`: who may review."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Run, sentence

Ask = Callable[..., Any]


def test_a_house_without_reviewers_says_how_to_register_one(run: Run, ask_json: Ask) -> None:
    assert ask_json("reviewer", "list") == {"reviewers": []}
    assert "consultant reviewer add" in run("reviewer", "list").stdout


def test_a_reviewer_is_registered_and_the_password_told_once(run: Run, ask_json: Ask) -> None:
    added = run("reviewer", "add", "Pat@Example.org", "--name", "Pat Moss", "--credential", "CPC")
    assert added.exit_code == 0
    assert "shown this once" in added.stdout
    (pat,) = ask_json("reviewer", "list")["reviewers"]
    assert pat == {"email": "pat@example.org", "name": "Pat Moss", "credential": "CPC", "active": True}
    assert "Pat Moss" in run("reviewer", "list").stdout


def test_the_password_can_be_read_by_a_program(ask_json: Ask) -> None:
    assert len(ask_json("reviewer", "add", "pat@example.org")["password"]) >= 12


def test_a_password_of_ones_own_is_asked_for_and_never_shown(run: Run) -> None:
    chosen = "a short sentence is easy"
    added = run("reviewer", "add", "pat@example.org", "--ask-password", stdin=f"{chosen}\n{chosen}\n")
    assert added.exit_code == 0
    assert chosen not in added.output


def test_a_password_too_short_is_told(run: Run) -> None:
    result = run("reviewer", "add", "pat@example.org", "--ask-password", stdin="short\nshort\n")
    assert result.exit_code == 2
    assert "at least 12 characters" in result.stderr


def test_a_password_is_changed(run: Run) -> None:
    run("reviewer", "add", "pat@example.org")
    chosen = "another short sentence"
    changed = run("reviewer", "password", "pat@example.org", stdin=f"{chosen}\n{chosen}\n")
    assert changed.exit_code == 0
    assert "pat@example.org has a new password." in changed.stderr


def test_a_reviewer_is_disabled_and_let_back_in(run: Run, ask_json: Ask) -> None:
    run("reviewer", "add", "pat@example.org", "--name", "Pat Moss")
    assert run("reviewer", "disable", "pat@example.org").exit_code == 0
    assert not ask_json("reviewer", "list")["reviewers"][0]["active"]
    assert "no, disabled" in run("reviewer", "list").stdout
    assert run("reviewer", "add", "pat@example.org").exit_code == 0
    assert ask_json("reviewer", "list")["reviewers"][0]["active"]


def test_registering_twice_is_told(run: Run) -> None:
    run("reviewer", "add", "pat@example.org")
    assert "registered already" in sentence(run("reviewer", "add", "PAT@example.org"))


@pytest.mark.parametrize("email", ["banana", "", "a@b\nc", "two words@example.org", "@example.org"])
def test_what_is_no_address_is_told(run: Run, email: str) -> None:
    assert run("reviewer", "add", email).exit_code == 2


@pytest.mark.parametrize("command", ["disable", "password"])
def test_somebody_unknown_is_told(run: Run, command: str) -> None:
    long_enough = "a short sentence\n" * 2
    result = run("reviewer", command, "nobody@example.org", stdin=long_enough)
    assert result.exit_code == 2
    assert "No reviewer is registered as nobody@example.org" in result.stderr
