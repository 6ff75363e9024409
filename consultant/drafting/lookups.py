"""Facts about one code, or about several together, without a question around them: what a look-up shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.diagnoses import diagnosis_rules
from consultant.codes.edits import pair_rules, unit_rules
from consultant.codes.entries import Entry, System
from consultant.codes.mentions import Extraction
from consultant.codes.numbering import system_by_shape
from consultant.codes.rules import PairRule, UnitRule
from consultant.drafting.facts import gather, worded
from consultant.drafting.fees import services_together
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.together import Modifiers, of_pair, of_units, silence, unlisted
from consultant.drafting.values import Fact, Intent, IntentFound
from consultant.rendering import Renderer

_OF_ONE = (Intent.DESCRIBE, Intent.VALIDITY)
_EVERYTHING = (*_OF_ONE, Intent.REIMBURSEMENT, Intent.GLOBAL_PERIOD, Intent.UNITS, Intent.COVERAGE)
_SERVICES = frozenset({System.CPT, System.HCPCS})


@dataclass(frozen=True)
class Together:
    """What is to be said of several codes: rules about two of them or one, limits of units, and what stays open."""

    pairs: tuple[tuple[PairRule, Fact], ...]
    units: tuple[tuple[UnitRule, Fact], ...]
    silent: tuple[Fact, ...]
    services: tuple[Fact, ...] = ()  # what the fee schedule says of their modifiers and global periods


def about_entry(entry: Entry, book: Book, renderer: Renderer, *, today: date) -> tuple[Fact, ...]:
    """Return what the book says of one code on the entry's day; `today` is when its sources were checked."""
    question = _question(entry.on, _OF_ONE, AskedCode(entry.system, entry.code))
    return gather(question, book, today=today, renderer=renderer, looked_up=True).facts


def everything_about(entry: Entry, book: Book, renderer: Renderer, *, today: date) -> tuple[Fact, ...]:
    """Return as `about_entry` does, and also what the tables say of the code's fee, units and coverage."""
    question = _question(entry.on, _EVERYTHING, AskedCode(entry.system, entry.code))
    return gather(question, book, today=today, renderer=renderer, looked_up=True).facts


def about_together(  # noqa: PLR0913  nothing is looked up here, so everything is handed in by name
    codes: Sequence[str],
    book: Book,
    renderer: Renderer,
    *,
    on: date,
    today: date,
    units: Mapping[str, int] | None = None,
    modifiers: Modifiers | None = None,
) -> Together:
    """Return every rule about these codes on a day with its fact, and what the tables that are silent leave open.

    `units` and `modifiers` are those the codes are reported with.
    """
    pairs = (*pair_rules(book, codes, on), *diagnosis_rules(book, codes, on, modifiers))
    limits = unit_rules(book, codes, on, units)
    services = [code for code in codes if system_by_shape(code) in _SERVICES]
    found = [of_pair(rule, modifiers or {}) for rule in pairs] + [of_units(rule) for rule in limits]
    found += silence(pairs, services, book, on) if len(services) > 1 else ()
    found += unlisted(limits, [code for code in services if code in (units or {})], book, on)
    priced = list(services_together(services, modifiers or {}, book, on))
    facts = worded([*found, *priced], on=on, today=today, renderer=renderer)
    return Together(
        tuple(zip(pairs, facts, strict=False)),
        tuple(zip(limits, facts[len(pairs) :], strict=False)),
        facts[len(pairs) + len(limits) : len(found)],
        facts[len(found) :],
    )


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
