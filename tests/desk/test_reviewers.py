"""Who may review, and what is kept of their passwords."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consultant.config import WebSettings
from consultant.desk import reviewers, sign_in
from consultant.desk.reviewers import (
    AlreadyReviewerError,
    NotAnAddressError,
    PasswordTooLongError,
    PasswordTooShortError,
    UnknownReviewerError,
)
from consultant.desk.sign_in import Attempt
from consultant.store import reviewers as rows
from consultant.store.database import Database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PASSWORD = "a quiet green door"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'tickets.sqlite'}")
    yield opened
    opened.close()


def test_a_reviewer_is_registered_with_a_password_made_up_for_them(database: Database) -> None:
    password = reviewers.add(database, " Rita@Clinic.Example ", name="Rita", credential="CPC", now=NOW)
    (rita,) = reviewers.listed(database)
    assert (rita.email, rita.name, rita.credential, rita.active) == ("rita@clinic.example", "Rita", "CPC", True)
    assert len(password) >= 20


def test_passwords_made_up_are_all_different(database: Database) -> None:
    assert reviewers.add(database, "a@x.example", now=NOW) != reviewers.add(database, "b@x.example", now=NOW)


def test_only_an_argon2id_hash_of_a_password_is_kept(database: Database) -> None:
    reviewers.add(database, "rita@x.example", password=PASSWORD, now=NOW)
    with database.reading() as session:
        kept = rows.with_email(session, "rita@x.example")
    assert kept is not None
    assert kept.password_hash.startswith("$argon2id$")
    assert PASSWORD not in kept.password_hash


def test_nobody_is_registered_twice(database: Database) -> None:
    reviewers.add(database, "rita@x.example", now=NOW)
    with pytest.raises(AlreadyReviewerError, match="registered already"):
        reviewers.add(database, "RITA@x.example", now=NOW)


def test_a_disabled_reviewer_can_be_let_back_in_with_a_new_password(database: Database) -> None:
    reviewers.add(database, "rita@x.example", name="Rita", password=PASSWORD, now=NOW)
    reviewers.disable(database, "rita@x.example")
    assert reviewers.listed(database, active_only=True) == []
    reviewers.add(database, "rita@x.example", password="another long password", now=NOW)
    (rita,) = reviewers.listed(database, active_only=True)
    assert rita.name == "Rita"


@pytest.mark.parametrize(
    "email", ["", "rita", "@x.example", "rita@", "rita @x.example", "a@b@c", "rita@x.example\n.org"]
)
def test_what_is_no_address_is_not_registered(database: Database, email: str) -> None:
    with pytest.raises(NotAnAddressError):
        reviewers.add(database, email, now=NOW)


def test_a_password_that_is_too_short_is_refused(database: Database) -> None:
    with pytest.raises(PasswordTooShortError, match="at least 12"):
        reviewers.add(database, "rita@x.example", password="short", now=NOW)


def test_a_password_that_is_absurdly_long_is_refused(database: Database) -> None:
    with pytest.raises(PasswordTooLongError):
        reviewers.add(database, "rita@x.example", password="x" * 2000, now=NOW)


def test_disabling_somebody_unknown_says_so(database: Database) -> None:
    with pytest.raises(UnknownReviewerError, match=r"nobody@x\.example"):
        reviewers.disable(database, "nobody@x.example")


def test_a_new_password_replaces_the_old_one_and_ends_every_session(database: Database) -> None:
    reviewers.add(database, "rita@x.example", password=PASSWORD, now=NOW)
    opened = sign_in.sign_in(database, WebSettings(), Attempt("rita@x.example", PASSWORD), now=NOW)
    reviewers.set_password(database, "rita@x.example", "another long password")
    assert sign_in.recognise(database, WebSettings(), opened.token, now=NOW) is None
    sign_in.sign_in(database, WebSettings(), Attempt("rita@x.example", "another long password"), now=NOW)


def test_an_empty_hash_is_never_right() -> None:
    assert not reviewers.right_password("", "")
    assert not reviewers.right_password(PASSWORD, "")


def test_a_password_of_broken_characters_is_wrong_and_no_error() -> None:
    assert not reviewers.right_password("\ud800 half a character", reviewers.hashed(PASSWORD))
