"""Each digest issue leaves once, whatever happens, and none leaves when nothing waits."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from consultant.config import ReviewerSettings, Settings
from consultant.desk.decisions import approve
from consultant.desk.departures import send_next
from consultant.desk.digests import MOST_LINES, REVIEWERS, UnknownDigestError, preview_digest, send_digest
from consultant.desk.drafts import write_draft
from consultant.desk.room import Desk
from consultant.store import outbox
from consultant.store.tables import Ticket
from consultant.workflow import State
from tests.builders import ASKER, a_letter, a_mail, a_reviewer, arrive, stand_now
from tests.conftest import MovableClock, OpenDesk
from tests.postbox import Postbox

MORNING = "2026-06-15T07:00"


@pytest.fixture
def told(settings_anywhere: Settings, open_a_desk: OpenDesk) -> Desk:
    """A desk whose digests go to one address, with one question in review."""
    reviewers = ReviewerSettings(notify=("pat@house.example",))
    desk = open_a_desk(settings_anywhere.model_copy(update={"reviewers": reviewers}))
    arrive(desk)
    write_draft(desk, 1)
    return desk


def digests(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return [letter.text for letter in outbox.listed(session) if letter.kind == "digest"]


def test_a_digest_tells_what_waits_and_links_to_it(told: Desk) -> None:
    issue = send_digest(told, REVIEWERS, MORNING)
    assert issue is not None
    assert issue.number == 1
    (text,) = digests(told)
    assert "CC-1001" in text
    assert "/tickets/CC-1001" in text


def test_a_digest_repeats_nothing_the_asker_wrote(told: Desk) -> None:
    arrive(told, a_letter(raw=a_mail(subject="Patient Ruth Quill", text="MRN 4455667, E11.9?")))
    send_digest(told, REVIEWERS, MORNING)
    (text,) = digests(told)
    assert "Quill" not in text
    assert "4455667" not in text
    assert ASKER not in text


def test_the_same_period_is_sent_once(told: Desk) -> None:
    send_digest(told, REVIEWERS, MORNING)
    assert send_digest(told, REVIEWERS, MORNING) is None
    assert len(digests(told)) == 1


def test_many_clocks_at_once_send_one_issue(told: Desk) -> None:
    with ThreadPoolExecutor(8) as nodes:
        issues = list(nodes.map(lambda _: send_digest(told, REVIEWERS, MORNING), range(8)))
    assert len([issue for issue in issues if issue is not None]) == 1
    assert len(digests(told)) == 1


def test_nothing_waiting_sends_nothing_and_leaves_no_gap_in_the_numbers(
    desk_anywhere: Desk, clock: MovableClock
) -> None:
    nothing = send_digest(desk_anywhere, REVIEWERS, MORNING)
    assert nothing is not None
    assert nothing.number == 0
    assert digests(desk_anywhere) == []
    clock.forward(days=1)
    assert preview_digest(desk_anywhere, REVIEWERS).number == 0


def test_issues_are_numbered_one_after_the_other(told: Desk) -> None:
    numbers = [send_digest(told, REVIEWERS, f"2026-06-{day}T07:00") for day in (15, 16, 17)]
    assert [issue.number for issue in numbers if issue] == [1, 2, 3]


def test_a_preview_decides_nothing(told: Desk) -> None:
    assert "CC-1001" in preview_digest(told, REVIEWERS).text
    assert digests(told) == []
    assert send_digest(told, REVIEWERS, MORNING) is not None


def test_an_unknown_digest_is_named_with_those_there_are(told: Desk) -> None:
    with pytest.raises(UnknownDigestError, match="reviewers"):
        send_digest(told, "weather", MORNING)


def test_a_digest_counts_more_than_it_can_list(told: Desk) -> None:
    with told.database.writing() as session:
        for number in range(MOST_LINES + 4):
            session.add(
                Ticket(
                    state=State.IN_REVIEW,
                    subject="A question",
                    asker=f"asker{number}@riverbend.example",
                    mailbox="consult@house.example",
                    received=told.clock(),
                    due=told.clock(),
                )
            )
    issue = preview_digest(told, REVIEWERS)
    assert issue.text.startswith(f"{MOST_LINES + 5} questions wait")
    assert issue.subject.startswith(f"{MOST_LINES + 5} questions wait")
    assert issue.text.count("/tickets/") == MOST_LINES


def test_a_digest_leaves_without_a_code_book(told: Desk) -> None:
    told.settings.code_book_path.unlink()
    assert "CC-1001" in preview_digest(told, REVIEWERS).text


def test_an_approved_answer_that_cannot_leave_is_told_of(told: Desk, clock: MovableClock) -> None:
    with Postbox() as postbox:
        away = postbox.settings()
    approve(told, 1, a_reviewer(), stand_now(told))
    stuck = replace(told, settings=told.settings.model_copy(update={"relay": away}))
    while send_next(stuck):
        pass
    assert preview_digest(stuck, REVIEWERS).number == 0
    clock.forward(hours=5)
    assert "CC-1001" in preview_digest(stuck, REVIEWERS).text
