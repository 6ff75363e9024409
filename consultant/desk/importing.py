"""Importing agency files from the page: one import at a time, in a thread, with its progress and its end.

The book in use answers until the new one has taken its place, and stays when files are refused. The files are removed
whatever happens. Who imported what, by which checksum and under whose terms, is noted before and after.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from consultant.codes.building import BookBusyError, Progress, TermsNotAcceptedError, import_files, sweep
from consultant.codes.entries import Release
from consultant.desk import trays
from consultant.desk.imports_made import PastImport, Trace, past_imports
from consultant.desk.leafing import Leafing, Pair
from consultant.desk.room import Actor, Desk
from consultant.desk.trays import Tray
from consultant.errors import HouseError
from consultant.observability import leg
from consultant.store import audit

_log = logging.getLogger(__name__)


class ImportUnderWayError(HouseError):
    """{by} is importing files: wait until that is done, then send yours again; nothing was done with them."""


class NothingSentError(HouseError):
    """No file was chosen, so nothing was imported."""


class Refusal(StrEnum):
    """Why files were not imported, where the page says more than the error's own sentence."""

    TERMS = "terms"
    BUSY = "busy"
    FILES = "files"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True)
class Brought:
    """A release that was imported, and how many changes of each kind it brought.

    `pair` is None without a release before, `counts` where the two could not be compared just now.
    """

    release: Release
    pair: Pair | None
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class Import:
    """One import as it stands: `done` of `total` hundredths; when it is `over`, what it brought or why it did not."""

    by: str
    begun: datetime
    files: tuple[str, ...]
    what: str = ""
    done: int = 0
    total: int = 1
    over: bool = False
    brought: tuple[Brought, ...] = ()
    refusal: Refusal | None = None
    reason: str = ""
    terms: str = ""  # whose terms were not accepted
    file: str = ""  # the file that is under them


class Imports:
    """The desk's one place for imports."""

    def __init__(self, desk: Desk) -> None:
        """Sweep up what a stopped house left; `leafing` compares releases."""
        self._desk = desk
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self.latest: Import | None = None
        self.leafing = Leafing(desk.shelf)
        trays.sweep(desk.settings.queue.path)
        sweep(desk.settings.code_book_path)

    def begin(self, tray: Tray, *, by: Actor, terms_accepted: bool) -> None:
        """Import the files of a tray in a thread and clear it, now or then.

        Raises `ImportUnderWayError` while another import runs, and `NothingSentError`.
        """
        try:
            claimed = self._claimed(tray, by)
        except HouseError:
            tray.clear()
            raise
        accepted_by = f"{by.email}, {by.via}" if terms_accepted else ""
        self._thread = threading.Thread(target=self._work, args=(tray, accepted_by), name="import", daemon=True)
        try:
            self._note_begun(tray, by, terms_accepted=terms_accepted)
            self._thread.start()
        except BaseException:
            tray.clear()
            self.latest = replace(claimed, over=True, refusal=Refusal.BROKEN_OFF)
            raise

    def refuse_while_under_way(self) -> None:
        """Raise `ImportUnderWayError` while an import runs."""
        if self.latest and not self.latest.over:
            raise ImportUnderWayError(by=self.latest.by)

    def wait(self, seconds: float) -> None:
        """Wait until the import that runs is over."""
        if self._thread:
            self._thread.join(seconds)

    def past(self) -> list[PastImport]:
        """Return the imports made on the page, newest first."""
        with self._desk.database.reading() as session:
            return past_imports(session, under_way=bool(self.latest and not self.latest.over))

    def _claimed(self, tray: Tray, by: Actor) -> Import:
        """Take the one place there is."""
        with self._turn:
            self.refuse_while_under_way()
            if not tray.files:
                raise NothingSentError
            claimed = Import(by.email, self._desk.clock(), tuple(sent.path.name for sent in tray.files))
            self.latest = claimed
        return claimed

    def _note_begun(self, tray: Tray, by: Actor, *, terms_accepted: bool) -> None:
        files = [{"name": sent.path.name, "size": sent.size, "sha256": sent.sha256} for sent in tray.files]
        with self._desk.database.writing() as session:
            audit.note(
                session,
                Trace.BEGUN,
                by=by.email,
                at=self._desk.clock(),
                via=by.via,
                files=files,
                terms_accepted=terms_accepted,
            )

    def _work(self, tray: Tray, accepted_by: str) -> None:
        assert self.latest is not None
        end = replace(self.latest, refusal=Refusal.BROKEN_OFF)
        try:
            end = self._imported(tray, accepted_by)
        except HouseError as error:
            end = _refused(self.latest, error)
        finally:  # also of what nobody foresaw: the thread's own last word goes to the log
            tray.clear()
            self._close(end)

    def _close(self, end: Import) -> None:
        try:
            self._note_end(end)
        finally:
            self.latest = replace(end, over=True)
            leg(_log, "agency files imported", outcome=str(end.refusal or "done"), count=len(end.brought))

    def _imported(self, tray: Tray, accepted_by: str) -> Import:
        assert self.latest is not None
        settings, now = self._desk.settings, self._desk.clock()
        paths = [sent.path for sent in tray.files]
        releases = import_files(
            settings.code_book_path, paths, accepted_by=accepted_by, now=now, progress=self._reached
        )
        brought = []
        for release in releases:
            self._reached(Progress(99, 100, f"comparing {release.source} with the release before"))
            brought.append(self._brought(release))
        return replace(self.latest, brought=tuple(brought))

    def _brought(self, release: Release) -> Brought:
        pair = None
        try:
            pair = self.leafing.before(release)
            leaves = self.leafing.between(pair) if pair else None
        except HouseError:  # the release is in the book all the same; another import may just have replaced it
            return Brought(release, pair, None)
        counts = {str(change): count for change, count in leaves.counts.items()} if leaves else {}
        return Brought(release, pair, counts)

    def _reached(self, step: Progress) -> None:
        assert self.latest is not None
        self.latest = replace(self.latest, what=step.what, done=step.done, total=step.total)

    def _note_end(self, end: Import) -> None:
        trace = Trace.REFUSED if end.refusal else Trace.DONE
        releases = [_named(brought) for brought in end.brought]
        with self._desk.database.writing() as session:
            audit.note(
                session,
                trace,
                by=end.by,
                at=self._desk.clock(),
                releases=releases,
                refusal=str(end.refusal or ""),
                reason=end.reason,
            )


def _refused(running: Import, error: HouseError) -> Import:
    if isinstance(error, TermsNotAcceptedError):
        owner, file = str(error.facts["owner"]), str(error.facts["file"])
        return replace(running, refusal=Refusal.TERMS, reason=str(error), terms=owner, file=file)
    kind = Refusal.BUSY if isinstance(error, BookBusyError) else Refusal.FILES
    return replace(running, refusal=kind, reason=str(error))


def _named(brought: Brought) -> dict[str, object]:
    release = brought.release
    return {
        "source": release.source,
        "release": release.name,
        "effective": release.effective.isoformat(),
        "rows": release.rows,
        "changes": dict(brought.counts or {}),
    }
