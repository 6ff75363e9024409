"""A letter's text cut into what is shown differently; nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from consultant.web.highlighting import Look, Mark, Part, Piece, blocks, code_marks, identifier_marks


def test_a_code_is_marked_where_it_stands() -> None:
    (block,) = blocks("is E11.9 valid?", {}, [Mark(Look.CODE, 3, 8, "E11.9")])
    assert block.pieces == (
        Piece(Look.PLAIN, "is "),
        Piece(Look.CODE, "E11.9", "E11.9"),
        Piece(Look.PLAIN, " valid?"),
    )


def test_quoted_parts_and_signatures_fold_with_their_number_of_lines() -> None:
    text = "new\n> old\n> older\nJo\n"
    shown = blocks(text, {"new": [[0, 4]], "quoted": [[4, 18]], "signature": [[18, 21]]}, [])
    assert [(block.part, block.lines) for block in shown] == [(Part.NEW, 1), (Part.QUOTED, 2), (Part.SIGNATURE, 1)]


def test_where_marks_overlap_the_identifier_is_masked() -> None:
    (block,) = blocks("MRN E1190", {}, [Mark(Look.CODE, 4, 9, "E11.90"), Mark(Look.IDENTIFIER, 0, 9, "mrn")])
    assert block.pieces == (Piece(Look.IDENTIFIER, "MRN E1190", "mrn"),)


def test_marks_outside_the_text_are_left_out() -> None:
    (block,) = blocks("abc", {}, [Mark(Look.CODE, 2, 9, "x"), Mark(Look.CODE, -1, 2, "y"), Mark(Look.CODE, 1, 1, "z")])
    assert block.pieces == (Piece(Look.PLAIN, "abc"),)


def test_an_identifier_that_runs_into_a_quotation_is_masked_on_both_sides() -> None:
    shown = blocks("aaaabbbb", {"quoted": [[4, 8]]}, [Mark(Look.IDENTIFIER, 2, 6, "name")])
    assert [[piece.text for piece in block.pieces] for block in shown] == [["aa", "aa"], ["bb", "bb"]]
    assert [[piece.look for piece in block.pieces][i] for i, block in zip((1, 0), shown, strict=True)] == [
        Look.IDENTIFIER,
        Look.IDENTIFIER,
    ]


def test_codes_and_ranges_of_an_extraction_become_marks() -> None:
    marks = code_marks(
        {
            "mentions": [{"start": 0, "end": 5, "code": "E11.9"}],
            "ranges": [{"start": 9, "end": 16, "from": "A15", "to": "A19"}],
        }
    )
    assert marks == [Mark(Look.CODE, 0, 5, "E11.9"), Mark(Look.CODE, 9, 16, "A15")]
    assert identifier_marks([{"kind": "ssn", "start": 1, "end": 2}]) == [Mark(Look.IDENTIFIER, 1, 2, "ssn")]


_places = st.tuples(st.integers(-2, 14), st.integers(-2, 14))


@given(
    st.text(alphabet="ab\n", max_size=12),
    st.lists(_places, max_size=4),
    st.lists(_places, max_size=4),
    st.lists(st.tuples(st.sampled_from([Look.CODE, Look.IDENTIFIER]), _places), max_size=5),
)
def test_whatever_the_spans_and_marks_the_pieces_joined_are_the_text(
    text: str,
    quoted: list[tuple[int, int]],
    signature: list[tuple[int, int]],
    marks: list[tuple[Look, tuple[int, int]]],
) -> None:
    spans = {"quoted": [[max(0, a), b] for a, b in quoted], "signature": [[max(0, a), b] for a, b in signature]}
    shown = blocks(text, spans, [Mark(look, start, end, "x") for look, (start, end) in marks])
    assert "".join(piece.text for block in shown for piece in block.pieces) == text
