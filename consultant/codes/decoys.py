"""Numbers that look like codes and are not: each kind with the words or signs that give it away, one table each way.

The tables are short on purpose: a word that coders also put before a code ("new patient 99203", "please check", "group
90853") counts only with a number sign or a number word behind it.
"""

import re

from consultant.codes.page import Page
from consultant.codes.shapes import LONGEST_RUN, RUN

_REACH = 32  # characters looked back for the words that name a number

# The name of a number stands right before it. Of several names the first written counts, so that the NUMBER of
# "CPT code number" and the CODE of "zip code" do not. `code` is the one kind that is no decoy.
BEFORE = {
    "code": "CPT, CPTS, HCPCS, CDT, ICD, ICD-10, ICD-10-CM, ICD10, ICD-9, ICD-9-CM, ICD9, DX, DIAGNOSIS, DIAGNOSES, "
    "PROC, PROCEDURE, PROCEDURES, CODE, CODES, CODED, MODIFIER",
    "zip": "ZIP, ZIP CODE, ZIPCODE, POSTAL CODE",
    "telephone": "EXT, EXTENSION, PAGER, AREA CODE",
    "address": "P.O. BOX, PO BOX, BOX, SUITE, STE, ROOM, RM, APT, BLDG, BUILDING, FLOOR, GATE, LOCKER, "
    "MAIL STOP, HWY, PARKING, ROUTE, RTE, PSC, CMR, DEPT, DEPARTMENT",
    "account": "ACCOUNT, ACCOUNTS, ACCT, INVOICE, INV, RECEIPT, MEMBER, SUBSCRIBER, POLICY, BADGE, EMPLOYEE, "
    "ROUTING, MRN, SSN, COST CENTER",
    "claim": "CLAIM, ICN, DCN, TCN, CCN, PCN",
    "ticket": "TICKET, TRACKING, TRACE, CONFIRMATION, DOCKET, PURCHASE ORDER, WORK ORDER, PO, P.O, INCIDENT, REF, "
    "REFERENCE, CAMPAIGN, CONTENT-LENGTH",
    "licence": "NPI, TIN, EIN, TAX ID, PTAN, UPIN, CLIA, DEA, LICENSE, LICENCE, LIC, LICENSE KEY, LICENCE KEY, "
    "PRODUCT KEY, CERTIFICATE, CERT, TAXONOMY, "
    "PAYER ID, PAYOR ID, ID",
    "article": "NDC, LOT, SERIAL, S/N, SN, BATCH, MODEL, SKU, PART, UDI, VERSION, VER, BUILD, UPC, EFT",
    "form": "FORM, PAGE, PUB, PUBLICATION, TRANSMITTAL, CHANGE REQUEST, ARTICLE, LCD, NCD, CR, DRG, MS-DRG, APC",
    "secret": "ACCESS CODE, PASSCODE, PROMO CODE, BAR CODE, BARCODE, REVENUE CODE, REV CODE, AUTH CODE, DENIAL CODE, "
    "REASON CODE, REMARK CODE, EOB CODE, CARC, RARC, PIN, PASSWORD",
    "amount": "USD, BALANCE, COPAY, FEE, PRICE, COST",
    "number": "NUMBER",
}
# Names that need a number sign or word: "case #10231" is a number, "in this case 99213" is not.
NUMBERED = (
    "CASE, ORDER, RECORD, FILE, REQUEST, REPORT, STUDY, VISIT, ENCOUNTER, DOC, DOCUMENT, VENDOR, CUSTOMER, CLIENT, "
    "STORE, BRANCH, SITE, JOB, TRANSACTION, AUTH, AUTHORIZATION, REFERRAL, REGISTRATION, PROVIDER, CONTROL, PRECERT, "
    "APPEAL, CHECK, GROUP, PATIENT, ACCESSION, CHART, CONTRACT, STATEMENT, TEL, TELEPHONE, PHONE, FAX, CELL, MOBILE, "
    "PH, FACILITY, QUOTE"
)
# Where "claim" is the verb: "can we claim 99213".
_CLAIMING = frozenset(["TO", "WE", "I", "CAN", "NOT", "YOU", "WOULD", "COULD", "SHOULD", "ALSO", "MAY", "AND", "OR"])

# What follows right behind a number gives it away.
AFTER = (
    ("dose", r"[ ]?(?:MG|MCG|ML|IU|MEQ|KG|LBS?|OZ|MM|CM|MILES|USD|DOLLARS|PERCENT|SQ|KB|MB|RVUS)(?![A-Z0-9])|[ ]?%"),
    ("count", r"(?<=000)[ ]{1,2}(?:UNITS?|PATIENTS|CLAIMS|VISITS|MEMBERS|LIVES|RECORDS|CASES|PEOPLE|BEDS)(?![A-Z])"),
    ("address", r"[@_]"),
)
_BEHIND = frozenset(" %@_")  # the signs that one of these begins with

