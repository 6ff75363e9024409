"""What the physician fee schedule has to say to a question: a code's status, global days, modifiers and fee.

A code the loaded schedule does not list is named as such; a schedule that is not loaded is a gap, told elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from consultant.codes import fees
from consultant.codes.book import Book
from consultant.codes.entries import System
from consultant.codes.fees import FeeLine, Payment
from consultant.codes.indicators import GLOBAL_DAYS, STATUS, Fit
from consultant.codes.numbering import Section, section_of
from consultant.drafting.findings import Finding, Kind, read_from
from consultant.drafting.questions import AskedCode, Question
from consultant.drafting.values import Intent

_STATUS_FOR = (Intent.DESCRIBE, Intent.VALIDITY, Intent.REIMBURSEMENT, Intent.COVERAGE, Intent.BUNDLING)
_GLOBAL_FOR = (Intent.DESCRIBE, Intent.VALIDITY, Intent.GLOBAL_PERIOD, Intent.BUNDLING, Intent.MODIFIER)
_NO_GLOBAL = "XXX"
_IN_DAYS = frozenset({"000", "010", "090"})
_FACILITY, _NON_FACILITY = "a facility", "a non-facility setting"


def fee_findings(question: Question, book: Book) -> Iterator[Finding]:
    """Yield what the schedule in force on the day says of each service, in order; nothing where none is loaded."""
    services = [asked for asked in question.codes if asked.system in {System.CPT, System.HCPCS}]
    for asked in services:
        yield from _of_service(asked, question, book)
    if question.wants(*_GLOBAL_FOR, Intent.OTHER):
        yield from _visits_in_global_periods(
            {asked.code: fees.fee_lines(book, asked.code, question.on) for asked in services}
        )


def services_together(
    codes: Sequence[str], modifiers: Mapping[str, Sequence[str]], book: Book, on: date
) -> Iterator[Finding]:
    """Yield what the schedule says of services reported together: their modifiers, and visits in a global period."""
    lines = {code: fees.fee_lines(book, code, on) for code in dict.fromkeys(codes)}
    for code, own in lines.items():
        yield from _modifiers(own, modifiers.get(code, ()))
    yield from _visits_in_global_periods(lines)


def _of_service(asked: AskedCode, question: Question, book: Book) -> Iterator[Finding]:
    lines = fees.fee_lines(book, asked.code, question.on)
    if not lines:
        yield from _absent(asked, question, book)
        return
    whole = fees.line_for(lines, ())
    if whole and question.wants(*_STATUS_FOR):
        yield _status(whole)
    if whole and (question.wants(Intent.GLOBAL_PERIOD) or (question.wants(*_GLOBAL_FOR) and _has_global(whole))):
        yield _global_days(whole)
    yield from _modifiers(lines, asked.modifiers or question.modifiers)
    if question.wants(Intent.REIMBURSEMENT):
        yield from _payment(asked, lines, question, book)


def _absent(asked: AskedCode, question: Question, book: Book) -> Iterator[Finding]:
    volume = fees.schedule(book, question.on)
    if volume and question.wants(Intent.REIMBURSEMENT, Intent.GLOBAL_PERIOD):
        yield read_from(Kind.FEE_ABSENT, (asked.code,), volume.release)


def _has_global(line: FeeLine) -> bool:
    return line.global_days != _NO_GLOBAL


def _status(line: FeeLine) -> Finding:
    values = {"indicator": line.status, "meaning": STATUS.get(line.status, ""), "unused": line.unused}
    return read_from(Kind.FEE_STATUS, (line.code,), line.release, values)


def _global_days(line: FeeLine) -> Finding:
    values = {"indicator": line.global_days, "meaning": GLOBAL_DAYS.get(line.global_days, "")}
    return read_from(Kind.FEE_GLOBAL, (line.code,), line.release, values)


def _modifiers(lines: Sequence[FeeLine], modifiers: Sequence[str]) -> Iterator[Finding]:
    for bearing in fees.bearings(lines, modifiers):
        values = {"bearing": bearing, "modifier": bearing.modifier, "fits": bearing.fit in {Fit.YES, Fit.DOCUMENTED}}
        yield read_from(Kind.FEE_MODIFIER, (bearing.line.code,), bearing.line.release, values)


def _visits_in_global_periods(lines: Mapping[str, Sequence[FeeLine]]) -> Iterator[Finding]:
    """Yield each visit that on the day of a procedure falls within the procedure's global period."""
    visits = [code for code in lines if section_of(code) is Section.EVALUATION]
    procedures = [line for own in lines.values() if (line := fees.line_for(own, ()))]
    for line in procedures:
        for visit in visits if line.global_days in _IN_DAYS else ():
            yield read_from(Kind.FEE_SAME_DAY, (line.code, visit), line.release, {"indicator": line.global_days})


def _payment(asked: AskedCode, lines: Sequence[FeeLine], question: Question, book: Book) -> Iterator[Finding]:
    line = fees.line_for(lines, asked.modifiers)
    if line is None or not line.paid:
        return
    qualifying = fees.line_for(fees.fee_lines(book, asked.code, question.on, qualifying=True), asked.modifiers)
    values = {
        "written": "-".join(filter(None, (line.code, line.modifier))),
        "priced": _priced(fees.payment(line)),
        "rarely": _rarely(line),
        "factor": line.factor,
        "qualifying": _qualifying(line, qualifying),
    }
    yield read_from(Kind.FEE_PAYMENT, (line.code,), line.release, values)


def _priced(payment: Payment) -> list[tuple[str, Decimal, Decimal]]:
    """Return setting, total relative value and amount for each setting the service is priced in."""
    both = (
        (_FACILITY, payment.line.facility_total, payment.facility),
        (_NON_FACILITY, payment.line.nonfacility_total, payment.nonfacility),
    )
    return [(setting, units, amount) for setting, units, amount in both if amount is not None]


def _rarely(line: FeeLine) -> list[str]:
    """Return the settings the schedule marks NA: the service is rarely or never done there."""
    return [name for name, na in ((_FACILITY, line.facility_na), (_NON_FACILITY, line.nonfacility_na)) if na]


def _qualifying(line: FeeLine, other: FeeLine | None) -> Decimal | None:
    """Return the conversion factor of qualifying participants, where both schedules of a quarter are loaded."""
    beside = other is not None and other.release.effective == line.release.effective
    return other.factor if other and beside and other.factor != line.factor else None
