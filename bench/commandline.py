"""Measures the command line as a person meets it: how soon it answers, and how many codes it looks up in a second.

    python bench/commandline.py [BOOK.sqlite] [--runs N]

Without a book one is built first. Each figure is the best of the runs, wall clock, in a process of its own, imports
included; the targets are those of the first release: 10,000 codes in under 5 s, one code in under 0.6 s.
"""

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from consultant.codes.building import build_book

CODES = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = a_house(Path(folder), options.book)
        for name, words in commands(house).items():
            best = min(seconds(house, words) for _ in range(options.runs))
            print(f"{name:<48} {best:6.2f} s")


def a_house(folder: Path, book: Path | None) -> Path:
    """Return the configuration of a house in this folder, its code book in place."""
    queue = folder / "queue"
    queue.mkdir()
    if book is None:
        build_book(queue / "codebook.sqlite")
    else:
        (queue / "codebook.sqlite").symlink_to(book.resolve())
    config = folder / "config.toml"
    config.touch()
    return config


def commands(config: Path) -> dict[str, list[str]]:
    """Return what is measured, by name."""
    folder = config.parent
    with sqlite3.connect(folder / "queue" / "codebook.sqlite") as book:
        known = [code for (code,) in book.execute("SELECT code FROM code WHERE kind = 'code'")]
    book.close()
    chosen = random.Random(1).choices(known, k=CODES)  # noqa: S311  the same codes in every run, nothing secret
    lines = folder / "codes.jsonl"
    lines.write_text("".join(json.dumps({"id": code, "text": code}) + "\n" for code in chosen), encoding="utf-8")
    return {
        "--help": ["--help"],
        "codes lookup E11.9": ["codes", "lookup", "E11.9"],
        f"codes lookup --jsonl ({CODES:,} codes, one a line)": ["codes", "lookup", "--jsonl", str(lines)],
        'codes search "type 2 diabetes with neuropathy"': ["codes", "search", "type 2 diabetes with neuropathy"],
        "tickets list": ["tickets", "list"],
    }


def seconds(config: Path, words: list[str]) -> float:
    """Run one command as a process of its own, and return how long a person waited for it."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "consultant", *words, "--config", str(config)]
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)  # noqa: S603  our own command
    if run.returncode:
        raise SystemExit(run.stderr.decode())
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
