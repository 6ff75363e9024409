"""`mail`: raw messages looked at and put through the real intake, however odd they are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_mail
from tests.cli.conftest import Run, sentence

MAILS = Path(__file__).parents[1] / "mails"
HEAD = (
    b"From: Jordan <jordan@riverbend.example>\r\nTo: consult@house.example\r\n"
    b"Subject: E11.9\r\nMessage-ID: <m@riverbend.example>\r\n"
)
QUESTION = b"\r\nIs E11.9 billable on 05/12/2026?\r\n"

ODD = {
    "empty": b"",
    "one line of 2 MB": HEAD + b"\r\nIs E11.9 billable? " + b"Please. " * 250_000,
    "NUL bytes": HEAD + b"\r\nIs \0E11.9\0 billable?\0\r\n",
    "NUL bytes in a header": HEAD.replace(b"Jordan", b"Jor\0dan") + QUESTION,
    "unknown charset": HEAD + b"Content-Type: text/plain; charset=klingon-8\r\n\r\nIs E11.9 billable, \xe9?\r\n",
    "no From": HEAD.partition(b"\r\n")[2] + QUESTION,
    "no headers": b"\r\n\r\nIs E11.9 billable?",
    "every byte there is": bytes(range(256)) * 40,
    "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "no line ends": b"x" * 100_000,
    "parts without an end": HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nIs E11.9 billable?\r\n',
}
OUTCOMES = {"ticket", "joined its ticket", "held for a person", "noted"}

Ask = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A plain question in a file."""
    path = tmp_path / "question.eml"
    path.write_bytes(a_mail())
    return path


def test_a_message_is_inspected_in_the_promised_shape(ask_json: Ask, file: Path) -> None:
    shape = ask_json("mail", "inspect", str(file))
    assert shape.keys() >= {
        *("class", "reason", "from", "to", "subject", "message_id", "in_reply_to", "references", "text", "new"),
        *("quoted", "signature", "attachments", "identifiers", "authenticity", "defects"),
    }
    assert shape["class"] == "human"
    assert shape["from"] == "jordan@riverbend.example"
    assert shape["to"] == ["consult@house.example"]
    assert "E11.9" in shape["new"]
    assert shape["authenticity"].keys() == {"spf", "dkim", "dmarc"}


def test_inspecting_stores_nothing(run: Run, file: Path, config: Path) -> None:
    assert run("mail", "inspect", str(file)).exit_code == 0
    assert not (config.parent / "queue").exists()


def test_a_message_is_read_from_standard_input(run: Run) -> None:
    assert json.loads(run("mail", "inspect", "-", stdin=a_mail()).stdout)["class"] == "human"


def test_what_came_with_a_message_is_listed(ask_json: Ask) -> None:
    shape = ask_json("mail", "inspect", str(MAILS / "forwarded_with_attachments.eml"))
    assert shape["attachments"]
    assert shape["attachments"][0].keys() == {"name", "type", "size", "accepted", "reason"}


def test_the_null_sender_can_be_told(ask_json: Ask, file: Path) -> None:
    assert ask_json("mail", "inspect", str(file), "--envelope-from", "")["class"] == "bounce"
    assert ask_json("mail", "inspect", str(file), "--envelope-from", "<>")["class"] == "bounce"
    assert ask_json("mail", "inspect", str(file), "--envelope-from", "a@riverbend.example")["class"] == "human"


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_an_odd_message_is_inspected_all_the_same(ask_json: Ask, tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(raw)
    shape = ask_json("mail", "inspect", str(path))
    assert shape["class"] in {"human", "auto_reply", "bounce", "complaint", "list", "own", "command"}
    assert shape["reason"]


def test_a_file_that_cannot_be_read_is_told(run: Run, tmp_path: Path) -> None:
    assert "No such file" in sentence(run("mail", "inspect", str(tmp_path / "none.eml")))
    assert "Is a directory" in sentence(run("mail", "inspect", str(tmp_path)))
    assert "a raw message" in sentence(run("mail", "inspect"))


def test_many_messages_are_inspected_in_order_each_line_on_its_own(run: Run, file: Path, tmp_path: Path) -> None:
    lines: list[object] = [
        {"id": 1, "path": str(file)},
        {"id": 2, "path": str(file), "envelope_from": ""},
        {"id": 3, "path": str(file), "envelope_from": None},
        {"id": 4, "path": str(tmp_path / "none.eml")},
        {"id": 5, "path": str(tmp_path)},
        {"id": 6, "path": "a\0b"},
        {"id": 7, "path": 7},
        {"id": 8, "path": str(file), "envelope_from": 8},
        {"id": 9, "text": "no path"},
        "no object",
        {"id": 11, "path": "-"},
        {"id": 12, "path": str(file)},
    ]
    result = run("mail", "inspect", "--jsonl", "-", stdin="\n".join(map(json.dumps, lines)))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, 5, 6, 7, 8, 9, None, 11, 12]
    assert [answer["id"] for answer in answers if "error" not in answer] == [1, 2, 3, 12]
    assert [answer["class"] for answer in answers if "class" in answer] == ["human", "bounce", "human", "human"]
    assert result.exit_code == 1


