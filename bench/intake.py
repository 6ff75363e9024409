"""What intake makes of the shared corpus of 1,019 messages: run `python bench/intake.py [--verbose]`.

Prints, for each expected class, how many messages were recognised; for replies with a known text, how many came out
exact, kept every expected line, and leaked quoted ones; and how long reading took. The scoring of replies: white space
is folded; a reply is *kept* when each expected line of 4 or more characters is in the new text; *leaked* is the share
of input lines outside the expected text that are in it.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consultant.intake.limits import UnreadableMailError
from consultant.intake.mail import Envelope, IncomingMail
from consultant.intake.reading import read_mail
from consultant.intake.screening import House, screen

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "mail"
HOUSE = House(address="consult@consult.localhost", domain="consult.localhost", loop="consult.localhost")
WANTED = {
    "bounce/DSN": {"bounce", "complaint"},
    "auto-reply": {"auto_reply"},
    "mailing-list": {"list"},
    "normal": {"human"},
    "malformed": set(),
    "spam/odd": set(),
}


def main() -> None:
    if not CORPUS.exists():
        sys.exit(f"no corpus at {CORPUS}")
    verbose = "--verbose" in sys.argv
    classes: dict[str, Counter[str]] = {name: Counter() for name in WANTED}
    scores, seconds = [], []
    for row in _rows():
        started = time.perf_counter()
        kind, mail = _read(row)
        seconds.append((time.perf_counter() - started, row["file"]))
        classes[row["expected_class"]][kind] += 1
        wanted = WANTED[row["expected_class"]]
        if verbose and wanted and kind not in wanted:
            print(f"{row['expected_class']:12} read as {kind:10} {row['file']}")
        expected = row.get("expected", {}).get("reply_text")
        if expected is not None and mail is not None:
            score = score_reply(expected, mail)
            scores.append(score)
            if verbose and not all(score[:2]):
                print(f"reply exact={score[0]} kept={score[1]} {row['file']}")
    _print_classes(classes)
    _print_replies(scores)
    seconds.sort()
    print(f"read and screened in {sum(s for s, _ in seconds):.2f} s; slowest {seconds[-1][0]:.3f} s {seconds[-1][1]}")


def score_reply(expected: str, mail: IncomingMail) -> tuple[bool, bool, int, int]:
    """Return whether the reply is exact and kept, how many foreign lines leaked, and how many there were."""
    new, signed = mail.new_text(), (mail.new_text() + "\n" + "".join(s.of(mail.text) for s in mail.signature))
    wanted = fold(expected)
    lines = [fold(line) for line in expected.split("\n") if len(fold(line)) >= 4]
    kept = all(line in fold(new) for line in lines)
    expected_lines = {fold(line) for line in expected.split("\n")}
    foreign = [fold(line) for line in mail.text.split("\n") if fold(line) and fold(line) not in expected_lines]
    given = {fold(line) for line in new.split("\n")}
    return wanted in (fold(new), fold(signed)), kept, sum(line in given for line in foreign), len(foreign)


def fold(text: str) -> str:
    return " ".join(text.split())


def _rows() -> Iterator[dict[str, Any]]:
    for line in (CORPUS / "INDEX.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _read(row: dict[str, Any]) -> tuple[str, IncomingMail | None]:
    try:
        mail = read_mail((CORPUS / row["file"]).read_bytes())
    except UnreadableMailError:
        return "unreadable", None
    return screen(mail, Envelope(row["envelope_from"] or ""), HOUSE).kind.value, mail


def _print_classes(classes: dict[str, Counter[str]]) -> None:
    for name, found in classes.items():
        right = sum(found[kind] for kind in WANTED[name])
        share = f"{right / found.total():6.1%}" if WANTED[name] else "     -"
        print(f"{name:12} {share} of {found.total():4}   {dict(found.most_common())}")


def _print_replies(scores: list[tuple[bool, bool, int, int]]) -> None:
    exact = sum(score[0] for score in scores) / len(scores)
    kept = sum(score[1] for score in scores) / len(scores)
    leaked = sum(score[2] for score in scores) / max(sum(score[3] for score in scores), 1)
    print(f"replies: {len(scores)}, exact {exact:.1%}, all lines kept {kept:.1%}, foreign lines leaked {leaked:.1%}")


if __name__ == "__main__":
    main()
