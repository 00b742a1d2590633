"""What `doctor` looks at, room by room. It changes nothing, and starts nothing that stays."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import msgspec

from console.cli.command import OfFloor, base_of
from sessions.errors import FactoryError
from sessions.headless.meters_shape import VERSION

SMALL = (80, 24)


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. With a cure it is worth a thought, and `broken` means that something will fail."""

    topic: str
    name: str
    value: str
    broken: bool = False
    cure: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `doctor --json`."""

    version: int = VERSION
    ok: bool
    findings: list[Finding]


def program(_: OfFloor) -> Iterator[Finding]:
    """Versions of what the program stands on."""
    for name in ("factory-tui", "textual", "rich", "msgspec", "aiosqlite", "watchfiles", "GitPython"):
        try:
            yield Finding("program", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            here = name == "factory-tui"
            cure = "" if here else "install factory-tui again"
            yield Finding("program", name, "from a checkout" if here else "not installed", not here, cure)
    yield Finding("program", "python", f"{sys.version.split()[0]} at {sys.executable}")
    yield Finding("program", "sqlite", sqlite3.sqlite_version)
    from sessions.branches.git.run import version

    yield Finding("program", "git", f"{'.'.join(map(str, version()))} at {shutil.which('git')}")


def terminal(_: OfFloor) -> Iterator[Finding]:
    """What the terminal says of itself."""
    term = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("terminal", "terminal", "none: the output goes to a file or a pipe")
    else:
        size = os.get_terminal_size(sys.stdout.fileno())
        small = size.columns < SMALL[0] or size.lines < SMALL[1]
        cure = f"make it at least {SMALL[0]}x{SMALL[1]}" if small else ""
        yield Finding("terminal", "size", f"{size.columns}x{size.lines}", cure=cure)
        dumb = term in ("", "dumb")
        yield Finding("terminal", "TERM", term or "(not set)", dumb, "set TERM, e.g. xterm-256color" if dumb else "")
    yield Finding("terminal", "colours", _colours())
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    cure = "" if utf8 else "use a UTF-8 locale, or --ascii"
    yield Finding("terminal", "encoding", sys.stdout.encoding or "unknown", cure=cure)
    yield Finding("terminal", "inside", ", ".join(_around()) or "neither tmux nor ssh")


def _colours() -> str:
    from console.terminal.theme import colours_of

    if os.environ.get("NO_COLOR"):
        return "none (NO_COLOR is set)"
    return {16: "16", 256: "256"}.get(colours_of(os.environ), "16.7 million")


def _around() -> Iterator[str]:
    if os.environ.get("TMUX"):
        yield "tmux"
    elif os.environ.get("STY"):
        yield "screen"
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        yield "ssh"


def repository(asked: OfFloor) -> Iterator[Finding]:
    """The repository around the operator, and what is kept about it."""
    from sessions.branches.git.run import NotARepositoryError
    from sessions.branches.watch.repo import Repository

    try:
        found = Repository.open(asked.repo, base_of(asked.repo, asked.base) or None)
    except NotARepositoryError as error:
        yield Finding("repository", "repository", error.message, cure=error.cure)
        return
    yield Finding("repository", "root", str(found.root))
    yield Finding("repository", "git directory", str(found.common_dir))
    yield Finding("repository", "base", found.base or "none", cure="" if found.base else "name one with --base")
    trees = found.worktrees()
    missing = sum(tree.missing for tree in trees)
    cure = "git worktree prune forgets them" if missing else ""
    yield Finding("repository", "worktrees", f"{len(trees)}, {missing} of them gone", cure=cure)
    yield from _state(asked)


def configuration(_: OfFloor) -> Iterator[Finding]:
    """The operator's own files: settings, keymap, prices."""
    from console.actions import keymap
    from console.cli.show import check_theme, keymap_path
    from sessions import settings

    path = keymap_path()
    try:
        changed = len(keymap.load(path))
        yield Finding("configuration", "keymap", f"{path}: {changed} changed" if path.exists() else f"none at {path}")
    except FactoryError as error:
        yield Finding("configuration", "keymap", error.message, True, error.cure)
    path = settings.settings_path()
    chosen = settings.load()
    yield Finding("configuration", "settings", str(path) if path.exists() else f"none at {path}")
    try:
        check_theme(chosen)
    except FactoryError as error:
        yield Finding("configuration", "theme", error.message, True, error.cure)


