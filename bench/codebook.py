"""Measure the code book: building, looking up, searching, and codes together. Prints tables; fails nothing.

python bench/codebook.py [--queries 1000] [--keep DIR]

Search is measured twice. *Held out*: titles alone are indexed and 1,000 inclusion terms of the tabular list are asked,
words no index has seen; a hit is *family* if it is the code the term stands at, or below it; *typo* changes one letter.
The anchor is plain FTS5 (porter, all words OR) over the same titles in the same run. *Normal*: the book as it is used,
asked its own terms. Ratios inside one run are what counts; the machine's other work moves the milliseconds.
"""

import argparse
import contextlib
import random
import re
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path

from consultant.codes import building, indexing, shelving
from consultant.codes.book import Book
from consultant.codes.edits import pair_rules
from consultant.codes.entries import NoteKind, System
from consultant.codes.importers.edition import Edition, Kind
from consultant.codes.importers.recognition import read_editions

ON = date(2026, 11, 23)
STOP = {"of", "the", "and", "or", "in", "to", "by", "for", "a", "an", "on", "at", "from", "as", "is"}

Search = Callable[[str], list[str]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--keep", type=Path, help="keep the files made here")
    given = options.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        measure(folder, given.queries)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def measure(folder: Path, queries: int) -> None:
    path = folder / "codebook.sqlite"
    build(path)
    with Book.open(path) as book:
        look_up(book)
        together(book)
    edition = read_editions(building.installed_tabular())[0]
    asked = terms_of(edition, queries)
    with Book.open(path) as book:
        search(folder, edition, asked, book)


def build(path: Path) -> None:
    begun = time.perf_counter()
    building.build_book(path, now=datetime.now(UTC))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    Book.open(path).close()
    opened = time.perf_counter() - begun
    print("| build s | peak MB | file MB | open ms |\n|---|---|---|---|")
    print(f"| {seconds:.1f} | {peak:.0f} | {path.stat().st_size / 1e6:.1f} | {opened * 1e3:.2f} |\n")


def look_up(book: Book) -> None:
    codes = [hit.code for letter in "ABCDEFGHIJKLMNOPQRSTVZ" for hit in book.search(f"{letter}0", 100_000)]
    chosen = random.Random(1).choices(codes, k=10_000)  # noqa: S311  a sample, no secret
    print("| 10,000 look-ups | s |\n|---|---|")
    for name, work in (
        ("systems_of", lambda: [book.systems_of(code) for code in chosen]),
        ("entry, one by one, with notes", lambda: [book.entry(code, ON) for code in chosen]),
        ("entries, all at once, with notes", lambda: book.entries(chosen, ON)),
    ):
        begun = time.perf_counter()
        work()
        print(f"| {name} | {time.perf_counter() - begun:.2f} |")
    print()


def together(book: Book) -> None:
    codes = ["E11.22", "N18.6", "I10", "I12.0", "Z79.4", "E66.9", "R73.9", "E10.9"]
    took = []
    for _ in range(200):
        begun = time.perf_counter()
        pair_rules(book, codes, ON)
        took.append(time.perf_counter() - begun)
    print("| Excludes among 8 codes, p50 ms | p99 ms |\n|---|---|")
    print(f"| {percentile(took, 50):.2f} | {percentile(took, 99):.2f} |\n")


def search(folder: Path, edition: Edition, asked: Sequence[tuple[str, str]], book: Book) -> None:
    titles = titles_only(edition)
    held = folder / "titles.sqlite"
    with contextlib.closing(sqlite3.connect(held)) as connection:
        shelving.begin(connection)
        shelving.shelve(connection, titles, shelving.Provenance("", "", ""))
        connection.executescript(shelving.INDEXES)
        begun = time.perf_counter()
        indexing.index_words(connection)
        connection.commit()
        print(f"word index of titles: {time.perf_counter() - begun:.1f} s\n")
    slips = random.Random(5)  # noqa: S311  a sample, no secret
    mistyped = [(typo(text, slips), code) for text, code in asked[:400]]
    print("| engine | p50 ms | p99 ms | strict h@1 | h@10 | MRR | family h@1 | h@10 | MRR | typo family h@10 | MRR |")
    print("|---" * 11 + "|")
    with Book.open(held) as titles_book, anchor(titles) as plain:
        report("anchor: FTS5 porter OR", plain, asked, mistyped)
        report("held out: this book", lambda text: codes_of(titles_book, text), asked, mistyped)
    report("normal: this book, its own terms", lambda text: codes_of(book, text), asked, mistyped)


def codes_of(book: Book, text: str) -> list[str]:
    return [hit.code for hit in book.search(text, 10, System.ICD_10_CM)]


def titles_only(edition: Edition) -> Edition:
    return replace(edition, codes=[replace(code, notes=()) for code in edition.codes])


def terms_of(edition: Edition, queries: int) -> list[tuple[str, str]]:
    terms = [
        (note.text, code.code)
        for code in edition.codes
        if code.kind is Kind.CODE
        for note in code.notes
        if note.kind is NoteKind.INCLUSION_TERM and note.text.lower() != code.long.lower()
    ]
    return random.Random(11).sample(terms, min(queries, len(terms)))  # noqa: S311  a sample, no secret


def typo(text: str, slips: random.Random) -> str:
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return text
    place = slips.choice(long)
    word, at = words[place], slips.randrange(1, len(words[place]) - 2)
    words[place] = slips.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + slips.choice("aeiourstln") + word[at + 1 :],
        ]
    )
    return " ".join(words)


