"""Reading codes out of letters as they are really written, and leaving alone what only looks like one."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultant.codes.entries import System
from consultant.codes.extraction import extract
from consultant.codes.mentions import DateRole, Extraction

ICD = frozenset({System.ICD_10_CM})
BOOK = {
    **dict.fromkeys(("I10", "E11", "E119", "E1165", "M5416", "Z7984", "S72001A", "N95", "B20", "M25", "K2100"), ICD),
    **dict.fromkeys(("J1885", "G0180", "E0601"), frozenset({System.HCPCS})),
    "A4550": frozenset({System.HCPCS, System.ICD_10_CM}),
}


def in_book(code: str) -> frozenset[System]:
    return BOOK.get(code, frozenset())


def told(found: Extraction) -> str:
    """Tell a reading in one line: codes with modifiers and units in order, then ranges, then modifiers alone."""
    codes = [
        "-".join([one.code, *one.modifiers]) + (f" x{one.units}" if one.units is not None else "")
        for one in found.mentions
    ]
    ranges = [f"{one.first}..{one.last}" for one in found.ranges]
    return ", ".join([*codes, *ranges, *(f"mod {one.modifier}" for one in found.modifiers)])


WRITTEN = [
    ("Is 99213 payable here?", "99213"),
    ("99213.", "99213"),
    ("CPT99213", "99213"),
    ("cpt-99213 please", "99213"),
    ("CPT® 99213", "99213"),
    ("CPT code: 99213", "99213"),
    ("CPT code number 99213", "99213"),
    ("procedure #99213", "99213"),
    ("(99213)", "99213"),
    ("our 99213s and 99214's", "99213, 99214"),
    ("99213 or 99214", "99213, 99214"),
    ("99213,99214;99215", "99213, 99214, 99215"),
    ("99213 + 20610", "99213, 20610"),
    ("99213+20610", "99213, 20610"),
    ("99213&20610", "99213, 20610"),
    ("+90833 with 99213", "90833, 99213"),
    ("we claim 99213 daily", "99213"),
    ("please check 99213 for a new patient 99203", "99213, 99203"),
    ("BILL 99213 OR 99214 WITH 20610?", "99213, 99214, 20610"),
    ("the 0232T and 0001U, 3044F and 0012M", "0232T, 0001U, 3044F, 0012M"),
    ("99213/4/5", "99213, 99214, 99215"),
    ("99213/14", "99213, 99214"),
    ("99213/99214", "99213, 99214"),
    ("99213/20610-59", "99213, 20610-59"),
    ("99213-25", "99213-25"),
    ("99213 -25", "99213-25"),
    ("99213 - 25, then", "99213-25"),
    ("99213-\n25 was denied", "99213-25"),
    ("99213\u201325", "99213-25"),
    ("99213\u201125 and 20610\u2014RT", "99213-25, 20610-RT"),
    ("99213\u00a025,\u00a020610\u00a0RT", "99213-25, 20610-RT"),
    ("20610-rt-59", "20610-RT-59"),
    ("20610RT", "20610-RT"),
    ("20610-RT, 20611-LT", "20610-RT, 20611-LT"),
    ("20610-50/59", "20610-50-59"),
    ("20610/RT", "20610-RT"),
    ("99213 25 and 20610 59", "99213-25, 20610-59"),
    ("99213w/25", "99213-25"),
    ("99213 w/ 25", "99213-25"),
    ("99213 with a 25", "99213-25"),
    ("99213 with modifier 25", "99213-25"),
    ("99213 (modifier 25)", "99213-25"),
    ("99213 modifiers 25 and 95", "99213-25-95"),
    ("20610 mod RT", "20610-RT"),
    ("A6021-A1", "A6021-A1"),
    ("99213-25-20610", "99213-25, 20610"),
    ("modifier 59", "mod 59"),
    ("modifier-59 or modifier -25?", "mod 59, mod 25"),
    ("modifiers 25 and 59", "mod 25, mod 59"),
    ("Modifiers: 25, 59, or XS", "mod 25, mod 59, mod XS"),
    ("the -25 modifier", "mod 25"),
    ("a 59 modifier", "mod 59"),
    ("RT/LT modifiers", "mod RT, mod LT"),
    ("the GA, GX and GY modifiers", "mod GA, mod GX, mod GY"),
    ("mod RT please", "mod RT"),
    ("append 59", "mod 59"),
    ("bill it with a 25 on the visit", "mod 25"),
    ("would -59 be right?", "mod 59"),
    ("is XE better, or JW?", "mod XE, mod JW"),
    ("the CRNA should bill modifier QZ", "mod QZ"),
    ("20610x4", "20610 x4"),
    ("20610 x 4", "20610 x4"),
    ("20610 \u00d7 4", "20610 x4"),
    ("20610 (x4)", "20610 x4"),
    ("20610-50 x 2", "20610-50 x2"),
    ("J1885 x 2", "J1885 x2"),
    ("4 units of J1885", "J1885 x4"),
    ("J1885, 4 units", "J1885 x4"),
    ("99213 (2 units)", "99213 x2"),
    ("4 units of HCPCS code J1885 and 20610", "J1885 x4, 20610"),
    ("64612-64617", "64612..64617"),
    ("64612 - 64617", "64612..64617"),
    ("64612-\n64617", "64612..64617"),
    ("64612 through 64617", "64612..64617"),
    ("64612 thru 64617", "64612..64617"),
    ("64612 to 64617", "64612..64617"),
    ("64612-17", "64612..64617"),
    ("99221-23", "99221..99223"),
    ("J1885\u2013J1890", "J1885..J1890"),
    ("changed from 99213 to 99214", "99213, 99214"),
    ("99214-99213", "99214, 99213"),
    ("99213 25,59", "99213-25-59"),
    ("20610 LT & RT", "20610-LT-RT"),
    ("99213 (25)", "99213-25"),
    ("A4253KX, A4253-NU-KX", "A4253-KX, A4253-NU-KX"),
    ("99213, x2", "99213 x2"),
    ("3 x J1885", "J1885 x3"),
    ("99213 modifer 25", "99213-25"),
    ("modifier 76 vs 77", "mod 76, mod 77"),
    ("modifier AS or 80/81/82?", "mod AS, mod 80, mod 81, mod 82"),
    ("RT/LT or 50?", "mod RT, mod LT"),
    ("99213 with 25 minutes", "99213"),
    ("99213 25 times", "99213"),
    ("99213 as well as at home", "99213"),
    ("99213 CT scan, 99213 PT eval, 99213 ED visit", "99213, 99213, 99213"),
    ("the lines\n- 25 minutes\n-50% off, -25 degrees", ""),
    ("E11.9", "E11.9"),
    ("V70.0 & 401.9 in ICD-9", "V70.0, 401.9"),
    ("E11.- and E10.-", "E11, E10"),
    ("e11.9 & z79.4", "E11.9, Z79.4"),
    ("ICD-10 M54.16", "M54.16"),
    ("ICD-10-CM: S72.001A", "S72.001A"),
    ("Z3A.20, C7A.1 and M1A.0", "Z3A.20, C7A.1, M1A.0"),
    ("E11.9/I25.10", "E11.9, I25.10"),
    ("E08-E13 as diagnosis codes E08-E13", "E08..E13"),
    ("M54.50-M54.59", "M54.50..M54.59"),
    ("dx I10", "I10"),
    ("diagnosis code I10 and E11", "I10, E11"),
    ("E11.9, I10, and N18.31", "E11.9, I10, N18.31"),
    ("dx M5416", "M54.16"),
    ("64612 with M5416", "64612, M54.16"),
    ("dx E1165", "E11.65"),
    ("HCPCS E1165", "E1165"),
    ("F3341 and Z7984", "F33.41, Z79.84"),
    ("S72001A", "S72.001A"),
    ("ICD-9 code 250.00 and E885.9", "250.00, E885.9"),
    ("V58.69 in the old days", "V58.69"),
    ("j1885 and g0180", "J1885, G0180"),
    ("D9999 by the dentist", "D9999"),
    ("V2020", "V2020"),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_a_code_is_read_however_it_is_written(text: str, expected: str) -> None:
    assert told(extract(text)) == expected


NOT_CODES = [
    "Austin, TX 78701",
    "Austin, TX 78701-1234",
    "Austin TX 78701\nTel. below",
    "SPRINGFIELD, IL 62704",
    "Boise, Idaho 83702",
    "New York, NY 10017-2405 USA",
    "ZIP code 78701",
    "12345 Main Street",
    "12345 Oak Dr, Suite 20010",
    "12345 N. Shoreline Blvd",
    "12345 SW Harbor View Rd\nPortland, OR 97204",
    "P.O. Box 20610",
    "PO BOX 20610",
    "Suite 20610",
    "Room A1234, Bldg. 10231",
    "Tel. 512-555-0142, fax (512) 555-0143",
    "phone: 555-0142 ext. 20610",
    "call 1-800-555-0199 x20610",
    "+1 512 555 0142",
    "Fax: 10231",
    "Claim 10231 was denied",
    "claim no. 10231",
    "Claim #: 10231-88",
    "account number 20610",
    "Acct# 20610",
    "acct 20610-59-01",
    "invoice 20610",
    "Invoice no: 20610",
    "ticket #20610",
    "#20610",
    "PO 20610",
    "P.O. 20610",
    "Ref: 20610",
    "our reference 20610",
    "case number 20610",
    "MRN 20610",
    "MRN: 20610",
    "patient ID 20610",
    "member id 20610",
    "policy 20610",
    "auth # 20610",
    "check no. 20610",
    "order #20610",
    "NPI 1234567893",
    "NPI is 12345",
    "Tax ID 12-3456789",
    "TIN 20610",
    "CLIA 05D1234567",
    "DEA AB1234567",
    "License no. A12345",
    "NDC 00409-1273-32",
    "NDC 50242-040-62",
    "50242-040-62",
    "Lot 20610",
    "$20610",
    "$ 20610",
    "$12,345.00",
    "20610.00",
    "balance 20610",
    "20610 dollars",
    "20610 mg",
    "10000 units of heparin",
    "25000 claims a year",
    "5000U heparin",
    "20610%",
    "in 2025, not 2026",
    "11/23/2026 at 10:30",
    "2026-11-23",
    "8/4 - Zithromax @ 1243, 1222 - 1245",
    "30 minutes, 45 min and 8 hours",
    "ICD-10, ICD-9 and ICD-10-CM",
    "CMS-1500, UB-04, HIPAA 5010 and SF 1449",
    "form 10231",
    "POS 21 and revenue code 0360",
    "L4-L5, L5-S1 and L5/S1",
    "L3-5 and L2-S1, C5-C6",
    "T10-T12 fusion, T11 vertebra",
    "vitamin B12 and hemoglobin A1c",
    "an N95 mask",
    "denied with CO-97, N30 and M15",
    "remark code N130",
    "a 20-gauge needle, 5 cm",
    "aged 65-year-old, 2nd visit, x3",
    "https://example.org/codes/20610",
    "https://example.org/cpt-20610?id=99213&x=20611",
    "www.example.org/20610.html",
    "billing20610@example.org",
    "20610@example.org",
    "Message-ID: <20610.99213@example.org>",
    "JVBERi0xLjQKJeLjz9MKMyAwIG9iago8PC9UeXBlIC9QYWdlCi+20610/UGFyZW50IDEgMCBSCi9SZXNv",
    "sha a99213f20610bc",
    "ABC12345 and INV-20610",
    "20610-AB7",
    "192.168.20610.1",
    "3.14159 and 0.99213",
    "9921 or 992134",
    "00000",
    "part 20610 of the pump",
    "Page 20610",
    "model E1234",
    "badge 20610",
    "20610 miles",
    "password 20610",
    "",
    " \n\t",
    "no numbers at all",
]


@pytest.mark.parametrize("text", NOT_CODES)
def test_a_number_of_another_kind_is_no_code(text: str) -> None:
    assert told(extract(text)) == ""
    assert told(extract(text, in_book)) == ""


SIGNED = """Hi team,

