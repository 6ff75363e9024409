"""The door itself: a listening socket, and a way to close it without dropping a letter half said.

A letter is safe once its sender has been told 250. Nothing is read here: what a letter says is for others to find out.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from datetime import datetime

from consultant.config import SmtpSettings
from consultant.errors import HouseError
from consultant.reception.conversation import Conversation
from consultant.reception.hall import Hall
from consultant.spool.box import Spool

BACKLOG = 512
SECONDS_TO_FINISH = 5.0


class PortInUseError(HouseError):
    """Mail cannot come in: port {port} on {host} is taken. Stop what listens there, or set another smtp.port."""


class PortRefusedError(HouseError):
    """Mail cannot come in on {host}, port {port}: {reason}. Set smtp.host and smtp.port to what this machine offers."""


class Reception:
    """An open door. `port` is the one it listens on, also when any free one was asked for."""

    def __init__(self, server: asyncio.Server, hall: Hall) -> None:
        """Take over a server that listens already."""
        self._server = server
        self._hall = hall
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, let letters that are coming in end for five seconds, and say goodbye to everybody."""
        self._server.close()
        self._hall.closing = True
        talks = list(self._hall.here)
        for talk in talks:
            if not talk.busy:
                talk.say_goodbye()
        ends = [talk.ended for talk in talks]
        if ends:
            await asyncio.wait(ends, timeout=SECONDS_TO_FINISH)
        for talk in talks:
            talk.say_goodbye()
        await asyncio.gather(*ends, return_exceptions=True)
        await self._server.wait_closed()


async def open_door(settings: SmtpSettings, spool: Spool, *, clock: Callable[[], datetime]) -> Reception:
    """Listen for mail on `smtp.host` and `smtp.port` and keep it in the spool; `clock` gives aware times.

    Raises PortInUseError, or PortRefusedError when the address is not ours or the port not for this user.
    """
    # aiosmtpd writes what clients say into this log, addresses and letters included.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    hall = Hall(settings, spool, clock, loop)
    try:
        server = await loop.create_server(lambda: Conversation(hall), settings.host, settings.port, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host=settings.host, port=settings.port) from error
        raise PortRefusedError(host=settings.host, port=settings.port, reason=error.strerror) from error
    return Reception(server, hall)
