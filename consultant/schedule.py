"""The house by the clock: what is done when, as one table; the only room that knows APScheduler.

Every node runs the whole timetable and remembers nothing: a job that must happen once keys its work by `period_of`, the
name of the period it is done for, and the store lets one of them have that name.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from consultant.config import DigestSettings
from consultant.errors import HouseError
from consultant.observability import leg


@dataclass(frozen=True)
class Turn:
    """One line of the timetable: a job, and how often; without `every` it follows a cron expression."""

    job: str
    what: str
    every: timedelta | None = None


TIMETABLE = (
    Turn("digest", "tell the reviewers what waits"),
    Turn("sweep", "send what is due and look for what is overdue", every=timedelta(seconds=60)),
)

UPDATE = Turn("update", "fetch what the agencies have published")
"""Done only where the operator has set a cron expression for it."""

# A machine that slept through its hour still does the job when it wakes, once.
GRACE = timedelta(hours=12)

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")  # crontab(5): 0 and 7 are Sunday
_SATURDAY, _SUNDAY_AGAIN = 6, 7
# How far back the latest time is looked for: from every hour to the 29th of February across the year 2100.
_LOOK_BACK = tuple(timedelta(hours=hours) for hours in (1, 24, 24 * 8, 24 * 32, 24 * 367, 24 * 3000))
_LONGEST_SHIFT = timedelta(hours=3)  # more than any daylight-saving change
_END = datetime(9000, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)


class CronWrongError(HouseError):
    """The cron expression "{cron}" is wrong: {reason}. Write minute hour day month weekday, as in 0 7 * * mon-fri."""


@dataclass(frozen=True)
class Clock:
    """A running timetable."""

    _scheduler: BackgroundScheduler

    def close(self) -> None:
        """Start nothing more, and return when what is running is done."""
        self._scheduler.shutdown(wait=True)


def start_clock(
    jobs: Mapping[str, Callable[[], None]],
    settings: DigestSettings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    update_cron: str = "",
) -> Clock:
    """Run the jobs of `TIMETABLE`, each in a thread and never twice at once, until the clock is closed.

    The sweep runs at once, and so does the digest if it was due earlier today: a missed issue is made up for on its own
    day, and on the days after the next one tells the same. A job that raises is logged and runs again at its next time.
    `update_cron` is read in the digest's time zone, and a missed update is not made up for.
    Raise `CronWrongError`; `jobs` names exactly the jobs of the timetable, and the update where it has its time.
    """
    if jobs.keys() != {turn.job for turn in TIMETABLE} | ({UPDATE.job} if update_cron else set()):
        raise ValueError(sorted(jobs))
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": int(GRACE.total_seconds())},
    )
    for turn in TIMETABLE:
        first = {"next_run_time": datetime.now(UTC)} if _due_at_start(turn, settings, now()) else {}
        scheduler.add_job(_guarded(turn.job, jobs[turn.job]), _trigger_of(turn, settings), id=turn.job, **first)
    if update_cron:
        trigger = _WallClock(update_cron, ZoneInfo(settings.timezone))
        scheduler.add_job(_guarded(UPDATE.job, jobs[UPDATE.job]), trigger, id=UPDATE.job)
    scheduler.start()
    return Clock(scheduler)


def period_of(cron: str, zone: str, now: datetime) -> str:
    """Return the period `now` lies in: the latest time of the cron expression, as local date and time.

    It is the time as written, "2026-11-01T01:30": a time the clocks show twice in autumn is one period, and one they
    leap over in spring begins when the leap is done. `now` is aware. Raise `CronWrongError`.
    """
    trigger, local = _trigger(cron), ZoneInfo(zone)
    wall = now.astimezone(local).replace(tzinfo=UTC)
    for back in _LOOK_BACK:
        times = _times(trigger, wall - back, wall + _LONGEST_SHIFT)
        begun = [time for time in times if _instant(time, local) <= now]
        if begun:
            latest = max(begun, key=lambda time: _instant(time, local))
            return latest.replace(tzinfo=None).isoformat(timespec="minutes")
    raise CronWrongError(cron=cron, reason="it names no day that exists")


def _due_at_start(turn: Turn, settings: DigestSettings, now: datetime) -> bool:
    if turn.every is not None:
        return True
    today = now.astimezone(ZoneInfo(settings.timezone)).date().isoformat()
    return period_of(settings.cron, settings.timezone, now).startswith(today)


def _trigger_of(turn: Turn, settings: DigestSettings) -> BaseTrigger:
    if turn.every is not None:
        return IntervalTrigger(seconds=int(turn.every.total_seconds()), timezone=UTC)
    return _WallClock(settings.cron, ZoneInfo(settings.timezone))


def _guarded(name: str, job: Callable[[], None]) -> Callable[[], None]:
    """Return the job so that whatever it raises is logged and the clock goes on."""

    def run() -> None:
        try:
            job()
        except Exception:  # noqa: BLE001  one of the three places: the next turn must come whatever happened in this one
            leg(_log, "clock job failed", level=logging.ERROR, failed=True, job=name)
        else:
            leg(_log, "clock job done", level=logging.DEBUG, job=name)

    return run


class _WallClock(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """Fires once at each time a clock on the wall there is meant to show.

    `CronTrigger` itself fires twice at 01:30 in autumn and, in 3.11.3, not at all at the midnight after the leap in
    spring; so it is asked about a wall that knows no daylight saving, and each of its times is turned into an instant.
    """

    def __init__(self, cron: str, local: ZoneInfo) -> None:
        self._trigger, self._local = _trigger(cron), local

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Return the first instant after the previous one, or from now on."""
        after = previous or now - timedelta(microseconds=1)
        wall = after.astimezone(self._local).replace(tzinfo=UTC) - _LONGEST_SHIFT
        for time in _times(self._trigger, wall, _END):
            if _instant(time, self._local) > after:
                rivals = _times(self._trigger, time, time + _LONGEST_SHIFT)  # a time leapt over comes after later ones
                return min(instant for rival in rivals if (instant := _instant(rival, self._local)) > after)
        return None


