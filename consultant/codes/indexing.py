"""The word index of the book: every title, inclusion term and index term of the newest release of each source.

One row is one phrase, so that a code with many synonyms is as easy to find by one of them as a code with none. Only
printed codes are indexed, not their 7th-character forms, and no HCPCS code that had ended when its release began.
"""

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

from consultant.codes.entries import NoteKind

WORD = re.compile(r"[a-z0-9]+")
UNMARKED = frozenset(
    {"unspecified", "nos", "nec", "not", "elsewhere", "classified", "specified"}
    | {"essential", "primary", "organism", "site", "cause"}
)
_PARENTHESES = re.compile(r"\([^()]{0,200}\)")
SHORTEST_REPAIRED = 5  # letters: shorter words are mostly abbreviations, and one slip makes another of them
LONGEST_REPAIRED = 40

SCHEMA = """
DROP TABLE IF EXISTS phrase; DROP TABLE IF EXISTS phrase_index; DROP TABLE IF EXISTS word; DROP TABLE IF EXISTS slip;
CREATE TABLE phrase (id INTEGER PRIMARY KEY, code INTEGER NOT NULL, system TEXT NOT NULL, words TEXT NOT NULL,
    weight REAL NOT NULL) STRICT;
CREATE VIRTUAL TABLE phrase_index USING fts5 (words, content = '', tokenize = 'porter unicode61');
CREATE TABLE word (word TEXT PRIMARY KEY, phrases INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE slip (written TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (written, word)) STRICT, WITHOUT ROWID;
"""
_NEWEST = """
release.effective = (
    SELECT max(effective) FROM release AS other WHERE other.source = release.source AND other.variant = release.variant)
"""
# What stands in an order file stands in the tabular list too, with more words; only codes newer than that are taken.
_NOT_IN_THE_TABULAR_LIST = """
(release.variant != 'order file' OR NOT EXISTS (
    SELECT 1 FROM release AS tabular WHERE tabular.source = release.source AND tabular.variant = ''
    AND (tabular.effective >= release.effective OR EXISTS (
        SELECT 1 FROM code AS same
        WHERE same.key = code.key AND same.system = code.system AND same.release = tabular.id))))
"""
_PHRASES = f"""
SELECT code.id, code.system AS system, CASE code.long WHEN '' THEN code.short ELSE code.long END, code.id AS at,
       0 AS nth
FROM code JOIN release ON release.id = code.release
WHERE code.listed AND code.kind IN ('code', 'modifier')
  AND (code.terminated IS NULL OR code.terminated >= release.effective)
  AND {_NEWEST} AND {_NOT_IN_THE_TABULAR_LIST}
UNION ALL
SELECT code.id, code.system, note.text, code.id, note.id
FROM note JOIN code ON code.id = note.at JOIN release ON release.id = code.release
WHERE note.kind IN (?, ?) AND code.kind = 'code' AND {_NEWEST}
"""  # noqa: S608  put together of our own words
_INDEX_TERMS = f"""
UNION ALL
SELECT code.id, code.system, index_term.term, code.id, 1000000000 + index_term.nth
FROM index_term JOIN release ON release.id = index_term.release
JOIN code ON code.key = index_term.key AND code.system = 'ICD-10-CM' AND code.release = (
    SELECT id FROM release AS list WHERE list.source = 'ICD-10-CM' ORDER BY variant, effective DESC LIMIT 1)
WHERE index_term.key != '' AND {_NEWEST}
"""  # noqa: S608  put together of our own words
_ORDER = " ORDER BY system, at, nth"  # the phrases of one system lie together


def index_words(connection: sqlite3.Connection) -> None:
    """Index the newest release of every source in the book, in place of whatever was indexed."""
    indexed = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'index_term'").fetchone()
    statement = _PHRASES + (_INDEX_TERMS if indexed else "") + _ORDER
    kinds = (NoteKind.INCLUSION_TERM, NoteKind.INCLUDES)
    write_index(connection, connection.execute(statement, kinds).fetchall())


def write_index(connection: sqlite3.Connection, phrases: Iterable[tuple[object, ...]]) -> None:
    """Index these phrases, given as (code row, system, text, ...)."""
    for statement in filter(str.strip, SCHEMA.split(";")):  # executescript would commit the transaction this is part of
        connection.execute(statement)
    texts = [(code, system, str(text).lower()) for code, system, text, *_ in phrases]
    words = [" ".join(dict.fromkeys(WORD.findall(text))) for _, _, text in texts]
    counts = Counter(word for line in words for word in line.split())
    connection.executemany(
        "INSERT INTO phrase VALUES (?, ?, ?, ?, ?)",
        (
            (number, code, system, line, _weight(text, counts, len(texts)))
            for number, ((code, system, text), line) in enumerate(zip(texts, words, strict=True), start=1)
        ),
    )
    connection.executemany("INSERT INTO phrase_index (rowid, words) VALUES (?, ?)", enumerate(words, start=1))
    connection.execute("INSERT INTO phrase_index (phrase_index) VALUES ('optimize')")
    connection.executemany("INSERT INTO word VALUES (?, ?)", counts.items())
    connection.executemany("INSERT OR IGNORE INTO slip VALUES (?, ?)", _slips(counts))


def rarity(count: int, phrases: int) -> float:
    """Return what a word that stands in so many of the phrases says: its inverse document frequency."""
    return math.log(1 + phrases / max(count, 1))


def _weight(text: str, counts: Counter[str], phrases: int) -> float:
    """Return what a phrase says by the words a question should hold to mean it.

    By ICD-10-CM's conventions words in parentheses do not affect the code (Official Guidelines, section I.A.7), and the
    words of a residual title say only that nothing more is said.
    """
    plain = set(WORD.findall(_PARENTHESES.sub(" ", text))) - UNMARKED
    return sum(rarity(counts[word], phrases) for word in plain)


def with_a_letter_less(word: str) -> set[str]:
    """Return the word and each form of it with one letter left out: two words a slip apart share one of these."""
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def _slips(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        if SHORTEST_REPAIRED <= len(word) <= LONGEST_REPAIRED and word.isalpha():
            for written in with_a_letter_less(word):
                yield written, word
