"""`codes extract --jsonl` on real questions, reworded and marked by hand: what is read is what a coder reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

Read = frozenset[tuple[str, ...]]


@pytest.fixture(scope="module")
def file(shared: Path) -> Path:
    """The development questions; tests are skipped where they do not lie beside the checkout."""
    path = shared / "data" / "questions" / "dev.jsonl"
    if not path.is_file():
        pytest.skip("the marked questions are not beside this checkout")
    return path


@pytest.fixture
def answered(run: Run, house: Path, file: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every question with what the command read in it."""
    assert house.is_dir()
    result = run("codes", "extract", "--jsonl", str(file))
    assert result.exit_code == 0
    questions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [question["id"] for question in questions]
    return list(zip(questions, answers, strict=True))


def marked(question: dict[str, Any]) -> Read:
    """Return what a person marked in a question."""
    return frozenset(
        [
            *(("code", code["system"], code["code"]) for code in question["codes"]),
            *(("modifier", modifier) for modifier in question["modifiers"]),
            *(("range", *ends) for ends in map(ends_of, question["ranges"])),
        ]
    )


def read(answer: dict[str, Any]) -> Read:
    """Return what the command read, in the same terms; a modifier counts wherever it stands."""
    attached = [modifier for mention in answer["mentions"] for modifier in mention["modifiers"]]
    alone = [named["modifier"] for named in answer["modifiers"]]
    return frozenset(
        [
            *(("code", mention["system"], mention["code"]) for mention in answer["mentions"]),
            *(("modifier", modifier) for modifier in [*attached, *alone]),
            *(("range", *ends_of(span)) for span in answer["ranges"]),
        ]
    )


def ends_of(span: dict[str, str]) -> tuple[str, str]:
    return span["from"], span["to"]


def test_codes_modifiers_and_ranges_are_read_as_a_coder_reads_them(
    answered: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    right = sum(len(marked(question) & read(answer)) for question, answer in answered)
    missed = [(question["id"], *sorted(marked(question) - read(answer))) for question, answer in answered]
    invented = [(question["id"], *sorted(read(answer) - marked(question))) for question, answer in answered]
    wrong = sum(len(more) - 1 for more in [*missed, *invented])
    micro_f1 = 2 * right / (2 * right + wrong)
    assert micro_f1 >= 0.95, [odd for odd in [*missed, *invented] if len(odd) > 1]


def test_no_decoy_is_taken_for_a_code(answered: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    taken = [
        (question["id"], decoy["text"])
        for question, answer in answered
        for decoy in question["decoys"]
        if places_of(decoy["text"], question["text"]) & begun(answer)
    ]
    assert not taken


def places_of(word: str, text: str) -> set[int]:
    """Return every place a word standing by itself covers."""
    found = re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    return {place for match in found for place in range(*match.span())}


def begun(answer: dict[str, Any]) -> set[int]:
    """Return where a code or a range was said to begin."""
    return {read["start"] for read in [*answer["mentions"], *answer["ranges"]]}
