"""Addresses: exactly one, or none."""

import pytest

from consultant.outgoing.addresses import AddressUnfitError, on_the_wire


@pytest.mark.parametrize(
    "address",
    [
        "ann@clinic.example",
        "ann.o'neill+coding@clinic.example",
        "ann@clinic.local",
        "ann@consult.localhost",
        "ann@mail_1.clinic.example",
        "ann..b@clinic.example",
        '"ann.b"@clinic.example',
        "ann@[127.0.0.1]",
        "änne@clinic.example",
    ],
)
def test_an_address_people_really_have_is_taken_as_it_is(address: str) -> None:
    assert on_the_wire(address) == address


def test_an_international_domain_is_written_as_dns_knows_it() -> None:
    assert on_the_wire("ann@bücher.example") == "ann@xn--bcher-kva.example"


def test_a_sharp_s_is_not_read_as_somebody_elses_domain() -> None:
    assert on_the_wire("ann@straße.de") == "ann@xn--strae-oqa.de"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@clinic.example",
        "ann@",
        "<ann@clinic.example>",
        "Ann <ann@clinic.example>",
        "ann@clinic.example, bob@clinic.example",
        "ann@clinic.example bob@clinic.example",
        "ann@clinic.example\r\nBcc: bob@other.example",
        "ann@clinic.example\x00",
        "ann\u202e@clinic.example",
        "alice@clinic.example)bob@other.example",
        '"bob@other.example ann"@clinic.example',
        "=?utf-8?q?bob=40other.example=3e?=ann@clinic.example",
        "ann@clinic\u2028.example",
        "ann@\ud800.example",
        "a" * 65 + "@clinic.example",
        "ann@" + "c" * 260 + ".example",
        "ann@" + "ü" * 300_000 + ".example",
    ],
)
def test_what_could_be_read_two_ways_is_no_address(address: str) -> None:
    with pytest.raises(AddressUnfitError) as raised:
        on_the_wire(address)
    assert str(raised.value).isascii()
    assert len(str(raised.value)) < 1800
