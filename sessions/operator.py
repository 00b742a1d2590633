"""The operator at this machine, whose wishes become commands here."""

from __future__ import annotations

import getpass
import socket
import time
import uuid
from functools import cache

from sessions.floor.commands import AnyWish, Command


def command(wish: AnyWish) -> Command:
    """A new command of this operator, given now."""
    return Command(uuid.uuid4().hex, who(), time.time(), wish)


@cache
def who() -> str:
    """The operator, as `user@host`."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        user = "?"
    return f"{user}@{socket.gethostname()}"
