"""Measure the fee files at full size: importing them, and asking what a service is paid. Prints a table; fails nothing.

python bench/fees.py [--codes 19090] [--amounts 1000000] [--keep DIR]

The files are made here in the agency's layout, of generated codes and figures: a physician fee schedule (csv) and the
amounts of all localities (PFREV text).
"""

import argparse
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from consultant.codes import fees
from consultant.codes.book import Book
from consultant.codes.building import import_files

ON = date(2025, 11, 3)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
LOCALITIES = 109
LOOK_UPS = 20_000
HEADER = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,"
    "SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--codes", type=int, default=19_090)
    options.add_argument("--amounts", type=int, default=1_000_000)
    options.add_argument("--keep", type=Path, help="keep the files made here")
    given = options.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        measure(folder, codes(given.codes), given.amounts)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def measure(folder: Path, names: list[str], amounts: int) -> None:
    book = folder / "codebook.sqlite"
    schedule = written(folder / "PPRRVU2025_Oct.csv", schedule_lines(names))
    bring_in(book, schedule, len(names))
    ask(book, names)
    bring_in(book, written(folder / "PFREV25D.txt", amount_lines(names, amounts)), amounts)
    print(f"{'memory at most':32} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.0f} MB")


def bring_in(book: Path, file: Path, rows: int) -> None:
    begun = time.perf_counter()
    import_files(book, [file], accepted_by="bench@house.example", now=NOW)
    took = time.perf_counter() - begun
    print(f"{f'import {rows:,} rows':32} {took:10.2f} s   {rows / took:12,.0f} rows/s")
    print(f"{'  the book then':32} {book.stat().st_size / 1e6:10.1f} MB")


def ask(path: Path, names: list[str]) -> None:
    asked = random.Random(1).choices(names, k=LOOK_UPS)  # noqa: S311  no secret
    with Book.open(path) as book:
        begun = time.perf_counter()
        for code in asked:
            line = fees.line_for(fees.fee_lines(book, code, ON), ())
            assert line is not None
            fees.payment(line)
        print(f"{'a code, its row and its fee':32} {(time.perf_counter() - begun) / LOOK_UPS * 1e6:10.1f} us")


def codes(count: int) -> list[str]:
    """Return generated codes that no agency assigns: letter, three digits, letter."""
    letters = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
    return sorted(f"{a}{n:03}{b}" for a in letters for b in letters for n in range(1000))[:count]


def schedule_lines(names: list[str]) -> Iterator[str]:
    yield ",,2025 National Physician Fee Schedule Relative Value File October Release" + "," * 28
    yield HEADER
    figures = random.Random(2)  # noqa: S311  no secret
    for code in names:
        work, inside, outside, risk = (round(figures.uniform(0, 40), 2) for _ in range(4))
        totals = f"{work + outside + risk:.2f},{work + inside + risk:.2f}"
        yield (
            f"{code},,,A,,{work},{outside},,{inside},,{risk},{totals},0,090,0.10,0.69,0.21,2,1,2,1,0,,32.3465,09,0,99,"
            "0.00,0.00,0.00"
        )


def amount_lines(names: list[str], count: int) -> Iterator[str]:
    for number in range(count):
        code, place = names[number // LOCALITIES % len(names)], number % LOCALITIES
        amount = f"{number % 9_999_999 / 100:010.2f}"
        yield (
            f'"2025","{10000 + place}","{place % 100:02}","{code}","  ","{amount}","{amount}"," ","0","A","0",'
            '"0000000.00","0000000.00","9","0000000.00","0000000.00"'
        )
    yield '"TRL- NOTICES"'


def written(path: Path, lines: Iterator[str]) -> Path:
    with path.open("w", newline="", encoding="ascii") as stream:
        stream.writelines(f"{line}\r\n" for line in lines)
    return path


if __name__ == "__main__":
    main()
