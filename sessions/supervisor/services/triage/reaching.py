"""Ways to reach who does not look: a command without a shell, and an address on the web. Each has its time.

What is said is foreign in part: it is an argument or the standard input of a program, and never a word for a shell.
An address may itself be a secret: it is in no message and no log.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from sessions import __version__
from sessions.errors import FactoryError
from sessions.redact import redact
from sessions.sockets.pipes import let_go
from sessions.text import clean

if TYPE_CHECKING:
    from http.client import HTTPConnection

COMMAND_S, POST_S = 20.0, 10.0
TRIES, AGAIN_S = 3, 2.0
DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "USER", *DESKTOP)
"""Of the environment, what a program needs to reach a person: no keys of anybody are among it."""
TITLE, TEXT = "{title}", "{text}"
"""Words of a command in whose place the title and the text are put."""


async def run(command: Sequence[str], title: str, text: str, given: bytes) -> None:
    """Run a command with this on its standard input. Raises `FactoryError` where it fails, or takes too long."""
    argv = [title if word == TITLE else text if word == TEXT else word for word in command]
    name = clean(command[0], 80)
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={key: os.environ[key] for key in KEPT if key in os.environ},
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FactoryError(f"{name} cannot be run ({reason})", "see [triage] in the settings") from None
    try:
        async with asyncio.timeout(COMMAND_S):
            _, said = await process.communicate(given)
    except TimeoutError:
        raise FactoryError(f"{name} did not end within {COMMAND_S:g} s", "have it go on by itself") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        let_go(process)
    if process.returncode:
        last = redact(clean(said.decode(errors="replace").strip().rpartition("\n")[2], 160))
        raise FactoryError(f"{name} ended with {process.returncode}{f': {last}' if last else ''}", "try it by hand")


async def post(url: str, body: bytes) -> None:
    """Send this to an address, a few times where it is not taken. Raises `FactoryError` where it never is."""
    trouble = ""
    for attempt in range(TRIES):
        if attempt:
            await asyncio.sleep(AGAIN_S**attempt)
        trouble, again = await asyncio.to_thread(_posted, url, body)
        if not trouble:
            return
        if not again:
            break
    raise FactoryError(f"the webhook was not reached ({trouble})", "see webhook in [triage] of the settings")


def _posted(url: str, body: bytes) -> tuple[str, bool]:
    """What went wrong, and whether it may go better soon. No redirection is followed: it was not set."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from threading import Timer
    from urllib.parse import urlsplit

    headers = {"Content-Type": "application/json", "User-Agent": f"factory-tui/{__version__}"}
    try:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=POST_S)
        over = Timer(POST_S, lambda: _cut(connection))
        over.start()
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            status = connection.getresponse().status
        finally:
            over.cancel()
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__, not isinstance(error, ValueError)
    if 200 <= status < 300:
        return "", False
    return f"HTTP {status}", status >= 500 or status == 429


def _cut(connection: HTTPConnection) -> None:
    """End it: the time limit of a connection is for each piece, and who answers a letter at a time would never end."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