our 99213-25 with 20610-RT was denied (CO-97, N30) on claim 10231, $1,250.00, ticket #88305.

Thanks!
Jane Doe, CPC | Billing Manager, Ext. 20611
Hill Clinic, 12345 Harbor View Drive, Suite 20010
Austin, TX 78701-1234 | P.O. Box 64612
Tel. (512) 555-0142 | Fax 512-555-0143 | jane99213@example.org
NPI 1234567893 | Tax ID 12-3456789 | https://example.org/99214
"""
REMITTANCE = """Claim no. 20261123 Acct 64613-01
DOS 11/02/2026  99213 25  1  $120.00  $80.00  CO-45 40.00
DOS 11/02/2026  20610 RT  1  $210.00  $0.00   CO-97 210.00  N130
"""


def test_a_letter_is_read_and_its_signature_is_left_alone() -> None:
    assert told(extract(SIGNED)) == "99213-25, 20610-RT"


def test_a_remittance_line_gives_its_codes_modifiers_and_dates() -> None:
    found = extract(REMITTANCE)
    assert told(found) == "99213-25, 20610-RT"
    assert [one.role for one in found.dates] == [DateRole.SERVICE, DateRole.SERVICE]


WITH_BOOK = [
    ("Is I10 billable with 99213?", "I10, 99213"),
    ("E119 and E1165", "E11.9, E11.65"),
    ("E1.19", "E11.9"),
    ("M541.6", "M54.16"),
    ("E0601 for M5416", "E0601, M54.16"),
    ("A4550 tray", "A4550"),
    ("diagnosis A4550", "A45.50"),
    ("K2100", "K21.00"),
    ("room B20, denied M25", ""),
    ("i10 processor", ""),
    ("X1X and Q99", ""),
]


@pytest.mark.parametrize(("text", "expected"), WITH_BOOK)
def test_the_book_decides_what_the_shape_leaves_open(text: str, expected: str) -> None:
    assert told(extract(text, in_book)) == expected


def test_offsets_count_the_characters_of_the_text_as_written() -> None:
    text = "Stra\u00dfe \ufb01nds m54.16\u00a0and \u201c99213\u201d\u2014\U0001f600 20610"
    found = extract(text)
    assert [text[one.start : one.end] for one in found.mentions] == ["m54.16", "99213", "20610"]
    assert [one.text for one in found.mentions] == ["m54.16", "99213", "20610"]


PIECES = [
    "99213",
    "J1885",
    "E11.9",
    "M5416",
    "-",
    "/",
    " ",
    "25",
    "RT",
    "x",
    "4 units of ",
    "modifier ",
    ".",
    "\n",
    "DOS ",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=30).map("".join))
def test_any_text_is_read_and_every_span_lies_in_it_in_order(text: str) -> None:
    found = extract(text, in_book)
    assert all(text[one.start : one.end] == one.text for one in found.mentions)
    assert all(text[one.start : one.end].upper() == one.modifier for one in found.modifiers)
    for kind in (found.mentions, found.modifiers, found.ranges, found.dates):
        places = [(one.start, one.end) for one in kind]
        assert places == sorted(set(places))
        assert all(0 <= start < end <= len(text) for start, end in places)


def test_systems_are_told_apart() -> None:
    found = extract("99213, J1885, dx M5416, ICD-9 250.00")
    systems = [one.system for one in found.mentions]
    assert systems == [System.CPT, System.HCPCS, System.ICD_10_CM, System.ICD_9_CM]


def test_the_ends_of_a_range_are_no_mentions() -> None:
    found = extract("64612-64617 and 99213")
    assert [one.code for one in found.mentions] == ["99213"]
    assert [(one.system, one.first, one.last) for one in found.ranges] == [(System.CPT, "64612", "64617")]


def test_a_modifier_read_with_its_code_is_not_named_alone_too() -> None:
    found = extract("99213 with modifier 25, and 20610-59")
    assert found.modifiers == ()


def test_each_occurrence_is_a_mention() -> None:
    assert told(extract("99213 and again 99213")) == "99213, 99213"


DATED = [
    ("DOS 03/15/2026", date(2026, 3, 15), DateRole.SERVICE),
    ("date of service: 3-5-26", date(2026, 3, 5), DateRole.SERVICE),
    ("seen on March 15, 2026", date(2026, 3, 15), DateRole.SERVICE),
    ("performed on 15 Mar 2026", date(2026, 3, 15), DateRole.SERVICE),
    ("on 2026-03-15 (DOS)", date(2026, 3, 15), DateRole.SERVICE),
    ("service dates 15-Mar-2026", date(2026, 3, 15), DateRole.SERVICE),
    ("DOB 3/15/58", date(2058, 3, 15), DateRole.OTHER),
    ("denied on 3/15/2026", date(2026, 3, 15), DateRole.OTHER),
    ("DOS unknown, denied 3/15/2026", date(2026, 3, 15), DateRole.OTHER),
    ("Sept. 3rd, 2026", date(2026, 9, 3), DateRole.OTHER),
]


@pytest.mark.parametrize(("text", "day", "role"), DATED)
def test_a_date_is_read_with_the_part_it_plays(text: str, day: date, role: DateRole) -> None:
    assert [(one.day, one.role) for one in extract(text).dates] == [(day, role)]


@pytest.mark.parametrize("text", ["8/4", "13/45/2026", "2/30/2026", "May 2026", "1/2/3", "2026-13-01", "10.1.1.7"])
def test_what_is_no_calendar_date_is_none(text: str) -> None:
    assert extract(text).dates == ()


def test_the_first_date_of_service_is_the_one() -> None:
    assert extract("billed 4/1/2026, DOS 3/1/2026 to 3/5/2026").date_of_service() == date(2026, 3, 1)


HOSTILE = [
    "A1" * 50_000,
    "99213-" * 20_000,
    "0123456789" * 10_000,
    "1" + "-/." * 30_000,
    "mod " * 20_000 + "-25" * 9_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=["A1A1", "99213-99213", "digits", "signs", "mods"])
def test_a_run_no_person_writes_holds_no_codes(text: str) -> None:
    assert extract(text).mentions == ()


def test_every_code_of_a_long_table_is_read() -> None:
    assert len(extract("99213, J1885\n" * 5_000).mentions) == 10_000


def test_the_development_questions_are_read_as_marked_by_hand() -> None:
    questions = Path(__file__).parents[2].parent / "shared" / "data" / "questions" / "dev.jsonl"
    if not questions.exists():
        pytest.skip("the development questions are not beside this checkout")
    wrong = []
    for line in questions.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        found = extract(question["text"])
        codes = {(one.system.value, one.code) for one in found.mentions}
        modifiers = {one.modifier for one in found.modifiers} | {
            name for one in found.mentions for name in one.modifiers
        }
        marked = {(one["system"], one["code"]) for one in question["codes"]}
        if (codes, modifiers, len(found.ranges)) != (marked, set(question["modifiers"]), len(question["ranges"])):
            wrong.append(question["id"])
    assert wrong == []
