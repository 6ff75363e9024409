"""The words of every letter the house writes; the words themselves lie in `templates/letters`.

A letter is a subject and one Markdown text. Whatever it claims comes from facts, whatever it says back to the asker
comes from the question as understood: no sentence a stranger wrote is repeated, except to a reviewer, masked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from consultant.codes.entries import Release
from consultant.drafting.cases import Case
from consultant.drafting.sections import Section, with_section
from consultant.drafting.values import Check, Fact
from consultant.intake.identifiers import find_identifiers
from consultant.rendering import Renderer

_REPLY = re.compile(r"^(?:\s{0,3}(?:re|fwd?|aw|sv|antw|tr|wg)\s{0,3}(?:\[\d{1,3}\])?:)+\s{0,10}", re.IGNORECASE)
_LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Words:
    """A letter's words: its subject line and its Markdown text."""

    subject: str
    text: str


@dataclass(frozen=True)
class Waiting:
    """One ticket in a digest: what is asked in kinds of question and codes, never in the asker's words."""

    ticket: str
    state: str
    received: datetime
    due: datetime
    about: str
    link: str


@dataclass(frozen=True)
class _Line:
    letter: Waiting
    hours: int
    overdue: bool


def write_answer(case: Case, renderer: Renderer, *, subject: str) -> Words:
    """Return the draft answer to a question; not signed, and without anything that says so."""
    text = renderer.text("letters/answer.md.j2", case=case)
    return Words(_reply_subject(subject, case.ticket, renderer), _tidy(text))


def write_skeleton(renderer: Renderer, *, subject: str, ticket: str, house: str) -> Words:
    """Return the headings of an answer with nothing under them, for a reviewer to write by hand."""
    text = renderer.text("letters/by-hand.md.j2", ticket=ticket, house=house)
    return Words(_reply_subject(subject, ticket, renderer), _tidy(text))


def write_question(questions: str, renderer: Renderer, *, subject: str, ticket: str, house: str) -> Words:
    """Return a letter that asks the asker what the reviewer wants to know, in the reviewer's words."""
    text = renderer.text("letters/question.md.j2", questions=questions.strip(), ticket=ticket, house=house)
    return Words(_reply_subject(subject, ticket, renderer), _tidy(text))


def write_acknowledgement(renderer: Renderer, *, ticket: str, due: datetime, house: str) -> Words:
    """Return the one note that a question has arrived; it repeats nothing of it, not even the subject."""
    return _words("acknowledgement", renderer, ticket=ticket, due=due, house=house)


def write_notice(  # noqa: PLR0913  what a reviewer is told, each part named
    renderer: Renderer,
    *,
    ticket: str,
    received: datetime,
    due: datetime,
    question: str,
    facts: Sequence[Fact],
    checks: Sequence[Check],
    draft: str,
    link: str,
    house: str,
) -> Words:
    """Return the note that a draft waits for review; `question` must have its identifiers masked already."""
    return _words(
        "notice",
        renderer,
        ticket=ticket,
        received=received,
        due=due,
        question=_verbatim(question),
        facts=facts,
        checks=checks,
        draft=_quoted(draft),
        link=link,
        house=house,
    )


def write_digest(  # noqa: PLR0913  what reviewers are told, each part named
    waiting: Iterable[Waiting],
    renderer: Renderer,
    *,
    now: datetime,
    releases: Sequence[Release],
    link: str,
    house: str,
    more: int = 0,
    updates: Sequence[object] = (),
) -> Words:
    """Return the reviewers' digest: what waits, oldest first, with its age and when it is due; `more` wait unlisted.

    `updates` are what became of the sources fetched since the last one, as the desk has it.
    """
    ordered = sorted(waiting, key=lambda one: (one.received, one.ticket))
    lines = [_Line(one, int((now - one.received).total_seconds() // 3600), one.due < now) for one in ordered]
    stale = [release for release in releases if not release.in_force(now.date())]
    return _words(
        "digest", renderer, lines=lines, now=now, stale=stale, link=link, house=house, more=more, updates=updates
    )


def sign(text: str, renderer: Renderer, *, name: str, credential: str, day: date) -> str:
    """Return the letter with who reviewed it and when, before its notice; an earlier signature is replaced."""
    signature = renderer.text("letters/reviewed.md.j2", reviewer=name, credential=credential, day=day)
    return _tidy(with_section(text, Section.REVIEWED, signature))


def _words(letter: str, renderer: Renderer, **values: object) -> Words:
    subject = renderer.text(f"letters/{letter}.subject.j2", **values)
    return Words(" ".join(subject.split()), _tidy(renderer.text(f"letters/{letter}.md.j2", **values)))


def _reply_subject(subject: str, ticket: str, renderer: Renderer) -> str:
    """Return "Re: theirs [ticket]", each once however often it went to and fro.

    A subject that may name a patient is not repeated.
    """
    bare = _REPLY.sub("", " ".join(subject.split()))
    bare = bare.replace(f"[{ticket}]", "").strip() if ticket else bare
    if find_identifiers(bare):
        bare = ""
    line = renderer.text("letters/answer.subject.j2", subject=bare[:_LONGEST_SUBJECT].strip(), ticket=ticket)
    return " ".join(line.split())


def _quoted(text: str) -> str:
    """Return the text as a Markdown quotation, so that nothing in it is taken for the notice's own words."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _verbatim(text: str) -> str:
    """Return a stranger's text as a quotation in which no link or mark-up works."""
    return "\n".join(f">     {line}".rstrip() for line in text.strip().splitlines())


def _tidy(text: str) -> str:
    """Drop blanks at line ends and runs of empty lines, which templates leave where a part has nothing to say."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
