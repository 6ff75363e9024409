"""One transaction is whole or nothing, writers take turns, readers see one moment; on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, StatementError

from consultant.store.database import (
    Database,
    DatabaseDamagedError,
    DatabaseNewerError,
    DatabaseUnreachableError,
    answers,
)
from consultant.store.tables import SCHEMA, Event, HouseMark
from tests.databases import PostgreSQL

COUNTED = "counted"


@pytest.fixture
def url(database_url: str, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    return database_url or f"sqlite:///{tmp_path / 'tickets.sqlite'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An open database with nothing in it but its tables."""
    with closing(Database(url)) as opened:
        yield opened


def test_a_database_answers(database: Database) -> None:
    assert answers(database)


def test_what_is_raised_undoes_the_whole_transaction(database: Database) -> None:
    def do_half() -> None:
        with database.writing() as session:
            session.add(HouseMark(key="half", value="done"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        do_half()
    with database.reading() as session:
        assert session.get(HouseMark, "half") is None


def test_what_is_done_in_reading_is_not_kept(database: Database) -> None:
    with database.reading() as session:
        session.add(HouseMark(key="read", value="only"))
        with suppress(InternalError):  # PostgreSQL refuses to write there at all
            session.flush()
    with database.reading() as session:
        assert session.get(HouseMark, "read") is None


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(database: Database) -> None:
    count = text("SELECT count(*) FROM house_mark")
    with database.reading() as session:
        before = session.connection().execute(count).scalar_one()
        with database.writing() as other:
            other.add(HouseMark(key="meanwhile", value=""))
        assert session.connection().execute(count).scalar_one() == before
    with database.reading() as session:
        assert session.connection().execute(count).scalar_one() == before + 1


def test_eight_hands_that_read_and_write_lose_nothing(url: str, database: Database) -> None:
    with database.writing() as session:
        session.add(HouseMark(key=COUNTED, value="0"))
    opened = [Database(url) for _ in range(4)]

    def count(number: int) -> None:
        with opened[number % 4].writing() as session:
            mark = session.get(HouseMark, COUNTED, with_for_update=True)
            assert mark is not None
            mark.value = str(int(mark.value) + 1)

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(count, range(80)))
    for one in opened:
        one.close()
    with database.reading() as session:
        mark = session.get(HouseMark, COUNTED)
    assert mark is not None
    assert mark.value == "80"


def test_a_reader_never_waits_for_a_writer(database: Database) -> None:
    with database.writing() as session:
        session.add(HouseMark(key="slow", value=""))
        session.flush()
        read = threading.Event()

        def look() -> None:
            with database.reading() as other:
                assert other.get(HouseMark, "slow") is None
            read.set()

        with ThreadPoolExecutor(1) as reader:
            reader.submit(look).result(10)
        assert read.is_set()


def test_commits_are_durable_on_both(database: Database) -> None:
    with database.reading() as session:
        ask = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"
        said = session.connection().execute(text(ask)).scalar_one()
    assert said == (2 if database.is_sqlite else "on")


@pytest.mark.postgresql
def test_a_server_told_not_to_sync_its_commits_is_told_to_for_us(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    name = url.partition("?")[0].rpartition("/")[2]
    with closing(Database(url)) as database, database.writing() as session:
        session.connection().execute(text(f"ALTER DATABASE {name} SET synchronous_commit = 'off'"))
    with closing(Database(url)) as database, database.reading() as session:
        assert session.connection().execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def test_a_time_without_a_zone_is_refused_and_one_with_comes_back_in_utc(database: Database) -> None:
    with pytest.raises(StatementError), database.writing() as session:
        session.add(Event(at=datetime(2026, 6, 15, 12, 0), by="machine", what="nothing"))  # noqa: DTZ001  the point
    east = datetime.fromisoformat("2026-06-15T14:00:00+02:00")
    with database.writing() as session:
        session.add(Event(at=east, by="machine", what="nothing"))
    with database.reading() as session:
        event = session.get(Event, 1) or session.get(Event, 2)
    assert event is not None
    assert event.at == east
    assert event.at.isoformat() == "2026-06-15T12:00:00+00:00"


def test_tables_of_a_newer_version_are_not_touched(url: str, database: Database) -> None:
    with database.writing() as session:
        mark = session.get(HouseMark, "schema")
        assert mark is not None
        mark.value = str(SCHEMA + 1)
    with pytest.raises(DatabaseNewerError, match=str(SCHEMA + 1)):
        Database(url)


def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError) as nowhere:
        Database(f"postgresql+psycopg://user:secret@/none?host={tmp_path}")
    assert "secret" not in str(nowhere.value)
    with pytest.raises(DatabaseUnreachableError):
        Database("no such thing")
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnreachableError):
        Database(f"sqlite:///{tmp_path / 'file' / 'tickets.sqlite'}")


def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tickets.sqlite"
    path.write_bytes(b"not a database " * 300)
    before = path.read_bytes()
    with pytest.raises(DatabaseDamagedError, match=r"tickets\.sqlite"):
        Database(f"sqlite:///{path}")
    assert path.read_bytes() == before
