"""Sets a new place up as the repository says: copies ignored files into it, and runs a script inside the boundary.

`.factory-tui.toml` at the root of the work tree:

```toml
[setup]
script = "npm ci"               # by sh, in the work tree
copy = [".env", "config/local"] # ignored files and directories of the operator's own work tree
caches = ["~/.cache/pip"]       # directories that are readable inside
```

It is done once, before the first start, and never again, however it ended: a failure is told and stops nobody. What is
copied or made readable is the operator's, so these two are only done when the file was allowed as it is (see
`suspects`); the script can do no more than the agent itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from sessions.branches.git import beneath
from sessions.branches.git.run import Git, GitError
from sessions.errors import FactoryError
from sessions.floor.patterns import is_path
from sessions.stations.places.layout import Place
from sessions.stations.places.suspects import Allowed, listing
from sessions.text import clean

FILE = ".factory-tui.toml"
LONGEST_S = 900.0
"""How long the script may take; it is ended then."""
MOST_COPIED = 500_000_000
"""Bytes that are copied at most."""
_MOST_FILE = 100_000
_LAST_WORDS = 2_000


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a repository declares."""

    script: str = ""
    copy: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    setup: Setup = Setup()


def declared(place: Place) -> Setup:
    """What the work tree declares, nothing when it has no such file. Raises `FactoryError` for a wrong one."""
    raw = beneath.read(place.work, FILE, _MOST_FILE)
    if raw is None:
        return Setup()
    try:
        found = msgspec.toml.decode(raw, type=_File).setup
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactoryError(
            f"{FILE} cannot be used: {clean(str(error), 300)}", "mend it on the branch: new places go by it"
        ) from error
    for path in found.copy:
        if not is_path(path):
            raise FactoryError(f"{FILE} copies {clean(path, 80)!r}", "name files relative to the root of the work tree")
    return found


def is_allowed(place: Place, state_dir: Path) -> bool:
    """Whether the operator has allowed the declaration as it is."""
    return not Allowed(state_dir).asked(each for each in listing(place.work) if each.path == FILE)


def caches_of(setup: Setup) -> tuple[Path, ...]:
    """The directories that are to be readable; those that are not there, or would show a whole home, are left out."""
    home = Path.home()
    found = []
    for text in setup.caches:
        path = Path(text).expanduser()
        if path.is_absolute() and path.is_dir() and not home.is_relative_to(path.resolve()):
            found.append(path.resolve())
    return tuple(found)


def prepare(
    place: Place,
    setup: Setup,
    wrap: Sequence[str],
    environment: Mapping[str, str],
    source: Path | None,
    longest: float = LONGEST_S,
) -> tuple[str, ...]:
    """Set a place up, unless that was done before; what went wrong. On a thread.

    `wrap` are the words of a boundary in which the whole work tree can be written, `source` is the operator's own work
    tree; without one, or when the file was not allowed, nothing is copied. What was printed is in `Place.log`.
    """
    if place.record.prepared:
        return ()
    place = place.with_record(prepared=True)  # before it is done: a supervisor that dies meanwhile does not repeat it
    troubles: list[str] = []
    with place.log.open("ab") as log:
        if setup.copy and source is not None:
            troubles += _copy(place, setup.copy, source, log.fileno())
        elif setup.copy:
            troubles.append(f"nothing was copied, as {FILE} is not allowed: see factory-tui trust")
        if setup.script:
            troubles += _run(place, setup.script, wrap, environment, longest, log.fileno())
        for trouble in troubles:
            os.write(log.fileno(), f"factory-tui: {trouble}\n".encode("utf-8", "replace"))
    return tuple(clean(trouble, 1_000) for trouble in troubles)


def log_of(place: Place, most: int = 200_000) -> str:
    """What of the operator's settings a place has not, and the end of what its set-up printed; not cleaned."""
    try:
        with place.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - most))
            return log.read(most).decode("utf-8", "replace")
    except OSError:
        return ""


def _copy(place: Place, paths: Sequence[str], source: Path, log: int) -> list[str]:
    """Copy what git ignores, and only that: anything else is in the history, or somebody's unfinished work."""
    troubles = []
    try:
        asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
        out = Git(source).run("check-ignore", "-z", "--stdin", stdin=asked, ok=(0, 1))
    except GitError as error:
        return [f"nothing was copied: {error.message}"]
    ignored = {os.fsdecode(path) for path in out.split(b"\0") if path}
    left = MOST_COPIED
    for path in paths:
        shown = clean(path, 200)
        if path not in ignored:
            troubles.append(f"{shown} was not copied, as git does not ignore it")
            continue
        try:
            size = _copied(source, place.work, path, left)
        except OSError as error:
            troubles.append(f"{shown} was not copied: {error.strerror or error}")
            continue
        left -= size
        os.write(log, f"factory-tui: copied {shown}\n".encode("utf-8", "replace"))
    return troubles


def _copied(source: Path, target: Path, path: str, most: int) -> int:
    """Copy a file, or a directory with all below, without following a link on either side; its size."""
    with beneath.opened(source, path) as descriptor:
        mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        size = 0
        for name, _ in sorted(beneath.names(source, path)):
            if not (source / path / name).is_symlink():
                size += _copied(source, target, f"{path}/{name}", most - size)
        return size
    content = beneath.read(source, path, most + 1)
    if content is None:
        return 0  # a link, a socket
    if len(content) > most:
        raise OSError(27, f"more than {MOST_COPIED / 1e6:.0f} MB")
    folder, _, name = path.rpartition("/")
    for above in [folder[:at] for at, letter in enumerate(folder + "/") if letter == "/"] if folder else []:
        with contextlib.suppress(FileExistsError), beneath.opened(target, above.rpartition("/")[0]) as parent:
            os.mkdir(above.rpartition("/")[2], 0o700, dir_fd=parent)
    with beneath.opened(target, folder) as parent:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        out = os.open(name, flags, mode & 0o700, dir_fd=parent)
    with open(out, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
    return len(content)


def _run(
    place: Place, script: str, wrap: Sequence[str], environment: Mapping[str, str], longest: float, log: int
) -> list[str]:
    began = time.monotonic()
    words = [*wrap, "/bin/sh", "-c", script]
    try:
        process = subprocess.Popen(
            words,
            cwd=place.work,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        return [f"the set-up could not be run: {error.strerror}"]
    try:
        code = process.wait(longest)
    except subprocess.TimeoutExpired:
        _end(process)
        return [f"the set-up took longer than {longest:g} s and was ended; see {place.log}"]
    seconds = time.monotonic() - began
    os.write(log, f"factory-tui: it ended with {code} after {seconds:.1f} s\n".encode())
    if code == 0:
        return []
    last = [line for line in log_of(place, _LAST_WORDS).splitlines() if not line.startswith("factory-tui:")]
    return [f"the set-up ended with {code} ({clean(last[-1], 200) if last else 'no words'}); see {place.log}"]


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
