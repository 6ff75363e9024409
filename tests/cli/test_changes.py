"""`codes diff` and `codes update` at the command line: what is printed, and the exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consultant.cli.main import main
from tests.desk.fileserver import serving

AGENCY = Path(__file__).resolve().parents[1] / "agency"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command in a house of its own; keys set something under [sources]."""

    def invoke(*command: str, **keys: str) -> Result:
        lines = ["[sources]", *(f'{key} = "{address}"' for key, address in keys.items())]
        (tmp_path / "config.toml").write_text("\n".join(lines), encoding="utf-8")
        return CliRunner().invoke(main, [*command, "--config", str(tmp_path / "config.toml")])

    return invoke


@pytest.fixture
def two_years(run: Run, tmp_path: Path) -> None:
    """An order file and that of the year after, in which a code is another."""
    order = AGENCY / "icd10cm_order_2027.txt"
    later = tmp_path / "icd10cm_order_2028.txt"
    later.write_bytes(order.read_bytes().replace(b"Q99Z ", b"Q99W "))
    assert run("codes", "import", str(order), str(later)).exit_code == 0


@pytest.mark.usefixtures("two_years")
def test_a_person_reads_what_changed(run: Run) -> None:
    result = run("codes", "diff", "FY2027", "FY2028")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ICD-10-CM: from FY2027, October 1, 2026, order file to FY2028, October 1, 2027, order file",
        "",
        "added: 1",
        "  Q99.W  Invented condition that no list has, so that it can come an…",
        "",
        "terminated: 1",
        "  Q99.Z  Invented condition that no list has, so that it can come an…",
    ]


@pytest.mark.usefixtures("two_years")
def test_a_program_reads_all_of_it(run: Run) -> None:
    shape = json.loads(run("codes", "diff", "FY2027", "FY2028", "--json").stdout)
    assert shape["old"] == {
        "release": "FY2027, October 1, 2026, order file",
        "effective": "2026-10-01",
        "partial": False,
    }
    assert shape["counts"] == {"added": 1, "terminated": 1, "reworded": 0, "opened": 0, "closed": 0, "changed": 0}
    assert shape["terminated"][0]["key"] == ["Q99.Z"]


@pytest.mark.usefixtures("two_years")
def test_a_release_there_is_not_is_one_sentence(run: Run) -> None:
    result = run("codes", "diff", "FY2026", "FY2028")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'no release "FY2026"; it has: ICD-10-CM FY2027' in result.stderr


def test_an_update_says_what_became_of_each_source(run: Run) -> None:
    with serving() as shelf:
        shelf.files["/icd10cm_order_2027.txt"] = (AGENCY / "icd10cm_order_2027.txt").read_bytes()
        keys = {"icd_cm_order": shelf.url("/icd10cm_order_2027.txt"), "icd_pcs": shelf.url("/none.txt"), "cpt": "x"}
        first = run("codes", "update", "icd_cm_order", "icd_pcs", "fee_schedule", **keys)
        again = run("codes", "update", "icd_cm_order", "--json", **keys)
    assert first.exit_code == 1
    lines = first.stdout.splitlines()
    assert lines[0] == "icd_cm_order: ICD-10-CM FY2027, October 1, 2026, order file"
    assert "404" in lines[1]
    assert lines[2] == "fee_schedule: left, its terms are not accepted"
    assert again.exit_code == 0
    assert json.loads(again.stdout)["outcomes"][0]["state"] == "unchanged"
