"""Agents' own records of their model calls, read where what they tell over the protocol is not all.

A record lies in the station's home and is written by the agent: it is foreign, and read within bounds.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sessions.floor.tokens import Tokens
from sessions.observe.lines import decoded
from sessions.stations.acp.fields import Fields, count, fields, text
from sessions.stations.acp.usage.metering import Call
from sessions.text import clean

MOST_BYTES = 64 << 20
MOST_ROWS = 100_000
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Record:
    """The calls of one conversation. `read` gives all that are known; None when there is no record."""

    def __init__(self, home: str, environment: Mapping[str, str], session: str) -> None:
        self._home, self._environment, self._session = Path(environment.get("HOME", home)), environment, session

    def read(self) -> Sequence[Call] | None:
        """All calls so far. Never raises for what an agent wrote."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Called before the agent is asked to go on with the conversation."""


class Gemini(Record):
    """`~/.gemini/tmp/<project>/chats/session-<minute>-<8 of the id>.jsonl`: a line for every message, also anew."""

    def read(self) -> Sequence[Call] | None:
        calls: dict[str, Call] = {}
        files = self._files()
        for file in files:
            for line in (_read(file) or b"").split(b"\n"):
                if b'"tokens"' in line and (call := _gemini_call(fields(decoded(msgspec.json.decode, line)))):
                    calls[call.id] = call
        return list(calls.values()) if files else None

    def prepare(self) -> None:
        """Give a record of this minute the name of the one before.

        Gemini CLI (0.61.0) begins a new record before it looks for the old one, under a name that is the same within
        a minute: it would overwrite what it is about to look for.
        """
        now = datetime.now(UTC)
        for file in self._files():
            minute = file.name.removeprefix("session-").removesuffix(f"-{self._session[:8]}.jsonl")
            with contextlib.suppress(ValueError, OSError):
                began = datetime.strptime(minute, "%Y-%m-%dT%H-%M").replace(tzinfo=UTC)
                if abs((now - began).total_seconds()) < 120:
                    file.rename(_earlier(file, self._session[:8]))

    def _files(self) -> list[Path]:
        home = Path(self._environment.get("GEMINI_CLI_HOME", str(self._home))) / ".gemini/tmp"
        found = sorted(home.glob(f"*/chats/session-*-{self._session[:8]}.jsonl"))[:100]
        return [file for file in found if _owner(file) == self._session]


class Opencode(Record):
    """`~/.local/share/opencode/opencode.db`: the messages of the conversation and of those that it began."""

    _SQL = (
        "with recursive ours(id) as (select ? union select session.id from session join ours on parent_id = ours.id) "
        "select message.id, substr(data, 1, 100000) from message join ours on session_id = ours.id "
        "where json_extract(data, '$.role') = 'assistant' order by message.time_created limit ?"
    )

    def read(self) -> Sequence[Call] | None:
        data = Path(self._environment.get("XDG_DATA_HOME", str(self._home / ".local/share")))
        path = data / "opencode/opencode.db"
        if path.is_symlink() or not path.is_file():
            return None
        try:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2.0)) as database:
                rows = database.execute(self._SQL, (self._session, MOST_ROWS)).fetchall()
        except (sqlite3.Error, ValueError):
            return None
        return [call for id_, data_ in rows if (call := _opencode_call(text(id_), text(data_)))]


RECORDS: Mapping[str, Callable[[str, Mapping[str, str], str], Record]] = {"gemini": Gemini, "opencode": Opencode}


def _gemini_call(line: Fields) -> Call | None:
    said, name = fields(line, "tokens"), text(line.get("id"))
    if not name or not said:
        return None
    given, read, thought = count(said, "input"), count(said, "cached"), count(said, "thoughts")
    tokens = Tokens(
        input=max(0, given - read) + count(said, "tool"),
        cache_read=min(read, given),
        output=count(said, "output") + thought,
        thinking=thought,
    )
    return Call(clean(name, 100), tokens, clean(text(line.get("model")), 100)) if tokens.total else None


def _opencode_call(name: str, data: str) -> Call | None:
    message = fields(decoded(msgspec.json.decode, data.encode("utf-8", "replace")))
    said = fields(message, "tokens")
    thought = count(said, "reasoning")
    tokens = Tokens(
        input=count(said, "input"),
        cache_write_5m=count(fields(said, "cache"), "write"),
        cache_read=count(fields(said, "cache"), "read"),
        output=count(said, "output") + thought,
        thinking=thought,
    )
    return Call(clean(name, 100), tokens, clean(text(message.get("modelID")), 100)) if name and tokens.total else None


def _owner(file: Path) -> str:
    """Whose record it is, by its first line."""
    head = (_read(file, 64 << 10) or b"").partition(b"\n")[0]
    return text(fields(decoded(msgspec.json.decode, head)).get("sessionId"))


def _read(file: Path, most: int = MOST_BYTES) -> bytes | None:
    """A regular file that is no link; None for anything else."""
    try:
        with os.fdopen(os.open(file, _OPEN), "rb") as opened:
            return opened.read(most) if stat.S_ISREG(os.fstat(opened.fileno()).st_mode) else None
    except OSError:
        return None


def _earlier(file: Path, short: str) -> Path:
    """A name that no other record has and that no minute from now on will have."""
    for number in range(60):
        name = file.with_name(f"session-2000-01-01T00-{number:02}-{short}.jsonl")
        if not name.exists():
            return name
    raise OSError("no name is free")
