"""From frozen values to plain JSON data, for the columns and the public shapes that hold it."""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any


def plain(value: object) -> Any:
    """Return a frozen value as plain JSON data: dates in ISO 8601, closed sets as their words."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
