"""Finding a code by words, as coders write them: abbreviations spelt out, slips repaired, common words left to confirm.

Two steps, so that no query is slow: the rare words choose some hundred phrases through the index, then every word
counts by how rare it is. A code, or its beginning, is answered from the code table and never goes through the words.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from consultant.codes import wordforms
from consultant.codes.entries import Hit, System
from consultant.codes.indexing import LONGEST_REPAIRED, SHORTEST_REPAIRED, UNMARKED, WORD, rarity, with_a_letter_less
from consultant.codes.meanings import SYNONYMS
from consultant.codes.shelving import key_of
from consultant.codes.vocabulary import ABBREVIATIONS, EXPRESSIONS, WORDS_TOO

CANDIDATES = 300
COMMON = 0.03  # share of the phrases: a commoner word only confirms
MOST_WORDS = 24
LONGEST = 2000  # characters of a question that are read
_UNHEARD = frozenset({"of", "the", "and", "or", "in", "to", "by", "for", "a", "an", "on", "at", "from", "as", "is"})
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{0,4})?|[A-Z][A-Z][0-9](?:\.?[0-9A-Z]{0,4})?|[A-Z][0-9]{1,4}")
_STEM = 5  # letters a word keeps at least when its ending is left out of the comparison
_CLOSENESS = 0.2  # what the phrase's own words count for beside the question's
_FORM = 0.8  # what a match by another ending of the word counts for,
_SYNONYM, _KIN, _PART = 0.7, 0.7, 0.6  # by meaning, by the same root, by a part of the word
_UNMARKED = 0.3  # what "unspecified" or "NOS" counts for beside a word of its rarity
_COMPOUND = 12  # letters from which a word is tried by its parts, even a known one


@dataclass(frozen=True, slots=True)
class _Term:
    """One word asked for: as written, and the words that would do instead with what each is worth."""

    weight: float
    forms: dict[str, float]


class _Asked:
    """The words of one question. What a word found is worth to it is worked out once for each word."""

    def __init__(self, terms: Sequence[_Term]) -> None:
        self.weight = sum(term.weight for term in terms) or 1.0
        self._by_form: dict[str, dict[int, float]] = {}
        self._by_stem: dict[str, dict[int, float]] = {}
        self._worth: dict[str, tuple[tuple[int, float], ...]] = {}
        for place, term in enumerate(terms):
            for form, value in term.forms.items():
                self._by_form.setdefault(form, {})[place] = term.weight * value
                self._by_stem.setdefault(_stem(form), {})[place] = term.weight * value * _FORM

    def covered(self, words: Sequence[str]) -> float:
        """Return the weight of the terms that these words answer, each term by the best of them."""
        best: dict[int, float] = {}
        for word in words:
            if (worth := self._worth.get(word)) is None:
                worth = self._worth[word] = self._of(word)
            for term, value in worth:
                if value > best.get(term, 0.0):
                    best[term] = value
        return sum(best.values())

    def _of(self, word: str) -> tuple[tuple[int, float], ...]:
        return tuple((self._by_stem.get(_stem(word), {}) | self._by_form.get(word, {})).items())


class WordSearch:
    """The word index of one open book. Its vocabulary is read once, at the first question."""

    def __init__(self, ask: Callable[[str, Sequence[object]], list[Any]]) -> None:
        """Take the way to put a statement with its parameters to the book."""
        self.ask = ask

    @cached_property
    def counts(self) -> dict[str, int]:
        """In how many phrases each word stands."""
        return dict(self.ask("SELECT word, phrases FROM word", ()))

    @cached_property
    def phrases(self) -> int:
        """How many phrases there are."""
        return int(self.ask("SELECT count(*) FROM phrase", ())[0][0])

    @cached_property
    def spans(self) -> dict[System | None, tuple[int, int]]:
        """The first and last phrase of each system, and of all under None; an edition's phrases lie together."""
        rows = self.ask("SELECT system, min(id), max(id) FROM phrase GROUP BY system", ())
        return {System(system): (first, last) for system, first, last in rows} | {None: (1, self.phrases)}

    def find(self, words: str, limit: int = 10, system: System | None = None) -> list[Hit]:
        """Return the best hits first; none where no word is known."""
        if _CODE.fullmatch(key_of(words)) and (hits := self._by_code(key_of(words), limit, system)):
            return hits
        terms = [self._term(word) for word in _words(words)]
        asked = _Asked(terms)
        scored: dict[int, float] = {}
        for place, (code, phrase, weight) in enumerate(self._candidates(terms, system)):
            scored[code] = max(scored.get(code, 0.0), _score(asked, phrase, weight) - 0.0005 * place)
        best = sorted(scored, key=lambda code: -scored[code])[: 3 * limit]
        return self._hits({code: scored[code] for code in best}, limit)

    def meant(self, words: str) -> str:
        """Return the question with the slips repaired that were taken for slips, or nothing if there were none."""
        slips = {
            word: found[0] for word in _words(words) if word not in self.counts and (found := self._repaired(word))
        }
        return WORD.sub(lambda word: slips.get(word[0], word[0]), words.lower()) if slips else ""

    def _by_code(self, key: str, limit: int, system: System | None) -> list[Hit]:
        """Return the code itself, and those that begin so, in print order."""
        rows = self.ask(
            "SELECT system, code, short, key FROM code JOIN (SELECT max(id) AS id FROM code WHERE key >= ? AND key < ?"
            " AND kind IN ('code', 'modifier') AND (listed OR key = ?) GROUP BY key, system) USING (id)"
            " WHERE ? IS NULL OR system = ? ORDER BY id LIMIT ?",
            (key, f"{key}~", key, system, system, limit),
        )
        return [Hit(System(found), code, short, 1.0 if own == key else 0.9) for found, code, short, own in rows]

    @cached_property
    def vocabulary(self) -> list[str]:
        """The words of all phrases, in order."""
        return sorted(self.counts)

    def _term(self, word: str) -> _Term:
        forms = {word: 1.0} | dict.fromkeys(SYNONYMS.get(word, ()), _SYNONYM)
        known = self.counts.get(word, 0)
        if not known and (repaired := self._repaired(word)):
            forms |= dict.fromkeys(repaired, 1.0)
        elif known < COMMON * self.phrases:
            compound = not known or len(word) >= _COMPOUND
            near = dict.fromkeys(wordforms.kin(word, self.vocabulary), _KIN)
            forms = near | dict.fromkeys(wordforms.parts(word, self.counts) if compound else (), _PART) | forms
        count = known or max(self.counts.get(form, 0) for form in forms)
        weight = rarity(count, self.phrases)
        return _Term(weight * (_UNMARKED if word in UNMARKED else 1.0), forms)

    def _repaired(self, word: str) -> list[str]:
        """Return the two commonest known words one slip away."""
        if not SHORTEST_REPAIRED <= len(word) <= LONGEST_REPAIRED or not word.isalpha():
            return []
        forms = with_a_letter_less(word)
        marks = ", ".join("?" * len(forms))
        statement = f"SELECT DISTINCT word FROM slip WHERE written IN ({marks})"  # noqa: S608  only marks
        rows = self.ask(statement, tuple(forms))
        near = [found for (found,) in rows if abs(len(found) - len(word)) <= 1]
        return sorted(near, key=lambda found: -self.counts[found])[:2]

    def _candidates(self, terms: Sequence[_Term], system: System | None) -> list[tuple[int, str, float]]:
        forms = [form for term in terms for form in term.forms]
        known = [form for form in forms if form in self.counts]
        rare = [form for form in known if self.counts[form] < COMMON * self.phrases and form not in UNMARKED]
        unseen = [form for form in forms if form not in self.counts]  # another form of a known word: the index stems
        if rare or not known:
            return self._matching(" OR ".join(f'"{form}"' for form in dict.fromkeys(rare + unseen)), system)
        return self._matching(" AND ".join(f'"{form}"' for form in dict.fromkeys(known)), system)

    def _matching(self, expression: str, system: System | None) -> list[tuple[int, str, float]]:
        if not expression:
            return []
        rows: list[tuple[int, str, float]] = self.ask(
            "SELECT phrase.code, phrase.words, phrase.weight"
            " FROM (SELECT rowid AS id, rank FROM phrase_index WHERE phrase_index MATCH ?"
            " AND rowid BETWEEN ? AND ? ORDER BY rank LIMIT ?) JOIN phrase USING (id) ORDER BY rank",
            (expression, *self.spans.get(system, (0, 0)), CANDIDATES),
        )
        return rows

    def _hits(self, scored: dict[int, float], limit: int) -> list[Hit]:
        """Fetch the codes: a billable one before a heading of equal words, the unspecified one before its siblings."""
        marks = ", ".join("?" * len(scored))
        rows = self.ask(
            f"SELECT id, system, code, short, billable, long FROM code WHERE id IN ({marks})",  # noqa: S608  only marks
            tuple(scored),
        )
        hits = []
        for row, system, code, short, billable, long in rows:
            leaning = 0.02 * (billable != 0) + 0.01 * ("unspecified" in (long or short))
            hits.append((scored[row] + leaning, row, Hit(System(system), code, short, 0.0)))
        hits.sort(key=lambda hit: (-hit[0], hit[1]))
        best: dict[tuple[System, str], Hit] = {}  # several files of one source may tell of the same code
        for score, _, hit in hits:
            found = Hit(hit.system, hit.code, hit.short, round(min(1.0, max(0.0, score)), 4))
            best.setdefault((hit.system, hit.code), found)
        return list(best.values())[:limit]


