"""Finds the transcripts: where agents are known to keep them, and where the operator says."""

from __future__ import annotations

import os
import re
import stat as modes
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from sessions.observe.files.archive import is_lines, is_packed, opened, stem_of
from sessions.observe.files.handle import handle
from sessions.observe.presence import is_presence
from sessions.paths import station_home

CLAUDE, CODEX, OPENCLAW = "claude", "codex", "openclaw"
PROCESSES = "claude-processes"
"""The kind of the folder in which running Claude Codes tell their state, and of the files in it."""
DATABASE = "openclaw-agent.sqlite"
_SQLITE = b"SQLite format 3\0"
_HEAD, _SHORT = 64 << 10, 4 << 10
_LINES = 20
_FAR = 256 << 20
"""How far into a file its kind is looked for: the first of its first lines, by their heads, may be enormous."""
_NOT_TRANSCRIPTS = (".trajectory",)
_SHAPES = (
    (CODEX, re.compile(rb'"type"\s*:\s*"session_meta"|"payload"\s*:\s*\{|^\{"id".{0,200}"instructions"\s*:')),
    (CLAUDE, re.compile(rb'"(?:sessionId|parentUuid|leafUuid)"\s*:|"type"\s*:\s*"(?:summary|file-history-snapshot)"')),
    (OPENCLAW, re.compile(rb'"type"\s*:\s*"session"')),
)
"""What the first lines of each kind of transcript have, in an order in which the first match is right."""


_OBJECT = re.compile(rb"[\s\0\xef\xbb\xbf]*\{.*\S")
"""How a line begins that holds an object, and not the first brace of one that is spread over many lines."""
_FOREIGN = re.compile(rb'"projectHash"\s*:')
"""What Gemini's sessions have, which otherwise look like those of Claude Code."""


class SearchRoot(Struct, frozen=True):
    """A directory or a file to look at."""

    path: Path
    kind: str = ""
    """The agent that keeps its sessions there; empty where only the content tells."""
    explicit: bool = False
    """The operator named it."""


class Source(Struct, frozen=True):
    """One transcript file or database."""

    path: Path
    kind: str
    """Empty until the content has been asked."""
    explicit: bool
    inode: int
    size: int
    mtime_ns: int

    @property
    def written(self) -> float:
        """When it was last written. The clock of its file system may be ahead of this machine's."""
        return min(self.mtime_ns / 1e9, time.time())

    @property
    def session(self) -> str:
        """The session that a file of this name belongs to: of a sub-agent's file, its parent's."""
        parts = self.path.parts
        if self.kind == CLAUDE and "subagents" in parts:
            return parts[len(parts) - 1 - parts[::-1].index("subagents") - 1]
        return stem_of(self.path.name)

    @property
    def subagent(self) -> bool:
        return self.kind == CLAUDE and self.path.name.startswith("agent-")


class Unreadable(Struct, frozen=True):
    """A directory or file that could not be looked at."""

    path: Path
    reason: str


