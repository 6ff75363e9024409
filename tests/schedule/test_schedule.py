"""The clock: crontab as crontab means it, one period a day through every clock change, and no end of it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultant import schedule
from consultant.config import DigestSettings
from consultant.schedule import TIMETABLE, CronWrongError, period_of, start_clock

ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 20.0


def fires(cron: str, zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield when the scheduler's trigger fires."""
    yield from schedule._times(schedule._WallClock(cron, ZoneInfo(zone)), start, end)


def weekdays_of(cron: str) -> set[str]:
    """Return the weekdays a cron expression fires on."""
    fortnight = fires(cron, "UTC", NEW_YEAR, NEW_YEAR + timedelta(days=14))
    return {f"{fire:%a}".lower() for fire in fortnight}


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1", "mon"),
        ("6", "sat"),
        ("1-5", "mon tue wed thu fri"),
        ("MON-FRI", "mon tue wed thu fri"),
        ("5-7", "fri sat sun"),
        ("0-1", "sun mon"),
        ("fri-sun", "fri sat sun"),
        ("1,3,fri", "mon wed fri"),
        ("*/2", "sun tue thu sat"),
        ("1-5/2", "mon wed fri"),
        ("4/2", "thu sat"),
        ("*", "mon tue wed thu fri sat sun"),
    ],
)
def test_weekdays_count_from_sunday_as_in_a_crontab(field: str, days: str) -> None:
    assert weekdays_of(f"0 7 * * {field}") == set(days.split())


@pytest.mark.parametrize(
    "cron",
    [
        "0 7 * * 8",
        "0 7 * * fri-mon",
        "0 7 * * monday",
        "0 7 * * 1/0",
        "0 7 * * -",
        "0 25 * * *",
        "x 7 * * *",
        "0 7 * *",
    ],
)
def test_a_cron_expression_that_cannot_be_read_says_so(cron: str) -> None:
    with pytest.raises(CronWrongError, match="is wrong"):
        period_of(cron, "UTC", NEW_YEAR)


def test_a_day_that_never_comes_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(CronWrongError, match="no day that exists"):
        period_of("0 7 30 2 *", "UTC", NEW_YEAR)


def test_day_and_weekday_together_mean_either_as_in_a_crontab() -> None:
    days = [fire.date() for fire in fires("0 7 15 * mon", "UTC", NEW_YEAR, NEW_YEAR + timedelta(days=20))]
    assert days == [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 15), date(2026, 1, 19)]


@pytest.mark.parametrize(
    ("now", "period"),
    [
        ("2026-11-23T12:00:00+00:00", "2026-11-23T07:00"),
        ("2026-11-23T11:59:59+00:00", "2026-11-20T07:00"),
        ("2026-11-22T18:00:00+00:00", "2026-11-20T07:00"),
        ("2026-07-23T11:00:00+00:00", "2026-07-23T07:00"),
    ],
)
def test_a_period_begins_with_the_latest_time_of_the_cron(now: str, period: str) -> None:
    assert period_of("0 7 * * mon-fri", "America/New_York", datetime.fromisoformat(now)) == period


def test_rare_days_are_found_too() -> None:
    assert period_of("0 7 1 * *", "UTC", datetime(2026, 11, 23, tzinfo=UTC)) == "2026-11-01T07:00"
    assert period_of("0 7 29 2 *", "UTC", datetime(2027, 11, 23, tzinfo=UTC)) == "2024-02-29T07:00"
    assert period_of("* * * * *", "UTC", datetime(2026, 11, 23, 8, 30, 59, tzinfo=UTC)) == "2026-11-23T08:30"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", ["0 0", "30 1", "15 2", "30 2", "0 3", "0 7"])
def test_each_day_of_the_year_has_exactly_one_period(zone: str, hour: str) -> None:
    cron = f"{hour} * * *"
    times = list(fires(cron, zone, NEW_YEAR + timedelta(days=1), NEW_YEAR + timedelta(days=363)))
    periods = [period_of(cron, zone, time) for time in times]
    assert periods == sorted(periods)
    assert len(periods) == len(set(periods))
    days = [period[:10] for period in periods]
    first = date.fromisoformat(days[0])
    assert days == [(first + timedelta(days=number)).isoformat() for number in range(len(days))]
    assert len(days) in {362, 363}
    minute, of_the_hour = hour.split()
    assert {period[11:] for period in periods} == {f"{int(of_the_hour):02}:{int(minute):02}"}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", ["30 1", "30 2", "15 2"])
