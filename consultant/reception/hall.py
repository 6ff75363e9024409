"""The hall behind the door: what all conversations share, and the state each of them starts from."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP

from consultant.config import SmtpSettings
from consultant.reception.doorman import Doorman
from consultant.spool.box import Spool

LARGEST_IN_HAND = 4  # letters of the largest size that all conversations together may hold


class Guest(Protocol):
    """What the hall knows of a conversation."""

    busy: bool

    @property
    def ended(self) -> "asyncio.Task[None]":
        """Return the task that is done when the conversation has ended."""

    def say_goodbye(self) -> None:
        """End the conversation from our side, at once."""


@dataclass
class Hall:
    """What the conversations of one door share: the limits, where letters go, and who is here."""

    settings: SmtpSettings
    spool: Spool
    clock: Callable[[], datetime]
    loop: asyncio.AbstractEventLoop
    here: set[Guest] = field(default_factory=set)
    guests: Counter[str] = field(default_factory=Counter)
    bytes_in_hand: int = 0
    closing: bool = False
    original: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Build aiosmtpd's conversation once; every new one starts as a copy, which costs a tenth."""
        messages = self.settings.max_messages_per_connection
        calls = {
            "NOOP": messages + 20,
            "EHLO": 20,
            "HELO": 20,
            "HELP": 20,
            "VRFY": 20,
            "*": messages * (self.settings.max_recipients + 10),
        }
        self.original = vars(
            SMTP(
                Doorman(self.settings),
                data_size_limit=None,  # the doorman announces and checks it, in RFC 3463's words
                enable_SMTPUTF8=True,
                hostname=self.settings.hostname or self.settings.domain,  # without one aiosmtpd would ask the DNS
                ident="ESMTP",
                command_call_limit=calls,
                loop=self.loop,
            )
        )

    def crowded(self) -> bool:
        """Tell whether so many large letters are coming in at once that one more must wait."""
        return self.bytes_in_hand > LARGEST_IN_HAND * self.settings.max_message_bytes