@pytest.mark.usefixtures("house")
def test_a_message_taken_in_becomes_a_ticket_with_a_draft(ask_json: Ask, file: Path) -> None:
    (arrival,) = ask_json("mail", "take-in", str(file))["arrivals"]
    assert arrival.keys() == {"file", "outcome", "ticket", "reason"}
    assert (arrival["file"], arrival["outcome"], arrival["ticket"]) == (str(file), "ticket", "CC-1001")
    (ticket,) = ask_json("tickets", "list")["tickets"]
    assert ticket["state"] == "in review"


@pytest.mark.usefixtures("house")
def test_the_same_message_twice_is_one_ticket(ask_json: Ask, file: Path) -> None:
    first, second = ask_json("mail", "take-in", str(file), str(file))["arrivals"]
    assert second["outcome"] == "known already"
    assert second["ticket"] == first["ticket"]


@pytest.mark.usefixtures("house")
def test_every_odd_message_ends_as_exactly_one_thing(ask_json: Ask, run: Run, tmp_path: Path) -> None:
    files = []
    for name, raw in ODD.items():
        files.append(tmp_path / f"{name}.eml")
        files[-1].write_bytes(raw)
    arrivals = ask_json("mail", "take-in", *map(str, files))["arrivals"]
    assert [arrival["file"] for arrival in arrivals] == [str(file) for file in files]
    assert {arrival["outcome"] for arrival in arrivals} <= OUTCOMES
    made = [arrival["ticket"] for arrival in arrivals if arrival["outcome"] == "ticket"]
    assert len(set(made)) == len(made)
    assert all(run("tickets", "show", ref).exit_code == 0 for ref in made)


@pytest.mark.usefixtures("house")
def test_one_file_that_cannot_be_read_keeps_all_out(run: Run, ask_json: Ask, file: Path, tmp_path: Path) -> None:
    assert "No such file" in sentence(run("mail", "take-in", str(file), str(tmp_path / "none.eml")))
    assert ask_json("tickets", "list")["tickets"] == []


def test_without_a_code_book_a_question_is_kept_and_that_is_told(run: Run, ask_json: Ask, file: Path) -> None:
    result = run("mail", "take-in", str(file))
    assert result.exit_code == 0
    assert "no draft can be written yet" in result.stderr
    assert "codes build" in result.stderr
    assert "Traceback" not in result.stderr
    assert ask_json("tickets", "list")["tickets"][0]["state"] == "received"


@pytest.mark.usefixtures("house")
def test_a_message_that_was_left_alone_can_be_let_in(run: Run, ask_json: Ask) -> None:
    (arrival,) = ask_json("mail", "take-in", str(MAILS / "away_until_monday.eml"))["arrivals"]
    assert arrival["outcome"] == "noted"
    again = ask_json("mail", "replay", "1")
    assert again.keys() == {"outcome", "ticket", "reason"}
    assert again["outcome"] == "noted"
    assert ask_json("mail", "replay", "1", "--let-in")["ticket"] == "CC-1001"
    assert "cannot be run again" in sentence(run("mail", "replay", "1"))


@pytest.mark.usefixtures("house")
def test_replaying_what_there_is_not_is_told(run: Run) -> None:
    assert "Message 99" in sentence(run("mail", "replay", "99"))
    assert run("mail", "replay", "banana").exit_code == 2
