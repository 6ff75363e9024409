"""One issue for each name and period, numbered without gaps."""

import pytest
from sqlalchemy.exc import IntegrityError

from consultant.desk.room import Desk
from consultant.store import digests
from tests.conftest import MovableClock


def decide(desk: Desk, name: str, period: str) -> int:
    with desk.database.writing() as session:
        number = digests.next_number(session, name)
        return digests.decide(session, name, period, number, desk.clock()).number


def test_issues_are_numbered_for_each_name_by_itself(desk_anywhere: Desk) -> None:
    assert [decide(desk_anywhere, "reviewers", period) for period in ("mon", "tue")] == [1, 2]
    assert decide(desk_anywhere, "coders", "mon") == 1


def test_a_period_is_decided_once(desk_anywhere: Desk) -> None:
    decide(desk_anywhere, "reviewers", "mon")
    with pytest.raises(IntegrityError):
        decide(desk_anywhere, "reviewers", "mon")


def test_a_period_with_nothing_to_tell_is_decided_and_takes_no_number(desk_anywhere: Desk, clock: MovableClock) -> None:
    with desk_anywhere.database.writing() as session:
        digests.decide(session, "reviewers", "mon", 0, clock())
    with desk_anywhere.database.reading() as session:
        found = digests.issue_of(session, "reviewers", "mon")
        assert found is not None
        assert (found.number, found.created) == (0, clock())
        assert digests.issue_of(session, "reviewers", "tue") is None
        assert digests.next_number(session, "reviewers") == 1
