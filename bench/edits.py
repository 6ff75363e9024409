"""Measure NCCI: 2.5 million generated pairs imported, and pairs and units asked. Prints a table; fails nothing.

python bench/edits.py [--pairs 2500000] [--keep DIR]

The pairs are generated in the real layout, in four zips as downloaded, with invented codes (Z0000 on). Peak memory is
that of this process, which imports before it does anything else but write the files.
"""

import argparse
import random
import resource
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from consultant.codes.book import Book
from consultant.codes.building import Progress, import_files
from consultant.codes.pairs import addons, ptp_edits, unit_limits

ON = date(2026, 8, 15)
PARTS = 4
SECOND_CODES = 1250
HEADINGS = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t\r\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
RATIONALES = (
    "CPT Manual or CMS manual coding instruction",
    "Misuse of Column Two code with Column One code",
    "Standards of medical/surgical practice",
)
LIMITS = (
    '"Notices copyright 2025\n\nof several lines",,,\r\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,'
    "MUE Adjudication Indicator,MUE Rationale\r\n"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=2_500_000)
    options.add_argument("--keep", type=Path, help="keep the files made here")
    given = options.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        measure(folder, given.pairs)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def measure(folder: Path, pairs: int) -> None:
    files = [*parts(folder, pairs), limits(folder), primaries(folder)]
    path = folder / "codebook.sqlite"
    steps: list[Progress] = []
    begun = time.perf_counter()
    import_files(path, files, accepted_by="bench", now=datetime.now(UTC), progress=steps.append)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    Book.open(path).close()
    opened = (time.perf_counter() - begun) * 1e3
    print("| pairs | import s | peak MB | file MB | progress told | open ms |\n|---|---|---|---|---|---|")
    size = path.stat().st_size / 1e6
    print(f"| {pairs:,} | {seconds:.1f} | {peak:.0f} | {size:.0f} | {len(steps)} | {opened:.1f} |\n")
    with Book.open(path) as book:
        ask(book, pairs // SECOND_CODES)


def ask(book: Book, first_codes: int) -> None:
    chance = random.Random(1)  # noqa: S311  a sample, no secret
    asked = [[f"Z{chance.randrange(first_codes):04}", f"Z{chance.randrange(first_codes):04}"] for _ in range(20_000)]
    lists = [[f"Z{chance.randrange(first_codes):04}" for _ in range(8)] for _ in range(2_000)]
    print("| asked | p50 µs | p99 µs |\n|---|---|---|")
    report("one pair, both ways", timed(ptp_edits, book, asked))
    report("8 codes, every pair both ways", timed(ptp_edits, book, lists))
    report("units of 8 codes", timed(unit_limits, book, lists))
    report("add-ons among 8 codes", timed(addons, book, lists))


def parts(folder: Path, pairs: int) -> Iterator[Path]:
    """Write the four zips of a practitioner table."""
    each = pairs // PARTS
    for part in range(PARTS):
        stem = f"ccipra-v322r0-f{part + 1}"
        path = folder / f"medicare-ncci-2026q3-practitioner-ptp-edits-{stem}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{stem}.TXT", "w") as file:
            file.write(HEADINGS.encode())
            lines = (edit(number) for number in range(part * each, (part + 1) * each))
            for line in lines:
                file.write(line.encode())
        yield path


def edit(number: int) -> str:
    one, two = divmod(number, SECOND_CODES)
    effective = f"{1996 + number % 30}{(1, 4, 7, 10)[number % 4]:02}01"
    deleted = "*" if number % 6 else "20240630"
    return f"Z{one:04}\tZ{two:04}\t\t{effective}\t{deleted}\t{number % 2}\t{RATIONALES[number % 3]}\r\n"


def limits(folder: Path) -> Path:
    path = folder / "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    rows = (f"Z{number:04},{number % 9},{number % 3 + 1} Date of Service Edit,CMS Policy\r\n" for number in range(9999))
    path.write_text(LIMITS + "".join(rows), encoding="ascii", newline="")
    return path


def primaries(folder: Path) -> Path:
    path = folder / "AOC_V2026Q3-MCR.txt"
    header = (
        "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\tNotes"
    )
    rows = (f"1\tZ{number:04}\t\tZ{number + 1:04}\t\t2013001\t\t" for number in range(7000))
    path.write_text("\r\n".join((header, *rows)), encoding="ascii", newline="")
    return path


def timed(work: Callable[[Book, list[str], date], object], book: Book, asked: list[list[str]]) -> list[float]:
    took = []
    for codes in asked:
        begun = time.perf_counter()
        work(book, codes, ON)
        took.append((time.perf_counter() - begun) * 1e6)
    return took


def report(name: str, took: list[float]) -> None:
    ordered = sorted(took)
    print(f"| {name} | {ordered[len(took) // 2]:.0f} | {ordered[len(took) * 99 // 100]:.0f} |")


if __name__ == "__main__":
    main()