# A street, in whatever letters: up to three names before the word that no sentence about codes holds.
_NAMED_STREET = re.compile(
    r"[ ](?:(?!(?:FOR|IN|AT|THE|AND|OR|ON|WITH|IS|WAS|BY|TO|FROM|HAVE|HAS|OUR)[ ])[A-Z0-9.]{1,20}[ ]){0,3}"
    r"(?:STREET|AVENUE|AVE|BLVD|BOULEVARD|PARKWAY|PKWY|HIGHWAY|HWY)(?![A-Z])"
)

# Street words too common to give an address away unless every word before them is a name: "12345 Oak Dr", not
# "99213 for Dr Oak".
_STREET = re.compile(
    r"[ ](?:[NSEW]{1,2}\.?[ ])?(?:[A-Z0-9][A-Za-z0-9]{1,20}[ ]){1,3}"
    r"(?:ST|St|RD|Rd|Road|DR|Dr|Drive|LN|Ln|Lane|WAY|Way|CT|Ct|Court|Pl|Place|Plaza|Cir|Circle|Terrace|Loop|Trail|Pike)"
    r"\.?(?=\s{0,3}(?:[,;|#\n]|\Z|[0-9]|S(?:ui)?te|STE|SUITE|Apt|Unit))"
)

# The first digit of a ZIP code names its states (USPS Publication 65); a number that disagrees is no ZIP code.
ZIP_STATES = {
    "0": "CT MA ME NH NJ RI VT CONNECTICUT MASSACHUSETTS MAINE HAMPSHIRE JERSEY ISLAND VERMONT",
    "1": "DE NY PA DELAWARE YORK PENNSYLVANIA",
    "2": "DC MD NC SC VA WV MARYLAND CAROLINA VIRGINIA COLUMBIA",
    "3": "AL FL GA MS TN ALABAMA FLORIDA GEORGIA MISSISSIPPI TENNESSEE",
    "4": "IN KY MI OH INDIANA KENTUCKY MICHIGAN OHIO",
    "5": "IA MN MT ND SD WI IOWA MINNESOTA MONTANA DAKOTA WISCONSIN",
    "6": "IL KS MO NE ILLINOIS KANSAS MISSOURI NEBRASKA",
    "7": "AR LA OK TX ARKANSAS LOUISIANA OKLAHOMA TEXAS",
    "8": "AZ CO ID NM NV UT WY ARIZONA COLORADO IDAHO MEXICO NEVADA UTAH WYOMING",
    "9": "AK CA HI OR WA ALASKA CALIFORNIA HAWAII OREGON WASHINGTON",
}
STATES = {digit: frozenset(names.split()) for digit, names in ZIP_STATES.items()}
_ALSO_WORDS = frozenset(
    ["CT", "DE", "PA", "MD", "ME", "MA", "MS", "AL", "CO", "ID", "IN", "OH", "OK", "HI", "OR", "LA", "NE"]
)
_CITY_BEFORE = re.compile(r"(?P<city>[A-Za-z.]{2,20})(?P<comma>,?)\s{1,2}[A-Za-z. ]{2,15},?\s{1,3}\Z")

_NUMBER_WORDS = ("NUMBERS", "NUMBER", "NOS", "NO", "NUM", "ID", "IS")
_SIGNS = "#$€£_=%~\\@"  # a number sign, a currency, or the inside of a web address
_FILL = " \t:#.(=-®™\"'*"
_EDGES = _FILL + "[{<>|)"


_AFTER_A_NUMBER = frozenset(sign + " " for sign in "0123456789,;")  # lists of codes are long, and have no names


def _any_of(phrases: str) -> str:
    return "|".join(re.escape(phrase) for phrase in phrases.split(", "))


_KIND_OF = {phrase: kind for kind, phrases in BEFORE.items() for phrase in phrases.split(", ")}
_WORDS_BEFORE = re.compile(
    rf"(?:(?<![A-Z0-9])(?:(?P<name>{_any_of(', '.join(_KIND_OF))})"
    rf"|(?P<numbered>(?:{_any_of(NUMBERED)})[ ]?(?:\#|NUMBER|NO(?![A-Z])|NUM|ID(?![A-Z])|:)))"
    rf"(?:[ ]?(?:{'|'.join(_NUMBER_WORDS)})(?![A-Z]))?|(?P<sign>[{re.escape(_SIGNS)}]))[{re.escape(_FILL)}]{{0,4}}\Z"
)
NAMING_WORDS = frozenset(
    [phrase.split(" ")[-1] for phrases in (*BEFORE.values(), NUMBERED) for phrase in phrases.split(", ")]
    + [*_NUMBER_WORDS]
)
"""The last words of all the names a number can have."""

