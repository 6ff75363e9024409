"""What the operator decides: read once from `config.toml` and the environment, checked, and handed down in sections.

Sections are frozen and refuse keys they do not know, so that a misspelt key is an error at start and never a silent
default. Secrets come from the environment or a file and never print.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from consultant.errors import HouseError

PREFIX = "CONSULTANT_"
DEFAULT_FILE = "config.toml"

Port = Annotated[int, Field(ge=0, le=65535)]


class ConfigMissingError(HouseError):
    """There is no configuration file {path}: run the command where config.toml is, or name it with --config PATH."""


class ConfigUnreadableError(HouseError):
    """The configuration file {path} is not valid TOML: {reason}."""


class ConfigWrongError(HouseError):
    """In {place}, {key}: {reason}. config.toml says beside every key what it takes."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: object) -> object:
    """Read a list given in the environment as comma-separated words."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        message = f"{name!r} is no IANA time zone, such as America/Chicago"
        raise ValueError(message) from None
    return name


def _cron(expression: str) -> str:
    fields = 5
    if len(expression.split()) != fields:
        message = "a cron expression has five fields: minute, hour, day of month, month, day of week"
        raise ValueError(message)
    return expression


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]


class HouseSettings(_Section):
    """Who answers: the name letters are signed with and the hours promised."""

    name: str = "CaseConsultant"
    answer_within_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 24


class SmtpSettings(_Section):
    """The door mail comes in by."""

    host: str = "127.0.0.1"
    port: Port = 8025
    domain: str = "consult.localhost"
    mailbox: str = "consult"
    hostname: str = ""
    max_message_bytes: Annotated[int, Field(ge=10_000)] = 10 * 1024 * 1024
    max_line_bytes: Annotated[int, Field(ge=1000, le=1024 * 1024)] = 64 * 1024
    max_recipients: Annotated[int, Field(ge=1)] = 100
    max_connections_per_address: Annotated[int, Field(ge=1)] = 20
    max_messages_per_connection: Annotated[int, Field(ge=1)] = 100
    idle_seconds: Annotated[int, Field(ge=1)] = 120
    trusted_authserv_id: str = ""

    @property
    def address(self) -> str:
        """Return the address questions are sent to."""
        return f"{self.mailbox}@{self.domain}"


class WebSettings(_Section):
    """The page reviewers work on."""

    host: str = "127.0.0.1"
    port: Port = 8080
    base_url: str = ""
    session_idle_minutes: Annotated[int, Field(ge=1)] = 30
    session_hours: Annotated[int, Field(ge=1)] = 12
    sign_in_tries: Annotated[int, Field(ge=1)] = 10
    sign_in_window_minutes: Annotated[int, Field(ge=1)] = 15

    @property
    def url(self) -> str:
        """Return where people reach the page, without a slash at the end."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Tell whether pages are reached over TLS, so that cookies may only travel there."""
        return self.url.startswith("https://")


class QueueSettings(_Section):
    """Where run-time data lies."""

    path: Path = Path("queue")


class RelaySettings(_Section):
    """Where approved letters go; without a host they are kept in the Maildir `<queue.path>/outbox`."""

    host: str = ""
    port: Port = 25
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    timeout_seconds: Annotated[int, Field(ge=1)] = 30

    def secret(self) -> str:
        """Return the password, from the environment or its file."""
        if self.password_file:
            return Path(self.password_file).read_text(encoding="utf-8").strip()
        return self.password.get_secret_value()


class DatabaseSettings(_Section):
    """Where tickets are kept; without a URL in `<queue.path>/tickets.sqlite`."""

    url: SecretStr = SecretStr("")


class ReviewerSettings(_Section):
    """Who is told of a new draft when no reviewer is registered."""

    notify: Words = ()


class DigestSettings(_Section):
    """When the reviewers' digest leaves."""

    cron: Cron = "0 7 * * mon-fri"
    timezone: TimeZone = "America/New_York"


class LetterSettings(_Section):
    """How letters leave: retries, and the limits on machine mail."""

    retry_minutes: Annotated[tuple[int, ...], BeforeValidator(_listed)] = (1, 5, 15, 30, 60)
    give_up_hours: Annotated[int, Field(ge=1)] = 120
    acknowledgements_per_ten_minutes: Annotated[int, Field(ge=0)] = 30


class LogSettings(_Section):
    """How the house reports on itself."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(_Section):
    """Everything the operator decides, one field for each section of `config.toml`."""

    house: HouseSettings = HouseSettings()
    smtp: SmtpSettings = SmtpSettings()
    web: WebSettings = WebSettings()
    queue: QueueSettings = QueueSettings()
    relay: RelaySettings = RelaySettings()
    database: DatabaseSettings = DatabaseSettings()
    reviewers: ReviewerSettings = ReviewerSettings()
    digest: DigestSettings = DigestSettings()
    letters: LetterSettings = LetterSettings()
    log: LogSettings = LogSettings()

    @property
    def code_book_path(self) -> Path:
        """Return where the code book lies."""
        return self.queue.path / "codebook.sqlite"

    @property
    def database_url(self) -> str:
        """Return the SQLAlchemy URL of the ticket database."""
        return self.database.url.get_secret_value() or f"sqlite:///{self.queue.path / 'tickets.sqlite'}"

    @property
    def maildir_path(self) -> Path:
        """Return the Maildir letters are kept in when no relay is set."""
        return self.queue.path / "outbox"


def read_settings(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the file (by default `CONSULTANT_CONFIG`, else `config.toml`) and let the environment override single keys.

    A relative `queue.path` is taken from the folder the file lies in, so that the command works from anywhere.
    """
    environment = os.environ if environment is None else environment
    path = path or Path(environment.get(f"{PREFIX}CONFIG", DEFAULT_FILE))
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise ConfigMissingError(path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigUnreadableError(path=path, reason=error) from error
    overridden = _override(tables, environment)
    try:
        settings = Settings.model_validate(tables)
    except ValidationError as error:
        raise _told(error, path, overridden) from error
    if settings.queue.path.is_absolute():
        return settings
    folder = path.resolve().parent / settings.queue.path
    return settings.model_copy(update={"queue": QueueSettings(path=folder)})


def _override(tables: dict[str, object], environment: Mapping[str, str]) -> dict[str, str]:
    """Lay `CONSULTANT_SECTION__KEY` values over the tables; return which variable set which key."""
    overridden = {}
    for variable, value in environment.items():
        section, joined, key = variable.removeprefix(PREFIX).lower().partition("__")
        if not variable.startswith(PREFIX) or not joined:
            continue
        table = tables.setdefault(section, {})
        if isinstance(table, dict):
            table[key] = value
            overridden[f"{section}.{key}"] = variable
    return overridden


def _told(error: ValidationError, path: Path, overridden: Mapping[str, str]) -> ConfigWrongError:
    """Turn the first thing wrong into one sentence that names the key and where it was set."""
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"][:2])
    unknown = first["type"] == "extra_forbidden"
    reason = "there is no such key" if unknown else first["msg"].removeprefix("Value error, ").rstrip(".")
    return ConfigWrongError(place=overridden.get(key, path), key=key, reason=reason)
