"""Proves a boundary by trying what it forbids, and what it allows, before anything is started in it.

A sandbox that silently does not hold is worse than none: a policy can be delivered and not applied.
"""

from __future__ import annotations

import os
import secrets
import subprocess

from sessions.errors import FactoryError
from sessions.floor.scope import HeldBy, Network
from sessions.stations.boundary.bounds import Boundary, Bounds

LIMIT_S = 20.0
_TRIALS = """\
for path in "$@"; do
  case $path in
    +*) ( : > "${path#+}" ) 2>/dev/null || echo "refused ${path#+}" ;;
    -*) ( : > "${path#-}" ) 2>/dev/null && echo "written ${path#-}" ;;
    =*) ( read -r line < "${path#=}" ) 2>/dev/null && echo "read ${path#=}" ;;
    net)
      while read -r name _; do
        case $name in lo:|*\\|*|face) ;; *) echo "network $name" ;; esac
      done < /proc/net/dev ;;
  esac
done
echo done
"""


class NotHeldError(FactoryError):
    """A boundary does not hold what it should. Nothing may be started in it."""


def prove(boundary: Boundary, bounds: Bounds) -> None:
    """Return when the boundary holds; where nothing of it is said to hold there is nothing to prove.

    Starts one shell inside, which takes some milliseconds. Raises `NotHeldError` with what was possible.
    """
    if not boundary.kernel:
        return
    token = secrets.token_hex(8)
    outside = bounds.private / f"outside-{token}"
    allowed = bounds.home / f".proof-{token}"
    outside.write_text("outside\n")
    forbidden = [bounds.private / f"new-{token}"]
    if boundary.held.by is HeldBy.BUBBLEWRAP:
        forbidden += [bounds.git_dir / "hooks" / token, bounds.git_dir / "config.worktree"]
        forbidden += [path / token for path in bounds.readable[:1]]
    words = [f"={outside}", *(f"-{path}" for path in (outside, *forbidden)), f"+{allowed}"]
    if bounds.scope.network is not Network.OPEN and boundary.held.by is HeldBy.BUBBLEWRAP:
        words.append("net")
    try:
        said = _run(boundary, words)
        changed = outside.read_text() != "outside\n" or any(path.exists() for path in forbidden if token in path.name)
    finally:
        for path in (outside, allowed, *(path for path in forbidden if token in path.name)):
            path.unlink(missing_ok=True)
    if said != ["done"] or changed:
        found = "; ".join(line for line in said if line != "done") or "a file outside was changed"
        raise NotHeldError(f"the boundary does not hold: {found}", "nothing was started; see factory-tui doctor")


def _run(boundary: Boundary, words: list[str]) -> list[str]:
    argv = boundary.wrap(["/bin/sh", "-c", _TRIALS, "sh", *words])
    try:
        done = subprocess.run(
            argv,
            env=dict(boundary.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHeldError(f"the boundary cannot be tried: {error}", "see factory-tui doctor") from error
    lines = os.fsdecode(done.stdout).splitlines()
    if "done" not in lines:
        complaint = os.fsdecode(done.stderr).strip().splitlines() or [f"it ended with {done.returncode}"]
        return [f"nothing can be started in it ({complaint[-1][:200]})"]
    return lines
