"""Whose turn it is to write, between threads and between processes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from consultant.errors import HouseError


class SpoolUnavailableError(HouseError):
    """The spool {path} cannot be written just now ({reason}); senders keep their mail and try again."""


class Turn:
    """Whose turn it is to write, between threads and between processes.

    SQLite's own waiting is unfair: with several processes the slowest may never get in. A file lock is fair enough.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn; raises SpoolUnavailableError when another process keeps it for too long."""
        with self._path.with_suffix(".lock").open("ab") as file:
            until = time.monotonic() + self._patience
            while not _locked(file):
                if time.monotonic() > until:
                    raise SpoolUnavailableError(path=self._path, reason="another process is writing to it")
                time.sleep(0.002)
            yield


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
