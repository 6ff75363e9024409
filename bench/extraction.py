"""Measures the reading of codes and intents: right on the real questions, quick and linear on any text.

    python bench/extraction.py [QUESTIONS.jsonl] [--misses]

Without a file the development questions beside the project are used when they are there. Speed is given as a share of
"one pattern + dictionary" on the same texts in the same run, so that figures from different machines compare.
"""

import argparse
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.codes.mentions import Extraction
from consultant.drafting.intents import read_intents
from consultant.drafting.values import Intent

QUESTIONS = Path(__file__).parents[2] / "shared" / "data" / "questions" / "dev.jsonl"
OUR_WORD = {
    "bundling/NCCI": Intent.BUNDLING,
    "units/MUE": Intent.UNITS,
    "E/M level": Intent.EM_LEVEL,
    "time-based units": Intent.TIME,
    "coverage/medical-necessity": Intent.COVERAGE,
    "global period": Intent.GLOBAL_PERIOD,
}
NAIVE = re.compile(
    r"(?<![A-Za-z0-9.])(?:[A-TV-Za-tv-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?|\d{4}[0-9FTUftu]|[A-Za-z]\d{4})(?![A-Za-z0-9])"
)
HOSTILE = {
    "A1A1A1...": "A1" * 500_000,
    "99213-99213-...": "99213-" * 166_667,
    "digits": "0123456789" * 100_000,
    "99213 99213 ...": "99213 " * 166_667,
    "99213-25, ...": "99213-25, " * 100_000,
    "M54.16 M5416 ...": "M54.16 M5416 " * 77_000,
    "-25 -25 ...": "-25 " * 250_000,
    "modifier 25 ...": "modifier 25, 59 and RT; " * 41_667,
    "modmodmod...": "mod" * 333_333,
    "1 1 1 1 ...": "1 " * 500_000,
    "1-----": "1" + "-" * 999_999,
    "1/1/26 1/1/26 ...": "1/1/26 " * 142_858,
    "2026 2026 ...": "2026 " * 200_000,
    "units units ...": "4 units of " * 90_910,
    "claim claim ...": "claim no 12345 " * 66_667,
    "Austin, TX 78701 ...": "Austin, TX 78701 " * 58_824,
    "+/+/ base64": "aB3/99213+J1885/x" * 58_824,
    "blanks": " " * 1_000_000,
    "99213/4/5 ...": "99213/4/5 " * 100_000,
    "99213-RT-59-25 ...": "99213-RT-59-25 " * 66_667,
    "99213 25,59 ...": "99213 25,59 " * 83_334,
    "CODE-99213 ...": "CODE-99213 " * 90_910,
    "dx M54. 16, ...": "dx M54. 16, " * 83_334,
    "DOS 1/1/26 ...": "DOS 1/1/26 " * 90_910,
    "992-/13 ...": "992-\n13 " * 125_000,
    "1.99213/...": "1.99213\n" * 125_000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="?", type=Path, default=QUESTIONS)
    parser.add_argument("--misses", action="store_true", help="print every question read differently")
    arguments = parser.parse_args()
    if arguments.questions.exists():
        questions = [json.loads(line) for line in arguments.questions.read_text(encoding="utf-8").splitlines()]
        print_quality(questions, misses=arguments.misses)
        print("Letters as they are asked, two thousand characters each:\n")
        print_speed([*as_asked([question["text"] for question in questions])])
    else:
        print(f"No questions at {arguments.questions}: quality is not measured.")
    print("\nLetters crowded with numbers, two thousand characters each:\n")
    print_speed(letters()[1])
    print_linearity()


def print_quality(questions: list[dict[str, Any]], *, misses: bool) -> None:
    rows = {"codes, modifiers, ranges": Counter[str](), "intents": Counter[str]()}
    decoys_taken = 0
    for question in questions:
        found = extract(question["text"])
        wanted, got = marked(question), read(found)
        intents, felt = {OUR_WORD.get(one, one) for one in question["intents"]}, read_intents(question["text"], found)
        count(rows["codes, modifiers, ranges"], wanted, got)
        count(rows["intents"], intents, {one.intent for one in felt})
        taken = [decoy["text"] for decoy in question["decoys"] if covered(question["text"], decoy["text"], found)]
        decoys_taken += len(taken)
        if misses and (wanted != got or taken):
            print(question["id"], "wanted", sorted(wanted - got), "not", sorted(got - wanted), "decoys", taken)
        if misses and intents != {one.intent for one in felt}:
            extra = [(one.intent.value, one.evidence) for one in felt if one.intent not in intents]
            print(question["id"], "intents missed", sorted(intents - {one.intent for one in felt}), "extra", extra)
    print("| reading | precision | recall | micro-F1 |\n|---|---|---|---|")
    for name, row in rows.items():
        precision, recall = row["hit"] / max(1, row["got"]), row["hit"] / max(1, row["wanted"])
        both = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"| {name} | {precision:.3f} | {recall:.3f} | {both:.3f} |")
    print(f"\n{len(questions)} questions; decoys taken for codes: {decoys_taken}\n")


