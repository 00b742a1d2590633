"""What is checked, and what comes of it: values."""

from __future__ import annotations

import msgspec

from sessions.floor.scope import Scope

AT_ONCE = 2
"""Checks that may run on a machine at once. Whoever calls `run_check` holds the seats: it waits for none itself."""
MOST_OUTPUT = 4_000
"""Characters of output that are kept, of its end."""


class Work(msgspec.Struct, frozen=True):
    """What a station made of a task."""

    station: str
    branch: str
    """Its branch in the operator's repository, as `sessions.branches.git.names.shown` writes it."""
    head: str
    """The commit that is checked. The operator's repository has it."""
    base: str
    """The commit of the branch at which the task was taken; "" where it has left the trunk."""
    trunk: str = ""
    """The operator's base branch now, a commit: what the branch took in from there is not its own. "" for none."""
    write: tuple[str, ...] = ()
    """What the task may write; () for anything."""
    scope: Scope = Scope()
    """The station's: the network is as for its agent."""


class Checked(msgspec.Struct, frozen=True):
    """What came of a check."""

    passed: bool
    failures: tuple[str, ...] = ()
    """Each in some words, for the agent and the operator; none of it is unclean."""
    output: str = ""
    """The end of what the commands printed: clean lines, without secrets, `MOST_OUTPUT` characters at most."""
    files: tuple[str, ...] = ()
    """What was changed, as `sessions.branches.git.names.shown` writes paths."""
    lines: int = 0
    """Added and taken away; a file that is no text counts as one."""
    seconds: float = 0.0
    """Of wall time, with making the clean place."""
    head: str = ""
    warnings: tuple[str, ...] = ()
    """What a person should know of a check that passed: it fails nothing."""
