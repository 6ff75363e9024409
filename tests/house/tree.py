"""What the tests about the house look at: its files, and what its Python imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "consultant"

_FOLDERS = ("consultant", "templates", "tests", "bench", "docs", "scripts", ".ci")
_BESIDE = ("Makefile", "LICENSE", "config.toml", "pyproject.toml", "requirements.lock", "requirements-test.lock")
_PICTURES = {".png", ".jpg", ".ico", ".woff2"}


@dataclass(frozen=True)
class Import:
    """One import of one module by another, by its full dotted name."""

    importer: str
    imported: str
    path: Path
    line: int

    def __str__(self) -> str:
        """Return where it stands, as an editor opens it."""
        return f"{shown(self.path)}:{self.line} imports {self.imported}"


def shown(path: Path) -> str:
    """Return a path as it is called inside the project."""
    return path.relative_to(ROOT).as_posix()


def written_files() -> list[Path]:
    """Return every text file people wrote, without caches, pictures and run-time data."""
    inside = (path for folder in _FOLDERS for path in (ROOT / folder).rglob("*"))
    beside = [*(ROOT / name for name in _BESIDE), *ROOT.glob("*.md"), *(ROOT / "queue").glob("*.md")]
    files = [path for path in [*inside, *beside] if path.is_file() and "__pycache__" not in path.parts]
    return sorted(path for path in files if path.suffix not in _PICTURES)


def python_files(*folders: str) -> list[Path]:
    """Return the Python files in these folders, by default in every one."""
    files = (path for path in written_files() if path.suffix == ".py")
    return [path for path in files if not folders or path.relative_to(ROOT).parts[0] in folders]


def parsed(path: Path) -> ast.Module:
    """Return a Python file as its syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports() -> list[Import]:
    """Return every import in the package, wherever in a file it stands."""
    return [found for path in python_files("consultant") for found in _imports_in(path)]


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports_in(path: Path) -> Iterator[Import]:
    importer = module_name(path)
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (Import(importer, alias.name, path, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{shown(path)}:{node.lineno} imports relatively"
            yield Import(importer, node.module, path, node.lineno)
