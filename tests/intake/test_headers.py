"""Header values are decoded without ever raising, and come out as one clean line."""

import pytest

from consultant.intake.headers import header_text, message_ids, parameters


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?B?Y2Fmw6k=?=", "café"),
        ("=?utf-8?B?Y2Fmw6k?=", "café"),
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?utf-8?Q?a?= between =?utf-8?Q?b?=", "a between b"),
        ("=?iso-8859-1?Q?caf=E9?= =?utf-8?Q?_=E2=82=AC?=", "café €"),
        ("=?utf-8?Q?with blanks?=", "with blanks"),
        ("=?utf-8*en?Q?caf=C3=A9?=", "café"),
        ("=?nobody-knows?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?X?what?=", "=?utf-8?X?what?="),
        ("caf\udcc3\udca9", "café"),
        ("caf\udce9", "café"),
        ("one\r\n two\n\tthree", "one two three"),
        ("=?utf-8?Q?a=0D=0AB:_c?=", "a B: c"),
        ("a\x00b\x1bc", "a b c"),
        ("gnp\u202eexe.", "gnp exe."),
    ],
)
def test_values_are_decoded(raw: str, expected: str) -> None:
    assert header_text(raw) == expected


def test_message_ids_are_found_once_each_and_bounded() -> None:
    assert message_ids("<a@b> junk <c@d> <a@b> <no spaces here@x>", 20) == ("<a@b>", "<c@d>")
    assert message_ids("<1@x> <2@x> <3@x>", 2, newest=True) == ("<2@x>", "<3@x>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('text/plain; charset="utf-8"; name=a', {"charset": "utf-8", "name": "a"}),
        ("x; filename*=UTF-8''na%C3%AFve.pdf", {"filename": "naïve.pdf"}),
        ("x; filename*0=one; filename*1=two", {"filename": "onetwo"}),
        ("x; filename*1*=%20two; filename*0*=utf-8''one", {"filename": "one two"}),
        ('x; name="=?utf-8?B?w6kucGRm?="', {"name": "é.pdf"}),
        (r'x; name="a\"b"', {"name": 'a"b'}),
        ("x; =y; ;; z", {}),
        ('x; name="unclosed', {"name": '"unclosed'}),
    ],
)
def test_parameters_are_read(value: str, expected: dict[str, str]) -> None:
    assert parameters(value)[1] == expected
