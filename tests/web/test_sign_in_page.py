"""The door of the page."""

import pytest

from consultant.config import Settings, WebSettings
from consultant.desk import reviewers, sign_in
from consultant.desk.room import Desk
from consultant.web.visitors import local_path
from tests.conftest import MovableClock, OpenDesk
from tests.web.browser import PASSWORD, RITA, Browser, a_signed_in_browser, a_stranger


@pytest.mark.usefixtures("rita")
def test_whoever_is_not_signed_in_is_sent_to_the_door_and_back(stranger: Browser) -> None:
    assert stranger.get("/codes?q=E11.9").headers["location"] == "/sign-in?next=%2Fcodes%3Fq%3DE11.9"
    stranger.follow()
    answer = stranger.send("/sign-in", email=RITA, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/codes?q=E11.9")
    assert stranger.follow().status_code == 200


@pytest.mark.usefixtures("rita")
def test_the_session_cookie_can_be_read_by_no_script_and_sent_by_no_foreign_form(stranger: Browser) -> None:
    stranger.get("/sign-in")
    cookies = stranger.send("/sign-in", email=RITA, password=PASSWORD).headers.get_list("set-cookie")
    (session,) = [cookie.lower() for cookie in cookies if cookie.startswith("desk_session=")]
    assert "httponly" in session
    assert "samesite=lax" in session
    assert "path=/" in session
    assert "domain" not in session
    assert "max-age" not in session
    assert "secure" not in session


def test_over_tls_the_cookie_is_bound_to_this_host(settings: Settings, open_a_desk: OpenDesk) -> None:
    secure = settings.model_copy(update={"web": WebSettings(base_url="https://desk.house.example")})
    browser = a_stranger(open_a_desk(secure))
    (cookie,) = browser.get("/sign-in").headers.get_list("set-cookie")
    assert cookie.startswith("__Host-desk_door=")
    assert "secure" in cookie.lower()


@pytest.mark.usefixtures("rita")
def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(stranger: Browser) -> None:
    stranger.get("/sign-in")
    wrong = stranger.send("/sign-in", email=RITA, password="wrong wrong wrong")
    stranger.get("/sign-in")
    unknown = stranger.send("/sign-in", email="nobody@house.example", password="wrong wrong wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert "do not belong together" in unknown.text


def test_after_too_many_tries_the_door_says_to_wait(settings: Settings, open_a_desk: OpenDesk) -> None:
    strict = settings.model_copy(update={"web": WebSettings(sign_in_tries=1)})
    stranger = a_stranger(open_a_desk(strict))
    stranger.get("/sign-in")
    stranger.send("/sign-in", email=RITA, password="wrong wrong wrong")
    answer = stranger.send("/sign-in", email=RITA, password="wrong wrong wrong")
    assert answer.status_code == 429
    assert "15 minutes" in answer.text


@pytest.mark.usefixtures("rita")
def test_the_sign_in_form_of_a_foreign_page_signs_nobody_in(stranger: Browser) -> None:
    assert stranger.post("/sign-in", email=RITA, password=PASSWORD).status_code == 403
    assert stranger.post("/sign-in", email=RITA, password=PASSWORD, form_key="invented").status_code == 403


@pytest.mark.usefixtures("rita")
def test_signing_in_makes_a_new_session_whatever_cookie_came(stranger: Browser) -> None:
    stranger.client.cookies.set("desk_session", "planted by somebody else")
    stranger.get("/sign-in")
    answer = stranger.send("/sign-in", email=RITA, password=PASSWORD)
    begun = "".join(answer.headers.get_list("set-cookie"))
    assert "desk_session=" in begun
    assert "planted" not in begun


def test_signing_out_ends_the_session_in_the_house_too(rita: Browser) -> None:
    token = rita.client.cookies["desk_session"]
    rita.get("/")
    assert rita.send("/sign-out").headers["location"] == "/sign-in"
    rita.client.cookies.set("desk_session", token)
    assert rita.get("/").status_code == 303


def test_signing_out_needs_the_form_key(rita: Browser) -> None:
    assert rita.post("/sign-out").status_code == 403
    assert rita.get("/").status_code == 200


def test_a_session_that_idled_too_long_is_sent_to_the_door(rita: Browser, clock: MovableClock) -> None:
    assert rita.get("/").status_code == 200
    clock.forward(minutes=31)
    assert rita.get("/").status_code == 303


@pytest.mark.usefixtures("drafted")
def test_words_typed_before_the_session_ended_are_handed_back(rita: Browser, clock: MovableClock) -> None:
    rita.get("/tickets/CC-1001")
    clock.forward(hours=1)
    answer = rita.send("/tickets/CC-1001/approve-edited", text="Half an hour of <careful> words.")
    assert answer.status_code == 401
    assert "Half an hour of &lt;careful&gt; words." in answer.text
    assert "Nothing was done" in answer.text


def test_whoever_is_signed_in_already_passes_the_door(rita: Browser) -> None:
    assert rita.get("/sign-in?next=/mail").headers["location"] == "/mail"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n//evil.example",
        "evil",
        "",
        "///evil.example",
    ],
)
def test_no_other_site_is_taken_for_a_page_of_ours(wanted: str) -> None:
    assert local_path(wanted) == "/"


@pytest.mark.usefixtures("rita")
def test_the_door_leads_to_no_other_site(stranger: Browser) -> None:
    stranger.get("/sign-in?next=//evil.example")
    answer = stranger.send("/sign-in", email=RITA, password=PASSWORD)
    assert answer.headers["location"] == "/"


def test_the_door_leads_to_any_page_of_ours() -> None:
    assert local_path("/tickets/CC-1001?done=save") == "/tickets/CC-1001?done=save"


def test_two_reviewers_have_two_form_keys(desk: Desk, rita: Browser) -> None:
    omar = a_signed_in_browser(desk, "omar@house.example", "Omar Diaz")
    omar.get("/")
    rita.get("/")
    assert rita.post("/sign-out", form_key=omar.form("/sign-out").fields["form_key"]).status_code == 403


def test_the_page_of_a_reviewer_disabled_meanwhile_is_closed(desk: Desk, rita: Browser) -> None:
    reviewers.disable(desk.database, RITA)
    assert rita.get("/").status_code == 303
    assert sign_in.recognise(desk.database, desk.settings.web, "token of rita@house.example", now=desk.clock()) is None
