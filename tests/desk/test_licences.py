"""What may be shown to whom."""

from dataclasses import replace
from datetime import date

import pytest

from consultant.codes.entries import Entry, Hit, Release, Status, System
from consultant.desk.licences import Audience, entry_for, hit_for, may_show

FREE = Release("HCPCS Level II", "October 2026", "CMS", date(2026, 10, 1))
LICENSED = replace(
    FREE, source="CPT descriptors", terms="American Medical Association (CPT)", accepted_by="a@b.example"
)
ENTRY = Entry(
    System.CPT, "00001", date(2026, 11, 1), found=True, status=Status.ACTIVE, short="own", long="own", release=LICENSED
)


@pytest.mark.parametrize("audience", Audience)
def test_words_under_no_terms_may_be_shown_to_anybody(audience: Audience) -> None:
    assert may_show(FREE, audience)
    assert may_show(None, audience)
    assert entry_for(audience, replace(ENTRY, release=FREE)).long == "own"


def test_words_under_terms_are_for_reviewers_and_only_once_accepted() -> None:
    assert may_show(LICENSED, Audience.REVIEWER)
    assert not may_show(LICENSED, Audience.ANYBODY)
    assert not may_show(replace(LICENSED, accepted_by=""), Audience.REVIEWER)


def test_an_entry_for_anybody_keeps_its_number_and_loses_its_words() -> None:
    shown = entry_for(Audience.ANYBODY, ENTRY)
    assert (shown.code, shown.status) == ("00001", Status.ACTIVE)
    assert (shown.short, shown.long, shown.notes, shown.attributes) == ("", "", (), {})


def test_a_cpt_code_found_by_words_is_a_number_to_anybody() -> None:
    hit = Hit(System.CPT, "00001", "own", 1.0)
    assert hit_for(Audience.ANYBODY, hit).short == ""
    assert hit_for(Audience.REVIEWER, hit).short == "own"
    assert hit_for(Audience.ANYBODY, replace(hit, system=System.HCPCS)).short == "own"
