"""What tests stand on: a code book built once, houses on real files and real databases, a clock that can be moved."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import build_book
from consultant.config import (
    DatabaseSettings,
    LogSettings,
    QueueSettings,
    RelaySettings,
    Settings,
    SmtpSettings,
    WebSettings,
)
from consultant.desk.room import Desk
from consultant.rendering import Renderer, templates_folder
from consultant.service import close_desk, open_desk
from tests.databases import PostgreSQL

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, **amount: float) -> None:
        """Move the clock on by so many hours, minutes ..."""
        self.now += timedelta(**amount)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """What a test that sets up logging leaves behind, put back for the next one."""
    root, house = logging.getLogger(), logging.getLogger("consultant")
    handlers, levels = list(root.handlers), (root.level, house.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    house.setLevel(levels[1])


@pytest.fixture
def clock() -> MovableClock:
    """A clock at noon UTC on 15 June 2026, when the ICD-10-CM release that comes installed is in force."""
    return MovableClock(datetime(2026, 6, 15, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def codebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real code book, built once for the whole run."""
    path = tmp_path_factory.mktemp("book") / "codebook.sqlite"
    build_book(path)
    return path


@pytest.fixture
def book(codebook: Path) -> Iterator[Book]:
    """The real code book, open."""
    opened = Book.open(codebook)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The real templates."""
    return Renderer(templates_folder())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real agency files, odd messages and questions; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared real data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A real PostgreSQL server for the whole run; each test takes a database of its own from it."""
    server = PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once on SQLite (the default, "") and once on PostgreSQL."""
    if request.param == "sqlite":
        return ""
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def settings(tmp_path: Path, codebook: Path) -> Settings:
    """Settings of a house on SQLite in a folder of its own, with the code book in place and no relay."""
    queue = tmp_path / "queue"
    queue.mkdir()
    (queue / "codebook.sqlite").hardlink_to(codebook)
    return Settings(
        smtp=SmtpSettings(port=0, domain="house.example"),
        web=WebSettings(port=0),
        queue=QueueSettings(path=queue),
        log=LogSettings(level="DEBUG"),
    )


@pytest.fixture
def settings_anywhere(settings: Settings, database_url: str) -> Settings:
    """The same settings, once on SQLite and once on PostgreSQL."""
    return settings.model_copy(update={"database": DatabaseSettings.model_validate({"url": database_url})})


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_a_desk(clock: MovableClock) -> Iterator[OpenDesk]:
    """Opens desks on given settings, as often as a test builds its house anew, and closes them all at the end."""
    opened: list[Desk] = []

    def open_one(settings: Settings, relay: RelaySettings | None = None) -> Desk:
        if relay is not None:
            settings = settings.model_copy(update={"relay": relay})
        desk = open_desk(settings, clock=clock)
        opened.append(desk)
        return desk

    yield open_one
    for desk in opened:
        close_desk(desk)


@pytest.fixture
def desk(settings: Settings, open_a_desk: OpenDesk) -> Desk:
    """A desk on SQLite, nothing on it yet."""
    return open_a_desk(settings)


@pytest.fixture
def desk_anywhere(settings_anywhere: Settings, open_a_desk: OpenDesk) -> Desk:
    """A desk, once on SQLite and once on PostgreSQL."""
    return open_a_desk(settings_anywhere)
