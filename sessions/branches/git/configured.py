"""Reads what git's configuration says that matters to merges and to where things lie, all in one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sessions.branches.git.names import shown
from sessions.branches.git.run import Git

_STEERING = (
    r"merge\.(renames|renamelimit|directoryrenames|conflictstyle|renormalize|default)|diff\.(renames|renamelimit)"
    r"|core\.(attributesfile|autocrlf|eol|ignorecase)"
)
_PLACES = (b"core.bare", b"core.worktree", b"factory.base")
_PATTERN = rf"^({_STEERING}|core\.(bare|worktree)|factory\.base)$"


@dataclass(frozen=True)
class Configured:
    """The settings of a repository as they were at one moment."""

    steering: Mapping[bytes, bytes]
    """Those that steer git's own merge."""
    base: str = ""
    """`factory.base`."""
    bare: bool | None = None
    """Whether the repository is bare, and has no worktree elsewhere; None where only git can tell."""


def read(git: Git) -> Configured:
    """The settings of the repository, and of the user for all of them, as they are now."""
    status, out, _ = git.call("config", "--null", "--show-scope", "--get-regexp", _PATTERN)
    fields = out.split(b"\0") if status == 0 else []
    entries = [(scope, *entry.partition(b"\n")) for scope, entry in zip(fields[::2], fields[1::2], strict=False)]
    found = {key: value if valued else b"true" for _, key, valued, value in entries}
    places = [(scope, key, value) for scope, key, _, value in entries if key in (b"core.bare", b"core.worktree")]
    bases = [value for _, key, _, value in entries if key == b"factory.base"]
    return Configured(
        steering={key: value for key, value in found.items() if key not in _PLACES},
        base=shown(bases[-1]).strip() if bases else "",
        # What is said once, in the repository's own file, is what git goes by.
        bare={(b"local", b"core.bare", b"true"): True, (b"local", b"core.bare", b"false"): False}.get(places[0])
        if len(places) == 1
        else None,
    )
