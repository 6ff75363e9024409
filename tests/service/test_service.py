"""The house is put together, opened and closed; what stops it from opening is one sentence."""

import socket
import threading
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from consultant.config import QueueSettings, ReviewerSettings, Settings, SmtpSettings, WebSettings
from consultant.desk import reviewers
from consultant.desk.room import Desk
from consultant.errors import HouseError
from consultant.reception.door import PortInUseError
from consultant.service import (
    DeskTakenError,
    Door,
    PageAddressError,
    PagePortInUseError,
    _worker,
    at_work,
    build_missing_book,
    make_first_reviewer,
    open_desk,
    running,
)
from consultant.spool.disk import FolderUnwritableError
from tests.builders import a_letter, ticket_in
from tests.conftest import OpenDesk
from tests.journeys.test_a_question_is_answered import wait_until


def test_all_doors_open_on_free_ports_and_close_again(desk: Desk) -> None:
    with running(desk) as house:
        with socket.create_connection(("127.0.0.1", house.smtp_port)) as door:
            assert door.recv(200).startswith(b"220 ")
        assert httpx2.get(f"http://127.0.0.1:{house.web_port}/sign-in").status_code == 200
    for port in (house.smtp_port, house.web_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_only_the_doors_asked_for_are_opened(desk: Desk) -> None:
    with running(desk, frozenset({Door.SMTP})) as house:
        assert house.smtp_port > 0
        assert house.web_port == 0


def test_a_letter_taken_by_one_process_is_worked_on_by_another(settings: Settings, open_a_desk: OpenDesk) -> None:
    door, desk = open_a_desk(settings), open_a_desk(settings)
    with running(door, frozenset({Door.SMTP})), running(desk, frozenset({Door.DESK})):
        door.spool.store(a_letter()).result()
        wait_until(lambda: desk.spool.count() == 0)
    assert ticket_in(desk).asker


def test_a_second_desk_on_the_same_folder_is_refused(settings: Settings, open_a_desk: OpenDesk) -> None:
    first, second = open_a_desk(settings), open_a_desk(settings)
    with at_work(first) as mine:
        assert mine
        with pytest.raises(DeskTakenError), running(second, frozenset({Door.DESK})):
            pass
    with at_work(second) as mine:
        assert mine


def test_a_house_that_closes_finishes_its_step_and_begins_no_other() -> None:
    working = threading.Event()

    def step() -> int:
        working.set()
        return 1  # there is always more to do

    with _worker("endless", step, threading.Event()):
        assert working.wait(10)
    assert "endless" not in {thread.name for thread in threading.enumerate()}


def test_a_port_in_use_is_named_with_the_key_that_changes_it(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        on_page = desk.settings.model_copy(update={"web": WebSettings(port=port)})
        with pytest.raises(PagePortInUseError, match=r"web\.port"), running(replace(desk, settings=on_page)):
            pass
        on_mail = desk.settings.model_copy(update={"smtp": SmtpSettings(port=port)})
        with pytest.raises(PortInUseError, match=r"smtp\.port"), running(replace(desk, settings=on_mail)):
            pass


def test_an_address_that_is_not_ours_is_named(desk: Desk) -> None:
    elsewhere = desk.settings.model_copy(update={"web": WebSettings(host="192.0.2.1", port=0)})
    with pytest.raises(PageAddressError, match=r"192\.0\.2\.1"), running(replace(desk, settings=elsewhere)):
        pass


def test_a_queue_folder_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    nowhere = settings.model_copy(update={"queue": QueueSettings(path=tmp_path / "file" / "queue")})
    with pytest.raises(FolderUnwritableError, match="queue"):
        open_desk(nowhere)


def test_a_damaged_ticket_database_is_named_and_left_as_it_is(settings: Settings) -> None:
    path = settings.queue.path / "tickets.sqlite"
    path.write_bytes(b"this is not a database, " * 400)
    before = path.read_bytes()
    with pytest.raises(HouseError, match=r"tickets\.sqlite"):
        open_desk(settings)
    assert path.read_bytes() == before


def test_the_first_reviewer_is_made_once(desk: Desk) -> None:
    first = make_first_reviewer(desk)
    assert first is not None
    assert first.email == "reviewer@house.example"
    assert make_first_reviewer(desk) is None
    assert [known.email for known in reviewers.listed(desk.database)] == [first.email]


def test_the_first_reviewer_is_the_address_the_operator_named(settings: Settings, open_a_desk: OpenDesk) -> None:
    named = settings.model_copy(update={"reviewers": ReviewerSettings(notify=("pat@clinic.example",))})
    first = make_first_reviewer(open_a_desk(named))
    assert first is not None
    assert first.email == "pat@clinic.example"


def test_the_signing_key_is_kept_and_shared_by_every_desk_on_one_database(
    settings_anywhere: Settings, open_a_desk: OpenDesk
) -> None:
    first, second = open_a_desk(settings_anywhere), open_a_desk(settings_anywhere)
    assert first.secret == second.secret
    assert len(first.secret) == 32


def test_a_book_that_is_there_is_not_built_again(settings: Settings) -> None:
    before = settings.code_book_path.stat().st_mtime_ns
    assert build_missing_book(settings) is False
    assert settings.code_book_path.stat().st_mtime_ns == before