def places(
    extra: Sequence[Path] = (),
    only: bool = False,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> list[SearchRoot]:
    """Where to look: what agents use on this machine unless `only`, and the `extra` places of the operator."""
    known = [] if only else _known(os.environ if environment is None else environment, home or Path.home())
    asked = [SearchRoot(Path(path).expanduser().absolute(), "", True) for path in extra]
    # A directory that holds what Claude Code's own one holds tells of processes, too.
    asked += [
        SearchRoot(place.path / "sessions", PROCESSES, True) for place in asked if (place.path / "projects").is_dir()
    ]
    covered = {place.path for place in asked}
    return [*asked, *(place for place in known if place.path not in covered)]


def _known(environment: Mapping[str, str], home: Path) -> list[SearchRoot]:
    configured = environment.get("CLAUDE_CONFIG_DIR", "")
    claude = [Path(part).expanduser() / "projects" for part in configured.split(",") if part.strip()]
    claude = claude or [home / ".claude/projects", home / ".config/claude/projects"]
    codex = Path(environment.get("CODEX_HOME") or home / ".codex").expanduser()
    return [
        *(SearchRoot(path, CLAUDE) for path in claude),
        *(SearchRoot(path.parent / "sessions", PROCESSES) for path in claude),
        SearchRoot(codex / "sessions", CODEX),
        SearchRoot(codex / "archived_sessions", CODEX),
        SearchRoot(home / ".openclaw/agents", OPENCLAW),
    ]


def walk(place: SearchRoot, below: Path | None = None) -> Iterator[Source | Unreadable]:
    """The transcripts in a place, or in one folder of it. A folder that is linked from several paths is read once.

    In the home of a station no link is followed: it could lead to all that the operator has.
    """
    start = below or place.path
    home = station_home(start)
    if home is not None and Path(os.path.realpath(start)) != Path(os.path.realpath(home), start.relative_to(home)):
        return
    try:
        stat = start.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        yield Unreadable(start, error.strerror or "unreadable")
        return
    if not modes.S_ISDIR(stat.st_mode):
        if modes.S_ISREG(stat.st_mode) and (start == place.path or _is_wanted(start.parent, start.name, place.kind)):
            yield _source(start, place, stat)
        return
    seen = {(stat.st_dev, stat.st_ino)}
    folders = [start]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = [entry for entry in entries if home is None or not entry.is_symlink()]
        except OSError as error:
            yield Unreadable(folder, error.strerror or "unreadable")
            continue
        for entry in listed:
            try:
                if entry.is_dir() and place.kind != PROCESSES:
                    stat = entry.stat()
                    if (stat.st_dev, stat.st_ino) not in seen:
                        seen.add((stat.st_dev, stat.st_ino))
                        folders.append(folder / entry.name)
                elif _is_wanted(folder, entry.name, place.kind) and entry.is_file():
                    yield _source(folder / entry.name, place, entry.stat())
            except OSError as error:
                yield Unreadable(folder / entry.name, error.strerror or "unreadable")


def is_candidate(name: str, kind: str = "") -> bool:
    """Whether a file of this name may be a transcript, or in the folder of processes that of one."""
    if kind == PROCESSES:
        return is_presence(name)
    return name == DATABASE or (is_lines(name) and not stem_of(name).endswith(_NOT_TRANSCRIPTS))


def _is_wanted(folder: Path, name: str, kind: str) -> bool:
    return is_candidate(name, kind) and not _is_workflow_journal(folder, name) and not _is_typed(folder, name)


def _is_workflow_journal(folder: Path, name: str) -> bool:
    """Whether it is the list of steps that Claude Code keeps beside the transcripts of a workflow's agents."""
    return name == "journal.jsonl" and folder.parent.name == "workflows"


def _is_typed(folder: Path, name: str) -> bool:
    """Whether it is the list of what was typed into Claude Code, which it keeps beside its transcripts."""
    return name == "history.jsonl" and (folder / "projects").is_dir()


def is_database(path: Path) -> bool:
    """Whether a transcript of this name is a database instead of lines."""
    return path.name == DATABASE or path.suffix in (".sqlite", ".db")


def _source(path: Path, place: SearchRoot, stat: os.stat_result) -> Source:
    size, mtime_ns = stat.st_size, stat.st_mtime_ns
    if is_database(path):
        # SQLite writes beside the database first, which leaves the file itself as it was.
        with suppress(OSError):
            ahead = path.with_name(path.name + "-wal").stat()
            size, mtime_ns = size + ahead.st_size, max(mtime_ns, ahead.st_mtime_ns)
    return Source(path, place.kind, place.explicit, stat.st_ino, size, mtime_ns)


def kind_of(path: Path) -> str:
    """The kind of agent that writes a file, told by its first lines; empty when it is no known transcript.

    Raises OSError when it cannot be read, or is compressed and damaged.
    """
    if not is_packed(path) and (kind := _kind_in(_first_line(path))):
        return kind
    with opened(path) as file:
        for number, head in enumerate(_heads(file)):
            if not number and head.startswith(_SQLITE):
                return OPENCLAW
            if kind := _kind_in(head):
                return kind
    return ""


def _kind_in(head: bytes) -> str:
    """The kind that a line tells by its beginning, if it does."""
    if _OBJECT.match(head) and not _FOREIGN.search(head):
        for kind, shape in _SHAPES:
            if shape.search(head):
                return kind
    return ""


def _first_line(path: Path) -> bytes:
    """The first line of a file, where it is short: it mostly tells the kind, and is read without a reader of lines."""
    fd = handle(path)
    try:
        line, end, _ = os.read(fd, _SHORT).partition(b"\n")
        return line + end if end else b""
    finally:
        os.close(fd)


def _heads(file: BinaryIO) -> Iterator[bytes]:
    """The beginnings of a file's first lines."""
    for _ in range(_LINES):
        head = rest = file.readline(_HEAD)
        if not head:
            return
        yield head
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_HEAD)
            if file.tell() > _FAR:
                return
