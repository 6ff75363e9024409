"""What the spool keeps: letters as they came, and the fingerprint that tells equal ones."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict


@dataclass(frozen=True)
class NewLetter:
    """A letter as it came through the door: the envelope, where it came from, and its bytes exactly as sent.

    An empty `envelope_from` is the null sender (RFC 5321, section 4.5.5). `received` is aware.
    """

    envelope_from: str
    envelope_to: tuple[str, ...]
    peer: str
    helo: str
    received: datetime
    raw: bytes


@dataclass(frozen=True)
class SpooledLetter:
    """A letter in the spool. `fingerprint` is equal for equal bytes from the same sender to the same recipients."""

    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    peer: str
    helo: str
    received: datetime
    raw: bytes
    failures: int


@dataclass(frozen=True)
class SetAsideLetter:
    """A letter a person must look at, with the reason; `Spool.get` has its bytes."""

    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received: datetime
    size: int
    failures: int
    reason: str


def fingerprint(raw: bytes, envelope_from: str, envelope_to: Iterable[str]) -> str:
    """Return the SHA-256, in hex, over the bytes and their envelope; recipients count in any order and case."""
    envelope = "\n".join([envelope_from, *sorted(recipient.lower() for recipient in envelope_to)])
    digest = hashlib.sha256(f"{envelope}\n\n".encode())
    digest.update(raw)
    return digest.hexdigest()


def set_aside_letter(row: sqlite3.Row) -> SetAsideLetter:
    """Return a row as a letter for a person."""
    return SetAsideLetter(size=row["size"], failures=row["failures"], reason=row["reason"], **envelope_of(row))


class _Envelope(TypedDict):
    id: int
    fingerprint: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received: datetime


def envelope_of(row: sqlite3.Row) -> _Envelope:
    """Return what all letters have in common."""
    return {
        "id": row["id"],
        "fingerprint": row["fingerprint"],
        "envelope_from": row["envelope_from"],
        "envelope_to": tuple(json.loads(row["envelope_to"])),
        "received": datetime.fromisoformat(row["received"]),
    }
