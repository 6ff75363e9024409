"""The gate: size, origin, and what every answer carries."""

import asyncio

import pytest
from starlette.types import Message

from consultant.config import Settings, WebSettings
from consultant.desk.room import Desk
from consultant.web.app import create_app
from consultant.web.gate import LETTER_POLICY, MOST_BYTES
from tests.conftest import OpenDesk
from tests.web.browser import ORIGIN, Browser, a_stranger

PATHS = [
    "/",
    "/sign-in",
    "/healthz",
    "/api/docs",
    "/api/openapi.json",
    "/api/v1/tickets",
    "/nowhere",
    "/static/desk.js",
]
FORMS = ["/sign-in", "/sign-out", "/tickets/CC-1001/approve", "/mail/1/replay", "/outbox/1/retry", "/ask"]


def test_every_answer_carries_the_headers_that_keep_it_safe(stranger: Browser) -> None:
    for path in PATHS:
        headers = stranger.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; "), path
        assert "unsafe" not in policy
        for directive in ("script-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert directive in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_nothing_private_is_kept_in_a_cache(stranger: Browser) -> None:
    for path in PATHS:
        kept = stranger.get(path).headers["cache-control"]
        assert kept == ("no-cache" if path.startswith("/static/") else "no-store"), path


def test_over_tls_browsers_are_told_to_stay_there(settings: Settings, open_a_desk: OpenDesk) -> None:
    secure = settings.model_copy(update={"web": WebSettings(base_url="https://desk.house.example")})
    headers = a_stranger(open_a_desk(secure)).get("/sign-in").headers
    assert headers["strict-transport-security"].startswith("max-age=")


def test_a_letter_as_it_leaves_is_sandboxed() -> None:
    assert LETTER_POLICY.startswith("default-src 'none'")
    assert "sandbox" in LETTER_POLICY
    assert "script-src" not in LETTER_POLICY


def test_a_body_over_one_megabyte_is_not_read(rita: Browser) -> None:
    for path in [*FORMS, "/api/v1/ask", "/nowhere"]:
        answer = rita.client.post(path, content=b"x" * (MOST_BYTES + 1), headers={"Origin": ORIGIN})
        assert answer.status_code == 413, path
        assert "larger than 1 MB" in answer.text
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1:8080.evil.example"]
)
def test_a_form_sent_from_a_foreign_page_does_nothing(rita: Browser, origin: str) -> None:
    for path in FORMS:
        answer = rita.client.post(path, data={"form_key": "key of rita@house.example"}, headers={"Origin": origin})
        assert answer.status_code == 403, path


def test_a_browser_that_says_another_site_sent_it_is_believed(rita: Browser) -> None:
    answer = rita.client.post("/ask", data={"question": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_half_a_form_is_no_form(drafted: Desk) -> None:
    sent: list[Message] = []
    messages: list[Message] = [
        {"type": "http.request", "body": b"form_key=", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/tickets/CC-1001/approve",
        "raw_path": b"/tickets/CC-1001/approve",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8080")],
        "http_version": "1.1",
        "scheme": "http",
    }
    asyncio.run(create_app(drafted)(scope, receive, send))
    assert sent == []
