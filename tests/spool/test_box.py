"""The spool: a letter is safe once its future resolves, whatever happens afterwards, and damage is told, not hidden."""

import fcntl
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from consultant.spool.box import LARGE_BODY_BYTES, LetterUnknownError, Spool
from consultant.spool.disk import FolderUnwritableError, LetterDamagedError, SpoolDamagedError
from consultant.spool.letters import NewLetter, fingerprint
from consultant.spool.turn import SpoolUnavailableError
from consultant.spool.writer import Job, SpoolFullError

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcdef" * (LARGE_BODY_BYTES // 16)
CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from consultant.spool.box import Spool
from consultant.spool.letters import NewLetter
spool = Spool(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    letter = NewLetter(f"child{number}@example.org", ("consult@x",), "", "", datetime.now(UTC), b"x" * int(sys.argv[3]))
    print(spool.store(letter).result(), flush=True)
print("done", flush=True)
sys.stdin.read()
"""


def a_letter(raw: bytes = b"Subject: a\r\n\r\nquestion\r\n", **changes: object) -> NewLetter:
    values: dict[str, object] = {
        "envelope_from": "asker@example.org",
        "envelope_to": ("consult@consult.localhost",),
        "peer": "192.0.2.1",
        "helo": "mx.example.org",
        "received": NOON,
    }
    return NewLetter(raw=raw, **(values | changes))  # type: ignore[arg-type]  # the test's own words


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path)) as opened:
        yield opened


@contextmanager
def somebody_else_writing(folder: Path) -> Iterator[None]:
    with (folder / "spool.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def child(folder: Path, letters: int, size: int = 2000) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(folder), str(letters), str(size)]
    return subprocess.Popen(  # noqa: S603  our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )


def lines_until_done(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return list(iter(lambda: process.stdout.readline().strip(), "done"))  # type: ignore[union-attr]  # asserted above


def commits_in_the_log(folder: Path) -> int:
    """Count the commit frames of SQLite's log (file format, section 4.1: the frame's second word is not zero)."""
    log = (folder / "spool.sqlite-wal").read_bytes()
    page = struct.unpack(">I", log[8:12])[0]
    salt = log[16:24]
    frames = (log[at : at + 24] for at in range(32, len(log), page + 24))
    return sum(1 for frame in frames if frame[4:8] != b"\0\0\0\0" and frame[8:16] == salt)


def test_a_letter_comes_back_byte_for_byte_with_its_envelope(spool: Spool) -> None:
    raw = bytes(range(256)) * 20 + b"\r\n.\n\r\0"
    chicago = NOON.astimezone(timezone(timedelta(hours=-6)))
    number = spool.store(a_letter(raw, envelope_from="", envelope_to=("A@x", "b@x"), received=chicago)).result()
    [letter] = spool.waiting()
    assert letter == spool.get(number)
    assert (letter.raw, letter.envelope_from, letter.envelope_to) == (raw, "", ("A@x", "b@x"))
    assert (letter.peer, letter.helo, letter.failures) == ("192.0.2.1", "mx.example.org", 0)
    assert letter.received == NOON
    assert letter.received.tzinfo is UTC


def test_a_letter_survives_closing_and_opening_again(tmp_path: Path) -> None:
    with closing(Spool(tmp_path)) as first:
        first.store(a_letter())
    with closing(Spool(tmp_path)) as second:
        assert [letter.raw for letter in second.waiting()] == [a_letter().raw]


def test_a_large_body_lies_in_a_file_of_its_own_and_goes_with_its_letter(spool: Spool, tmp_path: Path) -> None:
    number = spool.store(a_letter(LARGE)).result()
    [file] = (tmp_path / "spool").iterdir()
    assert file.stat().st_size == len(LARGE)
    assert spool.get(number).raw == LARGE
    assert (tmp_path / "spool.sqlite").stat().st_size < LARGE_BODY_BYTES
    spool.remove(number)
    assert list((tmp_path / "spool").iterdir()) == []


def test_only_this_user_can_read_the_mail(spool: Spool, tmp_path: Path) -> None:
    spool.store(a_letter(LARGE)).result()
    for path in [*tmp_path.glob("spool.sqlite*"), *(tmp_path / "spool").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_nothing_is_promised_before_the_commit(spool: Spool, tmp_path: Path) -> None:
    with somebody_else_writing(tmp_path):
        promise = spool.store(a_letter())
        assert wait([promise], timeout=0.2).not_done
        assert spool.count() == 0
    assert promise.result() == 1
    assert spool.count() == 1


def test_letters_that_arrive_during_a_commit_share_the_next_one(spool: Spool, tmp_path: Path) -> None:
    before = commits_in_the_log(tmp_path)
    with somebody_else_writing(tmp_path):
        promises = [spool.store(a_letter()) for _ in range(50)]
    assert sorted(promise.result() for promise in promises) == list(range(1, 51))
    assert commits_in_the_log(tmp_path) - before <= 2


def test_the_same_bytes_twice_are_two_letters_with_one_fingerprint(spool: Spool) -> None:
    spool.store(a_letter(envelope_to=("B@x", "a@x")))
    spool.store(a_letter(envelope_to=("A@x", "b@x")))
    spool.store(a_letter(envelope_to=("A@x",)))
    spool.store(a_letter(envelope_from="other@example.org")).result()
    prints = [letter.fingerprint for letter in spool.waiting()]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_a_fingerprint_can_be_told_without_a_spool(spool: Spool) -> None:
    spool.store(a_letter(LARGE)).result()
    [letter] = spool.waiting()
    assert letter.fingerprint == fingerprint(LARGE, "asker@example.org", ["CONSULT@consult.localhost"])


def test_one_bad_row_costs_only_itself(spool: Spool, tmp_path: Path) -> None:
    with somebody_else_writing(tmp_path):
        letters = [a_letter(), a_letter(envelope_from="\ud800@example.org"), a_letter(LARGE)]
        promises = [spool.store(letter) for letter in letters]
    assert isinstance(promises[1].exception(), SpoolUnavailableError)
    assert [promises[0].result(), promises[2].result()] == [letter.id for letter in spool.waiting()]


def test_a_full_disk_is_told_as_such_and_passes(spool: Spool) -> None:
    def room(pages: int) -> None:
        spool._writer.submit(Job(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()[0])).result()

    room(1)  # SQLite takes the current size when less is asked for
    refused = [spool.store(a_letter(b"x" * 50_000)) for _ in range(5)]
    assert {type(promise.exception()) for promise in refused} == {SpoolFullError}
    assert "no room left" in str(refused[0].exception())
    assert spool.count() == 0
    room(100_000)
    assert spool.store(a_letter(b"x" * 50_000)).result() == 1


def test_a_spool_held_by_another_process_refuses_instead_of_hanging(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, patience=0.05)) as spool:
        with somebody_else_writing(tmp_path):
            error = spool.store(a_letter()).exception()
        assert isinstance(error, SpoolUnavailableError)
        assert "another process is writing" in str(error)
        assert spool.store(a_letter()).result() == 1


def test_a_database_locked_by_another_program_refuses_instead_of_hanging(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, patience=0.05)) as spool:
        with closing(sqlite3.connect(tmp_path / "spool.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            promises = [spool.store(a_letter()) for _ in range(3)]
            assert {type(promise.exception()) for promise in promises} == {SpoolUnavailableError}
        assert spool.store(a_letter()).result() == 1


def test_what_was_promised_survives_kill_9(tmp_path: Path) -> None:
    with child(tmp_path, letters=20) as process:
        promised = lines_until_done(process)
        process.send_signal(signal.SIGKILL)
    with closing(Spool(tmp_path)) as spool:
        assert [str(letter.id) for letter in spool.waiting(limit=100)] == promised
        assert len(promised) == 20


def test_two_processes_may_write_at_the_same_time(spool: Spool, tmp_path: Path) -> None:
    with child(tmp_path, letters=100) as process:
        mine = [spool.store(a_letter(LARGE if number % 25 == 0 else b"x")).result() for number in range(100)]
        theirs = [int(line) for line in lines_until_done(process)]
        process.communicate()
    assert sorted(mine + theirs) == [letter.id for letter in spool.waiting(limit=1000)]
    assert len(set(mine + theirs)) == 200


def test_letters_are_offered_oldest_first_and_only_so_many(spool: Spool) -> None:
    assert (spool.count(), spool.oldest()) == (0, None)
    for minutes in range(5):
        spool.store(a_letter(received=NOON + timedelta(minutes=minutes))).result()
    assert [letter.id for letter in spool.waiting(limit=3)] == [1, 2, 3]
    spool.remove(1)
    spool.remove(1)
    assert (spool.count(), spool.oldest()) == (4, NOON + timedelta(minutes=1))


def test_a_letter_set_aside_is_kept_with_its_reason_and_offered_again_when_put_back(spool: Spool) -> None:
    number = spool.store(a_letter(LARGE)).result()
    assert [spool.note_failure(number, "it broke") for _ in range(3)] == [1, 2, 3]
    assert spool.waiting()[0].failures == 3
    spool.set_aside(number, "unreadable")
    assert (spool.waiting(), spool.count(), spool.oldest()) == ([], 0, None)
    [aside] = spool.set_aside_letters()
    assert (aside.id, aside.reason, aside.failures, aside.size) == (number, "unreadable", 3, len(LARGE))
    assert spool.get(number).raw == LARGE
    spool.put_back(number)
    assert (spool.waiting()[0].failures, spool.set_aside_letters()) == (0, [])


def test_an_unknown_letter_is_named(spool: Spool) -> None:
    for ask in (spool.get, spool.put_back, lambda n: spool.set_aside(n, "x"), lambda n: spool.note_failure(n, "x")):
        with pytest.raises(LetterUnknownError, match="no letter 7"):
            ask(7)


@pytest.mark.parametrize("harm", ["missing", "short", "changed"])
def test_a_letter_whose_body_is_damaged_is_set_aside_and_the_rest_goes_on(
    spool: Spool, tmp_path: Path, harm: str
) -> None:
    damaged = spool.store(a_letter(LARGE)).result()
    sound = spool.store(a_letter()).result()
    [file] = (tmp_path / "spool").iterdir()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(LARGE[:-1] if harm == "short" else LARGE[:-1] + b"?")
    assert [letter.id for letter in spool.waiting()] == [sound]
    [aside] = spool.set_aside_letters()
    assert aside.id == damaged
    assert str(tmp_path / "spool") in aside.reason
    with pytest.raises(LetterDamagedError):
        spool.get(damaged)


def test_a_body_without_a_letter_is_swept_at_the_next_start(tmp_path: Path) -> None:
    with closing(Spool(tmp_path)) as spool:
        number = spool.store(a_letter(LARGE)).result()
    (tmp_path / "spool" / "half.eml").write_bytes(b"half")
    with closing(Spool(tmp_path)) as spool:
        assert len(list((tmp_path / "spool").iterdir())) == 1
        assert spool.get(number).raw == LARGE


def a_spool_left_by(harm: str, path: Path) -> None:
    with closing(Spool(path.parent)) as spool:
        wait([spool.store(a_letter(b"x" * 5000)) for _ in range(50)])
    whole = path.read_bytes()
    if harm == "no database":
        path.write_bytes(b"this is no database, whatever its name says" * 10)
    elif harm == "half written":
        path.write_bytes(whole[: len(whole) // 2 + 100])
    elif harm == "scribbled over":
        path.write_bytes(whole[:4096] + os.urandom(8192) + whole[12288:])
    elif harm == "of another program":
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE letters(id)")
    elif harm == "emptied":
        path.write_bytes(b"")
        path.with_name("spool.sqlite-wal").write_bytes(b"log" * 100)


@pytest.mark.parametrize("harm", ["no database", "half written", "scribbled over", "of another program", "emptied"])
def test_a_damaged_spool_is_told_of_and_left_as_it_is(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "spool.sqlite"
    a_spool_left_by(harm, path)
    before = {file: file.read_bytes() for file in tmp_path.glob("spool.sqlite*")}
    with pytest.raises(SpoolDamagedError) as told:
        Spool(tmp_path)
    assert str(path) in str(told.value)
    assert "Move it aside" in str(told.value)
    for file, content in before.items():
        assert file.read_bytes() == content, file.name


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "queue").write_bytes(b"")
    with pytest.raises(FolderUnwritableError, match=r"queue\.path"):
        Spool(tmp_path / "queue")


def test_a_closed_spool_refuses_and_keeps_what_it_had_promised(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    promises = [spool.store(a_letter()) for _ in range(100)]
    spool.close()
    spool.close()
    assert len({promise.result() for promise in promises}) == 100
    assert isinstance(spool.store(a_letter()).exception(), SpoolUnavailableError)
    with pytest.raises(SpoolUnavailableError):
        spool.waiting()


def test_a_letter_nobody_waits_for_any_more_is_not_kept(spool: Spool, tmp_path: Path) -> None:
    with somebody_else_writing(tmp_path):
        under_way = spool.store(a_letter())
        while not under_way.running():
            pass
        called_off = spool.store(a_letter())
        assert called_off.cancel()
    assert under_way.result() == 1
    assert spool.store(a_letter()).result() == 2
    with pytest.raises(CancelledError):
        called_off.result()
