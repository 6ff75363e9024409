"""Text comes out of any bytes under any charset's name."""

import pytest

from consultant.intake.charsets import decode


@pytest.mark.parametrize(
    ("raw", "charset", "text", "known", "true"),
    [
        ("é".encode(), "utf-8", "é", True, True),
        (b"\xe9", "iso-8859-1", "é", True, True),
        (b"\x92", "latin-1", "\u2019", True, True),
        ("中".encode("gb18030"), "gb2312", "中", True, True),
        ("가".encode("cp949"), "ks_c_5601-1987", "가", True, True),
        (b"\xe9", "us-ascii", "é", True, False),
        (b"\xe9", "utf-8", "é", True, False),
        ("é".encode(), "nobody-knows", "é", False, False),
        (b"abc", "punycode", "abc", False, False),
        (b"616263", "hex", "616263", False, False),
        (b"abc", "\x00", "abc", False, False),
        (b"abc", "../../etc", "abc", False, False),
        (b"abc", "", "abc", True, True),
    ],
)
def test_bytes_become_text(raw: bytes, charset: str, text: str, known: bool, true: bool) -> None:  # noqa: FBT001  a table
    decoded = decode(raw, charset)
    assert (decoded.text, decoded.known, decoded.true) == (text, known, true)
