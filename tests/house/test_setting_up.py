"""`make serve` on a fresh machine: it says what is missing, and does nothing where nothing is to be done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

STAMPED = ("requirements.lock", "pyproject.toml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with what setting up looks at, and no environment yet."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts")
    for name in (*STAMPED, "requirements-test.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def set_up(checkout: Path, python: str = "") -> subprocess.CompletedProcess[str]:
    setup = checkout / "scripts" / "setup"
    environment = {**os.environ, "PYTHON": python}
    return subprocess.run([setup], env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own script


def give_environment(checkout: Path, *, made_in: Path) -> None:
    """Lay down what a finished set-up leaves."""
    binaries = checkout / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    (binaries / "consultant").symlink_to(sys.executable)
    (checkout / ".venv" / "made-in").write_text(f"{made_in}\n", encoding="utf-8")
    for name in STAMPED:
        shutil.copy(checkout / name, checkout / ".venv" / f"holds-{name}")


def test_a_python_that_will_not_do_is_refused_with_a_sentence(checkout: Path) -> None:
    run = set_up(checkout, python="/bin/false")
    assert run.returncode == 2
    assert "CaseConsultant needs Python 3.11 or newer" in run.stderr
    assert "/bin/false: it does not run" in run.stderr
    assert not (checkout / ".venv").exists()


def test_a_folder_in_the_way_is_left_alone(checkout: Path) -> None:
    precious = checkout / ".venv" / "precious"
    precious.parent.mkdir()
    precious.touch()
    run = set_up(checkout, python=sys.executable)
    assert run.returncode == 2
    assert "move it aside" in run.stderr
    assert precious.exists()


def test_an_environment_that_stands_is_not_touched(checkout: Path) -> None:
    give_environment(checkout, made_in=checkout)
    run = set_up(checkout)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_an_environment_that_was_moved_is_not_trusted(checkout: Path) -> None:
    give_environment(checkout, made_in=checkout / "elsewhere")
    run = set_up(checkout, python="/bin/false")
    assert run.returncode == 2
