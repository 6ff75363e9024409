"""`tickets`: questions shown and decided on from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_mail
from tests.cli.conftest import Run, sentence

pytestmark = pytest.mark.usefixtures("house")
Ask = Callable[..., Any]
UNKNOWN = ("CC-9", "banana", "CC-1099", "1001", "CC-", "", "CC-99999999999999999999", "CC-1001; DROP TABLE ticket")


@pytest.fixture
def ticket(run: Run, tmp_path: Path) -> str:
    """The reference of one question that waits for review, with a reviewer registered."""
    path = tmp_path / "question.eml"
    path.write_bytes(a_mail())
    assert run("reviewer", "add", "pat@example.org", "--name", "Pat Moss", "--credential", "CPC").exit_code == 0
    assert run("mail", "take-in", str(path)).exit_code == 0
    return "CC-1001"


def state(ask_json: Ask, ref: str) -> str:
    return str(ask_json("tickets", "show", ref)["state"])


def test_a_house_without_tickets_says_how_to_come_by_one(run: Run, ask_json: Ask) -> None:
    assert ask_json("tickets", "list") == {"tickets": []}
    assert "consultant demo" in run("tickets", "list").stdout


def test_tickets_are_listed_in_the_promised_shape(run: Run, ask_json: Ask, ticket: str) -> None:
    (row,) = ask_json("tickets", "list")["tickets"]
    assert row.keys() == {"ref", "state", "subject", "asker", "received", "due", "intents", "codes"}
    assert (row["ref"], row["state"], row["codes"]) == (ticket, "in review", ["E11.9"])
    assert ticket in run("tickets", "list").stdout


def test_tickets_are_listed_by_state(run: Run, ask_json: Ask, ticket: str) -> None:
    assert ask_json("tickets", "list", "--state", "In Review")["tickets"][0]["ref"] == ticket
    assert ask_json("tickets", "list", "--state", "rejected")["tickets"] == []
    assert "No ticket is rejected." in run("tickets", "list", "--state", "rejected").stdout
    assert "in review" in sentence(run("tickets", "list", "--state", "banana"))


def test_a_ticket_is_shown_with_all_that_belongs_to_it(run: Run, ask_json: Ask, ticket: str) -> None:
    shape = ask_json("tickets", "show", ticket)
    assert shape.keys() >= {"ref", "state", "messages", "drafts", "decisions", "outbox", "trace"}
    assert shape["messages"][0]["text"].strip().startswith("Is E11.9")
    assert shape["drafts"][0]["version"] == 1
    shown = run("tickets", "show", ticket.lower()).stdout
    assert "=== draft 1 by machine" in shown
    assert "draft written" in shown


@pytest.mark.parametrize("ref", UNKNOWN)
def test_a_ticket_there_is_not_is_told(run: Run, ref: str) -> None:
    assert "There is no ticket" in sentence(run("tickets", "show", ref))


@pytest.mark.parametrize("command", ["approve", "revise", "reject", "ask"])
def test_nothing_is_decided_on_a_ticket_there_is_not(run: Run, command: str) -> None:
    assert "There is no ticket CC-1099" in sentence(run("tickets", command, "CC-1099", "--note", "Why not?"))


def test_an_approval_sends_the_letter_and_says_where_it_came_from(
    run: Run, ask_json: Ask, ticket: str, house: Path
) -> None:
    assert not any(letter["kind"] == "answer" for letter in ask_json("outbox", "list")["letters"])
    approved = run("tickets", "approve", ticket)
    assert (approved.exit_code, approved.stdout) == (0, "")
    assert "CC-1001: answered" in approved.stderr
    shape = ask_json("tickets", "show", ticket)
    assert shape["state"] == "answered"
    assert (shape["decisions"][0]["by"], shape["decisions"][0]["via"]) == ("pat@example.org", "command line")
    assert any(letter["kind"] == "answer" and letter["state"] == "sent" for letter in shape["outbox"])
    assert len(list((house / "outbox" / "new").iterdir())) == len(shape["outbox"])


def test_deciding_twice_is_told_and_changes_nothing(run: Run, ask_json: Ask, ticket: str) -> None:
    run("tickets", "approve", ticket)
    assert "answered" in sentence(run("tickets", "approve", ticket))
    assert len(ask_json("tickets", "show", ticket)["decisions"]) == 1


def test_a_draft_is_sent_back_with_a_note(run: Run, ask_json: Ask, ticket: str) -> None:
    assert run("tickets", "revise", ticket, "--note", "They mean E11.65 too.").exit_code == 0
    drafts = ask_json("tickets", "show", ticket)["drafts"]
    assert [draft["version"] for draft in drafts] == [2, 1]
    assert "E11.65" in drafts[0]["text"]


def test_the_asker_is_asked(run: Run, ask_json: Ask, ticket: str) -> None:
    assert run("tickets", "ask", ticket, "--note", "Which payer?").exit_code == 0
    assert state(ask_json, ticket) == "waiting for the asker"


def test_a_question_is_rejected_with_a_reason(run: Run, ask_json: Ask, ticket: str) -> None:
    assert run("tickets", "reject", ticket, "--note", "An advertisement.").exit_code == 0
    assert state(ask_json, ticket) == "rejected"


@pytest.mark.parametrize("command", ["revise", "reject", "ask"])
def test_a_decision_that_needs_a_note_says_so(run: Run, ask_json: Ask, ticket: str, command: str) -> None:
    assert "note" in sentence(run("tickets", command, ticket))
    assert state(ask_json, ticket) == "in review"


def test_whoever_decides_is_the_one_named(run: Run, ask_json: Ask, ticket: str) -> None:
    run("reviewer", "add", "sam@example.org")
    assert run("tickets", "approve", ticket, "--as", "Sam@Example.org").exit_code == 0
    assert ask_json("tickets", "show", ticket)["decisions"][0]["by"] == "sam@example.org"


def test_nobody_decides_who_may_not(run: Run, ask_json: Ask, ticket: str) -> None:
    assert "nobody@example.org" in sentence(run("tickets", "approve", ticket, "--as", "nobody@example.org"))
    run("reviewer", "disable", "pat@example.org")
    assert "was disabled" in sentence(run("tickets", "approve", ticket, "--as", "pat@example.org"))
    assert "register one" in sentence(run("tickets", "approve", ticket))
    assert state(ask_json, ticket) == "in review"


def test_a_damaged_database_is_told_and_left_as_it_is(run: Run, ticket: str, house: Path) -> None:
    database = house / "tickets.sqlite"
    for leftover in house.glob("tickets.sqlite*"):
        leftover.unlink()
    database.write_bytes(b"\x93 no database at all " * 900)
    before = database.read_bytes()
    for words in (("tickets", "list"), ("tickets", "show", ticket), ("outbox", "list"), ("reviewer", "list")):
        assert "damaged" in sentence(run(*words))
    assert database.read_bytes() == before


def test_a_half_written_spool_is_told_and_left_as_it_is(run: Run, ticket: str, house: Path) -> None:
    spool = house / "spool.sqlite"
    whole = spool.read_bytes()
    for leftover in house.glob("spool.sqlite*"):
        leftover.unlink()
    spool.write_bytes(whole[: len(whole) // 2 - 100])
    before = spool.read_bytes()
    said = sentence(run("tickets", "show", ticket))
    assert "spool" in said
    assert "damaged" in said
    assert spool.read_bytes() == before


@pytest.mark.parametrize("words", ["tickets list", "outbox list", "reviewer list", "digest preview", "mail replay 1"])
def test_a_queue_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path, words: str) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("", encoding="utf-8")
    said = sentence(run(*words.split(), CONSULTANT_QUEUE__PATH=str(in_the_way / "queue")))
    assert "cannot be written to" in said
    assert "queue.path" in said


def test_a_database_that_is_away_is_told_without_its_password(run: Run) -> None:
    url = "postgresql+psycopg://desk:hunter2@127.0.0.1:1/desk"
    said = sentence(run("tickets", "list", CONSULTANT_DATABASE__URL=url))
    assert "cannot be opened" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("url", ["banana", "banana://x/y", "sqlite:////proc/none/tickets.sqlite"])
def test_a_database_url_that_is_none_is_told(run: Run, url: str) -> None:
    assert "cannot be opened" in sentence(run("tickets", "list", CONSULTANT_DATABASE__URL=url))
