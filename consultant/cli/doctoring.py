"""What `doctor` looks at, one finding each, with what to do about it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import dns.exception
import dns.resolver

from consultant.codes.book import Book
from consultant.config import RelaySettings, Settings
from consultant.errors import HouseError
from consultant.service import writable
from consultant.store.database import Database, answers

DNS_SECONDS = 3.0
_PRIVATE = (".localhost", ".local", ".test", ".example", ".invalid", ".internal")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and what is to be said of it."""

    name: str
    ok: bool
    said: str


def examine(read: Callable[[], Settings], on: date) -> list[Finding]:
    """Look at everything there is to look at, the code book as of a day; a broken thing does not hide the rest."""
    try:
        settings = read()
    except HouseError as error:
        return [Finding("config", ok=False, said=str(error))]
    found = [Finding("config", ok=True, said="every key is known and has a value that fits")]
    for name, look in _looks(on).items():
        try:
            found.append(Finding(name, ok=True, said=look(settings)))
        except HouseError as error:
            found.append(Finding(name, ok=False, said=str(error)))
    return found


def _looks(on: date) -> dict[str, Callable[[Settings], str]]:
    return {
        "folders": _folders,
        "database": _database,
        "code book": lambda settings: _book(settings, on),
        "relay": _relay,
        "dns": _dns,
    }


class RelayUnreachableError(HouseError):
    """The relay {host}:{port} does not answer ({reason}): check relay.host and relay.port, and the way there."""


class SecretUnreadableError(HouseError):
    """The password file {path} cannot be read ({reason}): correct relay.password_file, or the rights on the file."""


class NoMailExchangerError(HouseError):
    """The domain {domain} has no MX record: publish one that names this host, or mail will not find the way."""


class DnsSilentError(HouseError):
    """DNS could not be asked about {domain} ({reason}): check this machine's resolver."""


class StaleSourceError(HouseError):
    """The code book is not complete for today: {reasons}. `consultant codes import FILE` adds a file."""


def _folders(settings: Settings) -> str:
    writable(settings.queue.path)
    return f"{settings.queue.path} can be written to"


def _database(settings: Settings) -> str:
    database = Database(settings.database_url)
    answers(database)
    database.close()
    return f"{database.where} answers"


def _book(settings: Settings, on: date) -> str:
    with Book.open(settings.code_book_path) as book:
        loaded = [source for source in book.status(on) if source.release]
    late = [f"{source.name}: {source.note}" for source in loaded if not source.in_force]
    if late:
        raise StaleSourceError(reasons="; ".join(late))
    return ", ".join(f"{source.name} {source.release}" for source in loaded)


def _relay(settings: Settings) -> str:
    relay = settings.relay
    if not relay.host:
        return f"none is set, so letters are kept in {settings.maildir_path}"
    _read_secret(relay)
    try:
        with socket.create_connection((relay.host, relay.port), timeout=relay.timeout_seconds):
            return f"{relay.host}:{relay.port} takes connections"
    except OSError as error:
        raise RelayUnreachableError(host=relay.host, port=relay.port, reason=error.strerror or error) from error


def _read_secret(relay: RelaySettings) -> None:
    try:
        relay.secret()
    except OSError as error:
        raise SecretUnreadableError(path=relay.password_file, reason=error.strerror) from error


def _dns(settings: Settings) -> str:
    domain = settings.smtp.domain
    if domain.endswith(_PRIVATE):
        return f"{domain} is a private name, so there is nothing to look up"
    try:
        records = dns.resolver.resolve(domain, "MX", lifetime=DNS_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        raise NoMailExchangerError(domain=domain) from error
    except dns.exception.DNSException as error:
        raise DnsSilentError(domain=domain, reason=type(error).__name__) from error
    return "mail goes to " + ", ".join(sorted(str(record.exchange).rstrip(".") for record in records))
