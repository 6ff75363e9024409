"""What the house says of itself: one log line for each leg of the walk, and never a word of a letter.

`leg` writes only keys and values that cannot hold personal data, and the formatter writes where an error happened but
not its text, since a database error carries the row and a mail error the address. Libraries speak from WARNING up.
"""

import logging
import re
import sys
import time
from enum import Enum
from types import TracebackType
from typing import Protocol, TextIO

LEG_KEYS = frozenset(
    {
        "action",
        "attempts",
        "bytes",
        "checks",
        "code",
        "count",
        "decision",
        "digest",
        "draft",
        "due",
        "error",
        "facts",
        "file",
        "host",
        "intents",
        "job",
        "kind",
        "letter",
        "letters",
        "limit",
        "mentions",
        "minutes",
        "ms",
        "outcome",
        "period",
        "port",
        "release",
        "reviewer",
        "room",
        "rows",
        "rule",
        "seconds",
        "source",
        "spool",
        "state",
        "ticket",
        "tickets",
        "until",
        "verdict",
        "version",
    }
)  # fmt: skip  a table reads better than one key a line
"""Names of facts a log line may carry. None may stand for an address, a name, a subject or a text."""

QUIET = ("mail.log", "uvicorn", "uvicorn.access", "uvicorn.error", "apscheduler", "sqlalchemy", "asyncio")
"""Libraries pinned to WARNING: `mail.log` (aiosmtpd) writes every address, `uvicorn.access` every path."""

WITHHELD = "(withheld)"

_HOUSE = "consultant"
_DEEPEST = 12
_HARMLESS = re.compile(r"[\w .:;,+()/=-]{0,80}")  # no @, so an address never passes
_BARE = re.compile(r"[\w.:,+()/-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class KeyNotForLogsError(ValueError):
    """A leg was given a fact whose name is not in `LEG_KEYS`; name it there if it can never hold personal data."""


class HasLevel(Protocol):
    """What is asked of the settings: the level the house itself speaks from. Config is a stranger on this floor."""

    @property
    def level(self) -> str:
        """DEBUG, INFO, WARNING or ERROR."""


def set_up_logging(settings: HasLevel, stream: TextIO | None = None) -> None:
    """Send every log line to the stream (standard error), in UTC; `settings.level` is for the house's own lines only.

    Doing it again replaces what was set up before.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not isinstance(other.formatter, _OneLine)] + [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_HOUSE).setLevel(settings.level)
    for name in QUIET:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(logging.WARNING)


def leg(
    logger: logging.Logger, event: str, /, *, level: int = logging.INFO, failed: bool = False, **facts: object
) -> None:
    """Log one leg: what happened, with facts as `key=value`; `failed` adds the error being handled and where it arose.

    Raise `KeyNotForLogsError` for a key outside `LEG_KEYS`; a value that could be prose or an address is withheld.
    """
    unknown = facts.keys() - LEG_KEYS
    if unknown:
        raise KeyNotForLogsError(sorted(unknown))
    if logger.isEnabledFor(level):
        line = " ".join([event, *(f"{key}={_shown(value)}" for key, value in facts.items())])
        logger.log(level, "%s", line, exc_info=failed)


def _shown(value: object) -> str:
    word = str(value.value if isinstance(value, Enum) else value)
    if not _HARMLESS.fullmatch(word):
        return WITHHELD
    return word if _BARE.fullmatch(word) else f'"{word}"'


class _OneLine(logging.Formatter):
    """`time level room message`, and for an error its class and the places it came through, innermost first."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        room = record.name.removeprefix(f"{_HOUSE}.")
        line = f"{moment}.{record.msecs:03.0f}Z {record.levelname} {room} {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" error={_names(record.exc_info[1])} at={_places(record.exc_info[2])}"
        return _CONTROL.sub(" ", line)


def _names(error: BaseException | None) -> str:
    """Return the error's class, and the classes of the errors it came from."""
    names: list[str] = []
    while error is not None and len(names) < _DEEPEST:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return "<".join(names)


def _places(traceback: TracebackType | None) -> str:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}:{code.co_name}")
        traceback = traceback.tb_next
    return "<".join(reversed(places[-_DEEPEST:])) or "unknown"