def _words(question: str) -> list[str]:
    """Return the words asked for, abbreviations and everyday expressions spelt out, each once."""
    asked = question[:LONGEST]
    shouted = asked.isupper() and " " in asked.strip()  # then capitals say nothing
    chunks = [_spelt(chunk.strip(".,;:!?\"'"), shouted=shouted) for chunk in asked.split()]
    plain = " ".join(WORD.findall(" ".join(chunks)))
    for expression, meaning in EXPRESSIONS.items():
        plain = f" {plain} ".replace(f" {expression} ", f" {meaning} ").strip()
    heard = [word for word in plain.split() if word not in _UNHEARD]
    return list(dict.fromkeys(heard or plain.split()))[:MOST_WORDS]


def _spelt(chunk: str, *, shouted: bool) -> str:
    """Spell out an abbreviation, one that is a word as well only if it stands in capitals."""
    written = chunk.lower()
    if written in ABBREVIATIONS:
        return ABBREVIATIONS[written]
    if written in WORDS_TOO and chunk.isupper() and not shouted:
        return WORDS_TOO[written]
    return " ".join(ABBREVIATIONS.get(part, part) for part in WORD.findall(written))


def _score(asked: _Asked, words: str, weight: float) -> float:
    """Return how much of the question a phrase covers, and of the phrase the question does; 0 to 1."""
    covered = asked.covered(words.split())
    return (covered / asked.weight + _CLOSENESS * covered / max(weight, covered, 1e-9)) / (1 + _CLOSENESS)


def _stem(word: str) -> str:
    return word[: max(_STEM, len(word) - 3)]