def test_a_period_never_goes_back_while_the_clocks_change(zone: str, hour: str) -> None:
    for month, day in ((3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1)):
        midnight = datetime(2026, month, day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        periods = [period_of(f"{hour} * * *", zone, midnight + timedelta(minutes=10 * step)) for step in range(-6, 40)]
        assert periods == sorted(periods)
        assert len(set(periods)) == 2


def test_a_time_shown_twice_is_one_period_and_a_time_leapt_over_is_kept() -> None:
    new_york = ZoneInfo("America/New_York")
    (twice,) = fires("30 1 * * *", "America/New_York", *_day(2026, 11, 1, new_york))
    assert twice.astimezone(UTC) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    for shown in (twice, twice + timedelta(minutes=20), twice + timedelta(hours=1)):
        assert period_of("30 1 * * *", "America/New_York", shown) == "2026-11-01T01:30"
    (leapt,) = fires("30 2 * * *", "America/New_York", *_day(2026, 3, 8, new_york))
    assert leapt.astimezone(UTC) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert period_of("30 2 * * *", "America/New_York", leapt) == "2026-03-08T02:30"


def _day(year: int, month: int, day: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime(year, month, day, tzinfo=zone)
    return start, start + timedelta(hours=23)


def nothing() -> None:
    """Do nothing."""


class Rung:
    """A job that notes each run and can be waited for."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.runs = threading.Semaphore(0)

    def __call__(self) -> None:
        self.runs.release()
        if self.fails:
            message = "ann@clinic.example broke it"
            raise RuntimeError(message)

    def heard(self, count: int = 1) -> bool:
        """Wait for so many runs."""
        return all(self.runs.acquire(timeout=PATIENCE) for _ in range(count))


def at(moment: str) -> Callable[[], datetime]:
    """Return a clock that stands still."""
    return lambda: datetime.fromisoformat(moment)


def test_the_sweep_runs_as_soon_as_the_house_is_up() -> None:
    sweep = Rung()
    with closing(start_clock({"digest": nothing, "sweep": sweep}, DigestSettings())):
        assert sweep.heard()


def test_a_digest_missed_this_morning_is_made_up_for() -> None:
    digest = Rung()
    late = at("2026-11-23T15:00:00+00:00")
    with closing(start_clock({"digest": digest, "sweep": nothing}, DigestSettings(), now=late)):
        assert digest.heard()


@pytest.mark.parametrize("moment", ["2026-11-22T15:00:00+00:00", "2026-11-23T11:30:00+00:00"])
def test_no_digest_is_made_up_for_on_a_day_off_or_before_its_hour(moment: str) -> None:
    digest, sweep = Rung(), Rung()
    settings = DigestSettings(cron="0 7 1 1 *") if moment.startswith("2026-11-22") else DigestSettings()
    clock = start_clock({"digest": digest, "sweep": sweep}, settings, now=at(moment))
    assert sweep.heard()
    clock.close()
    assert not digest.runs.acquire(blocking=False)


def test_a_job_that_fails_is_logged_and_the_clock_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    often = tuple(schedule.Turn(turn.job, turn.what, timedelta(seconds=1)) for turn in TIMETABLE)
    monkeypatch.setattr(schedule, "TIMETABLE", often)
    failing, other = Rung(fails=True), Rung()
    with caplog.at_level(logging.ERROR), closing(start_clock({"digest": other, "sweep": failing}, DigestSettings())):
        assert failing.heard(2)
        assert other.heard(2)
    assert "clock job failed job=sweep" in caplog.messages


def test_closing_waits_for_the_job_that_runs() -> None:
    started, release, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        release.wait(PATIENCE)
        done.set()

    clock = start_clock({"digest": nothing, "sweep": slow}, DigestSettings())
    assert started.wait(PATIENCE)
    threading.Timer(0.05, release.set).start()
    clock.close()
    assert done.is_set()


def test_the_timetable_and_the_jobs_name_the_same_things() -> None:
    with pytest.raises(ValueError, match="sweep"):
        start_clock({"sweep": nothing}, DigestSettings())


def test_a_wrong_cron_stops_the_house_at_the_door() -> None:
    with pytest.raises(CronWrongError):
        start_clock({"digest": nothing, "sweep": nothing}, DigestSettings(cron="0 7 * * someday"))
