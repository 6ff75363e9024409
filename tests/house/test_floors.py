"""Imports go downstairs only, and what comes from outside lives in one room."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import ROOT, Import, imports

DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# | `package` | its room, or rooms: `desk`, `store` | what for |
_ROW = re.compile(r"^\| `(?P<package>[\w.-]+)` \| (?P<homes>[^|]*)\|", re.MULTILINE)


def homes() -> dict[str, tuple[str, ...]]:
    """Return for each outside library the rooms docs/dependencies.md names, most of them exactly one."""
    return {row["package"]: tuple(re.findall(r"`([\w.]+)`", row["homes"])) for row in _ROW.finditer(DEPENDENCIES)}


def distributions() -> dict[str, str]:
    """Return for each importable top-level name the package it was installed by, in lower case."""
    return {module: names[0].lower().replace("_", "-") for module, names in packages_distributions().items()}


def named(requirements: list[str]) -> set[str]:
    """Return the bare names of requirements, without versions, extras and markers."""
    return {re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def from_outside() -> list[Import]:
    known = distributions()
    outside = [found for found in imports() if found.imported.partition(".")[0] in known]
    return [found for found in outside if not found.imported.startswith("consultant")]


def lives_in(found: Import, rooms: tuple[str, ...]) -> bool:
    importer = found.importer.removeprefix("consultant.")
    return any(importer == room or importer.startswith(f"{room}.") for room in rooms)


def test_every_import_contract_holds() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own tool, in our own environment
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_dependency_has_its_line_with_its_home() -> None:
    project = PROJECT["project"]
    runtime = named(project["dependencies"]) | named(project["optional-dependencies"]["fast"])
    tools = named(PROJECT["dependency-groups"]["test"]) | named(PROJECT["build-system"]["requires"])
    standard = {"smtplib"}
    assert homes().keys() == runtime | tools | standard


def test_every_home_that_is_named_exists() -> None:
    for package, rooms in homes().items():
        for room in rooms:
            place = ROOT / "consultant" / room.replace(".", "/")
            assert place.is_dir() or place.with_suffix(".py").is_file(), f"{package} is said to live in {room}"


def test_no_library_is_imported_outside_its_home() -> None:
    rooms, known = homes(), distributions()
    strays = [found for found in from_outside() if not lives_in(found, rooms[known[found.imported.partition(".")[0]]])]
    assert not strays, "\n".join(map(str, strays))


def test_nothing_is_imported_that_is_no_dependency_of_ours() -> None:
    known, declared = distributions(), homes()
    strays = [found for found in from_outside() if known[found.imported.partition(".")[0]] not in declared]
    assert not strays, "\n".join(map(str, strays))


def test_no_library_is_carried_for_nothing() -> None:
    """What no file imports says so on its line: another library, or the system, finds it by itself."""
    imported = {distributions()[found.imported.partition(".")[0]] for found in from_outside()}
    lines = {row["package"]: DEPENDENCIES[row.start() :].partition("\n")[0] for row in _ROW.finditer(DEPENDENCIES)}
    found_by_others = {package for package, line in lines.items() if "never imported" in line or "data file" in line}
    assert named(PROJECT["project"]["dependencies"]) - imported == found_by_others


@pytest.mark.parametrize("module", ["smtplib"])
def test_a_part_of_the_standard_library_that_speaks_to_the_wire_has_one_home(module: str) -> None:
    strays = [found for found in imports() if found.imported == module and not lives_in(found, homes()[module])]
    assert not strays, "\n".join(map(str, strays))
