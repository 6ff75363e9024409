"""How far a build of the book is, for whoever waits for it: in hundredths of a step, each file being one."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a build is: `done` of `total` hundredths of a step, and what is being done now."""

    done: int
    total: int
    what: str


Report = Callable[[Progress], None]


class Steps:
    """Tells whoever listens how far the build is."""

    def __init__(self, progress: Report | None, total: int) -> None:
        self.progress, self.total = progress, total
        self.begun = -1  # steps
        self.part = 0  # hundredths of the step being done
        self.what = ""

    def next(self, what: str) -> None:
        """Begin the next step."""
        self.begun += 1
        self.part = 0
        self.tell(what)

    def tell(self, what: str) -> None:
        """Say what is being done now."""
        self.what = what
        if self.progress:
            self.progress(Progress(100 * self.begun + self.part, 100 * self.total, what))

    def watch(self, before: int, size: int) -> Callable[[int], None]:
        """Return what is told how many bytes of a document are read, of a step's `size` with so many `before` it."""

        def reached(read: int) -> None:
            part = min(99, 100 * (before + read) // max(size, 1))
            if part > self.part:  # a document is read from its beginning more than once
                self.part = part
                self.tell(self.what)

        return reached
