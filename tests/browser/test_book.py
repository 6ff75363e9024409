"""The code book filled in a real browser: files chosen, terms accepted, progress watched; also without the script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenHouse, sign_in

pytestmark = pytest.mark.browser

AGENCY = Path(__file__).resolve().parents[1] / "agency"
HCPCS = AGENCY / "HCPC2026_OCT_ANWEB.txt"
MUE = AGENCY / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"


def send(page: Page, house: OpenHouse, *files: Path) -> None:
    """Choose files in the form and send it."""
    page.goto(f"{house.url}/codes/import")
    page.get_by_label("Files as downloaded").set_input_files([str(file) for file in files])
    page.get_by_role("button", name="Import").click()


def test_files_are_imported_while_the_page_watches(page: Page, house: OpenHouse) -> None:
    send(page, house, HCPCS)
    expect(page.get_by_role("status")).to_contain_text("HCPCS Level II", timeout=30_000)
    page.get_by_role("link", name="What is loaded now").click()
    expect(page.get_by_role("region", name="Releases of HCPCS Level II")).to_contain_text("October 2026")


def test_terms_are_accepted_with_the_box(page: Page, house: OpenHouse) -> None:
    send(page, house, MUE)
    expect(page.get_by_role("alert")).to_contain_text("under terms of the American Medical", timeout=30_000)
    page.get_by_label("Files as downloaded").set_input_files(str(MUE))
    page.get_by_label("I have read and accept the terms").check()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status")).to_contain_text("NCCI MUE practitioner", timeout=30_000)
    page.goto(f"{house.url}/codes/status")
    expect(page.get_by_role("region", name="Releases of NCCI MUE practitioner")).to_contain_text("rita@house.example")


def test_without_the_script_the_page_renews_itself_until_the_import_is_over(
    chromium: Browser, house: OpenHouse
) -> None:
    window = chromium.new_context(java_script_enabled=False)
    page = sign_in(window.new_page(), house)
    send(page, house, HCPCS)
    expect(page.get_by_role("status")).to_contain_text("HCPCS Level II", timeout=30_000)
    window.close()


def test_a_wrong_file_is_refused_with_its_sentence(page: Page, house: OpenHouse, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("These are my notes.\n")
    send(page, house, wrong)
    expect(page.get_by_role("alert")).to_contain_text("notes.txt was not imported", timeout=30_000)