def marked(question: dict[str, Any]) -> set[tuple[str, ...]]:
    return (
        {(code["system"], code["code"]) for code in question["codes"]}
        | {("modifier", modifier) for modifier in question["modifiers"]}
        | {("range", *map(str, ends.values() if isinstance(ends, dict) else ends)) for ends in question["ranges"]}
    )


def read(found: Extraction) -> set[tuple[str, ...]]:
    modifiers = {one.modifier for one in found.modifiers} | {name for one in found.mentions for name in one.modifiers}
    return (
        {(one.system.value, one.code) for one in found.mentions}
        | {("modifier", name) for name in modifiers}
        | {("range", one.system.value, one.first, one.last) for one in found.ranges}
    )


def count(row: Counter[str], wanted: Iterable[object], got: Iterable[object]) -> None:
    wanted, got = set(wanted), set(got)
    row.update(wanted=len(wanted), got=len(got), hit=len(wanted & got))


def covered(text: str, decoy: str, found: Extraction) -> bool:
    at = text.find(decoy)
    taken = [(one.start, one.end) for one in found.mentions]
    taken += [(one.start, one.end) for one in found.ranges] + [(one.start, one.end) for one in found.modifiers]
    return any(start < at + len(decoy) and at < end for start, end in taken)


def print_speed(texts: list[str]) -> None:
    codes = letters()[0]
    table = {code: code for code in codes}
    book = {code.replace(".", ""): frozenset({System.ICD_10_CM}) for code in codes if "." in code}
    none = frozenset[System]()
    engines: dict[str, Callable[[str], object]] = {
        "one pattern + dictionary": lambda text: [
            hit for m in NAIVE.finditer(text) if (hit := table.get(m.group().upper()))
        ],
        "extract, no book": extract,
        "extract + a look-up each": lambda text: extract(text, lambda code: book.get(code, none)),
        "read_intents": lambda text: read_intents(text, Extraction()),
    }
    rounds = [{name: megabytes_a_second(engine, texts) for name, engine in engines.items()} for _ in range(7)]
    print("| engine | MB/s | of one pattern |\n|---|---|---|")
    for name in engines:
        share = statistics.median(rates[name] / rates["one pattern + dictionary"] for rates in rounds)
        print(f"| {name} | {max(rates[name] for rates in rounds):.2f} | {share:.2f} |")


def letters(count: int = 200, size: int = 2000) -> tuple[list[str], list[str]]:
    """Write letters of plain words with a code every thirty words or so; codes are drawn by shape, not from a book."""
    chance = random.Random(3)  # noqa: S311  the same letters every time, nothing secret
    plain = (
        "the patient was seen today for follow up and the payer denied our claim as bundled please advise whether "
        "modifier is needed documentation supports separate service phone 555-0142 invoice 10231 dated 2026-11-03 "
        "Medicare Part B total $1,250.00 we billed and received Room A12 B12 injection COVID-19 thank you regards"
    )
    diagnoses = [f"{chance.choice('EIMSZ')}{chance.randrange(10, 99)}.{chance.randrange(10, 99)}" for _ in range(2000)]
    services = [f"{chance.randrange(10004, 99607)}" for _ in range(2000)]
    supplies = [f"{chance.choice('AEGJLQ')}{chance.randrange(100, 9999):04d}" for _ in range(500)]
    made = []
    for _ in range(count):
        text = ""
        while len(text) < size:
            pool = chance.choices((plain.split(), diagnoses, services, supplies), (0.96, 0.014, 0.02, 0.006))[0]
            suffix = f"-{chance.choice(['25', '59', 'RT'])}" if pool is services and chance.random() < 0.3 else ""
            text += chance.choice(pool) + suffix + " "
        made.append(text)
    return [*diagnoses, *services, *supplies], made


def as_asked(questions: list[str], count: int = 200, size: int = 1700) -> Iterable[str]:
    """Put real questions together into letters, each with a signature."""
    chance = random.Random(3)  # noqa: S311  the same letters every time, nothing secret
    signature = "\nJane Doe, CPC | 12345 Harbor View Drive, Suite 20010, Austin, TX 78701 | Tel. (512) 555-0142\n"
    for _ in range(count):
        text = ""
        while len(text) < size:
            text += chance.choice(questions) + "\n\n"
        yield text + signature


def megabytes_a_second(engine: Callable[[str], object], texts: list[str]) -> float:
    """Count the processor's time, which other work on the machine moves less than the clock's."""
    began = time.process_time()
    for text in texts:
        engine(text)
    return sum(map(len, texts)) / (time.process_time() - began) / 1e6


def print_linearity() -> None:
    print("\n| 1 MB of | seconds | of half of it, times two |\n|---|---|---|")
    for name, text in HOSTILE.items():
        whole, half = seconds(text), seconds(text[: len(text) // 2])
        print(f"| {name} | {whole:.3f} | {whole / max(1e-9, 2 * half):.2f} |")


def seconds(text: str) -> float:
    began = time.process_time()
    extract(text)
    return time.process_time() - began


if __name__ == "__main__":
    main()
