"""Where the program keeps its state, settings and socket: never in a repository, never where others can write."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from sessions.errors import FactoryError

PROGRAM = "factory-tui"
SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes of a unix socket's path that the kernel takes (`sun_path` without its final NUL)."""
SHARED_TEMP = Path("/tmp")
"""Where sockets go whose own place has too long a name. Not `$XDG_RUNTIME_DIR`, which ends with the last login while
the supervisor lives on, and not `$TMPDIR`, which differs between the logins that must find the same socket."""

_SLUG_LIMIT = 40


def repo_state_dir(common_dir: Path) -> Path:
    """The private folder of one repository, made if missing. All worktrees of a repository share it.

    `common_dir` is git's common directory; its real path is the identity, its name makes the folder readable.
    """
    path = state_dir_of(common_dir)
    return private_dir(private_dir(path.parent) / path.name)


def state_dir_of(common_dir: Path) -> Path:
    """Where that folder is, or would be. Nothing is made."""
    real = common_dir.resolve()
    name = real.parent.name if real.name == ".git" else real.name.removesuffix(".git")
    slug = re.sub(r"[^a-z0-9._-]+", "-", name.lower())[:_SLUG_LIMIT].strip("-.") or "repository"
    return _home("XDG_STATE_HOME", ".local/state") / f"{slug}-{_short_hash(real)}"


def config_dir() -> Path:
    """Where the operator's own files lie (keymap, prices, settings). Not made: reading needs no folder."""
    return _home("XDG_CONFIG_HOME", ".config")


def console_path() -> Path:
    """What the console remembers of its operator, for all repositories. Nothing is made."""
    return _home("XDG_STATE_HOME", ".local/state") / "console.json"


def last_floor_path(state_dir: Path) -> Path:
    """What consoles keep of the floor of the repository that `state_dir` belongs to. Nothing is made."""
    return state_dir.parent / "console" / f"{state_dir.name}.floor"


def journal_path(state_dir: Path) -> Path:
    """The journal of the repository that `state_dir` belongs to."""
    return state_dir / "journal.db"


def lock_path(state_dir: Path) -> Path:
    """The file whose lock the repository's one supervisor holds, who alone writes the journal."""
    return journal_path(state_dir).with_name("journal.db.lock")


def places_dir(state_dir: Path) -> Path:
    """Where the stations of the repository have their work trees. Nothing is made."""
    return state_dir / "places"


def station_home(path: Path) -> Path | None:
    """The home of a station of whatever repository that a path leads into by its words; None where it does not."""
    root = _home("XDG_STATE_HOME", ".local/state")
    if not path.is_relative_to(root):
        return None
    parts = path.relative_to(root).parts
    return root.joinpath(*parts[:4]) if len(parts) >= 4 and (parts[1], parts[3]) == ("places", "home") else None


def log_path(state_dir: Path) -> Path:
    """What the supervisor has to say when no console listens."""
    return state_dir / "supervisor.log"


def outbox_path(state_dir: Path) -> Path:
    """Where stations put their signals, each into a directory of its own."""
    return state_dir / "outbox"


def door_path(state_dir: Path) -> Path:
    """Where it stands at which address signals are taken over HTTP, and with which token."""
    return state_dir / "hooks.json"


def mark_of(state_dir: Path) -> str:
    """By which processes are known that are started for the stations of this directory.

    A supervisor that keeps its state elsewhere is another one, also of the same repository: it must not take them for
    what it has lost.
    """
    return f"{state_dir.name}-{_short_hash(state_dir.resolve())}"


def socket_path(state_dir: Path, whose: str = "supervisor") -> Path:
    """A socket of one repository: in `state_dir`, or by hash in a private temporary folder where that is too long.

    Raises `FactoryError` when that folder belongs to somebody else: whoever owns the folder owns the conversation.
    """
    direct = state_dir / f"{whose}.sock"
    if len(os.fsencode(direct)) <= SOCKET_LIMIT:
        return direct
    other = "" if whose == "supervisor" else f"-{whose}"
    return private_dir(SHARED_TEMP / f"{PROGRAM}-{os.geteuid()}") / f"{_short_hash(state_dir.resolve())}{other}.sock"


def private_dir(path: Path) -> Path:
    """`path` as a directory that is ours alone (0700), made if missing.

    Raises `FactoryError` when it is a link, belongs to another user, or others may write into it: what lies there
    may then be theirs. A directory of ours that others may only read is closed to them.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        info = path.lstat()
        if not stat.S_ISDIR(info.st_mode):
            raise FactoryError(f"{path} is a link, not a directory", "move it away")
        if info.st_uid != os.geteuid():
            raise FactoryError(f"{path} belongs to user {info.st_uid}, not to you", "ask them to remove it")
        if info.st_mode & 0o022:
            raise FactoryError(f"others may write into {path}", f"look at what lies there, then chmod 700 {path}")
        if info.st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FactoryError(f"{path} cannot be used: {reason}", "set XDG_STATE_HOME to a directory of yours") from error
    return path


def _home(variable: str, default: str) -> Path:
    """The program's folder in a base directory of the XDG specification, which says to ignore relative values."""
    value = os.environ.get(variable, "")
    if os.path.isabs(value):  # noqa: PTH117 - an empty string is no path
        return Path(value) / PROGRAM
    try:
        return Path.home() / default / PROGRAM
    except RuntimeError as error:
        raise FactoryError("no home directory is known", f"set HOME or {variable}") from error


def _short_hash(path: Path) -> str:
    try:
        # As `random` of the standard library does: hashlib would load OpenSSL, and the first paint wait for it.
        if sys.version_info >= (3, 12):
            from _sha2 import sha256  # type: ignore[import-not-found]
        else:
            from _sha256 import sha256  # type: ignore[import-not-found]
    except ImportError:  # a Python that was built without its own
        from hashlib import sha256
    digest: str = sha256(os.fsencode(path)).hexdigest()
    return digest[:12]
