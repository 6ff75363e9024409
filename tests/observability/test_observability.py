"""What the house says of itself, and what it never says."""

import io
import logging
import re
from collections.abc import Iterator
from datetime import date

import pytest

from consultant import observability
from consultant.config import LogSettings
from consultant.observability import KeyNotForLogsError, leg, set_up_logging
from consultant.workflow import State

LOG = logging.getLogger("consultant.desk.arrivals")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Set logging up on a text, and put everything back afterwards."""
    root, house = logging.getLogger(), logging.getLogger("consultant")
    before = root.handlers[:], root.level, house.level
    stream = io.StringIO()
    set_up_logging(LogSettings(), stream)
    yield stream
    root.handlers, level, house_level = before
    root.setLevel(level)
    house.setLevel(house_level)
    for name in observability.QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_leg_is_one_line_with_its_facts(lines: io.StringIO) -> None:
    leg(LOG, "arrived", ticket="Q-1", state=State.IN_REVIEW, ms=12.5, due=date(2026, 11, 24))
    moment, said = lines.getvalue().split(" ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert said == 'INFO desk.arrivals arrived ticket=Q-1 state="in review" ms=12.5 due=2026-11-24\n'


@pytest.mark.parametrize("key", ["sender", "subject", "asker", "text", "email", "name", "to", "reason", "message"])
def test_a_fact_that_could_name_a_person_is_refused(key: str) -> None:
    with pytest.raises(KeyNotForLogsError, match=key):
        leg(LOG, "arrived", **{key: "x"})  # type: ignore[arg-type]  # the key is the case


@pytest.mark.parametrize("value", ["ann@clinic.example", "Patient: <Ann>", "x" * 100, "two\nlines", 'say "hello"'])
def test_a_value_that_could_be_prose_or_an_address_is_withheld(lines: io.StringIO, value: str) -> None:
    leg(LOG, "arrived", ticket=value)
    assert lines.getvalue().endswith("arrived ticket=(withheld)\n")


def break_with(text: str, *, because: Exception) -> None:
    """Fail with that text."""
    raise RuntimeError(text) from because


def test_an_error_is_told_by_its_kind_and_place_and_never_by_its_text(lines: io.StringIO) -> None:
    try:
        break_with("SSN 123-45-6789", because=KeyError("ann@clinic.example"))
    except RuntimeError:
        leg(LOG, "arrival failed", level=logging.ERROR, failed=True, ticket="Q-1")
    line = lines.getvalue()
    assert "ERROR desk.arrivals arrival failed ticket=Q-1 error=RuntimeError<KeyError at=test_observability.py:" in line
    assert "ann@" not in line
    assert "123-45" not in line
    assert line.count("\n") == 1


def test_a_message_cannot_start_a_line_of_its_own(lines: io.StringIO) -> None:
    LOG.info("one\r\n2026-11-23T00:00:00Z INFO forged \x1b[31m")
    assert lines.getvalue().count("\n") == 1
    assert "\x1b" not in lines.getvalue()


@pytest.mark.parametrize(
    "library", ["mail.log", "uvicorn.access", "apscheduler.scheduler", "sqlalchemy.engine", "other"]
)
def test_libraries_that_write_addresses_or_rows_are_quiet(lines: io.StringIO, library: str) -> None:
    set_up_logging(LogSettings(level="DEBUG"), lines)
    logging.getLogger(library).info("MAIL FROM:<ann@clinic.example>")
    LOG.debug("the house itself speaks")
    assert "ann@" not in lines.getvalue()
    assert lines.getvalue().endswith("the house itself speaks\n")


def test_setting_up_twice_says_everything_once(lines: io.StringIO) -> None:
    set_up_logging(LogSettings(), lines)
    leg(LOG, "arrived")
    assert lines.getvalue().count("arrived") == 1


def test_the_level_is_the_operators(lines: io.StringIO) -> None:
    set_up_logging(LogSettings(level="WARNING"), lines)
    leg(LOG, "arrived")
    leg(LOG, "put off", level=logging.WARNING)
    assert "arrived" not in lines.getvalue()
    assert "WARNING desk.arrivals put off" in lines.getvalue()
