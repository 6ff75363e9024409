"""What a database knows about its own house: the key its letters are signed with."""

import secrets

from sqlalchemy.exc import IntegrityError

from consultant.store.database import Database
from consultant.store.tables import HouseMark

SECRET = "signing key"  # noqa: S105  the row's name, not its value
SECRET_BYTES = 32


def signing_key(database: Database) -> bytes:
    """Return the key thread addresses are signed with, made the first time; every node on one database shares it."""
    with database.reading() as session:
        mark = session.get(HouseMark, SECRET)
    if mark is None:
        mark = _made(database)
    return bytes.fromhex(mark.value)


def _made(database: Database) -> HouseMark:
    made = HouseMark(key=SECRET, value=secrets.token_hex(SECRET_BYTES))
    try:
        with database.writing() as session:
            session.add(made)
    except IntegrityError:  # another node made it first: its key is the one
        with database.reading() as session:
            found = session.get(HouseMark, SECRET)
            assert found is not None
            return found
    return made
