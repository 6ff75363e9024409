"""config.toml is its own manual, and the manual is right."""

import re

import pytest

from consultant.config import Settings
from scripts.tables import CONFIG_FILE, Documented, default_of, documented_keys

TEXT = CONFIG_FILE.read_text(encoding="utf-8")
DOCUMENTED = documented_keys(TEXT)

# A secret has no line of its own: the comment of this key says where it comes from.
SECRETS = {("relay", "password"): ("relay", "password_file")}

UNITS = re.compile(
    r"\b(bytes|seconds|minutes|hours|days|port|recipients|messages|connections|passwords|acknowledgements)\b",
    re.IGNORECASE,
)


def keys_in_code() -> set[tuple[str, str]]:
    sections = Settings()
    return {
        (section, key) for section in Settings.model_fields for key in type(getattr(sections, section)).model_fields
    }


def is_number(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, list) and bool(value) and isinstance(value[0], int))


def test_every_key_is_documented_and_no_other() -> None:
    assert {(key.section, key.name) for key in DOCUMENTED} == keys_in_code() - SECRETS.keys()


def test_a_secret_is_told_of_beside_the_key_that_names_its_file() -> None:
    comments = {(key.section, key.name): key.comment for key in DOCUMENTED}
    for (section, key), told_at in SECRETS.items():
        assert f"CONSULTANT_{section}__{key}".upper() in comments[told_at]


@pytest.mark.parametrize("key", DOCUMENTED, ids=lambda key: f"{key.section}.{key.name}")
def test_a_commented_key_shows_its_default(key: Documented) -> None:
    assert key.set_here or key.value == default_of(key.section, key.name)


@pytest.mark.parametrize("key", DOCUMENTED, ids=lambda key: f"{key.section}.{key.name}")
def test_a_number_says_its_unit(key: Documented) -> None:
    assert not is_number(default_of(key.section, key.name)) or UNITS.search(key.comment)
