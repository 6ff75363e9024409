"""Patient identifiers are found where they stand, and medical codes are not taken for them."""

from itertools import pairwise

import pytest

from consultant.intake.identifiers import IdentifierKind, find_identifiers, mask


def found(text: str) -> list[tuple[str, str]]:
    return [(identifier.kind, text[identifier.start : identifier.end]) for identifier in find_identifiers(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("SSN 536-22-1234", IdentifierKind.SSN, "536-22-1234"),
        ("ssn: 536221234", IdentifierKind.SSN, "536221234"),
        ("Social Security number is 536 22 1234.", IdentifierKind.SSN, "536 22 1234"),
        ("xxx-xx-1234", IdentifierKind.SSN, "xxx-xx-1234"),
        ("MBI 1EG4-TE5-MK73", IdentifierKind.MBI, "1EG4-TE5-MK73"),
        ("his 1EG4TE5MK73", IdentifierKind.MBI, "1EG4TE5MK73"),
        ("MRN 00482913", IdentifierKind.MRN, "00482913"),
        ("MRN#AB-123456", IdentifierKind.MRN, "AB-123456"),
        ("Medical Record No. 1234567", IdentifierKind.MRN, "1234567"),
        ("chart # 55512", IdentifierKind.MRN, "55512"),
        ("patient ID: 99887766", IdentifierKind.MRN, "99887766"),
        ("DOB 04/12/1961", IdentifierKind.BIRTH, "04/12/1961"),
        ("D.O.B.: 4-12-61", IdentifierKind.BIRTH, "4-12-61"),
        ("date of birth is April 12, 1961", IdentifierKind.BIRTH, "April 12, 1961"),
        ("born on 12 Apr 1961", IdentifierKind.BIRTH, "12 Apr 1961"),
        ("(DOB: 1961-04-12)", IdentifierKind.BIRTH, "1961-04-12"),
        ("(212) 555-0187", IdentifierKind.TELEPHONE, "(212) 555-0187"),
        ("212.555.0187 ext. 12", IdentifierKind.TELEPHONE, "212.555.0187 ext. 12"),
        ("+1 212-555-0187", IdentifierKind.TELEPHONE, "+1 212-555-0187"),
        ("call 2125550187", IdentifierKind.TELEPHONE, "2125550187"),
        ("tel: 555-0187", IdentifierKind.TELEPHONE, "555-0187"),
        ("pat@home.example", IdentifierKind.EMAIL, "pat@home.example"),
        ("Member ID: XYZ123456789", IdentifierKind.MEMBER, "XYZ123456789"),
        ("subscriber number W123456789 01", IdentifierKind.MEMBER, "W123456789 01"),
        ("policy # 998877665", IdentifierKind.MEMBER, "998877665"),
        ("claim number 2026123456789", IdentifierKind.CLAIM, "2026123456789"),
        ("acct 12345678", IdentifierKind.ACCOUNT, "12345678"),
        ("lives at 12 Main Street", IdentifierKind.ADDRESS, "12 Main Street"),
        ("12 W. 34th St, Apt 4B", IdentifierKind.ADDRESS, "12 W. 34th St, Apt 4B"),
        ("PO Box 123", IdentifierKind.ADDRESS, "PO Box 123"),
        ("patient John Q. Smith has", IdentifierKind.NAME, "John Q. Smith"),
        ("Patient: DOE, JANE", IdentifierKind.NAME, "DOE, JANE"),
        ("pt. Jane Doe", IdentifierKind.NAME, "Jane Doe"),
        ("Mrs. Jones came", IdentifierKind.NAME, "Jones"),
        ("patient name: Jane Doe", IdentifierKind.NAME, "Jane Doe"),
    ],
)
def test_identifiers_are_found(text: str, kind: IdentifierKind, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Is E11.9 with M5416 and L5-S1 right?",
        "J1100 x 4, G0463-25, A4206/A4207, Q4101-Q4110",
        "modifiers 25, 59, RT; units 20; 45 minutes; 10:30 to 11:15",
        "NPI 1234567893, NDC 00409-1234-01, date of service 03/04/2026",
        "Patient Has Medicare Advantage. PT Evaluation and Treatment.",
        "the patient was seen. Patient Care Services",
        "2 Abdomen CT, 3 Visits per Dr Smith, 20 Right Knee",
        "the claim number for J1100 is unknown",
        "Dear Mr. Smith, thank you Ms. Jones",
        "fiscal year 2026-2027, quarter 4, $1,234.56",
        "CO-45 and PR-204 on the remittance",
    ],
)
def test_codes_and_numbers_of_the_trade_are_no_identifiers(text: str) -> None:
    assert found(text) == []


def test_the_senders_own_address_is_none() -> None:
    text = "Write to ann@asker.example or pat@home.example"
    identifiers = find_identifiers(text, sender="Ann@asker.example")
    assert [text[i.start : i.end] for i in identifiers] == ["pat@home.example"]


def test_masking_leaves_the_rest_as_it_was() -> None:
    text = "Patient John Smith, DOB 04/12/1961: is E11.9 right?"
    assert mask(text, find_identifiers(text)) == "Patient [name removed], DOB [date of birth removed]: is E11.9 right?"


def test_identifiers_come_in_order_and_apart() -> None:
    spans = find_identifiers("MBI 1EG4-TE5-MK73 member id 1EG4TE5MK73, SSN 536-22-1234 phone (212) 555-0187")
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    "piece", ["MRN   :   #", "DOB: ", "a.", "1 A Aa ", "Patient Aaa ", "Aa ", "1-", "@", "call ", "--"]
)
def test_endless_repetition_ends(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert all(0 <= found.start < found.end <= len(text) for found in find_identifiers(text))