def _trigger(cron: str) -> BaseTrigger:
    """Read a crontab line as crontab(5) does: with day and weekday both given, either is enough."""
    try:
        minute, hour, day, month, weekday = cron.lower().split()
        weekday = _weekdays(weekday)
        days = [(day, weekday)] if "*" in (day[0], weekday[0]) else [(day, "*"), ("*", weekday)]
        return OrTrigger(
            [
                CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=UTC)
                for day, weekday in days
            ]
        )
    except ValueError as error:
        raise CronWrongError(cron=cron, reason=error) from error


def _weekdays(field: str) -> str:
    """Return the weekdays by name, since APScheduler counts them from Monday and crontab from Sunday."""
    if field == "*":
        return field
    return ",".join(dict.fromkeys(name for term in field.split(",") for name in _named(term)))


def _named(term: str) -> Iterator[str]:
    """Yield the days of one term: `1`, `fri`, `mon-fri`, `0-6/2`, `*/2`."""
    span, _, step = term.partition("/")
    first, _, last = ("0-6" if span == "*" else span).partition("-")
    start = _day(first)
    end = _day(last) if last else (_SATURDAY if step else start)
    end = _SUNDAY_AGAIN if last and end == 0 else end
    if end < start or (step and int(step) < 1):
        message = f"{term!r} is no span of weekdays"
        raise ValueError(message)
    for number in range(start, end + 1, int(step or 1)):
        yield _WEEKDAYS[number % 7]


def _day(word: str) -> int:
    if word in _WEEKDAYS:
        return _WEEKDAYS.index(word)
    if not (word.isdecimal() and int(word) <= _SUNDAY_AGAIN):
        message = f"{word!r} is no weekday"
        raise ValueError(message)
    return int(word)


def _times(trigger: BaseTrigger, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the times the trigger names from `start` to `end`."""
    time = trigger.get_next_fire_time(None, start)
    while time is not None and time <= end:
        yield time
        time = trigger.get_next_fire_time(time, time)


def _instant(wall: datetime, local: ZoneInfo) -> datetime:
    """Return when that wall-clock time is: the first of two, and after the leap if it is leapt over."""
    return wall.replace(tzinfo=local, fold=0).astimezone(UTC)
