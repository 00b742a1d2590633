"""The operator at this machine, whose wishes become commands here."""

from __future__ import annotations

import getpass
import socket
import time
import uuid
from functools import cache

from sessions.floor.commands import AnyWish, Command


def command(wish: AnyWish, together: str = "", by: str = "") -> Command:
    """A new command of this operator, or `by` somebody else, given now; those of one key have `together` in common."""
    return Command(uuid.uuid4().hex, by or who(), time.time(), wish, together)


def one_key() -> str:
    """What the commands of one key press are told together by."""
    return uuid.uuid4().hex


@cache
def who() -> str:
    """The operator, as `user@host`."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        user = "?"
    return f"{user}@{socket.gethostname()}"
