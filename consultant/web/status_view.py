"""What is loaded, ordered as a reviewer looks for it: groups of sources, each with its releases side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from consultant.codes.entries import SourceStatus


class Group(StrEnum):
    """A group of sources that answer the same kind of question."""

    DIAGNOSES = "Diagnoses and inpatient procedures"
    SERVICES = "Services and supplies"
    EDITS = "Edits and limits"
    FEES = "Fees"
    POLICIES = "Coverage and places"


GROUPS: dict[Group, tuple[str, ...]] = {
    Group.DIAGNOSES: ("ICD-10-CM", "ICD-10-CM index", "ICD-10 addenda", "ICD-10-PCS", "GEMs"),
    Group.SERVICES: ("HCPCS Level II", "CPT descriptors", "CPT modifiers", "CPT history", "RBCS"),
    Group.EDITS: (
        *("NCCI PTP practitioner", "NCCI PTP hospital", "NCCI MUE practitioner", "NCCI MUE outpatient"),
        *("NCCI MUE DME", "NCCI add-on"),
    ),
    Group.FEES: (
        *("Physician fee schedule", "GPCI", "Locality counties", "Anesthesia factors", "OPPS caps"),
        *("Physician fee amounts", "DMEPOS fees"),
    ),
    Group.POLICIES: ("Medicare coverage", "Place of service"),
}
_GROUP_OF = {source: group for group, sources in GROUPS.items() for source in sources}


class Standing(StrEnum):
    """How a source stands on the day, for answers given now."""

    IN_FORCE = "in force"
    STALE = "not the newest"
    TO_COME = "not yet in force"
    MISSING = "not loaded"


@dataclass(frozen=True)
class SourceView:
    """One source: how it stands, and its releases, newest first; a missing one has a `note` only."""

    name: str
    standing: Standing
    note: str
    releases: Sequence[SourceStatus]


@dataclass(frozen=True)
class GroupView:
    """A group with its sources, in their order."""

    group: Group
    sources: Sequence[SourceView]


def grouped(lines: Sequence[SourceStatus], on: date) -> list[GroupView]:
    """Return the lines of `codes status` by group and source; a source of no group stands with the policies."""
    sources = [_source(name, list(own), on) for name, own in groupby(lines, key=lambda line: line.name)]
    return [
        GroupView(group, [source for source in sources if _GROUP_OF.get(source.name, Group.POLICIES) is group])
        for group in Group
    ]


def tallied(groups: Sequence[GroupView]) -> dict[Standing, int]:
    """Return how many sources stand each way."""
    stands = [source.standing for group in groups for source in group.sources]
    return {standing: stands.count(standing) for standing in Standing}


def _source(name: str, own: list[SourceStatus], on: date) -> SourceView:
    loaded = [line for line in own if line.release]
    return SourceView(name, _standing(loaded, on), own[0].note, loaded)


def _standing(loaded: Sequence[SourceStatus], on: date) -> Standing:
    if not loaded:
        return Standing.MISSING
    if any(line.in_force for line in loaded):
        return Standing.IN_FORCE
    return Standing.STALE if any(line.effective and line.effective <= on for line in loaded) else Standing.TO_COME
