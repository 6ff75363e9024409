"""What the README tells a newcomer to do works, word for word."""

import asyncio
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consultant.config import SmtpSettings
from consultant.intake.reading import read_mail
from consultant.reception.door import open_door
from consultant.spool.box import Spool
from consultant.spool.letters import SpooledLetter
from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PORT = "8025"


def block_with(word: str) -> str:
    """Return the README's one block of commands or code that says a word."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    [block] = [block for block in blocks if word in block]
    return str(block)


def letters_after(folder: Path, mail_it: Callable[[int], object]) -> list[SpooledLetter]:
    """Return what a house's spool holds after somebody mailed it by the given port."""

    async def receive(spool: Spool) -> None:
        door = await open_door(SmtpSettings(port=0), spool, clock=lambda: datetime.now(UTC))
        await asyncio.to_thread(mail_it, door.port)
        await door.close()

    spool = Spool(folder)
    try:
        asyncio.run(receive(spool))
        return spool.waiting()
    finally:
        spool.close()


def assert_it_is_the_question(letters: list[SpooledLetter]) -> None:
    [letter] = letters
    mail = read_mail(letter.raw)
    assert letter.envelope_to == ("consult@consult.localhost",)
    assert mail.subject == "Is E11.9 billable?"
    assert mail.text.strip() == "Is E11.9 valid and billable for a visit on 05/12/2026?"


def test_the_python_of_the_readme_mails_a_question(tmp_path: Path) -> None:
    code = block_with("smtplib")
    assert PORT in code
    letters = letters_after(tmp_path, lambda port: exec(code.replace(PORT, str(port)), {}))  # noqa: S102  our own README
    assert_it_is_the_question(letters)


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_the_swaks_of_the_readme_mails_a_question(tmp_path: Path) -> None:
    command = block_with("swaks")
    assert PORT in command

    def mail_it(port: int) -> None:
        words = shlex.split(command.replace("\\\n", " ").replace(PORT, str(port)))
        subprocess.run(words, check=True, capture_output=True, timeout=30)  # noqa: S603  our own README

    assert_it_is_the_question(letters_after(tmp_path, mail_it))
