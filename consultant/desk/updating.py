"""`codes update`: what the agencies have published since, fetched and imported, source by source.

Each source is fetched and imported by itself, so that one that is not there keeps none of the others back. What is
under terms is left alone unless somebody has accepted them. The outcome is kept for the reviewers' digest.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from consultant.codes.building import Progress, import_files
from consultant.codes.entries import Release
from consultant.config import Settings, SourcesSettings
from consultant.desk.fetching import Fetched, Limits, fetch, note_imported
from consultant.errors import HouseError

KEYS = tuple(
    key
    for key in SourcesSettings.model_fields
    if key not in {"cron", "terms_accepted_by", "largest_bytes", "timeout_seconds"}
)
"""The sources that can be fetched, by their keys in config.toml."""

UNDER_TERMS = frozenset(
    {
        *("fee_schedule", "ptp_practitioner", "ptp_hospital", "mue_practitioner", "mue_outpatient", "mue_dme"),
        *("add_on", "coverage_articles", "coverage_lcds", "coverage_ncds", "cpt"),
    }
)
FOLDER, OUTCOMES = "downloads", "outcomes.json"
_PARTS = 4
_OCTOBER = 10
_YEAR_OF_VERSION_0 = 1994  # NCCI counts its versions from there: 32 is 2026


class UnknownSourceError(HouseError):
    """There is no source "{name}" to fetch; there are: {known}."""


class AddressWrongError(HouseError):
    """The address {address} of sources.{key} holds {{{name}}}, which nothing fills in: see [sources] in config.toml."""


class State(StrEnum):
    """What became of one source."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    LEFT = "left, its terms are not accepted"
    NO_ADDRESS = "no address"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one source: the releases that came of it, or the sentence that says why there are none."""

    source: str
    state: State
    releases: tuple[str, ...] = ()
    reason: str = ""


Report = Callable[[str, int, int], None]
"""Told what is being done, and how far it is: bytes while fetching, hundredths of steps while importing."""


def update(
    settings: Settings, names: Sequence[str], *, accepted_by: str, now: datetime, report: Report = lambda *_: None
) -> list[Outcome]:
    """Fetch and import the sources named, by default all that have an address; return what became of each, in order.

    `accepted_by` says who accepts the AMA's terms; without it what is under them is left alone.
    """
    known = [_key(name) for name in names] or [key for key in KEYS if _address(settings, key)]
    outcomes = [_update_one(settings, key, accepted_by, now, report) for key in known]
    _keep(settings, outcomes, now)
    return outcomes


def outcomes_since(settings: Settings, since: datetime | None) -> list[Outcome]:
    """Return the outcomes of the latest update if it ran after that time: what a digest has not told yet."""
    try:
        kept = json.loads((_folder(settings) / OUTCOMES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    if since and datetime.fromisoformat(kept["at"]) <= since:
        return []
    return [
        Outcome(one["source"], State(one["state"]), tuple(one["releases"]), one["reason"]) for one in kept["outcomes"]
    ]


def addresses(template: str, key: str, on: date) -> list[str]:
    """Return the addresses a template stands for on a day: one, or one for each part."""
    quarter = (on.month - 1) // 3
    filled = {
        "year": f"{on.year}",
        "yy": f"{on.year % 100:02}",
        "quarter": f"{quarter + 1}",
        "month": ("january", "april", "july", "october")[quarter],
        "letter": "abcd"[quarter],
        "fiscal_year": f"{on.year + (on.month >= _OCTOBER)}",
        "ncci": f"{on.year - _YEAR_OF_VERSION_0}{quarter}",
    }
    parts = range(1, _PARTS + 1) if "{part}" in template else (0,)
    try:
        return [template.format(**filled, part=part) for part in parts]
    except (KeyError, IndexError, ValueError) as error:
        raise AddressWrongError(address=template, key=key, name=str(error).strip("'")) from error


def _key(name: str) -> str:
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key not in KEYS:
        raise UnknownSourceError(name=name, known=", ".join(KEYS))
    return key


def _address(settings: Settings, key: str) -> str:
    return str(getattr(settings.sources, key))


def _folder(settings: Settings) -> Path:
    return settings.queue.path / FOLDER


def _update_one(settings: Settings, key: str, accepted_by: str, now: datetime, report: Report) -> Outcome:
    template = _address(settings, key)
    if not template:
        return Outcome(key, State.NO_ADDRESS)
    if key in UNDER_TERMS and not accepted_by:
        return Outcome(key, State.LEFT)
    try:
        files = _fetch_all(settings, addresses(template, key, now.date()), key, report)
        if all(file.record.imported for file in files):
            return Outcome(key, State.UNCHANGED)
        releases = _import(settings, files, key, accepted_by, now, report)
    except HouseError as error:  # told in the outcome; the other sources are not kept back by it
        return Outcome(key, State.FAILED, reason=str(error))
    return Outcome(key, State.IMPORTED, tuple(f"{release.source} {release.name}" for release in releases))


def _fetch_all(settings: Settings, wanted: Sequence[str], key: str, report: Report) -> list[Fetched]:
    limits = Limits(settings.sources.largest_bytes, settings.sources.timeout_seconds)
    folder = _folder(settings) / key
    return [
        fetch(address, folder, limits, lambda done, total: report(f"fetching {key}", done, total)) for address in wanted
    ]


def _import(  # noqa: PLR0913, PLR0917  an import is what, where, by whom and when
    settings: Settings, files: Sequence[Fetched], key: str, accepted_by: str, now: datetime, report: Report
) -> list[Release]:
    def told(step: Progress) -> None:
        report(f"importing {key}: {step.what}", step.done, step.total)

    paths = [file.path for file in files]
    releases = import_files(settings.code_book_path, paths, accepted_by=accepted_by, now=now, progress=told)
    for file in files:
        note_imported(file)
    return releases


def _keep(settings: Settings, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write the outcomes down beside the downloads, whole or not at all."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{OUTCOMES}.new"
    kept = {"at": now.isoformat(), "outcomes": [asdict(outcome) for outcome in outcomes]}
    made.write_text(json.dumps(kept), encoding="utf-8")
    made.replace(folder / OUTCOMES)
