"""`ask`: the draft for a question, stored nowhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consultant.drafting.values import Intent
from tests.cli.conftest import Run, sentence

pytestmark = pytest.mark.usefixtures("house")

QUESTION = "Is E11.9 billable for a date of service of 05/12/2026, and may it go with O24.410?"


def test_a_question_is_answered_in_the_promised_shape(ask_json: Callable[..., Any]) -> None:
    shape = ask_json("ask", "-", stdin=QUESTION)
    assert shape.keys() >= {"subject", "text", "intents", "mentions", "facts", "guidance", "missing", "checks"}
    assert "E11.9" in shape["text"]
    assert set(shape["intents"]) <= {str(intent) for intent in Intent}
    assert [mention["code"] for mention in shape["mentions"]] == ["E11.9", "O24.410"]
    assert all(fact.keys() == {"id", "statement", "source", "release", "effective", "as_of"} for fact in shape["facts"])
    assert all(check["level"] in {"block", "warn", "info"} for check in shape["checks"])
    assert all(check.keys() >= {"level", "code", "message"} for check in shape["checks"])


def test_the_draft_is_printed_and_the_checks_stand_beside_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "question.txt"
    file.write_text(QUESTION, encoding="utf-8")
    shown = run("ask", str(file))
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Subject: ")
    assert "Sources" in shown.stdout


def test_the_day_given_counts_where_the_question_names_none(ask_json: Callable[..., Any]) -> None:
    assert ask_json("ask", "-", "--on", "2026-06-15", stdin="Is E11.9 billable?")["on"] == "2026-06-15"


def test_nothing_is_stored(run: Run, house: Path) -> None:
    before = sorted(house.iterdir())
    assert run("ask", "-", stdin=QUESTION).exit_code == 0
    assert sorted(house.iterdir()) == before


@pytest.mark.parametrize("text", ["", "   \n", "\x00\x00", "banana " * 20_000, "Is \N{PILE OF POO} billable?"])
def test_whatever_is_asked_the_draft_is_never_empty(run: Run, text: str) -> None:
    shown = run("ask", "-", stdin=text)
    assert shown.exit_code == 0
    assert "Short answer" in shown.stdout


def test_nothing_given_is_told(run: Run) -> None:
    assert "the question as a file" in sentence(run("ask"))
