"""What Medicare's coverage policies and the equivalence mappings add to a question: lists and hints, not verdicts.

A policy that lists a diagnosis for a service says that it lists it; whether a claim is paid is the contractor's word.
"""

from collections.abc import Iterator
from itertools import islice

from consultant.codes.book import Book
from consultant.codes.entries import Release, System
from consultant.codes.equivalents import Equivalents, equivalents
from consultant.codes.policies import SOURCE, Listing, listed_together, listings
from consultant.drafting.findings import Finding, Kind, read_from
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.values import Intent

_ABOUT_COVERAGE = (Intent.COVERAGE, Intent.DIAGNOSIS_PAIRING)
_SERVICES = (System.CPT, System.HCPCS)
MOST_POLICIES = 6
"""Policies told of one code; contractors across the country hold dozens that say much the same."""
MOST_EQUIVALENTS = 8


def policy_findings(question: Question, book: Book) -> Iterator[Finding]:
    """Yield what policies list of the codes asked about together, else of each service; nothing if none is loaded."""
    if not question.wants(*_ABOUT_COVERAGE):
        return
    services = [asked for asked in question.codes if asked.system in _SERVICES]
    diagnoses = question.of(System.ICD_10_CM)
    for service in services:
        together = [finding for diagnosis in diagnoses for finding in _together(service, diagnosis, question, book)]
        yield from together or _of_service(service, question, book)


def equivalent_findings(question: Question, book: Book) -> Iterator[Finding]:
    """Yield the equivalents of codes of the old revision, which no newer source describes."""
    for asked in question.of(System.ICD_9_CM):
        yield from equivalents_of(asked, question, book)


def equivalents_of(asked: AskedCode, question: Question, book: Book) -> Iterator[Finding]:
    """Yield the equivalents of a code, one finding for each system it maps to."""
    for found in equivalents(book, asked.code, asked.system, question.on):
        yield _equivalents(asked, found)


def _together(service: AskedCode, diagnosis: AskedCode, question: Question, book: Book) -> Iterator[Finding]:
    for listing in islice(listed_together(book, service.code, diagnosis.code, question.on), MOST_POLICIES):
        values = {**_values(listing), "service": service.code, "diagnosis": diagnosis.code}
        yield read_from(Kind.POLICY_PAIR, (service.code, diagnosis.code), listing.policy.release, values)


def _of_service(service: AskedCode, question: Question, book: Book) -> Iterator[Finding]:
    found = [listing for listing in listings(book, service.code, question.on) if listing.list == "procedures"]
    once = {listing.policy.display: listing for listing in reversed(found)}
    for listing in islice(reversed(once.values()), MOST_POLICIES):
        yield read_from(Kind.POLICY_LISTED, (service.code,), listing.policy.release, _values(listing))
    release = _loaded(book, question)
    if release and not found:
        yield read_from(Kind.POLICY_SILENT, (service.code,), release)


def _values(listing: Listing) -> dict[str, object]:
    return {"policy": listing.policy, "list": listing.list, "group": listing.group, "starred": listing.starred}


def _loaded(book: Book, question: Question) -> Release | None:
    volumes = (book.volume(SOURCE, question.on, kind) for kind in ("Article", "LCD"))
    return next((volume.release for volume in volumes if volume and not volume.release.partial), None)


def _equivalents(asked: AskedCode, found: Equivalents) -> Finding:
    shown = found.equivalents[:MOST_EQUIVALENTS]
    single = tuple(one for one in shown if not one.part_of_combination)
    combined = tuple(one for one in shown if one.part_of_combination)
    values = {"system": found.system, "single": single, "combined": combined}
    codes = (asked.code, *dict.fromkeys(one.code for one in shown))
    return read_from(Kind.MAPS_TO, codes, found.release, {**values, "more": len(found.equivalents) - len(shown)})
