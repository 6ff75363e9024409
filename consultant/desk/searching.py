"""Finding codes by words, as the command line prints it and the API answers: the hits, and the slips of spelling."""

from consultant.codes.entries import System
from consultant.desk import answers
from consultant.desk.answers import ReadingRoom, Shape


def search(room: ReadingRoom, words: str, limit: int, system: System | None) -> Shape:
    """Return codes found by their words, best first: `codes search`.

    `did_you_mean` is the question with its slips of spelling repaired, as it was searched for; empty if it has none.
    """
    return {**answers.search(room, words, limit, system), "did_you_mean": room.book.did_you_mean(words)}
