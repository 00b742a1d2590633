"""Claude Code transcripts become events.

One model reply is several lines, each with a statement of usage: the last one counts. Forks copy lines, and whole
folders of sub-agents, under a new session id: a copied line states nothing new and is no second fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import ValidationError

from sessions.floor import events as ev
from sessions.observe.claude import details
from sessions.observe.claude import lines as cl
from sessions.observe.claude.requests import Requests
from sessions.observe.claude.session import Session
from sessions.observe.claude.subagents import SubagentFiles
from sessions.observe.claude.work import AssistantReader
from sessions.observe.contract import Desk
from sessions.observe.lines import BROKEN, decoded, repaired
from sessions.observe.words import instant, safe

SIGN_OF_LIFE_S = 30.0
PERMISSION = b'"PermissionRequest"'
NO_AGENTS = (b',"data":{"type":"hook_progress"', b',"data":{"type":"bash_progress"')
"""How the data of most progress begins, which is not that of sub-agents."""
QUIET = (
    b',"data":{"type":"hook_progress","hookEvent":"PostToolUse"',
    b',"data":{"type":"hook_progress","hookEvent":"PreToolUse"',
    b',"data":{"type":"bash_progress"',
)
"""And that of most of these, which is no hook either that is asked for permission."""
TIME = b'"timestamp":"'
END = 200
"""Within so many bytes of a line's end stands its time; and within so many of its data's begin the name of a hook."""
FIRST_ID = 53
"""A line's first field, the id of the line before it, ends here. What follows is the same in most lines of a file."""


class ClaudeTranscript:
    """One file: a session's own, or one of its sub-agents'."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        self._path = path
        self._session = Session(path, desk, memory)
        self._seen = self._session.seen
        self._work, self._requests = AssistantReader(self._session), Requests(self._session)
        self._stamp = self._common = b"\0"
        self._kept = SubagentFiles(path)

    def save(self) -> bytes:
        return msgspec.msgpack.encode(self._seen)

    def feed(self, lines: Sequence[bytes], offset: int) -> list[ev.Event]:
        session, seen = self._session, self._seen
        session.events = []
        kind_of, find_in = cl.kind_of, bytes.find
        common, at = self._common, FIRST_ID + len(self._common)
        for line in lines:
            if line.startswith(common, FIRST_ID) and find_in(line, b"{", 1, FIRST_ID) < 0:
                # Most lines are progress, and most of it within the seconds of the line before: they tell nothing.
                if line.startswith(QUIET, at) and find_in(line, self._stamp, -END) >= 0 and seen.opened:
                    continue
                kind = cl.PROGRESS
            elif (kind := kind_of(line)) == cl.PROGRESS:
                common = self._common = _beginning(line)
                at = FIRST_ID + len(common)
            if kind == cl.PROGRESS and seen.opened:
                if find_in(line, self._stamp, -END) < 0 or find_in(line, PERMISSION, at, at + END) > 0:
                    self._progress(line)
                if not line.startswith(NO_AGENTS, at) and find_in(line, cl.USAGE, at) > 0:
                    self._nested(line)
            elif kind not in cl.DULL or not seen.opened:
                if line:
                    self._line(line)
            elif kind == cl.ATTACHMENT:
                self._hook(line)
        self._requests.settle()
        self._work.calls.settle()
        self._tell_skipped(offset)
        return session.events

    def _progress(self, line: bytes) -> None:
        """A sign of life."""
        session, seen = self._session, self._seen
        at = line.rfind(TIME)
        if at < 0 or seen.copied:
            return
        # To ten seconds: the next lines with the same beginning of a time tell nothing more.
        self._stamp = line[at : at + len(TIME) + 18]
        self._hook(line)
        time = instant(line[at + len(TIME) : at + len(TIME) + 24].decode("ascii", "replace"))
        if time is not None and time >= seen.alive + SIGN_OF_LIFE_S and not seen.finished:
            session.tick(time)
            session.alive(ev.ActivitySeen(**session.who(seen.agent)))

    def _nested(self, line: bytes) -> None:
        """A sub-agent's message: its calls stand in its own file too, unless that was not kept."""
        if self._kept.has(line):
            return
        found = decoded(cl.decode_progress, line)
        nested = found.data.message if found and found.data else None
        if found and found.data and nested and nested.type == "assistant" and not self._seen.copied:
            self._session.tick(instant(nested.timestamp) if nested.timestamp else None)
            self._work.calls.nested(nested, found.data.agent_id or "sidechain")

    def _hook(self, line: bytes) -> None:
        """A hook that is asked for permission runs just before a person is; whether it answers itself is not told."""
        session, tool = self._session, details.permission(line)
        if tool and not self._seen.copied and not self._seen.agent:
            session.alive(ev.PersonNeeded(**session.who(), reason=f"permission for {tool}", guess=True, amid=True))

    def _line(self, raw: bytes, mended: bool = False) -> None:
        try:
            line = cl.decode_line(raw)
        except ValidationError:
            self._misshapen(raw)
            return
        except BROKEN:
            again = None if mended else repaired(raw)
            if again is None:
                self._session.skipped["not JSON"] += 1
            else:
                self._line(again, mended=True)
            return
        self._take(line, raw)

    def _misshapen(self, raw: bytes) -> None:
        """Fields of an unknown shape: the tokens still count."""
        self._session.skipped["unexpected shape"] += 1
        try:
            bare = cl.decode_bare(raw)
        except BROKEN:
            return
        message = bare.message
        if bare.type == "assistant" and message is not None:
            whole = cl.Message(message.model, message.id, None, message.stop_reason, message.usage)
            sparse = cl.Line(type=bare.type, message=whole)
            sparse.timestamp = bare.timestamp if isinstance(bare.timestamp, str) else None
            sparse.request_id, sparse.is_sidechain, sparse.agent_id = bare.request_id, bare.is_sidechain, bare.agent_id
            self._take(sparse, raw)

    def _take(self, line: cl.Line, raw: bytes) -> None:
        session, kind = self._session, line.type
        if self._requests.held:
            self._requests.settle(repeated=kind == "assistant" and self._work.calls.knows(line))
        time = instant(line.timestamp) if line.timestamp else None
        if kind in ("assistant", "user", "system"):
            seen = self._seen
            if line.cwd != seen.home or line.git_branch != seen.branch or not session.station:
                session.place(line, time)
                session.seat()
            if time is not None:
                seen.clock = time
            if kind == "assistant":
                self._work.take(line)
            elif kind == "user":
                self._requests.take(line, raw)
            else:
                self._requests.system(line)
        elif kind in ("summary", "custom-title", "ai-title"):
            session.titled(line.custom_title or line.ai_title or line.summary or "")
        elif kind == "progress" or kind.encode() in cl.DULL:
            if line.cwd:
                session.place(line, time)
        else:
            session.skipped["unknown type"] += 1

    def _tell_skipped(self, offset: int) -> None:
        session = self._session
        for reason, count in session.skipped.items():
            detail = safe(f"{self._path.name} after byte {offset}")
            session.events.append(
                ev.SourceSkipped(
                    time=session.seen.clock, source=session.source(), reason=reason, count=count, detail=detail
                )
            )
        session.skipped.clear()


def _beginning(line: bytes) -> bytes:
    """What a progress line shares with those after it: from behind its first id to its data."""
    return line[FIRST_ID : line.find(b'"', line.find(cl.TYPE) + len(cl.TYPE)) + 1] or b"\0"
