"""A thousand real messages are read, screened and separated as well as promised; skipped where they are not at hand."""

import json
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from consultant.intake.identifiers import find_identifiers
from consultant.intake.limits import UnreadableMailError
from consultant.intake.mail import Envelope, IncomingMail
from consultant.intake.reading import read_mail
from consultant.intake.screening import House, screen

CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "mail"
HOUSE = House("consult@consult.localhost", "consult.localhost", "consult.localhost")

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus of messages is not here")


@cache
def corpus() -> list[tuple[dict[str, Any], IncomingMail | None]]:
    """Read every message once; None where it is beyond the limits. Anything else raised fails the tests."""
    rows = [json.loads(line) for line in (CORPUS / "INDEX.jsonl").read_text(encoding="utf-8").splitlines()]
    read: list[tuple[dict[str, Any], IncomingMail | None]] = []
    for row in rows:
        try:
            read.append((row, read_mail((CORPUS / row["file"]).read_bytes())))
        except UnreadableMailError:
            read.append((row, None))
    return read


def share(expected_class: str, *kinds: str) -> float:
    found: Counter[str] = Counter()
    for row, mail in corpus():
        if row["expected_class"] == expected_class and mail:
            found[screen(mail, Envelope(row["envelope_from"] or ""), HOUSE).kind] += 1
    return sum(found[kind] for kind in kinds) / found.total()


def folded(text: str) -> str:
    return " ".join(text.split())


def test_hardly_any_message_is_beyond_the_limits() -> None:
    unread = Counter(row["expected_class"] for row, mail in corpus() if mail is None)
    assert unread["normal"] <= 1
    assert not unread - Counter(normal=1, malformed=8)


def test_bounces_and_complaints_are_recognised() -> None:
    assert share("bounce/DSN", "bounce", "complaint") >= 0.99


def test_automatic_answers_are_recognised() -> None:
    assert share("auto-reply", "auto_reply") >= 0.97


def test_list_mail_is_recognised() -> None:
    # One of the twenty has its list headers in the body, another says `Precedence: junk` as answering machines do.
    assert share("mailing-list", "list") >= 0.90
    assert share("mailing-list", "human") <= 0.05


def test_people_are_heard() -> None:
    assert share("normal", "human") >= 0.98


def test_new_text_is_separated_from_history() -> None:
    exact = kept = leaked = foreign = 0
    rows = [
        (row["expected"]["reply_text"], mail)
        for row, mail in corpus()
        if mail and "reply_text" in row.get("expected", {})
    ]
    for expected, mail in rows:
        new = mail.new_text()
        signed = new + "\n" + "".join(span.of(mail.text) for span in mail.signature)
        lines = {folded(line) for line in expected.split("\n")}
        others = [folded(line) for line in mail.text.split("\n") if folded(line) and folded(line) not in lines]
        exact += folded(expected) in (folded(new), folded(signed))
        kept += all(line in folded(new) for line in lines if len(line) >= 4)
        leaked += sum(line in {folded(line) for line in new.split("\n")} for line in others)
        foreign += len(others)
    assert exact / len(rows) >= 0.85
    assert kept / len(rows) >= 0.95
    assert leaked / foreign <= 0.05


def test_no_header_value_holds_a_line_break() -> None:
    for _, mail in corpus():
        assert mail is None or all("\n" not in value and "\r" not in value for _, value in mail.headers)


def test_identifiers_are_looked_for_in_every_text() -> None:
    for _, mail in corpus():
        if mail:
            spans = find_identifiers(mail.text, sender=mail.sender)
            assert all(one.end <= other.start for one, other in pairwise(spans))
