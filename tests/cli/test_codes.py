"""`codes`: the code book shown and asked, in words, in JSON and in bulk."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, sentence

Ask = Callable[..., Any]
ON = ("--on", "2026-06-15")

pytestmark = pytest.mark.usefixtures("house")


def test_a_code_is_looked_up_in_the_promised_shape(ask_json: Ask) -> None:
    (entry,) = ask_json("codes", "lookup", "E11.9", *ON)["entries"]
    assert entry.keys() >= {
        *("system", "code", "found", "short", "long", "status", "billable", "effective", "terminated", "facts"),
    }
    assert (entry["system"], entry["code"], entry["found"], entry["billable"]) == ("ICD-10-CM", "E11.9", True, True)
    fact = entry["facts"][0]
    assert fact.keys() == {"id", "statement", "source", "release", "effective", "as_of"}
    assert "E11.9" in fact["statement"]


@pytest.mark.parametrize("written", ["E119", "e11.9", " E11.9 "])
def test_a_code_is_found_however_it_is_written(ask_json: Ask, written: str) -> None:
    (entry,) = ask_json("codes", "lookup", written, *ON)["entries"]
    assert entry["code"] == "E11.9"


def test_an_unknown_code_is_answered_and_leaves_with_exit_code_1(run: Run, ask_json: Ask) -> None:
    known, unknown = ask_json("codes", "lookup", "E11.9", "Q99Z9", *ON, exit_code=1)["entries"]
    assert (known["found"], unknown["found"]) == (True, False)
    shown = run("codes", "lookup", "Q99Z9", *ON)
    assert shown.exit_code == 1
    assert "Q99Z9" in shown.stdout


def test_a_code_without_a_licensed_file_says_so(run: Run) -> None:
    shown = run("codes", "lookup", "99213", *ON)
    assert shown.exit_code == 1
    assert "descriptor not loaded" in shown.stdout


def test_the_day_decides_which_release_answers(ask_json: Ask) -> None:
    early, late = (ask_json("codes", "lookup", "E11.9", "--on", day) for day in ("2026-06-15", "2026-11-23"))
    said = [fact["statement"] for fact in late["entries"][0]["facts"]]
    assert len(late["entries"][0]["facts"]) == len(early["entries"][0]["facts"]) + 1
    assert any("FY2027" in statement for statement in said)


@pytest.mark.parametrize("day", ["banana", "2026-13-01", "15.06.2026", ""])
def test_a_day_that_is_none_is_told_with_how_one_is_written(run: Run, day: str) -> None:
    result = run("codes", "lookup", "E11.9", "--on", day)
    assert result.exit_code == 2
    assert "write it as 2026-03-15" in result.stderr


@pytest.mark.parametrize("words", [("lookup",), ("search",), ("extract",)])
def test_nothing_given_is_told_with_what_to_give(run: Run, words: tuple[str, ...]) -> None:
    assert "Give " in sentence(run("codes", *words))


def test_the_best_hit_comes_first(run: Run, ask_json: Ask) -> None:
    hits = ask_json("codes", "search", "type 2 diabetes with neuropathy")["hits"]
    assert hits[0].keys() == {"system", "code", "short", "score"}
    assert hits[0]["code"] == "E11.40"
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert "E11.40" in run("codes", "search", "type 2", "diabetes with neuropathy").stdout.splitlines()[1]


def test_a_search_is_limited_to_so_many_and_to_one_system(ask_json: Ask) -> None:
    assert len(ask_json("codes", "search", "diabetes", "-n", "3")["hits"]) == 3
    hits = ask_json("codes", "search", "diabetes", "--system", "icd-10-cm")["hits"]
    assert {hit["system"] for hit in hits} == {"ICD-10-CM"}


def test_a_search_that_finds_nothing_says_so_and_leaves_with_exit_code_1(run: Run, ask_json: Ask) -> None:
    assert ask_json("codes", "search", "zzqqxx", exit_code=1) == {"hits": [], "did_you_mean": ""}
    shown = run("codes", "search", "zzqqxx")
    assert shown.exit_code == 1
    assert "Nothing found" in shown.stdout


def test_a_slip_is_searched_for_as_it_was_meant_and_told(run: Run, ask_json: Ask) -> None:
    found = ask_json("codes", "search", "hypertention")
    assert found["did_you_mean"] == "hypertension"
    assert found["hits"] == ask_json("codes", "search", "hypertension")["hits"]
    assert run("codes", "search", "hypertention").stdout.splitlines()[0] == "Did you mean: hypertension?"
    assert "Did you mean" not in run("codes", "search", "hypertension").stdout


def test_an_unknown_system_is_told_with_those_there_are(run: Run) -> None:
    said = sentence(run("codes", "search", "diabetes", "--system", "banana"))
    assert all(system in said for system in ("CPT", "HCPCS", "ICD-10-CM", "ICD-10-PCS", "ICD-9-CM"))


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_a_persons_mistake(run: Run, limit: str) -> None:
    assert run("codes", "search", "diabetes", "-n", limit).exit_code == 2


TEXT = "Can we bill 20680x4 with M54.16 on 05/12/2026? Also X0001-X0009 and modifier 59."


def test_what_a_text_names_has_the_promised_shape(ask_json: Ask, tmp_path: Path) -> None:
    file = tmp_path / "question.txt"
    file.write_text(TEXT, encoding="utf-8")
    shape = ask_json("codes", "extract", str(file))
    assert shape.keys() == {"mentions", "modifiers", "ranges", "dates"}
    procedure, diagnosis = shape["mentions"][:2]
    assert procedure.keys() == {"system", "code", "modifiers", "units", "start", "end", "text"}
    assert procedure["units"] == 4
    assert (diagnosis["system"], diagnosis["code"]) == ("ICD-10-CM", "M54.16")
    assert TEXT[diagnosis["start"] : diagnosis["end"]] == diagnosis["text"] == "M54.16"
    assert [named["modifier"] for named in shape["modifiers"]] == ["59"]
    assert shape["dates"][0]["date"] == "2026-05-12"
    assert shape["dates"][0]["role"] in {"service", "other"}


def test_a_range_is_told_by_its_ends_which_are_no_mentions(ask_json: Ask) -> None:
    shape = ask_json("codes", "extract", "-", stdin="Any of E11.40-E11.49?")
    assert [(span["system"], span["from"], span["to"]) for span in shape["ranges"]] == [
        ("ICD-10-CM", "E11.40", "E11.49")
    ]
    assert shape["mentions"] == []


def test_a_text_is_read_from_standard_input(run: Run) -> None:
    shown = run("codes", "extract", "-", stdin="Is E11.9 billable?")
    assert shown.stdout == "ICD-10-CM  E11.9\n"
    assert "No code" in run("codes", "extract", "-", stdin="Good morning").stdout


def test_extraction_works_without_a_code_book(ask_json: Ask, house: Path) -> None:
    (house / "codebook.sqlite").unlink()
    (mention,) = ask_json("codes", "extract", "-", stdin="Is E11.9 billable?")["mentions"]
    assert mention["code"] == "E11.9"


@pytest.mark.parametrize("written", [b"caf\xe9", b"\xff\xfeE\x001\x00"])
def test_what_is_no_text_is_told_with_what_to_do(run: Run, tmp_path: Path, written: bytes) -> None:
    file = tmp_path / "question.txt"
    file.write_bytes(written)
    assert "save it as UTF-8" in sentence(run("codes", "extract", str(file)))


def test_a_file_that_does_not_exist_is_told(run: Run, tmp_path: Path) -> None:
    assert "cannot be read: No such file" in sentence(run("codes", "extract", str(tmp_path / "none.txt")))
    assert "cannot be read: Is a directory" in sentence(run("codes", "extract", str(tmp_path)))
    assert "cannot be read: No such file" in sentence(run("codes", "lookup", "--jsonl", str(tmp_path / "none.jsonl")))


def test_codes_that_exclude_each_other_leave_with_exit_code_1(run: Run, ask_json: Ask) -> None:
    shape = ask_json("codes", "check", "E10.9", "E11.9", *ON, exit_code=1)
    (pair,) = shape["pairs"]
    assert pair.keys() == {"kind", "codes", "verdict", "indicator", "against", "fact"}
    assert pair["kind"] == "excludes1"
    assert set(pair["codes"]) == {"E10.9", "E11.9"}
    assert "Excludes1" in pair["fact"]["statement"]
    assert shape["units"] == []
    assert "E10.9" in run("codes", "check", "E10.9,E11.9", *ON).stdout


def test_codes_that_may_go_together_leave_with_exit_code_0(ask_json: Ask) -> None:
    (pair,) = ask_json("codes", "check", "E11.9", "L20.9", *ON)["pairs"]
    assert pair["kind"] == "excludes2"
    assert "Excludes2" in pair["fact"]["statement"]


def test_that_nothing_speaks_against_codes_is_said_of_the_loaded_sources_only(run: Run) -> None:
    shown = run("codes", "check", "E11.9", "Z79.4", *ON)
    assert shown.exit_code == 0
    assert "loaded sources" in shown.stdout


def test_of_an_unknown_code_nothing_is_said_and_that_is_told(run: Run, ask_json: Ask) -> None:
    assert ask_json("codes", "check", "E11.9", "Q99Z9", *ON, exit_code=1)["unknown"] == ["Q99Z9"]
    assert "Q99Z9" in run("codes", "check", "E11.9", "Q99Z9", *ON).stdout


def test_the_book_says_what_is_loaded_and_what_is_missing(run: Run, ask_json: Ask) -> None:
    sources = {row["name"]: row for row in ask_json("codes", "status", *ON)["sources"]}
    assert sources["ICD-10-CM"].keys() >= {
        *("name", "release", "effective", "rows", "imported", "file", "sha256", "in_force", "note"),
    }
    assert sources["ICD-10-CM"]["in_force"]
    assert not sources["HCPCS Level II"]["in_force"]
    assert "missing" in sources["HCPCS Level II"]["note"]
    shown = run("codes", "status", *ON).stdout
    assert "not loaded" in shown
    assert "    missing: " in shown


def test_a_stale_release_is_told(ask_json: Ask) -> None:
    sources = {row["name"]: row for row in ask_json("codes", "status", "--on", "2026-11-23")["sources"]}
    assert not sources["ICD-10-CM"]["in_force"]
    assert "FY2027" in sources["ICD-10-CM"]["note"]


ASKING = ("codes lookup E11.9", "codes search diabetes", "codes check E11.9", "codes status", "ask -")


@pytest.mark.parametrize("words", ASKING)
def test_without_a_code_book_the_way_to_one_is_told(run: Run, house: Path, words: str) -> None:
    (house / "codebook.sqlite").unlink()
    assert "build it with `consultant codes build`" in sentence(run(*words.split()))


@pytest.mark.parametrize("words", [*ASKING, "codes extract -"])
@pytest.mark.parametrize("damage", ["garbage", "cut short", "empty", "another program's"])
def test_a_damaged_code_book_is_told_with_what_to_do(run: Run, house: Path, words: str, damage: str) -> None:
    book = house / "codebook.sqlite"
    with book.open("rb") as whole:
        beginning = whole.read(300_000)
    book.unlink()  # it is one file with the books of other tests
    if damage == "another program's":
        with sqlite3.connect(book) as connection:
            connection.execute("CREATE TABLE code (code TEXT)")
        connection.close()
    else:
        book.write_bytes({"garbage": b"\x93\x01 garbage " * 9000, "cut short": beginning, "empty": b""}[damage])
    assert "run `consultant codes build`" in sentence(run(*words.split(), stdin="Is E11.9 billable?"))


LINES = [
    '{"id": "a", "text": "E11.9"}',
    "no json",
    '{"id": "b"}',
    '{"id": "c", "text": 5}',
    "[1, 2]",
    "",
    '{"id": "d", "text": null}',
    '{"text": "E11.9"}',
    '{"id": {"x": 1}, "text": "E11.9"}',
    '{"id": "e", "text": "\\ud800 E11.9"}',
    "[" * 100_000,
    '{"id": 7, "text": "E11.9"}',
]
ANSWERED = ["a", None, "b", "c", None, "d", None, {"x": 1}, "e", None, 7]
WRONG = {1, 2, 3, 4, 5, 9}


@pytest.mark.parametrize("words", ["codes lookup", "codes search", "codes extract", "ask"])
def test_many_lines_are_answered_in_order_each_on_its_own(run: Run, tmp_path: Path, words: str) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes("\n".join(LINES).encode() + b'\n{"id": "f", "text": "caf\xe9"}')
    result = run(*words.split(), "--jsonl", str(file))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [*ANSWERED, None]
    assert {place for place, answer in enumerate(answers) if "error" in answer} == {*WRONG, len(ANSWERED)}
    assert all(answer.keys() == {"id", "error"} for answer in answers if "error" in answer)
    assert result.exit_code == 1
    assert result.stderr == ""


def test_each_line_says_what_is_wrong_with_it(run: Run) -> None:
    lines = ["no json", '{"id": 1}', '{"id": 2, "text": 5}', '{"id": 3, "text": "E11.9", "on": "soon"}']
    answers = [json.loads(line) for line in run("ask", "--jsonl", "-", stdin="\n".join(lines)).stdout.splitlines()]
    assert [answer["error"] for answer in answers] == [
        "Line 1 is not a JSON object.",
        'This line lacks "text".',
        'In this line "text" must be a text.',
        'In this line "on" must be a day such as 2026-03-15.',
    ]


def test_lines_that_are_all_answered_leave_with_exit_code_0(run: Run) -> None:
    lines = '{"id": 1, "text": "E11.9, I10", "on": "2026-06-15"}\n{"id": 2, "text": "Q99Z9"}\n'
    result = run("codes", "lookup", "--jsonl", "-", stdin=lines)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert [entry["code"] for entry in first["entries"]] == ["E11.9", "I10"]
    assert not second["entries"][0]["found"]
    assert result.exit_code == 0


def test_a_line_may_name_its_own_day_and_else_has_the_commands(run: Run) -> None:
    lines = '{"id": 1, "text": "E11.9"}\n{"id": 2, "text": "E11.9", "on": "2026-11-23"}\n'
    result = run("codes", "lookup", "--jsonl", "-", *ON, stdin=lines)
    first, second = (json.loads(line)["entries"][0] for line in result.stdout.splitlines())
    assert len(second["facts"]) == len(first["facts"]) + 1


def test_no_lines_are_no_answers(run: Run) -> None:
    result = run("codes", "lookup", "--jsonl", "-", stdin="")
    assert (result.stdout, result.exit_code) == ("", 0)


def test_ten_thousand_codes_are_answered_in_order(run: Run, house: Path, tmp_path: Path) -> None:
    with sqlite3.connect(house / "codebook.sqlite") as book:
        codes = [code for (code,) in book.execute("SELECT code FROM code WHERE billable ORDER BY id LIMIT 10000")]
    book.close()
    file = tmp_path / "codes.jsonl"
    file.write_text("".join(json.dumps({"id": code, "text": code}) + "\n" for code in codes), encoding="utf-8")
    result = run("codes", "lookup", "--jsonl", str(file), *ON)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == codes
    assert all(answer["entries"][0]["code"] == answer["id"] for answer in answers)
    assert result.exit_code == 0
