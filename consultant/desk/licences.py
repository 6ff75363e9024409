"""What may be shown to whom: words under somebody's terms are for those the house answers to.

CPT and CDT descriptors come only from files whose terms somebody has accepted, and are shown only to reviewers signed
in. Whoever makes a page for anybody else asks here.
"""

from dataclasses import replace
from enum import StrEnum

from consultant.codes.entries import Entry, Hit, Release, System


class Audience(StrEnum):
    """Who looks."""

    REVIEWER = "a reviewer signed in"
    ANYBODY = "anybody"


def may_show(release: Release | None, to: Audience) -> bool:
    """Tell whether the words of a release may be shown: those under no terms to anybody, the others to reviewers."""
    if release is None or not release.terms:
        return True
    return to is Audience.REVIEWER and bool(release.accepted_by)


def entry_for(to: Audience, entry: Entry) -> Entry:
    """Return an entry as it may be shown: without its words where they may not be."""
    return entry if may_show(entry.release, to) else replace(entry, short="", long="", notes=(), attributes={})


def hit_for(to: Audience, hit: Hit) -> Hit:
    """Return a code found as it may be shown; CPT words are in the book only under terms."""
    under_terms = hit.system is System.CPT and to is not Audience.REVIEWER
    return replace(hit, short="") if under_terms else hit
