"""The code book in use; when an import has swapped a new one in, the next question is answered from it."""

import threading
from pathlib import Path

from consultant.codes.book import Book


class Shelf:
    """Where the code book stands. Books already handed out stay readable after a swap."""

    def __init__(self, path: Path) -> None:
        """Take note of where the book lies; it need not be there yet."""
        self.path = path
        self._turn = threading.Lock()
        self._book: Book | None = None
        self._edition: tuple[int, int] | None = None
        self._is_missed = False

    def book(self) -> Book:
        """Return the book as it is now; raise `BookMissingError` or `BookDamagedError` when there is none to read."""
        with self._turn:
            edition = self._edition_on_disk()
            if self._book is None or edition != self._edition:
                self._book = Book.open(self.path)
                self._edition = edition
            self._is_missed = False
            return self._book

    def newly_missed(self) -> bool:
        """Tell whether this is the first time the book is missed since it was last read: worth a word, and only one."""
        with self._turn:
            before, self._is_missed = self._is_missed, True
            return not before

    def _edition_on_disk(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