_WORDS_AFTER = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in AFTER))

_JOINERS = frozenset("-+/.")

_MACHINE_TEXT = re.compile(r"://|WWW\.|@|\.(?:COM|ORG|GOV|NET|EDU|HTML?|PDF|PHP|ASPX)(?![A-Z])")
_LONGEST_WORD = 60  # characters; longer and mostly letters is base64


def decoy(page: Page, start: int, end: int) -> str:
    """Return what a number shaped like a code really is ("zip", "telephone", ...), or the empty string for a code."""
    plain = page.plain
    before, after = plain[start - 1 : start], plain[end : end + 1]
    kind = _named_before(plain, start)
    if kind and kind != "code":
        return kind
    if before == "*" and plain[start - 2 : start - 1].isalnum():  # an X12 segment: CLP*12345*1
        return "machine text"
    if not kind and (given_away := _given_away_behind(page, start, end, after)):
        return given_away
    if before in _JOINERS or after in _JOINERS:
        return "machine text" if _in_machine_text(plain, start, end) else ""
    return ""


def _named_before(plain: str, start: int) -> str:
    """Return the kind whose name stands before a number; most have none, which the last word alone tells."""
    if plain[start - 2 : start] in _AFTER_A_NUMBER:
        return ""
    before = plain[max(0, start - _REACH) : start]
    last = before[:-1].rpartition(" ")[2]
    if before[-1:] == " " and last.isalpha() and last not in NAMING_WORDS:
        return ""
    return _kind_named(before)


def _kind_named(before: str) -> str:
    words = before.split()
    last = words[-1].strip(_EDGES).rpartition("_")[2] if words else ""
    if last in NAMING_WORDS or not last or last[-1] in _SIGNS or before[-1] in _SIGNS or "#" in words[-1]:
        found = _WORDS_BEFORE.search(before)
        if found and not (found["name"] == "CLAIM" and words[-2:-1] and words[-2] in _CLAIMING):
            return _KIND_OF[found["name"]] if found["name"] else found.lastgroup or ""
    return ""


def _given_away_behind(page: Page, start: int, end: int, after: str) -> str:
    """Return the kind that what follows a number tells: a measure, a street, the line of a city."""
    if after in _BEHIND and (found := _WORDS_AFTER.match(page.plain, end)):
        return found.lastgroup or ""
    if after == " " and page.plain[start].isdigit() and _NAMED_STREET.match(page.plain, end):
        return "address"
    return "address" if page.plain[start].isdigit() and _in_an_address(page, start, end) else ""


def named_street(page: Page, end: int) -> bool:
    """Tell whether a street, written as one, follows a number: `12345 Oak Dr`."""
    return _STREET.match(page.text, end) is not None


def _in_an_address(page: Page, start: int, end: int) -> bool:
    state = page.plain[max(0, start - 16) : start - 1].rpartition(" ")[2].rstrip(".,")
    if state in STATES[page.plain[start]] and _behind_its_state(page, start, end, state):
        return True
    return page.text[end + 1 : end + 2].isupper() and named_street(page, end)


def _behind_its_state(page: Page, start: int, end: int, state: str) -> bool:
    """Tell whether a city stands before the state that the number follows: `Austin, TX 78701`."""
    found = _CITY_BEFORE.search(page.text, max(0, start - _REACH), start)
    if not found or (found["city"].isupper() and state in _ALSO_WORDS):  # an all-capitals letter says OR and IN too
        return False
    return bool(found["comma"]) or (found["city"][0].isupper() and _ends_a_line(page.plain, end, state))


def _ends_a_line(plain: str, end: int, state: str) -> bool:
    following = plain[end : end + 2].lstrip(" ")[:1]
    return following in {"", "\n", "\r", "|", "-"} or (following in {",", ".", ";"} and state not in _ALSO_WORDS)


def _in_machine_text(plain: str, start: int, end: int) -> bool:
    """Tell whether the number is part of a web or mail address, of base64, or of a run no person writes."""
    run = RUN.match(plain, start)
    if run and run.end() - start > LONGEST_RUN:
        return True
    word = _word_around(plain, start, end)
    if _MACHINE_TEXT.search(word):
        return True
    return len(word) > _LONGEST_WORD and sum(map(str.isalpha, word)) * 2 > len(word)


def _word_around(plain: str, start: int, end: int) -> str:
    """Return the run without blanks around a place, as far as it matters."""
    reach = 2 * _LONGEST_WORD
    left = max(plain.rfind(blank, max(0, start - reach), start) for blank in " \n\t(<")
    return plain[max(left + 1, start - reach) : end + reach].split(None, 1)[0]
