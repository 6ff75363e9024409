"""An address is read with certainty or not at all."""

import pytest

from consultant.intake.addresses import MOST_ADDRESSES, mailboxes


def addresses(value: str) -> list[str]:
    return [mailbox.address for mailbox in mailboxes(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ann@asker.example", ["ann@asker.example"]),
        ("Ann <Ann@ASKER.example>", ["Ann@asker.example"]),
        ('"Asker, Ann" <ann@asker.example>, bob@b.example', ["ann@asker.example", "bob@b.example"]),
        ("Asker, Ann <ann@asker.example>", ["ann@asker.example"]),
        ("ann@asker.example (Ann (really))", ["ann@asker.example"]),
        (
            "Team: ann@asker.example, bob@b.example;, carl@c.example",
            ["ann@asker.example", "bob@b.example", "carl@c.example"],
        ),
        ("unlisted-recipients:; (no To-header on input)", []),
        ("undisclosed-recipients:;", []),
        ("<@relay.example:ann@asker.example>", ["ann@asker.example"]),
        ("Ann Asker ann@asker.example", ["ann@asker.example"]),
        ('"victim@bank.example" <mallory@evil.example>', ["mallory@evil.example"]),
        ("victim@bank.example <mallory@evil.example>", ["mallory@evil.example"]),
        ('"Ann <ann@asker.example>', ["ann@asker.example"]),
        ("", []),
        ("Ann", []),
        ("ann@", []),
        ("a b@c d@e", []),
        ("<<ann@asker.example>>", []),
        ("Ann <ann@asker.example> <bob@b.example>", []),
        ("alice@example.org)bob@example.org", []),
        ("alice@example.org(bob@example.org", []),
        ("(" * 10_000 + "ann@asker.example", []),
    ],
)
def test_addresses_are_read(value: str, expected: list[str]) -> None:
    assert addresses(value) == expected


def test_a_name_loses_its_quotes() -> None:
    assert [mailbox.name for mailbox in mailboxes(r'"Ann \"A.\" Asker" <ann@asker.example>')] == ['Ann "A." Asker']


def test_a_name_may_stand_in_a_comment() -> None:
    assert [mailbox.name for mailbox in mailboxes("ann@asker.example (Ann Asker)")] == ["Ann Asker"]


def test_no_more_than_a_few_hundred_addresses_are_read() -> None:
    assert len(addresses(", ".join(f"a{n}@b.example" for n in range(5000)))) == MOST_ADDRESSES
