"""The command as a person runs it: in this process where that is enough, as a process of its own where it is not."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consultant.cli.main import main
from consultant.config import Settings

CONFIG = """\
[smtp]
port = 0
domain = "house.example"
[web]
port = 0
"""

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file whose queue folder does not exist yet."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def house(config: Path, settings: Settings) -> Path:
    """The queue folder of a house with its code book in place, `config` beside it."""
    assert settings.queue.path == config.parent / "queue"
    return settings.queue.path


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands set up logging for a whole process; here the process goes on, so it is taken down again."""
    root, house = logging.getLogger(), logging.getLogger("consultant")
    before = list(root.handlers), root.level, house.level
    yield
    root.handlers, root.level, house.level = before


@pytest.fixture
def run(config: Path) -> Run:
    """Runs one command of the house in this process."""

    def one(*words: str, stdin: str | bytes = "", **environment: str) -> Result:
        told = {"CONSULTANT_CONFIG": str(config), **environment}
        result = CliRunner(env=told).invoke(main, list(words), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return one


@pytest.fixture
def ask_json(run: Run) -> Callable[..., Any]:
    """Runs a command that answers in JSON, and returns what it says."""

    def one(*words: str, exit_code: int = 0, **options: Any) -> Any:
        result = run(*words, "--json", **options)
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    return one


def sentence(result: Result) -> str:
    """Return the one sentence of a person's mistake, having seen that it is just that."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    said = result.stderr.strip()
    assert said.startswith("consultant: ")
    assert "\n" not in said
    return said


class Process:
    """The command as a process of its own, its standard error read line by line."""

    def __init__(self, config: Path, *words: str, **environment: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own command, in our own environment
            [sys.executable, "-m", "consultant", *words],
            env={**os.environ, "CONSULTANT_CONFIG": str(config), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []

    def says(self, word: str) -> str:
        """Wait until a line with that word is said, and return it."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line.rstrip("\n"))
            if word in line:
                return self.said[-1]
        raise AssertionError([word, *self.said])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to close, and return its exit code; it has ten seconds and a little."""
        self._process.send_signal(how)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end and return its exit code."""
        _, rest = self._process.communicate(timeout=30)
        self.said += rest.splitlines()
        return self._process.returncode

    def kill(self) -> None:
        """End it whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate(timeout=30)


@pytest.fixture
def start(config: Path) -> Iterator[Callable[..., Process]]:
    """Starts the command as a process of its own; whatever still runs at the end is ended."""
    started: list[Process] = []

    def one(*words: str, **environment: str) -> Process:
        started.append(Process(config, *words, **environment))
        return started[-1]

    yield one
    for process in started:
        process.kill()