def _state(asked: OfFloor) -> Iterator[Finding]:
    """The journal and its supervisor."""
    from sessions.journal.reader import JournalReader
    from sessions.place import place_of
    from sessions.supervisor import process

    place = place_of(asked.repo)
    yield Finding("repository", "state directory", str(place.state_dir))
    writable = os.access(place.state_dir, os.W_OK)
    if not writable:
        yield Finding("repository", "state directory", "cannot be written", True, f"chmod u+w {place.state_dir}")
    pid = process.running(asked.repo)
    yield Finding("repository", "supervisor", "not running" if pid is None else f"process {pid}")
    if pid is not None and (trouble := process.trouble(asked.repo)):
        yield Finding("repository", "supervisor", "not up to date", cure=trouble)
    if place.log.exists():
        yield Finding("repository", "log", f"{place.log}, {_bytes(place.log.stat().st_size)}")
    if not place.journal.exists():
        yield Finding("repository", "journal", "none yet: it begins when the floor is first opened")
        return
    reader = JournalReader(place.journal)
    try:
        span = reader.span
    finally:
        reader.close()
    size = _bytes(place.journal.stat().st_size)
    yield Finding("repository", "journal", f"{place.journal}, {size}, {span.last_seq:,} events")


def stations(asked: OfFloor) -> Iterator[Finding]:
    """What holds the stations that this factory runs inside their scopes. One small sandbox is tried."""
    from sessions.stations.boundary import machine

    found = machine.here()
    yield Finding("stations", "safe stations", found.holds, cure=found.cure)
    yield from _kept(asked)


def _kept(asked: OfFloor) -> Iterator[Finding]:
    """What keeps stations in terminals, and whether the end of a login spares them."""
    import getpass

    from sessions import settings, systemd
    from sessions.place import place_of
    from sessions.stations.keeping.starting import pid_of

    with suppress(FactoryError):  # outside a repository that is told already
        pid = pid_of(place_of(asked.repo).state_dir)
        yield Finding("stations", "keeper", f"process {pid}" if pid else "not running")
        yield from _stopped(place_of(asked.repo).journal, bool(pid))
    if not systemd.runs():
        yield Finding("stations", "logout", "no systemd of the user is there to end stations with it")
    elif not settings.load().systemd_scope:
        cure = "take systemd_scope = false out of the settings"
        yield Finding("stations", "logout", "may end the supervisor and every station", cure=cure)
    elif systemd.lingers(getpass.getuser()):
        yield Finding("stations", "logout", "ends nothing")
    else:
        what = "the last one ends the supervisor and every station"
        yield Finding("stations", "logout", what, cure="loginctl enable-linger")


def _stopped(journal: Path, kept: bool) -> Iterator[Finding]:
    """The stations that a stop of the machine ended; where nothing was begun since, all that ran are among them."""
    from sessions.floor.ours.changes import machine_stopped, rebooted
    from sessions.journal.reader import JournalReader

    if not journal.exists():
        return
    reader = JournalReader(journal)
    try:
        owned = reader.latest().owned
    finally:
        reader.close()
    lost = {*rebooted(owned)} | {name for name, known in owned.items() if known.process and known.lives and not kept}
    if lost:
        yield Finding("stations", "to bring back", machine_stopped(len(lost)), cure="factory-tui resume")


def prices(_: OfFloor) -> Iterator[Finding]:
    """The table of prices."""
    from sessions import settings
    from sessions.models.prices import Prices

    try:
        known = Prices.load(settings.load().prices_path)
    except FactoryError as error:
        yield Finding("prices", "overrides", error.message, True, error.cure)
        return
    table = known.describe()
    yield Finding("prices", "models", table, known.empty, "install factory-tui again" if known.empty else "")


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"


def sources(asked: OfFloor) -> Iterator[Finding]:
    """Where transcripts were looked for, and what lies there."""
    from sessions import settings
    from sessions.observe.files import discover

    extra = [*asked.sessions, *settings.load().session_paths]
    found = 0
    for place in discover.places(extra):
        name = place.kind or "named place"
        if not place.path.exists():
            cure = "see its spelling" if place.explicit else ""
            yield Finding("sources", name, f"{place.path}: not there", cure=cure)
            continue
        files = size = 0
        for source in discover.walk(place):
            if isinstance(source, discover.Unreadable):
                yield Finding("sources", name, f"{source.path}: {source.reason}", cure="see its owner and mode")
            else:
                files, size = files + 1, size + source.size
        found += files
        yield Finding("sources", name, f"{place.path}: {files:,} files, {_bytes(size)}")
    if not found:
        cure = "start an agent, or name a place with --sessions DIR"
        yield Finding("sources", "sessions", "none found", cure=cure)


ROOMS = (program, terminal, configuration, repository, sources, stations, prices)
"""All that is looked at, in this order."""
