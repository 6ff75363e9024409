"""A small code book made of the agency files in `tests/agency`, beside the real one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.codes.building import import_files

AGENCY = Path(__file__).resolve().parents[1] / "agency"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TABULAR = AGENCY / "icd10cm-tabular-April-1-2026.xml"
HCPCS_TEXT = AGENCY / "HCPC2026_OCT_ANWEB.txt"
HCPCS_CSV = AGENCY / "HCPC2026_OCT_ANWEB.csv"


@pytest.fixture(scope="session")
def agency() -> Path:
    """The folder of agency files in their true formats, a dozen lines each."""
    return AGENCY


@pytest.fixture(scope="session")
def small_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of the small tabular list and the small HCPCS file."""
    path = tmp_path_factory.mktemp("small") / "codebook.sqlite"
    import_files(path, [TABULAR, HCPCS_TEXT], now=NOW)
    return path


@pytest.fixture
def small(small_path: Path) -> Iterator[Book]:
    """The small book, open."""
    with Book.open(small_path) as opened:
        yield opened


@pytest.fixture
def book_of(tmp_path: Path) -> Iterator[Callable[..., Book]]:
    """Makes a book of the files given, and closes it at the end."""
    opened: list[Book] = []

    def make(*files: Path) -> Book:
        path = tmp_path / "made" / "codebook.sqlite"
        import_files(path, files, accepted_by="owner@house.example", now=NOW)
        opened.append(Book.open(path))
        return opened[-1]

    yield make
    for book in opened:
        book.close()


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of an agency file under another name, words in it replaced."""

    def write(source: Path, name: str, *replacements: tuple[str, str]) -> Path:
        text = source.read_bytes()
        for old, new in replacements:
            assert old.encode("latin-1") in text
            text = text.replace(old.encode("latin-1"), new.encode("latin-1"))
        path = tmp_path / name
        path.write_bytes(text)
        return path

    return write
