"""Runs git on somebody else's repository: it reads, takes no lock, asks nothing, and runs no code of theirs.

Plumbing does what must be fast or exact (refs, worktrees, status, merges: 2 to 5 ms a process); GitPython, which takes
111 ms to import and neither knows `safe.directory` nor reftables, reads configuration (see
`sessions.branches.git.base`).
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from sessions.errors import FactoryError
from sessions.text import clean

OLDEST = (2, 38)
"""The oldest git that merges trees without a worktree (`merge-tree --write-tree`)."""
TIMEOUT_S = 30.0
MEMORY = min(4 << 30, max(1 << 30, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4))
"""Bytes of memory for git that reads what somebody hostile may have made: ten trees can be a thousand million files."""
_SCRIPT = 500_000
"""Bytes of a program below which it may be a script."""
_PORTION = 65_536
_MOST_COMPLAINT = 100_000
"""Bytes of what git complains of that are looked at for the reason."""

_KEPT = frozenset(
    {
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_EXEC_PATH",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    }
)
"""Git's own variables that are passed on. Others (`GIT_DIR`, `GIT_INDEX_FILE`, ...) would aim at another repository."""

_SAFE = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "protocol.allow=never",  # a partial clone would fetch what it lacks, with the repository's transport commands
    "-c",
    "submodule.recurse=false",
)


class GitError(FactoryError):
    """Git could not do it; `message` has git's own last words."""


class NotARepositoryError(GitError):
    """The directory is in no git repository."""


class GitTimeoutError(GitError):
    """Git took longer than it was given. `out` is what it had printed by then."""

    out = b""


class CalledOffError(GitError):
    """Somebody pulled the reins."""


class Reins:
    """Ends the git processes that run under it, and lets no other begin. Any thread may pull."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self.pulled = False

    def pull(self) -> None:
        """End them all; whoever waits for one gets a CalledOffError."""
        with self._lock:
            self.pulled = True
            for process in self._running:
                _end(process)

    @contextlib.contextmanager
    def over(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Hold a process for as long as it runs."""
        with self._lock:
            self._running.add(process)
            if self.pulled:
                _end(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)
        if self.pulled:
            raise CalledOffError("git was called off")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for git: no prompts, no locks, no pager, English, and nothing that aims elsewhere."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    env |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }
    return env | dict(extra or {})


