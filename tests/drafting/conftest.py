"""What drafting is tested on: the real code book and the real templates, and a way to put a question to them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from consultant.codes.book import Book
from consultant.drafting.consultation import consult
from consultant.drafting.values import Consultation
from consultant.rendering import Renderer
from tests.builders_codes import a_hcpcs_line, import_hcpcs

TODAY = date(2026, 11, 23)

Ask = Callable[..., Consultation]


@pytest.fixture
def ask(book: Book, renderer: Renderer) -> Ask:
    """Puts a question to the real book, on a day its ICD-10-CM release is superseded unless another is named."""
    return _asking(book, renderer)


@pytest.fixture(scope="session")
def wider_book(codebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The real book with a little HCPCS Level II: codes in force, ended, to come, and a modifier."""
    path = Path(shutil.copy(codebook, tmp_path_factory.mktemp("wider") / "codebook.sqlite"))
    import_hcpcs(
        path,
        a_hcpcs_line("RT", "Right side (used to identify procedures performed on the right side)", modifier=True),
        a_hcpcs_line("J1885", "Injection, ketorolac tromethamine, per 15 mg", coverage="D"),
        a_hcpcs_line("Q9989", "Invented supply that has ended", coverage="C", ended="20251231"),
        a_hcpcs_line("Q9997", "Invented supply yet to come", coverage="C", added="20270101"),
    )
    opened = Book.open(path)
    yield opened
    opened.close()


@pytest.fixture
def ask_wider(wider_book: Book, renderer: Renderer) -> Ask:
    """Puts a question to the book that also holds HCPCS Level II."""
    return _asking(wider_book, renderer)


def _asking(book: Book, renderer: Renderer) -> Ask:
    def ask_one(question: str, *, subject: str = "A question", received: date = TODAY, note: str = "") -> Consultation:
        return consult(
            question,
            subject=subject,
            received=received,
            today=TODAY,
            book=book,
            renderer=renderer,
            ticket="CC-1042",
            house="CaseConsultant",
            note=note,
        )

    return ask_one