@contextlib.contextmanager
def anchor(edition: Edition) -> Iterator[Search]:
    codes = [code for code in edition.codes if code.kind is Kind.CODE and code.listed]
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(title, tokenize='porter unicode61')")
        connection.executemany("INSERT INTO t VALUES (?)", [(code.long,) for code in codes])

        def find(text: str) -> list[str]:
            words = [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in STOP] or ["none"]
            query = " OR ".join(f'"{word}"' for word in words)
            rows = connection.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10", (query,))
            return [codes[row - 1].code for (row,) in rows]

        yield find


@dataclass
class Score:
    """Where the wanted code was found, added up."""

    first: float = 0
    ten: float = 0
    reciprocal: float = 0

    def add(self, place: int | None) -> None:
        """Count one question; None if the code was not among the ten."""
        if place is not None:
            self.first += place == 0
            self.ten += 1
            self.reciprocal += 1 / (place + 1)

    def over(self, count: int) -> str:
        """Return the shares as cells of a table."""
        return f"{self.first / count:.3f} | {self.ten / count:.3f} | {self.reciprocal / count:.3f}"


def report(name: str, find: Search, asked: Sequence[tuple[str, str]], mistyped: Sequence[tuple[str, str]]) -> None:
    strict, family, took = judged(find, asked)
    _, slipped, _ = judged(find, mistyped)
    count = len(mistyped)
    print(
        f"| {name} | {percentile(took, 50):.2f} | {percentile(took, 99):.2f} | {strict.over(len(asked))} |"
        f" {family.over(len(asked))} | {slipped.ten / count:.3f} | {slipped.reciprocal / count:.3f} |"
    )


def judged(find: Search, asked: Sequence[tuple[str, str]]) -> tuple[Score, Score, list[float]]:
    strict, family, took = Score(), Score(), []
    for text, _ in asked[:20]:
        find(text)
    for text, wanted in asked:
        begun = time.perf_counter()
        found = find(text)
        took.append(time.perf_counter() - begun)
        strict.add(next((place for place, code in enumerate(found) if code == wanted), None))
        family.add(next((place for place, code in enumerate(found) if code.startswith(wanted)), None))
    return strict, family, took


def percentile(took: Sequence[float], percent: int) -> float:
    return sorted(took)[min(len(took) - 1, len(took) * percent // 100)] * 1e3


if __name__ == "__main__":
    metadata.version("simple-icd-10-cm")  # the data the whole measurement stands on
    main()
