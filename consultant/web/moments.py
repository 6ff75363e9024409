"""Times as people read them: "3 h ago", "in 20 min", beside the exact moment in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Unit(StrEnum):
    """What a distance in time is counted in, in the words the reviewer reads."""

    NOW = "now"
    MINUTES = "min"
    HOURS = "h"
    DAYS = "d"


@dataclass(frozen=True)
class Moment:
    """A moment and how far it lies from now; `amount` is 0 when the unit is NOW."""

    iso: str
    day: str  # 2026-11-23
    clock: str  # 15:04
    amount: int
    unit: Unit
    past: bool


def moment(at: datetime, now: datetime) -> Moment:
    """Return that moment as seen from now: minutes up to an hour, hours up to two days, then days, rounded down."""
    at = at.astimezone(UTC)
    seconds = (at - now).total_seconds()
    amount, unit = _distance(abs(seconds))
    return Moment(
        iso=at.isoformat(timespec="seconds"),
        day=f"{at:%Y-%m-%d}",
        clock=f"{at:%H:%M}",
        amount=amount,
        unit=unit,
        past=seconds < 0,
    )


def _distance(seconds: float) -> tuple[int, Unit]:
    if seconds < _MINUTE:
        return 0, Unit.NOW
    if seconds < _HOUR:
        return int(seconds // _MINUTE), Unit.MINUTES
    if seconds < 2 * _DAY:
        return int(seconds // _HOUR), Unit.HOURS
    return int(seconds // _DAY), Unit.DAYS
