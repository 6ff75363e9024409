"""The JSON API: the command line's shapes, for whoever signs in."""

import re
from typing import Any

import pytest

from consultant.web.api import MOST_CODES
from tests.web.browser import ORIGIN, PASSWORD, RITA, Browser

GETS = [
    "/api/v1/codes/lookup?code=E11.9",
    "/api/v1/codes/search?q=diabetes",
    "/api/v1/codes/check?code=E11.9&code=I10",
    "/api/v1/tickets",
    "/api/v1/tickets/CC-1001",
]


def asked(browser: Browser, path: str, **body: Any) -> Any:
    """Return the answer to a JSON question."""
    answer = browser.client.post(path, json=body, headers={"Origin": ORIGIN})
    assert answer.status_code == 200
    return answer.json()


def test_codes_are_looked_up_on_a_day(rita: Browser) -> None:
    found = rita.get("/api/v1/codes/lookup?code=E11.9&code=Q99Z9&on=2026-05-12").json()["entries"]
    assert [entry["found"] for entry in found] == [True, False]
    assert found[0]["long"] == "Type 2 diabetes mellitus without complications"
    assert {"id", "statement", "source", "release", "effective", "as_of"} <= set(found[0]["facts"][0])


def test_codes_are_found_by_words_best_first(rita: Browser) -> None:
    hits = rita.get("/api/v1/codes/search?q=type 2 diabetes with neuropathy&n=3&system=ICD-10-CM").json()["hits"]
    assert hits[0]["code"] == "E11.40"
    assert len(hits) == 3


def test_a_slip_in_a_search_is_told(rita: Browser) -> None:
    assert rita.get("/api/v1/codes/search?q=hypertention").json()["did_you_mean"] == "hypertension"
    assert rita.get("/api/v1/codes/search?q=hypertension").json()["did_you_mean"] == ""


def test_codes_are_read_in_a_text(rita: Browser) -> None:
    (mention,) = asked(rita, "/api/v1/codes/extract", text="is E11.9 valid?")["mentions"]
    assert (mention["code"], mention["start"], mention["end"]) == ("E11.9", 3, 8)


def test_codes_are_checked_together(rita: Browser) -> None:
    found = rita.get("/api/v1/codes/check?code=E11.9&code=E10.9&on=2026-05-12").json()
    assert "excludes1" in {pair["kind"] for pair in found["pairs"]}


def test_a_question_is_drafted_and_stored_nowhere(rita: Browser) -> None:
    draft = asked(rita, "/api/v1/ask", text="Is E11.9 billable?", on="2026-05-12")
    assert "E11.9" in draft["text"]
    assert rita.get("/api/v1/tickets").json() == {"tickets": []}


@pytest.mark.usefixtures("drafted")
def test_tickets_are_listed_and_shown(rita: Browser) -> None:
    (line,) = rita.get("/api/v1/tickets").json()["tickets"]
    assert (line["ref"], line["state"]) == ("CC-1001", "in review")
    whole = rita.get("/api/v1/tickets/CC-1001").json()
    assert {"messages", "drafts", "decisions", "outbox", "trace"} <= set(whole)


@pytest.mark.usefixtures("drafted")
def test_nobody_is_answered_without_signing_in(stranger: Browser) -> None:
    for path in GETS:
        answer = stranger.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert set(answer.json()) == {"error"}


def test_a_program_signs_in_with_each_call(rita: Browser, stranger: Browser) -> None:
    assert rita is not stranger
    right = stranger.client.get(GETS[0], auth=(RITA, PASSWORD))
    wrong = stranger.client.get(GETS[0], auth=(RITA, "wrong wrong wrong"))
    assert (right.status_code, wrong.status_code) == (200, 401)


def test_a_broken_sign_in_is_refused(stranger: Browser) -> None:
    for given in ("Basic", "Basic !!!", "Basic /w==", "Bearer x", "Basic Og=="):
        assert stranger.get(GETS[0], Authorization=given).status_code == 401, given


def test_a_program_guessing_passwords_is_stopped_too(stranger: Browser) -> None:
    statuses = [stranger.client.get(GETS[0], auth=("nobody@x.example", "guess")).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/tickets/CC-9999", 404),
        ("/api/v1/nowhere", 404),
        ("/api/v1/codes/lookup", 422),
        ("/api/v1/codes/lookup?code=E11.9&on=yesterday", 422),
        ("/api/v1/codes/search?q=x&n=0", 422),
        ("/api/v1/codes/lookup?" + "&".join(["code=I10"] * (MOST_CODES + 1)), 422),
        ("/api/v1/ask", 405),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(rita: Browser, path: str, status: int) -> None:
    answer = rita.get(path)
    assert answer.status_code == status
    assert len(answer.json()["error"]) > 10


def test_the_description_names_every_public_path(stranger: Browser) -> None:
    described = stranger.get("/api/openapi.json").json()["paths"]
    assert set(described) == {
        "/api/v1/codes/lookup",
        "/api/v1/codes/search",
        "/api/v1/codes/extract",
        "/api/v1/codes/check",
        "/api/v1/ask",
        "/api/v1/tickets",
        "/api/v1/tickets/{ref}",
    }


def test_the_page_of_the_api_loads_nothing_from_elsewhere(stranger: Browser) -> None:
    page = stranger.get("/api/docs").text
    assert "/api/v1/codes/lookup" in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
