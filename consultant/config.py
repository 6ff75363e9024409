"""What the operator decides: read once from `config.toml` and the environment, checked, and handed down in sections.

Sections are frozen and refuse keys they do not know, so that a misspelt key is an error at start and never a silent
default. Secrets come from the environment or a file and never print.
"""

import os
import re
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
    """The configuration file {path} cannot be read: {reason}."""


class ConfigNotTomlError(HouseError):
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


def _cron_or_never(expression: str) -> str:
    return _cron(expression) if expression.strip() else ""


def _mail_part(word: str) -> str:
    if not _MAIL_PART.fullmatch(word):
        message = f"{word!r} cannot stand in a mail address"
        raise ValueError(message)
    return word


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        message = "it needs words on one line"
        raise ValueError(message)
    return text


def _web_address(url: str) -> str:
    if url and not _WEB_ADDRESS.fullmatch(url):
        message = f"{url!r} is no web address, such as https://desk.example.org"
        raise ValueError(message)
    return url


_MAIL_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]{1,253}(?:/[^\s?#]{0,500})?")

Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
CronOrNever = Annotated[str, AfterValidator(_cron_or_never)]
MailPart = Annotated[str, AfterValidator(_mail_part)]
OneLine = Annotated[str, AfterValidator(_one_line)]
Host = Annotated[str, Field(min_length=1)]  # nothing at all would quietly mean every address of the machine


class HouseSettings(_Section):
    """Who answers: the name letters are signed with and the hours promised."""

    name: OneLine = "CaseConsultant"
    answer_within_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 24


class SmtpSettings(_Section):
    """The door mail comes in by."""

    host: Host = "127.0.0.1"
    port: Port = 8025
    domain: MailPart = "consult.localhost"
    mailbox: MailPart = "consult"
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

    host: Host = "127.0.0.1"
    port: Port = 8080
    base_url: Annotated[str, AfterValidator(_web_address)] = ""
    session_idle_minutes: Annotated[int, Field(ge=1)] = 30
    session_hours: Annotated[int, Field(ge=1)] = 12
    sign_in_tries: Annotated[int, Field(ge=1)] = 10
    sign_in_window_minutes: Annotated[int, Field(ge=1)] = 15
    max_upload_bytes: Annotated[int, Field(ge=1)] = 300 * 1024 * 1024

    @property
    def url(self) -> str:
        """Return where people reach the page, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host  # RFC 3986, section 3.2.2
        return self.base_url.rstrip("/") or f"http://{host}:{self.port}"

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
        """Return the password, from the environment or its file; raise `OSError` when that cannot be read."""
        if self.password_file:
            return Path(self.password_file).read_text(encoding="utf-8", errors="replace").strip()
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


Minutes = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_listed), Field(min_length=1)]


class LetterSettings(_Section):
    """How letters leave: retries, and the limits on machine mail."""

    retry_minutes: Minutes = (1, 5, 15, 30, 60)
    give_up_hours: Annotated[int, Field(ge=1)] = 120
    acknowledgements_per_ten_minutes: Annotated[int, Field(ge=0)] = 30


_CMS = "https://www.cms.gov/files/zip"
_NCCI = f"{_CMS}/medicare-ncci"
_COVERAGE = "https://downloads.cms.gov/medicare-coverage-database/downloads/exports"


class SourcesSettings(_Section):
    """Where the agencies publish what the code book is made of, and when it is fetched; empty: fetched by hand.

    An address may hold {year}, {yy}, {quarter}, {month}, {letter} (a to d), {fiscal_year}, {ncci} (the NCCI version,
    such as 322) and {part} (1 to 4, each fetched).
    """

    cron: CronOrNever = ""
    terms_accepted_by: str = ""
    largest_bytes: Annotated[int, Field(ge=1_000_000)] = 500 * 1024 * 1024
    timeout_seconds: Annotated[int, Field(ge=1)] = 60
    icd_cm_tabular: str = ""
    icd_cm_index: str = ""
    icd_cm_order: str = f"{_CMS}/{{fiscal_year}}-code-descriptions-tabular-order.zip"
    icd_pcs: str = f"{_CMS}/{{fiscal_year}}-icd-10-pcs-order-file-long-and-abbreviated-titles.zip"
    gems: str = ""
    hcpcs: str = f"{_CMS}/{{month}}-{{year}}-alpha-numeric-hcpcs-file.zip"
    fee_schedule: str = f"{_CMS}/rvu{{yy}}{{letter}}.zip"
    ptp_practitioner: str = f"{_NCCI}-{{year}}q{{quarter}}-practitioner-ptp-edits-ccipra-v{{ncci}}r0-f{{part}}.zip"
    ptp_hospital: str = f"{_NCCI}-{{year}}q{{quarter}}-hospital-ptp-edits-ccioph-v{{ncci}}r0-f{{part}}.zip"
    mue_practitioner: str = f"{_NCCI}-{{year}}-q{{quarter}}-practitioner-services-mue-table.zip"
    mue_outpatient: str = f"{_NCCI}-{{year}}-q{{quarter}}-facility-outpatient-hospital-services-mue-table.zip"
    mue_dme: str = ""
    add_on: str = ""
    dmepos: str = f"{_CMS}/dme{{yy}}-{{letter}}.zip"
    place_of_service: str = ""
    rbcs: str = ""
    coverage_articles: str = f"{_COVERAGE}/current_article.zip"
    coverage_lcds: str = f"{_COVERAGE}/all_lcd.zip"
    coverage_ncds: str = f"{_COVERAGE}/ncd.zip"
    cpt: str = ""


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
    sources: SourcesSettings = SourcesSettings()
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

    A relative `queue.path` or `relay.password_file` is taken from the folder the file lies in, so that the command
    works from anywhere.
    """
    environment = os.environ if environment is None else environment
    path = path or Path(environment.get(f"{PREFIX}CONFIG") or DEFAULT_FILE)
    tables = _tables(path)
    overridden = _override(tables, environment)
    try:
        settings = Settings.model_validate(tables)
    except ValidationError as error:
        raise _told(error, path, overridden) from error
    return _from_folder(settings, path.resolve().parent)


def _tables(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigMissingError(path=path) from error
    except OSError as error:
        raise ConfigUnreadableError(path=path, reason=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigNotTomlError(path=path, reason=error) from error


def _from_folder(settings: Settings, folder: Path) -> Settings:
    """Return the settings with their paths made absolute; one that is absolute already stays as it is."""
    queue = settings.queue.model_copy(update={"path": folder / settings.queue.path})
    password_file = settings.relay.password_file
    relay = settings.relay.model_copy(update={"password_file": str(folder / password_file) if password_file else ""})
    return settings.model_copy(update={"queue": queue, "relay": relay})


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
    return ConfigWrongError(place=overridden.get(key, path), key=key, reason=_reason(first["type"], first["msg"]))


def _reason(kind: str, message: str) -> str:
    """Return what is wrong in an operator's words; what pydantic says of limits and choices reads well as it is."""
    if kind in _REASONS:
        return _REASONS[kind]
    return message.removeprefix("Value error, ").removeprefix("Input ").rstrip(".")


_REASONS = {
    "extra_forbidden": "there is no such key",
    "model_type": "it is a section, written [like this] with its keys beneath",
    "int_type": "it takes a whole number",
    "int_parsing": "it takes a whole number",
    "int_from_float": "it takes a whole number",
    "string_type": 'it takes a text in "quotes"',
    "tuple_type": 'it takes a list, such as ["one", "two"]',
    "path_type": 'it takes a path in "quotes"',
    "string_too_short": "it must not be empty",
    "too_short": "it must not be empty",
}
