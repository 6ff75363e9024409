"""Times as people read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from consultant.web.moments import Unit, moment

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "amount", "unit"),
    [
        (timedelta(seconds=59), 0, Unit.NOW),
        (timedelta(minutes=1), 1, Unit.MINUTES),
        (timedelta(minutes=59, seconds=59), 59, Unit.MINUTES),
        (timedelta(hours=1), 1, Unit.HOURS),
        (timedelta(hours=47), 47, Unit.HOURS),
        (timedelta(hours=48), 2, Unit.DAYS),
        (timedelta(days=400), 400, Unit.DAYS),
    ],
)
def test_distances_are_rounded_down_to_the_unit_people_use(distance: timedelta, amount: int, unit: Unit) -> None:
    coming, gone = moment(NOW + distance, NOW), moment(NOW - distance, NOW)
    assert (coming.amount, coming.unit, coming.past) == (amount, unit, False)
    assert (gone.amount, gone.unit, gone.past) == (amount, unit, True)


def test_a_moment_is_shown_in_utc_whatever_zone_it_came_in() -> None:
    seen = moment(datetime(2026, 11, 23, 20, 30, tzinfo=timezone(timedelta(hours=-5))), NOW)
    assert (seen.iso, seen.day, seen.clock) == ("2026-11-24T01:30:00+00:00", "2026-11-24", "01:30")
