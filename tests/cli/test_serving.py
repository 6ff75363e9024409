"""`serve` and `demo` as processes of their own: opened, greeted, closed in order, and told what stands in the way."""

import re
import signal
import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from consultant.cli.demonstration import QUESTIONS, demonstrate
from consultant.config import Settings
from tests.builders import ASKER, a_mail
from tests.cli.conftest import Process, Run, sentence

pytestmark = pytest.mark.usefixtures("house")
Start = Callable[..., Process]


def port_in(line: str) -> int:
    """Return the port a greeting names."""
    return int(line.rpartition(":")[2])


def test_the_house_opens_says_where_and_closes_in_order(start: Start) -> None:
    house = start("serve")
    smtp_port, web_port = port_in(house.says("Mail ")), port_in(house.says("Page "))
    told = house.says("Sign in as")
    house.says("Ready.")
    assert re.fullmatch(r"Sign in as reviewer@house\.example with the password \S{12,} \(shown this once\)", told), told
    with smtplib.SMTP("127.0.0.1", smtp_port) as client:
        client.sendmail(ASKER, ["consult@house.example"], a_mail())
    assert httpx2.get(f"http://127.0.0.1:{web_port}/sign-in").status_code == 200
    assert house.stop() == 0
    assert not any("Traceback" in line for line in house.said)


def test_only_the_parts_asked_for_are_opened(start: Start) -> None:
    door = start("serve", "--only", "smtp")
    page = start("serve", "--only", "WEB")
    desk = start("serve", "--only", "desk, clock")
    for part in (door, page, desk):
        part.says("Ready.")
        assert part.stop() == 0
    assert [line.split()[0] for line in door.said if line.startswith(("Mail", "Page", "Sign"))] == ["Mail"]
    assert [line.split()[0] for line in page.said if line.startswith(("Mail", "Page", "Sign"))] == ["Page", "Sign"]
    assert [line.split()[0] for line in desk.said if line.startswith(("Mail", "Page", "Sign"))] == []


def test_a_second_desk_is_refused_and_the_first_works_on(start: Start, run: Run) -> None:
    first = start("serve", "--only", "desk")
    first.says("Ready.")
    assert "Another process is at work" in sentence(run("serve", "--only", "desk,clock"))
    assert run("tickets", "list").exit_code == 0
    assert first.stop() == 0


@pytest.mark.parametrize("parts", ["banana", "smtp,banana", ",", "smtp;web"])
def test_a_part_there_is_not_is_told_with_those_there_are(run: Run, parts: str) -> None:
    assert "there are: smtp, web, desk, clock." in sentence(run("serve", "--only", parts))


@pytest.mark.parametrize("door", ["smtp", "web"])
def test_a_port_in_use_is_told_with_the_key_to_change(run: Run, door: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = sentence(run("serve", "--only", door, **{f"CONSULTANT_{door.upper()}__PORT": port}))
    assert port in said
    assert f"{door}.port" in said


def test_the_first_password_is_told_once_and_not_lost_to_a_port_in_use(run: Run, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sentence(run("serve", "--only", "web", CONSULTANT_WEB__PORT=str(taken.getsockname()[1])))
    for told in (True, False):
        house = start("serve", "--only", "web")
        house.says("Ready.")
        assert house.stop(signal.SIGINT) == 0
        assert any("shown this once" in line for line in house.said) == told


@pytest.mark.parametrize("door", ["smtp", "web"])
def test_an_address_that_is_not_this_machines_is_told(run: Run, door: str) -> None:
    said = sentence(run("serve", "--only", door, **{f"CONSULTANT_{door.upper()}__HOST": "203.0.113.7"}))
    assert f"{door}.host" in said


def test_a_wrong_cron_expression_is_told(run: Run) -> None:
    said = sentence(run("serve", "--only", "clock", CONSULTANT_DIGEST__CRON="99 7 * * *"))
    assert "cron expression" in said


def test_a_queue_folder_that_cannot_be_written_is_told_first(run: Run, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("", encoding="utf-8")
    said = sentence(run("serve", CONSULTANT_QUEUE__PATH=str(in_the_way / "queue")))
    assert "cannot be written to" in said


def test_the_demonstration_prints_a_draft_for_every_question(
    codebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def lend_book(settings: Settings) -> None:
        settings.queue.path.mkdir()
        settings.code_book_path.hardlink_to(codebook)

    demonstrate(lend_book)
    shown = capsys.readouterr().out
    assert shown.count("===== CC-") == len(QUESTIONS)
    assert shown.count("Short answer") == len(QUESTIONS)
