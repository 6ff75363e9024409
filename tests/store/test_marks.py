"""The key our letters are signed with is made once and is the same for every node on one database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from consultant.store.database import Database
from consultant.store.marks import SECRET_BYTES, signing_key


def test_nodes_that_ask_for_the_key_at_once_get_the_same_one(database_url: str, tmp_path: Path) -> None:
    url = database_url or f"sqlite:///{tmp_path / 'tickets.sqlite'}"
    nodes = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as at_once:
        keys = set(at_once.map(signing_key, nodes))
    for node in nodes:
        node.close()
    assert len(keys) == 1
    assert {len(key) for key in keys} == {SECRET_BYTES}


def test_the_key_is_kept(database_url: str, tmp_path: Path) -> None:
    url = database_url or f"sqlite:///{tmp_path / 'tickets.sqlite'}"
    with closing(Database(url)) as database:
        before = signing_key(database)
    with closing(Database(url)) as database:
        assert signing_key(database) == before
