"""Attached over a real sshd on loopback: the line hangs up in the middle, and the agent is as it was."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import ROOT
from tests.bench.probe import Terminal
from tests.sessions.stations.keeping.programs import in_terminal
from tests.sessions.stations.keeping.serving import ATTACH, KEY, serving
from tests.support.supervisor import PATIENCE_S, settled, short_directory

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
TOOLS = ("ssh", "ssh-keygen")
REASON = f"no {SSHD}, or no {' or '.join(TOOLS)}"
pytestmark = pytest.mark.skipif(
    not Path(SSHD).exists() or any(shutil.which(tool) is None for tool in TOOLS), reason=REASON
)

COUNTS = """
import os, tty
tty.setraw(0)
seen = ''
while True:
    os.write(1, b'\\x1b[2J\\x1b[Hready ' + seen.encode())
    seen += os.read(0, 1).decode()
"""


@contextmanager
def sshd(directory: Path) -> Iterator[list[str]]:
    """The words that run a command over an sshd of our own, in a terminal."""
    for name in ("host", "user"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    shutil.copy(directory / "user.pub", directory / "authorized")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": directory / "host",
        "PidFile": directory / "pid",
        "AuthorizedKeysFile": directory / "authorized",
        "StrictModes": "no",
        "UsePAM": "no",
        "PermitRootLogin": "prohibit-password",
        "PasswordAuthentication": "no",
    }
    config = directory / "config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    words = [*_with_room(), SSHD, "-D", "-e", "-f", str(config)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            if "listening" not in said:
                pytest.skip(f"no sshd can be run here: {said.strip()}")
            yield [
                *("ssh", "-tt", "-p", str(port), "-i", str(directory / "user"), "-F", "none", "-e", "none", "-q"),
                *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"),
                f"{getpass.getuser()}@127.0.0.1",
            ]
        finally:
            server.terminate()
            server.stderr.close() if server.stderr is not None else None


def _with_room() -> list[str]:
    """The administrator's sshd wants a directory that may not be there: it gets one that nobody else sees."""
    if os.geteuid() or Path("/run/sshd").exists() or shutil.which("unshare") is None:
        return []
    return ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"', "sh"]


def test_a_line_that_hangs_up_leaves_the_agent_as_it_was() -> None:
    with serving() as served, short_directory() as directory, sshd(directory) as ssh:
        script = directory / "attach.py"
        script.write_text(ATTACH)
        words = ["env", f"PYTHONPATH={ROOT}", sys.executable, str(script), str(served.socket), "agent"]
        command = [*ssh, shlex.join(words)]
        served.start(in_terminal("agent", COUNTS))
        with Terminal(command, 90, 20) as first:
            first.until(lambda text: "ready" in text, PATIENCE_S)
            first.press("ab")
            first.until(lambda text: "ready ab" in text, PATIENCE_S)
            os.kill(first.pid, signal.SIGKILL)
            first.wait(PATIENCE_S)
        with Terminal(command, 70, 15) as second:
            second.until(lambda text: "ready ab" in text, PATIENCE_S)
            second.press("c")
            second.until(lambda text: "ready abc" in text, PATIENCE_S)
            second.press(KEY)
            second.until(lambda text: "CAME BACK:" in text, PATIENCE_S)
            second.press("bye\r")
            second.until(lambda text: "typed: bye" in text, PATIENCE_S)
            assert second.wait(PATIENCE_S) == 0
        settled(lambda: served.kept("agent").endswith(b"ready abc"))
