"""Facts about one code, or about two together, without a question around them: what a look-up shows."""

from datetime import date

from consultant.codes.book import Book
from consultant.codes.edits import PairKind, PairRule
from consultant.codes.entries import Entry
from consultant.codes.mentions import Extraction
from consultant.drafting.facts import gather
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.values import Fact, Intent, IntentFound
from consultant.rendering import Renderer

_OF_ONE = (Intent.DESCRIBE, Intent.VALIDITY)
_TOGETHER = (Intent.BUNDLING,)
_KINDS = {PairKind.EXCLUDES1: "excludes1", PairKind.EXCLUDES2: "excludes2"}


def about_entry(entry: Entry, book: Book, renderer: Renderer, *, today: date) -> tuple[Fact, ...]:
    """Return what the book says of one code on the entry's day; `today` is when its sources were checked."""
    question = _question(entry.on, _OF_ONE, AskedCode(entry.system, entry.code))
    return gather(question, book, today=today, renderer=renderer).facts


def about_pair(rule: PairRule, book: Book, renderer: Renderer, *, on: date, today: date) -> Fact:
    """Return the fact that says what one rule means for its two codes."""
    entries = book.entries(rule.codes, on)
    question = _question(on, _TOGETHER, *(AskedCode(entry.system, entry.code) for entry in entries))
    facts = gather(question, book, today=today, renderer=renderer).facts
    return next(fact for fact in facts if fact.kind == _KINDS[rule.kind] and set(rule.codes) <= set(fact.codes))


def _question(on: date, intents: tuple[Intent, ...], *codes: AskedCode) -> Question:
    return Question(
        extraction=Extraction(),
        intents=tuple(IntentFound(intent, "", 0, 0) for intent in intents),
        codes=codes,
        left_over=0,
        modifiers=(),
        on=on,
        day_stated=True,
        payers=(),
        settings=(),
        condition="",
    )
