"""`codes build` and `codes import`: the code book made and filled, with a bar that shows how far it is."""

import getpass
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from consultant.cli.branches import Leaf
from consultant.cli.context import House, pass_house
from consultant.cli.output import remark
from consultant.codes.building import Progress, build_book, import_files, needs_building
from consultant.codes.importers.recognition import IMPORTERS
from consultant.config import Settings
from consultant.errors import HouseError


class NoSuchFileError(HouseError):
    """There is no file {path} to import."""


@click.command("build", cls=Leaf)
@pass_house
def build(house: House) -> None:
    """Build the code book with the ICD-10-CM release that comes installed; what was imported is kept.

    \b
    Example:
      consultant codes build
    """  # noqa: D301  \b is click's own mark against re-wrapping
    started = time.monotonic()
    with _bar("Building the code book") as show:
        release = build_book(house.settings.code_book_path, show)
    remark(f"{release.source} {release.name}: {release.rows:,} codes ({_seconds_since(started)} s).")


_RECOGNISED = "\b\nRecognised, by what is in them:\n" + "\n".join(f"  {importer.wording}" for importer in IMPORTERS)


@click.command("import", cls=Leaf, epilog=_RECOGNISED)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--accept-terms", is_flag=True, help="You hold the licence for files under AMA or ADA terms.")
@pass_house
def import_(house: House, files: tuple[Path, ...], *, accept_terms: bool) -> None:
    """Add agency files or zips, as downloaded, to the code book: all of them or none.

    \b
    Examples:
      consultant codes import january-2026-alpha-numeric-hcpcs-file.zip
      consultant codes import icd10cm-tabular-2027.xml
    """  # noqa: D301  \b is click's own mark against re-wrapping
    for path in files:
        if not path.is_file():
            raise NoSuchFileError(path=path)
    accepted_by = f"{getpass.getuser()}, command line" if accept_terms else ""
    with _bar("Importing") as show:
        releases = import_files(
            house.settings.code_book_path, files, accepted_by=accepted_by, now=datetime.now(UTC), progress=show
        )
    for release in releases:
        remark(f"{release.source} {release.name}: {release.rows:,} rows, in force from {release.effective}.")
        if release.partial:
            remark("Not all of its files are loaded yet: import the other parts too.")


def prepare_book(settings: Settings) -> None:
    """Build the code book when there is none of this version, with a progress bar."""
    if not needs_building(settings.code_book_path):
        return
    started = time.monotonic()
    with _bar("Building the code book, this once") as show:
        build_book(settings.code_book_path, show)
    remark(f"The code book is built ({_seconds_since(started)} s).")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[Progress], None]]:
    """Show on standard error how far the work is; where nobody watches, only that it began."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        remark(f"{title} ...")
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title)
        yield lambda step: bar.update(task, completed=step.done, total=step.total, description=step.what)


def _seconds_since(started: float) -> str:
    return f"{time.monotonic() - started:.0f}"
