"""Everything a letter may claim: numbered statements, each with its source, edition and day.

The same question and the same book give the same facts in the same order. Each statement is worded by its own template
in `templates/facts`, one claim each, so that a reviewer can weigh it alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Release, System
from consultant.codes.releases import edition_on
from consultant.drafting.authorities import GUIDELINES, rules_called_for
from consultant.drafting.findings import Finding, Kind, source_of
from consultant.drafting.gaps import Gap
from consultant.drafting.inquiry import find
from consultant.drafting.lacking import Lacking, lacking
from consultant.drafting.policies import equivalents_of
from consultant.drafting.questions import Question
from consultant.drafting.values import Fact
from consultant.rendering import Renderer


@dataclass(frozen=True)
class Gathered:
    """What a letter may claim, and what it lacks to claim more."""

    facts: tuple[Fact, ...]
    lacking: Lacking


def gather(question: Question, book: Book, *, today: date, renderer: Renderer, looked_up: bool = False) -> Gathered:
    """Return the facts of a question and its gaps; `today` is the day they are checked, not the day they are about.

    Of a code that is looked up, and not asked about in a letter, its equivalents in the old revision are told too.
    """
    found = find(question, book)
    if looked_up:
        newer = (asked for asked in question.codes if asked.system is not System.ICD_9_CM)
        found += [finding for asked in newer for finding in equivalents_of(asked, question, book)]
    found += rules_called_for(found)
    found += _editions_out_of_force(found, question.on)
    facts = worded(found, on=question.on, today=today, renderer=renderer)
    return Gathered(facts, lacking(question, found, book.releases()))


def worded(found: Iterable[Finding], *, on: date, today: date, renderer: Renderer) -> tuple[Fact, ...]:
    """Return findings as numbered facts, each in the words of its kind."""
    return tuple(_fact(number, finding, on, today, renderer) for number, finding in enumerate(found, 1))


def _fact(number: int, finding: Finding, on: date, today: date, renderer: Renderer) -> Fact:
    edition = finding.release.name if finding.release else ""
    statement = renderer.text(
        f"facts/{finding.kind}.md.j2", codes=finding.codes, on=on, release=edition, **finding.values
    )
    return Fact(
        id=f"F{number}",
        kind=finding.kind.value,
        statement=" ".join(statement.split()),
        source=finding.source,
        release=edition,
        effective=finding.release.effective if finding.release else None,
        as_of=today,
        codes=finding.codes,
    )


def _editions_out_of_force(found: Iterable[Finding], on: date) -> list[Finding]:
    """Return one finding for each edition of the book that was used and was not in force on the day."""
    used = dict.fromkeys(finding.release for finding in found if finding.release and finding.release != GUIDELINES)
    return [_out_of_force(release, on) for release in used if not release.in_force(on)]


def _out_of_force(release: Release, on: date) -> Finding:
    newer, since = edition_on(release.source, on)
    kind = Kind.TOO_NEW if release.effective > on else Kind.SUPERSEDED
    values = {"title": release.source, "newer": newer, "since": since, "effective": release.effective}
    return Finding(kind, (), source_of(release), release, values, Gap.NEWER_RELEASE)
