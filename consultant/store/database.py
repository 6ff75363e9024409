"""Transactions, on SQLite and PostgreSQL alike.

Writers on SQLite take BEGIN IMMEDIATE behind one lock in the process and one between processes: default transactions
were measured to lose 350 of 400 updates, and `busy_timeout` alone starves workers.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlmodel import Session, SQLModel, create_engine

from consultant.errors import HouseError
from consultant.store.tables import SCHEMA, HouseMark

_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_MAKING_TABLES = 0x436F6E73  # "Cons": the advisory lock under which tables are made


class DatabaseUnreachableError(HouseError):
    """The ticket database {where} cannot be opened: {reason}. Check database.url, or the rights on the queue folder."""


class DatabaseDamagedError(HouseError):
    """The ticket database {where} is damaged: {reason}. It was left as it is; restore a backup."""


class DatabaseNewerError(HouseError):
    """The ticket database was written by a newer version of CaseConsultant (tables {found}, this one knows {known})."""


class Database:
    """Where tickets live; `writing` is one transaction, `reading` sees one moment."""

    def __init__(self, url: str) -> None:
        """Open the database and create its tables; raise one of this module's errors when that cannot be."""
        self.where = _shown(url)
        self._engine = _open(url, self.where)
        self._reader = self._engine if self.is_sqlite else self._engine.execution_options(**_ONE_MOMENT)
        self._turn = threading.Lock()
        self._lock_file = _lock_file(self._engine)
        with ExitStack() as unless_it_opens:
            unless_it_opens.callback(self.close)
            self._prepare()
            unless_it_opens.pop_all()

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads, and sees one moment; nothing done in it is kept."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that is committed at the end, or undone whole when anything is raised."""
        with (
            self._one_writer(),
            Session(self._engine.execution_options(writes=True), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._lock_file is None:  # PostgreSQL orders its writers itself
            yield
            return
        with self._turn, self._lock_file.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _prepare(self) -> None:
        try:
            with self.writing() as session:
                if not self.is_sqlite:  # nodes that start together would make the same tables at once
                    session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MAKING_TABLES})
                SQLModel.metadata.create_all(session.connection())
                mark = session.get(HouseMark, "schema") or HouseMark(key="schema", value=str(SCHEMA))
                session.add(mark)
        except OperationalError as error:
            raise DatabaseUnreachableError(where=self.where, reason=_first_line(error)) from error
        except DatabaseError as error:
            raise DatabaseDamagedError(where=self.where, reason=_first_line(error)) from error
        if int(mark.value) > SCHEMA:
            raise DatabaseNewerError(found=mark.value, known=SCHEMA)


def _open(url: str, where: str) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseUnreachableError(where=where, reason=_first_line(error)) from error
    if engine.dialect.name == "sqlite":
        _make_parent(engine, where)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _make_parent(engine: Engine, where: str) -> None:
    try:
        Path(engine.url.database or ".").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachableError(where=where, reason=error.strerror) from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own: `_begin_sqlite` does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_postgresql(connection: Any, _record: object) -> None:
    """Have commits survive a power cut even on a server told otherwise: a 250 was said, a decision was shown."""
    connection.autocommit = True
    durable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    connection.execute(durable)
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock_file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite":
        return None
    return Path(f"{engine.url.database}.lock")


def _shown(url: str) -> str:
    """Return the URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "database.url"


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0] or type(cause).__name__


def answers(database: Database) -> bool:
    """Tell whether the database answers a question at all; raise what it raises when not."""
    with database.reading() as session:
        return bool(session.connection().execute(text("SELECT 1")).scalar_one() == 1)
