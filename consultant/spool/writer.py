"""The one thread that changes the spool. It commits whatever arrived while its last commit ran."""

import errno
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from consultant.errors import HouseError
from consultant.spool.disk import Body, result_code, write_bodies
from consultant.spool.turn import SpoolUnavailableError, Turn

BATCH_BYTES = 8 * 1024 * 1024


class SpoolFullError(HouseError):
    """There is no room left for mail in {folder}: free some space, and senders will deliver what they kept."""


@dataclass(frozen=True)
class Job:
    """One change, run inside the writer's transaction; a large body is written and synced before it."""

    apply: Callable[[sqlite3.Connection], int]
    size: int = 0
    body: Body | None = None
    done: Future[int] = field(default_factory=Future)


class Writer:
    """The one thread that changes the spool: group commit, with no timer (whoever comes first is not kept waiting)."""

    def __init__(self, database: sqlite3.Connection, path: Path, bodies: Path, turn: Turn) -> None:
        self.committed = threading.Event()
        self._database = database
        self._path = path
        self._bodies = bodies
        self._turn = turn
        self._inbox: SimpleQueue[Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[int]:
        """Hand a job in; its future is always settled in the end."""
        with self._gate:
            if self._closed:
                job.done.set_exception(self._gone())
            else:
                self._inbox.put(job)
        return job.done

    def close(self) -> None:
        """Let the thread finish what was handed in so far, and end."""
        with self._gate:
            if not self._closed:
                self._inbox.put(None)
            self._closed = True
        self._thread.join()

    def _run(self) -> None:
        """Commit batches until told to stop; whatever ends this thread, nobody is left waiting for it."""
        try:
            with closing(self._database):
                while jobs := self._next_batch():
                    self._settle([job for job in jobs if job.done.set_running_or_notify_cancel()])
        finally:
            with self._gate:
                self._closed = True
            while not self._inbox.empty():
                job = self._inbox.get()
                if job:
                    job.done.set_exception(self._gone())

    def _next_batch(self) -> list[Job]:
        """Wait for a job, then take all that gathered meanwhile, up to the cap; an empty batch means stop."""
        job = self._inbox.get()
        jobs: list[Job] = []
        size = 0
        while job is not None:
            jobs.append(job)
            size += job.size
            # The cap keeps one huge letter from holding up fifty small ones.
            if size >= BATCH_BYTES or self._inbox.empty():
                return jobs
            job = self._inbox.get()
        if jobs:
            self._inbox.put(None)
        return jobs

    def _settle(self, jobs: Sequence[Job]) -> None:
        """Commit the jobs together; if that fails each alone, so that one bad row costs only itself."""
        try:
            results = self._commit(jobs)
        except (sqlite3.Error, OSError, ValueError, OverflowError, SpoolUnavailableError) as cause:
            if len(jobs) > 1 and not _held_elsewhere(cause):
                for job in jobs:
                    self._settle([job])
            else:
                self._refuse(jobs, cause)
        else:
            self.committed.set()
            for job, result in zip(jobs, results, strict=True):
                job.done.set_result(result)
        finally:
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(self._gone())

    def _commit(self, jobs: Sequence[Job]) -> list[int]:
        database = self._database
        with self._turn.taken():
            write_bodies(self._bodies, [job.body for job in jobs if job.body])
            try:
                database.execute("BEGIN IMMEDIATE")
                results = [job.apply(database) for job in jobs]
                database.execute("COMMIT")
            finally:
                # On a full disk SQLite may have rolled back by itself; a second ROLLBACK would hide the first error.
                if database.in_transaction:
                    database.execute("ROLLBACK")
        return results

    def _refuse(self, jobs: Sequence[Job], cause: Exception) -> None:
        for job in jobs:
            if job.body:
                with suppress(OSError):  # a disk in trouble; the next start sweeps what is left
                    (self._bodies / job.body.name).unlink(missing_ok=True)
            job.done.set_exception(_refusal(self._path, cause))

    def _gone(self) -> SpoolUnavailableError:
        return SpoolUnavailableError(path=self._path, reason="it is closed")


def _held_elsewhere(cause: Exception) -> bool:
    """Tell whether somebody else holds the spool: then no row is at fault, and trying each alone only takes longer."""
    return isinstance(cause, SpoolUnavailableError) or result_code(cause) in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    }


def _refusal(path: Path, cause: Exception) -> HouseError:
    full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
    full = full or result_code(cause) == sqlite3.SQLITE_FULL
    reason = cause.facts["reason"] if isinstance(cause, SpoolUnavailableError) else cause
    refusal = SpoolFullError(folder=path.parent) if full else SpoolUnavailableError(path=path, reason=reason)
    refusal.__cause__ = cause
    return refusal
