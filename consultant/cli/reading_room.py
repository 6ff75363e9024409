"""The code book opened for a command: questions about codes need no tickets and no mail."""

from collections.abc import Callable

from consultant.cli.context import House, today
from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.shelving import BookMissingError
from consultant.desk.answers import ReadingRoom
from consultant.rendering import Renderer, templates_folder

Knows = Callable[[str], frozenset[System]]


def open_reading_room(house: House) -> ReadingRoom:
    """Open the code book, with the words to speak of it; raise what says how to come by one."""
    book = Book.open(house.settings.code_book_path)
    return ReadingRoom(book, Renderer(templates_folder()), house.settings.house.name, today())


def open_knowledge(house: House) -> Knows | None:
    """Return which systems know a code, None without a book: extraction works without one, only less surely."""
    try:
        return Book.open(house.settings.code_book_path).systems_of
    except BookMissingError:
        return None
