"""A shell in a directory, in the terminal that the console has let go of meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sessions.text import clean

FALLBACK = "/bin/sh"


def shell_of(environment: Mapping[str, str]) -> str:
    """The operator's shell: `$SHELL` where it is a program, else the one that every system has."""
    named = environment.get("SHELL", "")
    return named if os.path.isabs(named) and os.access(named, os.X_OK) else FALLBACK  # noqa: PTH117 - "" is no path


def refusal(directory: str) -> str:
    """Why no shell can be opened there; empty when one can."""
    if not directory:
        return "it has no directory of its own"
    if not Path(directory).is_dir():
        return f"{clean(directory, 120)} is gone, or is not on this machine"
    return "" if os.access(directory, os.X_OK) else f"{clean(directory, 120)} may not be entered"


def has_terminal() -> bool:
    """Whether there is a terminal to come back to."""
    with suppress(OSError, ValueError, AttributeError):
        assert sys.__stdin__ is not None
        return os.isatty(sys.__stdin__.fileno())
    return False


def run(directory: str) -> str:
    """Run the operator's shell in a directory until it ends; returns what went wrong, or nothing. It never raises.

    Ctrl-C is the shell's meanwhile, and afterwards the terminal is this process's again, however the shell ended.
    """
    shell = shell_of(os.environ)
    try:
        with _terminal_lent():
            print(f"a shell in {clean(directory, 500)}: exit comes back to the console", flush=True)
            subprocess.run([shell], cwd=directory, env={**os.environ, "PWD": directory}, check=False)
    except (OSError, ValueError) as error:
        return f"no shell could be opened: {clean(str(error), 120)}"
    return ""


def opening(directory: str) -> tuple[str, ...]:
    """Files in a station's place by which an editor or a shell runs something when it is opened there: an agent may
    have written them. Those that were allowed as they are count no more. It may look at many files: for a thread."""
    state_dir = _state_dir(directory)
    if state_dir is None:
        return ()
    from sessions.stations.places.suspects import Allowed, Effect, listing

    found = [each for each in listing(Path(directory)) if each.effect is Effect.OPENS]
    return tuple(each.path for each in Allowed(state_dir).asked(found))


def allow(directory: str, who: str) -> None:
    """Allow them as they are: only another content is asked for again. Where that cannot be kept it is asked again."""
    state_dir = _state_dir(directory)
    if state_dir is not None:
        from sessions.stations.places.suspects import Allowed, Effect, listing

        with suppress(OSError):
            Allowed(state_dir).allow([each for each in listing(Path(directory)) if each.effect is Effect.OPENS], who)


def _state_dir(directory: str) -> Path | None:
    """The state directory to which a station's place belongs; None of any other directory."""
    path = Path(directory)
    return (
        path.parents[2] if path.name == "work" and len(path.parents) > 2 and path.parents[1].name == "places" else None
    )


def edit(directory: str) -> str:
    """Run `$VISUAL`, else `$EDITOR`, on a directory, else a shell in it; returns what went wrong. It never raises."""
    import shlex

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if not command.strip():
        return run(directory)
    try:
        with _terminal_lent():
            subprocess.run(
                [*shlex.split(command), "."], cwd=directory, env={**os.environ, "PWD": directory}, check=False
            )
    except (OSError, ValueError) as error:
        return f"the editor {clean(command, 60)!r} could not be opened: {clean(str(error), 120)}"
    return ""


_AT_LINE = ("vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "mg", "ne")
"""Editors that go to a line that is named by `+7`."""


def write_in(path: Path, line: int = 0) -> str:
    """Run `$VISUAL`, else `$EDITOR`, else what there is, on a file; returns what went wrong. It never raises."""
    import shlex
    from shutil import which

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if not command.strip():
        command = next((name for name in ("editor", "nano", "vi") if which(name)), "")
    if not command:
        return "there is no editor: name one in $EDITOR"
    try:
        words = shlex.split(command)
        place = [f"+{line}"] if line > 0 and Path(words[0]).name in _AT_LINE else []
        with _terminal_lent():
            done = subprocess.run([*words, *place, str(path)], check=False)
    except (OSError, ValueError, IndexError) as error:
        return f"the editor {clean(command, 60)!r} could not be opened: {clean(str(error), 120)}"
    return f"the editor {clean(command, 60)!r} ended with {done.returncode}" if done.returncode else ""


@contextmanager
def _terminal_lent() -> Iterator[None]:
    """A handler that does nothing is not inherited, as an ignored signal would be."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        stopping = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(OSError, ValueError, AttributeError):
            assert sys.__stdin__ is not None
            os.tcsetpgrp(sys.__stdin__.fileno(), os.getpgrp())
        signal.signal(signal.SIGTTOU, stopping)
