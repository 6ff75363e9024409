"""The tree keeps the rules of the house: names, suppressions, and what is never written down."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, parsed, python_files, shown, written_files

NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared", "core", "lib"}

# Where anything at all may be caught: taking from the spool, the rounds and the clock that must go on, the last page.
CATCH_ALL = {"consultant/desk/rounds.py", "consultant/schedule.py", "consultant/service.py"}
LAST_RESORT = "consultant/web/"

UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X:"]))
SUPPRESSION = re.compile(
    r"#\s*(?:noqa\b(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w,\s-]+\])?|fmt:\s*\w+)(.*)"
)
ADDRESSES = re.compile("https?://|file:|--(?:extra-)?index-url|--find-links| @ ")
OF_ONE_MACHINE = re.compile(
    "|".join([r"(?<![\w.-])/(?:work|root|tmp|opt)/\w", "python" + "hosted", r"py" + r"pi\.org", "index" + "-url"])
)
SPOKEN_OF = {"scripts/lock", "tests/house/test_tree.py"}  # say the option by its name in order to keep it out


def lines(path: Path) -> list[tuple[str, str]]:
    """Return the lines of a file, each with where it stands."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [(f"{shown(path)}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]


def is_docstring_only(tree: ast.Module) -> bool:
    return len(tree.body) == 1 and ast.get_docstring(tree) is not None


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler takes any error and does not raise it on: cleaning up on the way out is no catching."""
    if any(isinstance(step, ast.Raise) and step.exc is None for step in handler.body):
        return False
    named = ast.walk(handler.type) if handler.type else ()
    caught = {node.id for node in named if isinstance(node, ast.Name)}
    return handler.type is None or bool(caught & {"Exception", "BaseException"})


def test_the_queue_folder_holds_no_python() -> None:
    python = [path for path in (ROOT / "queue").rglob("*.py") if path.is_file()]
    assert not python, "a package of that name would shadow the standard library's queue"


def test_no_file_is_named_like_a_module_of_the_standard_library() -> None:
    shadows = [shown(path) for path in python_files() if path.stem in sys.stdlib_module_names - {"__main__"}]
    assert not shadows


def test_every_room_is_a_noun_a_visitor_would_use() -> None:
    assert not [shown(path) for path in PACKAGE.rglob("*") if path.stem in NO_ROOMS]


def test_every_init_holds_one_docstring_and_nothing_else() -> None:
    inits = [path for path in python_files() if path.name == "__init__.py"]
    assert not [shown(path) for path in inits if not is_docstring_only(parsed(path))]


def test_every_package_has_its_docstring() -> None:
    folders = {path.parent for path in python_files("consultant")}
    assert not [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    assert not [where for path in written_files() for where, line in lines(path) if UNFINISHED.search(line)]


def test_every_suppression_carries_its_reason() -> None:
    bare = [
        where
        for path in python_files()
        for where, line in lines(path)
        if (found := SUPPRESSION.search(line)) and not found[1].strip()
    ]
    assert not bare


def test_everything_is_caught_in_the_named_places_only() -> None:
    strays = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files("consultant")
        if shown(path) not in CATCH_ALL and not shown(path).startswith(LAST_RESORT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and swallows_everything(node)
    ]
    assert not strays


def test_the_page_of_last_resort_is_one_place() -> None:
    places = {
        shown(path)
        for path in python_files("consultant")
        if shown(path).startswith(LAST_RESORT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and swallows_everything(node)
    }
    assert len(places) <= 1


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = text.replace("\\\n", " ").splitlines()
    assert not ADDRESSES.search(text)
    assert all("--hash=sha256:" in line for line in pinned)
    assert pinned


def test_the_test_lock_holds_the_versions_the_house_runs_on() -> None:
    runtime, test = (
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-test.lock")
    )
    assert runtime
    assert runtime <= test


def test_nothing_tells_of_one_machine_or_of_where_packages_come_from() -> None:
    files = [path for path in written_files() if shown(path) not in SPOKEN_OF]
    assert not [where for path in files for where, line in lines(path) if OF_ONE_MACHINE.search(line)]


def test_every_script_can_be_run() -> None:
    scripts = [ROOT / name for name in ("scripts/setup", "scripts/check", "scripts/lock", ".ci/run")]
    assert not [shown(path) for path in scripts if not path.stat().st_mode & 0o100]
