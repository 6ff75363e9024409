"""The walk through the pages, the same on SQLite and on PostgreSQL."""

from consultant.desk import reviewers
from consultant.desk.departures import send_next
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from tests.builders import arrive
from tests.web.browser import PASSWORD, RITA, a_stranger


def test_a_reviewer_signs_in_reads_decides_and_sees_what_left(desk_anywhere: Desk) -> None:
    reviewers.add(desk_anywhere.database, RITA, password=PASSWORD, now=desk_anywhere.clock())
    arrive(desk_anywhere)
    write_draft(desk_anywhere, 1)
    browser = a_stranger(desk_anywhere)
    browser.get("/sign-in")
    assert browser.send("/sign-in", email=f"{RITA}\x00", password="\x00").status_code == 401
    assert browser.send("/sign-in", email=RITA, password=PASSWORD).status_code == 303
    assert "CC-1001" in browser.follow().text
    browser.get("/tickets/CC-1001")
    assert browser.send("/tickets/CC-1001/approve").status_code == 303
    while send_next(desk_anywhere):
        pass
    assert "CC-1001" in browser.get("/?tab=answered").text
    for path in ("/outbox", "/outbox/1", "/mail", "/tickets/CC-1001", "/api/v1/tickets/CC-1001"):
        assert browser.get(path).status_code == 200, path
    browser.get("/")
    assert browser.send("/sign-out").status_code == 303
