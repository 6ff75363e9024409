"""The bytes of one letter on their way in, from 354 to the dot: where it ends, and whether it is too much.

Only CRLF "." CRLF ends a letter. A dot between bare line feeds is text, or one letter could hide a second one behind it
(SMTP smuggling, CVE-2023-51764 and its family). However long the letter or one of its lines, no more than the allowed
size is ever held.
"""

TOO_LARGE = "552 5.3.4 Message too large"
LINE_TOO_LONG = "500 5.6.0 Line too long"
TOO_MANY_HOPS = "554 5.4.6 Too many Received headers, the message is in a loop"

MAX_HOPS = 50
_END = b"\r\n.\r\n"
_TAIL = len(_END) - 1  # of the end, as much as may hang over from one chunk to the next


class Transfer:
    """One letter coming in. `refusal` is the reply it will get if it is too much, and the first reason stays."""

    def __init__(self, max_bytes: int, max_line_bytes: int) -> None:
        """Begin with nothing; the limits count bytes as they come over the wire."""
        self.refusal: str | None = None
        self.size = 0
        self._max_bytes = max_bytes
        self._max_line_bytes = max_line_bytes
        self._line = 0
        # The line before the letter's first ended with CRLF too, so that a lone dot ends an empty letter.
        self._buffer = bytearray(b"\r\n")

    @property
    def held(self) -> int:
        """Return how many bytes of memory the letter takes just now."""
        return len(self._buffer)

    @property
    def overrun(self) -> bool:
        """Tell whether twice the allowed size has come without an end: no reason to listen any longer."""
        return self.size > 2 * self._max_bytes

    def take(self, chunk: bytes) -> bytes | None:
        """Take the next bytes; return None while the letter goes on, else what followed its end."""
        before = len(self._buffer)
        self._buffer += chunk
        end = self._buffer.find(_END, max(0, before - _TAIL))
        if end < 0:
            self.size += len(chunk)
            self._judge(chunk, self._max_bytes + _TAIL)  # the last bytes may be the beginning of the end
            return None
        rest = bytes(self._buffer[end + len(_END) :])
        del self._buffer[end + 2 :]
        self.size += len(chunk) - len(rest) - len(b".\r\n")
        self._judge(chunk[: max(0, end + 2 - before)], self._max_bytes)
        return rest

    def refuse(self, reply: str) -> None:
        """Keep no more of this letter; its sender is told when it ends."""
        self.refusal = self.refusal or reply
        del self._buffer[:-_TAIL]

    def letter(self) -> bytes:
        """Return the letter exactly as its sender had it, dots unstuffed (RFC 5321, section 4.5.2)."""
        buffer = self._buffer.replace(b"\r\n.", b"\r\n") if b"\r\n." in self._buffer else self._buffer
        return bytes(memoryview(buffer)[2:])

    def _judge(self, part: bytes, max_bytes: int) -> None:
        if self._longest_line(part) > self._max_line_bytes:
            self.refuse(LINE_TOO_LONG)
        elif self.refusal or self.size > max_bytes:
            self.refuse(TOO_LARGE)

    def _longest_line(self, part: bytes) -> int:
        """Return the length of the longest line that ends or goes on in this part, as far as it may matter."""
        first = part.find(b"\n")
        if first < 0:
            self._line += len(part)
            return self._line
        longest = self._line + first
        if len(part) > self._max_line_bytes:
            longest = max(longest, *map(len, part[first + 1 :].split(b"\n")))
        self._line = len(part) - part.rfind(b"\n") - 1
        return max(longest, self._line)


def loops(raw: bytes) -> bool:
    """Tell whether a letter has passed so many servers that it must be going round in circles (RFC 5321, 6.3)."""
    header, _, _ = raw.partition(b"\r\n\r\n")
    return (b"\n" + header).lower().count(b"\nreceived:") >= MAX_HOPS
