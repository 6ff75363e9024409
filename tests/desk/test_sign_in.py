"""Sessions and the guessing of passwords."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from consultant.config import WebSettings
from consultant.desk import reviewers, sign_in
from consultant.desk.sign_in import PEER_FACTOR, Attempt, TooManyTriesError, WrongPasswordError
from consultant.store.database import Database
from consultant.store.tables import Reviewer, SignIn, SignInTry

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RITA, PASSWORD = "rita@clinic.example", "a quiet green door"
RULES = WebSettings(sign_in_tries=3, sign_in_window_minutes=15, session_idle_minutes=30, session_hours=12)
RIGHT, WRONG = Attempt(RITA, PASSWORD, "192.0.2.1"), Attempt(RITA, "wrong wrong wrong", "192.0.2.1")


@pytest.fixture(scope="module")
def password_hash() -> str:
    """The hash of Rita's password, made once since hashing is slow on purpose."""
    return reviewers.hashed(PASSWORD)


@pytest.fixture
def database(tmp_path: Path, password_hash: str) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'tickets.sqlite'}")
    rita = Reviewer(email=RITA, name="Rita", credential="CPC", password_hash=password_hash, created=NOW)
    with opened.writing() as session:
        session.add(rita)
    yield opened
    opened.close()


def test_the_right_password_opens_a_session(database: Database) -> None:
    opened = sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    visitor = sign_in.recognise(database, RULES, opened.token, now=NOW)
    assert visitor == opened.visitor
    assert visitor is not None
    assert (visitor.email, visitor.name, visitor.credential) == (RITA, "Rita", "CPC")


def test_the_address_may_be_written_in_any_case(database: Database) -> None:
    assert sign_in.sign_in(database, RULES, Attempt(" RITA@Clinic.example ", PASSWORD), now=NOW).visitor.email == RITA


def test_a_token_has_256_random_bits_and_only_its_hash_is_kept(database: Database) -> None:
    opened = sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    assert len(opened.token) >= 43  # 32 bytes in base64
    with database.reading() as session:
        (row,) = session.exec(select(SignIn)).all()
    assert row.token_hash == hashlib.sha256(opened.token.encode()).hexdigest()
    assert opened.token not in str(row.model_dump())


def test_every_sign_in_makes_a_new_session_with_a_new_form_key(database: Database) -> None:
    first, second = (sign_in.sign_in(database, RULES, RIGHT, now=NOW) for _ in range(2))
    assert first.token != second.token
    assert first.visitor.form_key != second.visitor.form_key


@pytest.mark.parametrize(
    "attempt",
    [WRONG, Attempt("nobody@clinic.example", PASSWORD), Attempt("", ""), Attempt(RITA, ""), Attempt("\x00'--", "\x00")],
)
def test_wrong_passwords_and_unknown_accounts_get_the_same_answer(database: Database, attempt: Attempt) -> None:
    with pytest.raises(WrongPasswordError, match="do not belong together"):
        sign_in.sign_in(database, RULES, attempt, now=NOW)


def test_a_disabled_reviewer_cannot_sign_in_and_is_out_at_once(database: Database) -> None:
    opened = sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    reviewers.disable(database, RITA)
    assert sign_in.recognise(database, RULES, opened.token, now=NOW) is None
    with pytest.raises(WrongPasswordError):
        sign_in.sign_in(database, RULES, RIGHT, now=NOW)


def test_a_session_ends_after_idling(database: Database) -> None:
    token = sign_in.sign_in(database, RULES, RIGHT, now=NOW).token
    almost, over = NOW + timedelta(minutes=29), NOW + timedelta(minutes=30)
    assert sign_in.recognise(database, RULES, token, now=over) is None
    assert sign_in.recognise(database, RULES, token, now=almost) is not None
    assert sign_in.recognise(database, RULES, token, now=over) is not None  # it was seen a minute before


def test_a_session_ends_after_its_hours_however_busy(database: Database) -> None:
    token = sign_in.sign_in(database, RULES, RIGHT, now=NOW).token
    for minutes in range(0, 12 * 60, 20):
        assert sign_in.recognise(database, RULES, token, now=NOW + timedelta(minutes=minutes)) is not None
    assert sign_in.recognise(database, RULES, token, now=NOW + timedelta(hours=12)) is None