@dataclass(frozen=True)
class Git:
    """Git in one directory. `settings` hold for every call, `env` is what is added to the environment.

    A setting is written `key=value`, with no `=` in the value: a key may have one.
    """

    directory: Path
    settings: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    """A program that runs git for us, with its own words, such as `nice -n 10`."""
    reins: Reins = field(default_factory=Reins, compare=False)
    memory: int = 0
    """Bytes that it may take; 0 for any. Held on Linux."""

    def run(
        self, *arguments: str, stdin: bytes | None = None, timeout: float | None = TIMEOUT_S, ok: Sequence[int] = (0,)
    ) -> bytes:
        """What `git arguments...` prints. Another exit status than `ok` raises GitError.

        A call that takes longer than `timeout` seconds, if there is such a limit, is ended together with everything it
        started.
        """
        status, out, err = self.call(*arguments, stdin=stdin, timeout=timeout)
        if status not in ok:
            raise failure(self.directory, arguments, err)
        return out

    def call(
        self, *arguments: str, stdin: bytes | None = None, timeout: float | None = TIMEOUT_S
    ) -> tuple[int, bytes, bytes]:
        """Exit status, output and error output of `git arguments...`, whatever the status is."""
        with self._started(arguments, subprocess.DEVNULL if stdin is None else subprocess.PIPE) as process:
            try:
                with self.reins.over(process):
                    out, err = process.communicate(stdin, timeout)
            except subprocess.TimeoutExpired as error:
                late = _too_long(arguments, error.timeout)
                late.out = error.output or b""
                raise late from error
            finally:
                _end(process)
        return process.returncode, out, err

    def pour(
        self,
        *arguments: str,
        source: IO[bytes] | bytes = b"",
        target: IO[bytes] | None = None,
        timeout: float = TIMEOUT_S,
        most: int = 0,
    ) -> bytes:
        """Let `git arguments...` read a file, and write one; what it prints when it has none to write.

        So what is large is never held in memory. No file of its gets longer than `most` bytes (0: any; held on Linux):
        a `target` as long as that was cut off. Raises GitError.
        """
        stdin = subprocess.PIPE if isinstance(source, bytes) else source
        stdout = subprocess.PIPE if target is None else target
        with self._started(arguments, stdin, stdout=stdout) as process:
            _limit(process.pid, "RLIMIT_FSIZE", most)
            try:
                with self.reins.over(process):
                    out, err = process.communicate(source if isinstance(source, bytes) else None, timeout)
            except subprocess.TimeoutExpired as error:
                raise _too_long(arguments, timeout) from error
            finally:
                _end(process)
        cut = process.returncode == -signal.SIGXFSZ and target is not None and os.fstat(target.fileno()).st_size >= most
        if process.returncode and not cut:
            raise failure(self.directory, arguments, err)
        return out or b""

    def with_settings(self, *settings: str) -> Git:
        """The same git with more settings."""
        return replace(self, settings=(*self.settings, *settings))

    def first(self, *arguments: str, most: int, timeout: float = TIMEOUT_S) -> tuple[bytes, bool]:
        """The first `most` bytes of what `git arguments...` prints, and whether there is more.

        Nothing beyond them is read or waited for. Raises GitError when git fails before.
        """
        import tempfile  # which takes longer to import than some commands have

        until = time.monotonic() + timeout
        kept = bytearray()
        with tempfile.TemporaryFile() as told, self._started(arguments, subprocess.DEVNULL, told) as process:
            assert process.stdout is not None
            try:
                with self.reins.over(process):
                    while portion := _portion(process.stdout.fileno(), until):
                        kept += portion
                        if len(kept) > most:
                            return bytes(kept[:most]), True
                    process.wait(max(0.0, until - time.monotonic()))
            except (TimeoutError, subprocess.TimeoutExpired) as error:
                raise _too_long(arguments, timeout) from error
            finally:
                _end(process)
            if process.returncode:
                told.seek(0)
                raise failure(self.directory, arguments, told.read(_MOST_COMPLAINT))
        return bytes(kept), False

    def _started(
        self,
        arguments: Sequence[str],
        stdin: IO[bytes] | int,
        stderr: IO[bytes] | int = subprocess.PIPE,
        stdout: IO[bytes] | int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        try:
            # A session of its own has no terminal to prompt on, and can be ended as a whole.
            process = subprocess.Popen(
                [*self.wrapper, "git", *_SAFE, *arguments],
                cwd=self.directory,
                env=environment({**_settings(self.settings), **self.env}),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            _limit(process.pid, "RLIMIT_DATA", self.memory)
            return process
        except (FileNotFoundError, NotADirectoryError) as error:
            if self.directory.is_dir():
                raise FactoryError("git is not installed", "install git 2.38 or newer") from error
            raise NotARepositoryError(f"there is no directory {clean(str(self.directory))}") from error
        except OSError as error:
            raise GitError(f"git cannot run in {clean(str(self.directory))}: {error.strerror}") from error

    def text(self, *arguments: str) -> str:
        """One line that git prints, such as a path."""
        return os.fsdecode(self.run(*arguments).removesuffix(b"\n"))


def _settings(settings: Sequence[str]) -> dict[str, str]:
    """Settings as variables. On git's command line a key would end at its first `=`, also where that is part of it."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, setting in enumerate(settings):
        key, _, value = setting.rpartition("=")
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _too_long(arguments: Sequence[str], timeout: float) -> GitTimeoutError:
    return GitTimeoutError(f"git {arguments[0]} took longer than {timeout:g} s")


def _portion(pipe: int, until: float) -> bytes:
    """What comes through the pipe next, b"" at its end; TimeoutError when nothing comes until then."""
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    if not ready.poll(max(0.0, until - time.monotonic()) * 1_000):
        raise TimeoutError
    return os.read(pipe, _PORTION)


def _limit(process: int, kind: str, most: int) -> None:
    """Bound what a process that has just begun may take; 0 is no bound."""
    if most and sys.platform == "linux":
        with contextlib.suppress(OSError):  # it has ended
            resource.prlimit(process, getattr(resource, kind), (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def failure(directory: Path, arguments: Sequence[str], stderr: bytes) -> GitError:
    """What git's complaint means for the operator."""
    words = stderr.decode("utf-8", "replace")
    where = clean(str(directory))
    if "not a git repository" in words:
        return NotARepositoryError(f"{where} is in no git repository", "run it inside one, or name one with --repo DIR")
    if "dubious ownership" in words:
        named = re.search(r"repository at '(.*)'", words)
        where = clean(named[1] if named else str(directory))
        # Git asks for the one or the other, depending on where it runs; we run it in both.
        root = where.removesuffix("/.git")
        both = (root, f"{root}/.git") if root != where or Path(where, ".git").is_dir() else (root,)
        return GitError(
            f"git does not trust {root}, because it belongs to another user",
            " && ".join(f"git config --global --add safe.directory {place}" for place in both),
        )
    if "cannot use bare repository" in words:
        return GitError(
            f"git is set to use no bare repository, and {where} is one",
            "git config --global safe.bareRepository all",
        )
    return GitError(f"git {arguments[0]} failed in {where}: {last_words(stderr)}")


def last_words(stderr: bytes) -> str:
    """The reason that git gave for giving up."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    lines = [line for line in lines if not line.startswith(("hint:", "warning:"))]
    return clean(lines[-1] if lines else "no reason given")


_versions: list[tuple[int, int]] = []


def version() -> tuple[int, int]:
    """The version of git, such as (2, 39). Raises FactoryError for one that is missing or too old."""
    if not _versions:
        words = Git(Path("/")).run("version").decode("utf-8", "replace")
        _versions.append(supported(words))
    return _versions[0]


def learn_version(known: tuple[int, int]) -> None:
    """What the version is, of somebody who has kept it: asking git takes a process."""
    _versions[:] = [known]


def program() -> str:
    """Names the program that git is so that another one has another name; "" where that cannot be told.

    What is small may be a script that starts one of several.
    """
    path = shutil.which("git")
    state = Path(path).stat() if path else None
    return f"{path} {state.st_size} {state.st_mtime_ns}" if state and state.st_size > _SCRIPT else ""


def supported(words: str) -> tuple[int, int]:
    """The version in the words of `git version`, if it is new enough."""
    match = re.search(r"(\d+)\.(\d+)", words)
    if match is None:
        raise FactoryError(f"this is no git that is known: {clean(words)}", "install git 2.38 or newer")
    found = (int(match[1]), int(match[2]))
    if found < OLDEST:
        raise FactoryError(f"git {match[0]} is too old", "install git 2.38 or newer")
    return found


def quiet_filters(git: Git) -> tuple[str, ...]:
    """Settings that switch off the content filters which the repository itself defines.

    `git status` runs `filter.*.clean` on files that look changed. Filters of the user's own configuration, such as
    git-lfs, stay; those that arrived with the repository do not run.
    """
    status, out, _ = git.call("config", "--show-scope", "--null", "--name-only", "--get-regexp", r"^filter\.")
    if status != 0:
        return ()
    fields = out.split(b"\0")
    names = {
        os.fsdecode(key).rpartition(".")[0]
        for scope, key in zip(fields[::2], fields[1::2], strict=False)
        if scope in (b"local", b"worktree")
    }
    return tuple(
        f"{name}.{setting}" for name in sorted(names) for setting in ("clean=", "smudge=", "process=", "required=false")
    )
