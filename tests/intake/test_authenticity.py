"""Only the operator's own front server is believed about who sent a letter."""

import pytest

from consultant.intake.authenticity import read_authenticity
from consultant.intake.mail import Authenticity
from tests.intake.letters import a_letter

PASSED = "Authentication-Results: mx.consult.example; spf=pass smtp.mailfrom=a.example; dkim=pass; dmarc=pass"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([PASSED], Authenticity("pass", "pass", "pass")),
        ([PASSED.replace("mx.consult.example", "MX.consult.example 1")], Authenticity("pass", "pass", "pass")),
        ([PASSED.replace("mx.consult.example", "mx.evil.example")], Authenticity()),
        (
            [
                "Authentication-Results: mx.consult.example; dmarc=fail (p=none; dmarc=pass) header.from=a.example",
                PASSED,
            ],
            Authenticity(dmarc="fail"),
        ),
        (["Authentication-Results: mx.consult.example; dkim=fail; dkim=pass"], Authenticity(dkim="pass")),
        (["Authentication-Results: mx.consult.example; none"], Authenticity()),
        (["Authentication-Results: mx.consult.example; spf=excellent"], Authenticity()),
        (["Authentication-Results: (comment mx.consult.example; dmarc=pass"], Authenticity()),
        (["Authentication-Results:"], Authenticity()),
        ([], Authenticity()),
    ],
)
def test_the_topmost_header_of_the_trusted_server_counts(headers: list[str], expected: Authenticity) -> None:
    assert read_authenticity(a_letter(*headers), "mx.consult.example") == expected


def test_without_a_trusted_server_nobody_is_believed() -> None:
    assert read_authenticity(a_letter(PASSED), "") == Authenticity()
