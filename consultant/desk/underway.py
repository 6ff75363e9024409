"""What the desk is reading at this moment, so that a piece of work that kills the process is known to the next one.

An error is counted where it is caught; a process that is killed, or runs out of memory, catches nothing. The note needs
no sync: it must outlive the process, not the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consultant.desk.room import Desk

LETTER, QUESTION = "letter", "question"


@contextmanager
def underway(desk: Desk, kind: str, number: int) -> Iterator[None]:
    """Keep a note of the spooled letter or the ticket being read, for as long as it is."""
    note = _note(desk)
    note.write_text(f"{kind} {number}", encoding="ascii")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def left_behind(desk: Desk) -> tuple[str, int] | None:
    """Return what was being read when the process before this one ended, and forget it."""
    try:
        kind, _, number = _note(desk).read_text(encoding="ascii").partition(" ")
    except FileNotFoundError:
        return None
    _note(desk).unlink(missing_ok=True)
    return (kind, int(number)) if number.isdecimal() else None


def _note(desk: Desk) -> Path:
    return desk.settings.queue.path / "desk.reading"
