"""Where a letter ends, and when it is too much; by itself, without any wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultant.reception.transfer import LINE_TOO_LONG, MAX_HOPS, TOO_LARGE, Transfer, loops

END = b"\r\n.\r\n"
MAX = 2000
LINE = 300


def taken(*chunks: bytes) -> tuple[Transfer, bytes | None]:
    transfer = Transfer(MAX, LINE)
    rest = None
    for chunk in chunks:
        assert rest is None, "the letter had ended already"
        rest = transfer.take(chunk)
    return transfer, rest


def stuffed(raw: bytes) -> bytes:
    return (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


@given(
    lines=st.lists(st.sampled_from([b"", b".", b"..", b".a", b"a", b"\n", b"\r", b"\n.", b"\0", b"\xff"]), max_size=12),
    cuts=st.lists(st.integers(1, 60), max_size=6),
    follows=st.sampled_from([b"", b"QUIT\r\n", b".\r\n"]),
)
def test_a_letter_is_the_same_however_it_is_cut_into_chunks(
    lines: list[bytes], cuts: list[int], follows: bytes
) -> None:
    raw = b"".join(line + b"\r\n" for line in lines)
    wire = stuffed(raw)
    places = sorted({cut for cut in cuts if cut < len(wire)})
    pieces = [wire[a:b] for a, b in zip([0, *places], [*places, len(wire)], strict=True)]
    pieces[-1] += follows
    transfer, rest = taken(*pieces)
    assert rest == follows
    assert (transfer.letter(), transfer.refusal) == (raw, None)


@pytest.mark.parametrize(
    "false_end",
    [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\n.\r\r\n"],
)
def test_nothing_but_crlf_dot_crlf_ends_a_letter(false_end: bytes) -> None:
    raw = b"one" + false_end + b"MAIL FROM:<evil@example.org>\r\n"
    _, rest = taken(raw)
    assert rest is None
    _, rest = taken(raw, b".\r\n")
    assert rest == b""


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_letter_of_the_exact_size_is_taken_and_one_byte_more_is_not(cut: int) -> None:
    exact = (b"x" * 98 + b"\r\n") * (MAX // 100)
    for raw, refusal in ((exact, None), (b"y" + exact, TOO_LARGE)):
        wire = raw + b".\r\n"
        transfer, rest = taken(wire[:-cut], wire[-cut:])
        assert (rest, transfer.refusal, transfer.size) == (b"", refusal, len(raw))


@pytest.mark.parametrize("size", [1, 7, LINE, 10 * LINE])
def test_a_line_of_the_exact_length_is_taken_and_one_byte_more_is_not(size: int) -> None:
    for length, refusal in ((LINE, None), (LINE + 1, LINE_TOO_LONG)):
        wire = b"a\r\n" + b"x" * (length - 1) + b"\r\nb\r\n.\r\n"
        transfer, _ = taken(*(wire[at : at + size] for at in range(0, len(wire), size)))
        assert transfer.refusal == refusal


def test_a_letter_that_is_too_much_is_heard_to_its_end_without_being_held() -> None:
    transfer = Transfer(MAX, LINE)
    for _ in range(15):
        assert transfer.take(b"x" * 250) is None
        assert transfer.held <= MAX + 300
    assert (transfer.refusal, transfer.overrun) == (LINE_TOO_LONG, False)
    assert transfer.held < 10
    assert transfer.take(b"x" * 300) is None
    assert transfer.overrun
    assert transfer.take(b"\r\n.\r\nQUIT\r\n") == b"QUIT\r\n"


def test_the_first_reason_stays() -> None:
    transfer, _ = taken((b"x" * 98 + b"\r\n") * 25, b"x" * 400)
    assert transfer.refusal == TOO_LARGE


def test_a_letter_that_passed_fifty_servers_is_in_a_loop() -> None:
    hop = b"received: from a by b;\r\n\tlater\r\n"
    assert loops(hop * MAX_HOPS + b"\r\ntext")
    assert not loops(hop * (MAX_HOPS - 1) + b"X-Received: a\r\n\r\n" + hop * MAX_HOPS)
