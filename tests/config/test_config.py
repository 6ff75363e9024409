"""What the operator decides is read once, checked, and told in one sentence when it is wrong."""

from pathlib import Path

import pytest

from consultant.config import (
    ConfigMissingError,
    ConfigNotTomlError,
    ConfigUnreadableError,
    ConfigWrongError,
    RelaySettings,
    Settings,
    read_settings,
)

NOTHING: dict[str, str] = {}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file with one key in it."""
    path = tmp_path / "config.toml"
    path.write_text('[smtp]\ndomain = "house.example"\n', encoding="utf-8")
    return path


def sentence(text: str, tmp_path: Path, environment: dict[str, str] | None = None) -> str:
    """Return what is said of a configuration that is wrong."""
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigWrongError) as caught:
        read_settings(path, environment or {})
    return str(caught.value)


def test_what_the_file_does_not_say_has_its_default(file: Path) -> None:
    settings = read_settings(file, NOTHING)
    assert settings.smtp.domain == "house.example"
    assert settings.smtp.port == Settings().smtp.port == 8025
    assert settings.smtp.address == "consult@house.example"


def test_the_environment_overrides_a_single_key(file: Path) -> None:
    environment = {"CONSULTANT_SMTP__PORT": "2525", "CONSULTANT_REVIEWERS__NOTIFY": "a@b.example, c@d.example"}
    settings = read_settings(file, environment)
    assert settings.smtp.port == 2525
    assert settings.smtp.domain == "house.example"
    assert settings.reviewers.notify == ("a@b.example", "c@d.example")


def test_a_list_of_numbers_can_be_given_in_the_environment(file: Path) -> None:
    assert read_settings(file, {"CONSULTANT_LETTERS__RETRY_MINUTES": "2,4"}).letters.retry_minutes == (2, 4)


def test_the_environment_names_the_file_and_an_argument_outranks_it(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[smtp]\nport = 26\n", encoding="utf-8")
    environment = {"CONSULTANT_CONFIG": str(other)}
    assert read_settings(None, environment).smtp.port == 26
    assert read_settings(file, environment).smtp.port == 8025


def test_other_variables_of_the_environment_are_none_of_ours(file: Path) -> None:
    assert read_settings(file, {"CONSULTANT_CONFIG": "x", "PATH": "/bin", "SMTP__PORT": "1"}).smtp.port == 8025


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = tmp_path / "house"
    house.mkdir()
    path = house / "config.toml"
    path.write_text('[relay]\npassword_file = "secret.txt"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = read_settings(Path("house/config.toml"), NOTHING)
    assert settings.queue.path == house / "queue"
    assert settings.code_book_path == house / "queue" / "codebook.sqlite"
    assert settings.relay.password_file == str(house / "secret.txt")


def test_an_absolute_path_stays_as_it_is(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    assert read_settings(file, {"CONSULTANT_QUEUE__PATH": str(elsewhere)}).queue.path == elsewhere


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[smtp]\r\nport = 2525\r\n")
    assert read_settings(path, NOTHING).smtp.port == 2525


def test_no_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigMissingError, match="--config PATH"):
        read_settings(tmp_path / "none.toml", NOTHING)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigUnreadableError, match="directory"):
        read_settings(tmp_path, NOTHING)


@pytest.mark.parametrize("content", [b"[smtp\nport = 1", b"port = ", b"\xff\xfe", b"[" * 5000])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigNotTomlError, match="not valid TOML"):
        read_settings(path, NOTHING)


def test_an_unknown_key_is_named_with_the_file_it_stands_in(tmp_path: Path) -> None:
    said = sentence("[smtp]\nprot = 25\n", tmp_path)
    assert "smtp.prot: there is no such key" in said
    assert "wrong.toml" in said


def test_an_unknown_section_is_named(tmp_path: Path) -> None:
    assert "smpt: there is no such key" in sentence("[smpt]\nport = 25\n", tmp_path)


def test_a_wrong_value_from_the_environment_names_the_variable(tmp_path: Path) -> None:
    said = sentence("", tmp_path, {"CONSULTANT_SMTP__PORT": "twenty"})
    assert "CONSULTANT_SMTP__PORT" in said
    assert "it takes a whole number" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smtp = 3", "it is a section"),
        ("[smtp]\nport = 70000", "less than or equal to 65535"),
        ("[smtp]\nport = 2.5", "it takes a whole number"),
        ("[smtp]\nport = 'x'", "it takes a whole number"),
        ("[smtp]\nhost = ''", "it must not be empty"),
        ("[smtp]\nhost = 5", "it takes a text"),
        ("[smtp]\ndomain = ''", "cannot stand in a mail address"),
        ("[smtp]\ndomain = 'a@b.example'", "cannot stand in a mail address"),
        ("[smtp]\nmailbox = 'two words'", "cannot stand in a mail address"),
        ('[house]\nname = "a\\nBcc: all@b.example"', "on one line"),
        ("[web]\nbase_url = 'desk.example.org'", "no web address"),
        ("[web]\nbase_url = 'javascript:alert(1)'", "no web address"),
        ("[reviewers]\nnotify = 3", "it takes a list"),
        ("[relay]\ntls = 'yes'", "'none', 'starttls' or 'implicit'"),
        ("[letters]\nretry_minutes = []", "it must not be empty"),
        ("[letters]\nretry_minutes = [0]", "greater than or equal to 1"),
        ("[digest]\ntimezone = 'Mars/Olympus'", "no IANA time zone"),
        ("[digest]\ncron = 'daily'", "five fields"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_the_operators_words(tmp_path: Path, text: str, said: str) -> None:
    assert said in sentence(text, tmp_path)


def test_every_complaint_is_one_sentence_without_the_libraries_own_words(tmp_path: Path) -> None:
    for text in ("smtp = 3", "[smtp]\nport = 'x'", "[reviewers]\nnotify = 3", "[queue]\npath = 3"):
        said = sentence(text, tmp_path)
        assert "\n" not in said
        assert "pydantic" not in said.lower()
        assert "Input" not in said


def test_a_secret_never_prints(file: Path) -> None:
    secret = "correct horse"
    url = "postgresql+psycopg://desk:correct%20horse@db/desk"
    settings = read_settings(file, {"CONSULTANT_RELAY__PASSWORD": secret, "CONSULTANT_DATABASE__URL": url})
    assert settings.relay.secret() == secret
    assert settings.database_url == url
    assert secret not in repr(settings)
    assert "correct%20horse" not in repr(settings)


def test_a_wrong_secret_is_not_repeated_in_the_complaint(tmp_path: Path) -> None:
    assert "hunter" not in sentence("[relay]\npassword = ['hunter2']\n", tmp_path)


def test_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("correct horse\n", encoding="utf-8")
    assert RelaySettings(password_file=str(path)).secret() == "correct horse"


def test_settings_cannot_be_changed_afterwards(file: Path) -> None:
    settings = read_settings(file, NOTHING)
    with pytest.raises(ValueError, match="frozen"):
        settings.smtp.port = 1  # type: ignore[misc]  # that it cannot be set is the test


@pytest.mark.parametrize(
    ("host", "base_url", "url", "secure"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8080", False),
        ("::1", "", "http://[::1]:8080", False),
        ("127.0.0.1", "https://desk.example.org/", "https://desk.example.org", True),
    ],
)
def test_the_page_knows_where_people_reach_it(host: str, base_url: str, url: str, *, secure: bool) -> None:
    web = Settings.model_validate({"web": {"host": host, "base_url": base_url}}).web
    assert (web.url, web.secure) == (url, secure)


def test_without_a_database_url_tickets_lie_in_the_queue_folder(file: Path) -> None:
    settings = read_settings(file, NOTHING)
    assert settings.database_url == f"sqlite:///{file.parent / 'queue' / 'tickets.sqlite'}"
    assert settings.maildir_path == file.parent / "queue" / "outbox"