def test_a_token_is_dead_after_signing_out_and_other_browsers_stay(database: Database) -> None:
    here, there = (sign_in.sign_in(database, RULES, RIGHT, now=NOW).token for _ in range(2))
    sign_in.sign_out(database, here)
    sign_in.sign_out(database, here)
    assert sign_in.recognise(database, RULES, here, now=NOW) is None
    assert sign_in.recognise(database, RULES, there, now=NOW) is not None


@pytest.mark.parametrize("token", ["", "x", "\x00", "a" * 10_000])
def test_an_invented_token_opens_nothing(database: Database, token: str) -> None:
    assert sign_in.recognise(database, RULES, token, now=NOW) is None


def test_after_too_many_wrong_passwords_even_the_right_one_waits(database: Database) -> None:
    for _ in range(RULES.sign_in_tries):
        with pytest.raises(WrongPasswordError):
            sign_in.sign_in(database, RULES, WRONG, now=NOW)
    with pytest.raises(TooManyTriesError, match="15 minutes"):
        sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    sign_in.sign_in(database, RULES, RIGHT, now=NOW + timedelta(minutes=16))


def test_refused_tries_do_not_lengthen_the_wait(database: Database) -> None:
    for minute in range(15):
        with pytest.raises((WrongPasswordError, TooManyTriesError)):
            sign_in.sign_in(database, RULES, WRONG, now=NOW + timedelta(seconds=minute))
    sign_in.sign_in(database, RULES, RIGHT, now=NOW + timedelta(minutes=16))


def test_signing_in_forgets_the_wrong_passwords_before(database: Database) -> None:
    for _ in range(RULES.sign_in_tries - 1):
        with pytest.raises(WrongPasswordError):
            sign_in.sign_in(database, RULES, WRONG, now=NOW)
    sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    with database.reading() as session:
        assert session.exec(select(SignInTry)).all() == []


def test_one_address_trying_many_accounts_is_stopped_and_others_are_not(database: Database) -> None:
    rules = WebSettings(sign_in_tries=1)
    for number in range(PEER_FACTOR):
        with pytest.raises(WrongPasswordError):
            sign_in.sign_in(database, rules, Attempt(f"nobody{number}@x.example", "guess", "192.0.2.9"), now=NOW)
    with pytest.raises(TooManyTriesError):
        sign_in.sign_in(database, rules, Attempt(RITA, PASSWORD, "192.0.2.9"), now=NOW)
    sign_in.sign_in(database, rules, RIGHT, now=NOW)


def test_guesses_made_at_once_are_all_counted(database: Database) -> None:
    looked_at: list[bool] = []

    def guess() -> None:
        try:
            sign_in.sign_in(database, RULES, WRONG, now=NOW)
        except WrongPasswordError:
            looked_at.append(True)
        except TooManyTriesError:
            looked_at.append(False)

    guessing = [threading.Thread(target=guess) for _ in range(8)]
    for thread in guessing:
        thread.start()
    for thread in guessing:
        thread.join()
    assert looked_at.count(True) == RULES.sign_in_tries


def test_a_hostile_account_name_is_not_stored_whole(database: Database) -> None:
    with pytest.raises(WrongPasswordError):
        sign_in.sign_in(database, RULES, Attempt("x\x00\n" * 100_000, "guess"), now=NOW)
    with database.reading() as session:
        (tried,) = session.exec(select(SignInTry)).all()
    assert tried.account == "x" * sign_in.LONGEST_ACCOUNT


def test_an_attempt_does_not_print_its_password() -> None:
    assert PASSWORD not in repr(RIGHT)


def test_old_sessions_and_tries_are_swept_away_at_the_next_sign_in(database: Database) -> None:
    sign_in.sign_in(database, RULES, RIGHT, now=NOW)
    with pytest.raises(WrongPasswordError):
        sign_in.sign_in(database, RULES, Attempt("nobody@x.example", "guess"), now=NOW)
    sign_in.sign_in(database, RULES, RIGHT, now=NOW + timedelta(days=2))
    with database.reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 1
        assert session.exec(select(SignInTry)).all() == []
