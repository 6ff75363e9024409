"""One question thought through, from its text to a draft: understand, gather, write, check.

Pure and deterministic: the same question, book and days give the same draft, word for word.
"""

from datetime import date

from consultant.codes.book import Book
from consultant.codes.entries import Release
from consultant.drafting.cases import lay_out
from consultant.drafting.checks import check_letter
from consultant.drafting.facts import gather
from consultant.drafting.letters import write_answer
from consultant.drafting.questions import understand
from consultant.drafting.values import Consultation, Fact
from consultant.rendering import Renderer


def consult(  # noqa: PLR0913  nothing is looked up here, so everything is handed in by name
    question: str,
    *,
    subject: str,
    received: date,
    today: date,
    book: Book,
    renderer: Renderer,
    house: str,
    ticket: str = "",
    note: str = "",
) -> Consultation:
    """Return the draft for a question and everything it rests on.

    Codes are looked up on the date of service when the question states one, else on `received`; `today` is the day the
    sources are said to be checked. `note` is the reviewer's, when the draft was sent back: the codes it names are
    treated too, and so is what it asks.
    """
    understood = understand(question, book, received=received, note=note)
    gathered = gather(understood, book, today=today, renderer=renderer)
    case = lay_out(
        understood, gathered.facts, gathered.lacking, book.releases(), ticket=ticket, house=house, today=today
    )
    words = write_answer(case, renderer, subject=subject)
    missing = tuple(gap.value for gap in gathered.lacking.gaps)
    checks = check_letter(
        words.text,
        facts=gathered.facts,
        asked=understood.extraction,
        missing=missing,
        on=understood.on,
        book=book,
        renderer=renderer,
    )
    return Consultation(
        subject=words.subject,
        text=words.text,
        extraction=understood.extraction,
        intents=understood.intents,
        facts=gathered.facts,
        guidance=(),
        missing=missing,
        checks=checks,
        on=understood.on,
        releases=_releases(gathered.facts, book.releases()),
    )


def _releases(facts: tuple[Fact, ...], releases: list[Release]) -> tuple[str, ...]:
    """Return the editions of the book the facts were read from, as `source name`."""
    used = {fact.release for fact in facts}
    return tuple(f"{release.source} {release.name}" for release in releases if release.name in used)
