"""The stream a conversation reads from, and how long a command in it may be."""

import asyncio
from typing import Any

MAX_COMMAND_BYTES = 1000


class Stream(asyncio.StreamReader):
    """A stream of which too much can be read and put back."""

    _buffer: bytearray

    def put_back(self, chunk: bytes) -> None:
        """Let the next read begin with these bytes."""
        self._buffer[:0] = chunk

    async def readuntil(self, separator: Any = b"\n") -> bytes:
        """Read a command; one that fills the whole buffer is no command, and its sender is gone to us."""
        try:
            return await super().readuntil(separator)
        except asyncio.LimitOverrunError as error:
            raise asyncio.IncompleteReadError(b"", None) from error


class CommandSizes(dict[str, int]):
    """How long a command may be; aiosmtpd's own table is shared by all connections and grows with each greeting."""

    def __missing__(self, command: str) -> int:
        return MAX_COMMAND_BYTES
