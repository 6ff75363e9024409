"""`outbox` and `digest`: what leaves, what could not, and what is told on a schedule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_mail
from tests.cli.conftest import Run, sentence

pytestmark = pytest.mark.usefixtures("house")
Ask = Callable[..., Any]


@pytest.fixture
def letters(run: Run, ask_json: Ask, tmp_path: Path) -> list[dict[str, Any]]:
    """The letters of a house that has drafted one question."""
    path = tmp_path / "question.eml"
    path.write_bytes(a_mail())
    assert run("reviewer", "add", "pat@example.org").exit_code == 0
    assert run("mail", "take-in", str(path)).exit_code == 0
    listed: list[dict[str, Any]] = ask_json("outbox", "list")["letters"]
    return listed


def test_an_empty_outbox_says_so(run: Run, ask_json: Ask) -> None:
    assert ask_json("outbox", "list") == {"letters": []}
    assert "No letters yet." in run("outbox", "list").stdout


def test_letters_are_listed_newest_first(run: Run, letters: list[dict[str, Any]]) -> None:
    assert letters[0].keys() >= {"id", "ticket", "kind", "state", "to", "subject", "attempts", "due", "sent", "problem"}
    assert [letter["id"] for letter in letters] == sorted((letter["id"] for letter in letters), reverse=True)
    assert {"acknowledgement", "reviewer notice"} == {letter["kind"] for letter in letters}
    assert len(run("outbox", "list").stdout.splitlines()) == len(letters) + 1


def test_a_letter_that_was_sent_is_not_sent_again(run: Run, letters: list[dict[str, Any]]) -> None:
    assert "can be sent again" in sentence(run("outbox", "retry", str(letters[0]["id"])))


def test_a_letter_there_is_not_cannot_be_sent_again(run: Run, letters: list[dict[str, Any]]) -> None:
    assert 999 not in {letter["id"] for letter in letters}
    assert "no letter 999" in sentence(run("outbox", "retry", "999"))
    assert run("outbox", "retry", "banana").exit_code == 2


def test_a_relay_that_is_away_puts_letters_off(run: Run, ask_json: Ask, letters: list[dict[str, Any]]) -> None:
    away = {"CONSULTANT_RELAY__HOST": "127.0.0.1", "CONSULTANT_RELAY__PORT": "1", "CONSULTANT_RELAY__TLS": "none"}
    assert run("tickets", "approve", "CC-1001", **away).exit_code == 0
    newest = ask_json("outbox", "list", **away)["letters"][0]
    assert newest["id"] > letters[0]["id"]
    assert (newest["kind"], newest["state"]) == ("answer", "waiting")
    assert newest["problem"]


def test_a_digest_is_previewed_and_deciding_nothing(run: Run, ask_json: Ask, letters: list[dict[str, Any]]) -> None:
    shape = ask_json("digest", "preview", "reviewers")
    assert shape.keys() == {"name", "number", "to", "subject", "text"}
    assert shape["to"] == ["pat@example.org"]
    assert "CC-1001" in shape["text"]
    assert shape["text"].strip() in run("digest", "preview").stdout
    assert len(ask_json("outbox", "list")["letters"]) == len(letters)


def test_a_digest_is_sent_by_hand(ask_json: Ask, letters: list[dict[str, Any]]) -> None:
    first, second = (ask_json("digest", "send", "reviewers") for _ in range(2))
    assert (first["number"], second["number"]) == (1, 2)
    kinds = [letter["kind"] for letter in ask_json("outbox", "list")["letters"]]
    assert kinds.count("digest") == 2
    assert len(kinds) == len(letters) + 2


def test_a_digest_with_nothing_to_tell_is_not_sent(run: Run, ask_json: Ask) -> None:
    assert "Nothing waits" in run("digest", "preview").stdout
    assert "Nothing waits" in run("digest", "send").stdout
    assert ask_json("outbox", "list")["letters"] == []


@pytest.mark.parametrize("command", ["preview", "send"])
def test_a_digest_there_is_not_is_told_with_those_there_are(run: Run, command: str) -> None:
    said = sentence(run("digest", command, "banana"))
    assert "banana" in said
    assert "reviewers" in said
