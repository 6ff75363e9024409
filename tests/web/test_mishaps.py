"""What a visitor is told when something does not work."""

import logging

import pytest
from sqlalchemy import text

from consultant.desk.room import Desk
from consultant.web.app import create_app
from tests.web.browser import ORIGIN, Browser


def test_what_nobody_foresaw_ends_at_a_page_that_says_little(
    drafted: Desk, rita: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    rita.get("/")
    with drafted.database.writing() as session:
        session.connection().execute(text("DROP TABLE event"))
    with caplog.at_level(logging.ERROR):
        answer = rita.get("/tickets/CC-1001")
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "no such table" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "page of last resort" in caplog.text


def test_a_program_is_told_as_little(drafted: Desk, rita: Browser) -> None:
    with drafted.database.writing() as session:
        session.connection().execute(text("DROP TABLE event"))
    answer = rita.get("/api/v1/tickets/CC-1001")
    assert answer.status_code == 500
    assert "no such table" not in answer.text


def test_a_page_there_is_not_is_not_found(rita: Browser) -> None:
    for path in ("/nowhere", "/tickets/CC-1001/nowhere", "/static/nowhere.css", "/static/..%2fapp.py"):
        assert rita.get(path).status_code == 404, path


@pytest.mark.usefixtures("drafted")
def test_a_form_with_wrong_fields_names_them_and_repeats_nothing(rita: Browser) -> None:
    rita.get("/tickets/CC-1001")
    answer = rita.send("/tickets/CC-1001/approve", draft_version="<b>x</b>")
    assert answer.status_code == 422
    assert "draft_version" in answer.text
    assert "<b>x" not in answer.text


@pytest.mark.usefixtures("drafted")
def test_a_form_that_is_no_form_does_nothing(rita: Browser) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": "text/plain"}
    answer = rita.client.post("/tickets/CC-1001/approve", content='{"form_key": "x"}', headers=headers)
    assert answer.status_code in {403, 422}


def test_a_house_in_working_order_says_so_to_probes(stranger: Browser) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_every_route_but_the_door_asks_who_is_there(desk: Desk, stranger: Browser) -> None:
    opened = {"/sign-in", "/healthz", "/api/docs", "/api/openapi.json", "/static"}
    paths = {getattr(route, "path", "") for route in create_app(desk).routes} - opened
    for path in sorted(path for path in paths if path):
        asked = path.replace("{ref}", "CC-1001").replace("{letter_id}", "1")
        assert stranger.get(asked).status_code in {303, 401, 405}, path
