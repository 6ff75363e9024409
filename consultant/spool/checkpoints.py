"""The thread beside the writer that keeps SQLite's log short."""

import logging
import sqlite3
import threading
from contextlib import closing

CHECKPOINT_SECONDS = 0.2
IDLE_SECONDS = 2.0

log = logging.getLogger(__name__)


class Tidier:
    """The thread that moves committed pages from the log into the database, so that no commit ever waits for that."""

    def __init__(self, database: sqlite3.Connection, committed: threading.Event) -> None:
        self._database = database
        self._committed = committed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool-checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._committed.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(self._database):
            self._database.execute("PRAGMA busy_timeout = 0")  # rather later than in anybody's way
            while not self._stop.is_set():
                self._committed.wait()
                self._committed.clear()
                self._checkpoint("PASSIVE")
                if self._stop.wait(CHECKPOINT_SECONDS):
                    break
                # Nothing came for a while: give the log's space back, which takes the writer's lock for a moment.
                if not self._committed.wait(IDLE_SECONDS):
                    self._checkpoint("TRUNCATE")

    def _checkpoint(self, mode: str) -> None:
        try:
            self._database.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        except sqlite3.Error as error:
            # Nothing is lost: the pages stay in the log until a later turn succeeds.
            log.warning("the spool's log could not be moved into its database: %s", error)
