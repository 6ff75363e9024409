"""`doctor`: one line for each thing looked at, with what to do about it."""

import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from consultant.cli.doctoring import Finding, examine
from consultant.config import RelaySettings, Settings
from tests.cli.conftest import Run

DAY = date(2026, 6, 15)  # when the ICD-10-CM release that comes installed is in force


def found(settings: Settings, name: str, on: date = DAY) -> Finding:
    return next(finding for finding in examine(lambda: settings, on) if finding.name == name)


def with_relay(settings: Settings, **relay: object) -> Settings:
    return settings.model_copy(update={"relay": RelaySettings.model_validate(relay)})


def test_a_house_in_order_has_nothing_to_mend(settings: Settings) -> None:
    findings = examine(lambda: settings, DAY)
    assert [finding.name for finding in findings] == ["config", "folders", "database", "code book", "relay", "dns"]
    assert [finding for finding in findings if not finding.ok] == []


def test_a_stale_code_book_is_told_with_what_to_do(settings: Settings) -> None:
    book = found(settings, "code book", date(2026, 11, 23))
    assert not book.ok
    assert "FY2027" in book.said
    assert "consultant codes import" in book.said


def test_a_relay_that_takes_connections_is_well(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as relay:
        assert found(with_relay(settings, host="127.0.0.1", port=relay.getsockname()[1]), "relay").ok


def test_a_relay_that_is_away_is_told(settings: Settings) -> None:
    relay = found(with_relay(settings, host="127.0.0.1", port=1), "relay")
    assert not relay.ok
    assert "127.0.0.1:1 does not answer" in relay.said


def test_a_password_file_that_cannot_be_read_is_told(settings: Settings, tmp_path: Path) -> None:
    missing = with_relay(settings, host="127.0.0.1", port=1, password_file=str(tmp_path / "none"))
    assert "relay.password_file" in found(missing, "relay").said


@pytest.mark.usefixtures("house")
def test_each_finding_is_one_line(run: Run) -> None:
    shown = run("doctor")
    lines = shown.stdout.splitlines()
    assert [line.split(":")[0].split(maxsplit=1)[1] for line in lines] == [
        *("config", "folders", "database", "code book", "relay", "dns"),
    ]
    assert shown.exit_code == int(any(line.startswith("MEND") for line in lines))


def test_a_house_without_a_book_is_told_how_to_build_one(run: Run, ask_json: Callable[..., Any]) -> None:
    shown = run("doctor")
    assert shown.exit_code == 1
    assert "MEND  code book: There is no code book" in shown.stdout
    findings = {finding["name"]: finding for finding in ask_json("doctor", exit_code=1)["findings"]}
    assert findings["code book"]["ok"] is False
    assert findings["folders"]["ok"] is True


def test_a_wrong_configuration_is_a_finding_and_no_error(run: Run) -> None:
    shown = run("doctor", CONSULTANT_SMTP__PORT="banana")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("MEND  config: In CONSULTANT_SMTP__PORT")


def test_a_folder_that_cannot_be_written_does_not_hide_the_rest(run: Run, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("", encoding="utf-8")
    shown = run("doctor", CONSULTANT_QUEUE__PATH=str(in_the_way / "queue"))
    assert shown.exit_code == 1
    assert "MEND  folders" in shown.stdout
    assert "ok    dns" in shown.stdout
