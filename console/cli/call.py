"""What a call of the command line asks for, as a value."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sessions.errors import FactoryError


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a call. What a command does not take stays at its default."""

    command: str = ""
    repo: Path = Path()
    base: str = ""
    sessions: tuple[Path, ...] = ()
    only: bool = False
    theme: str = ""
    ascii: bool = False
    slow_link: bool = False
    json: bool = False
    by: str = "station"
    paths: tuple[Path, ...] = ()
    what: str = ""
    at: str = ""
    seq: int | None = None
    start: str = ""
    until: str = ""
    follow: bool = False
    output: Path | None = None
    force: bool = False
    """A file that is there is written over."""
    station: tuple[str, ...] = ()
    redact: bool = True
    stations: int | None = None
    branches: int | None = None
    rate: float | None = None
    seed: int | None = None
    shell: str = ""
    pair: tuple[str, ...] = ()
    """Words that name a pair of branches."""
    refs: tuple[str, ...] = ()
    """Globs of refs to compare instead of the branches that the floor shows."""
    dirty: bool = True
    """Uncommitted work counts as committed."""
    only_conflicts: bool = False
    watch: bool = False
    verify: bool = False
    before: str = ""
    """A time: what happened until then is pruned."""
    dry_run: bool = False
    keep: Path | None = None
    """The recording to make of what is pruned."""


def base_of(call: Call) -> str:
    """The base that is asked for, else that of the settings where the repository has it; "" leaves it the choice."""
    if call.base:
        return call.base
    from sessions import settings

    if base := settings.load().base:
        from sessions.branches.watch.repo import Repository

        try:
            Repository.open(call.repo, base)
        except FactoryError:
            return ""
    return base
