"""What the reader of a rollout remembers between lines, and what it makes of it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.codex import lines as cx
from sessions.observe.codex.usage import Ledger
from sessions.observe.files.archive import stem_of
from sessions.observe.tools import Arguments, arguments_of
from sessions.observe.words import instant, safe

COPYING_S = 1.0
"""A copied history is written at once, as the file begins: a pause of this length ends it."""
MAX_TOOLS = 128
OPEN, DONE, FAILED = 0, 1, 2
MAX_UNNAMED = 64
_TIMED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_THREAD = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


class Unnamed(Struct, frozen=True, array_like=True):
    """A call of which the model or the tier was not known when it was told."""

    time: float
    call: str
    tokens: Tokens
    tier: str
    certainty: Certainty


class RolloutState(Struct, omit_defaults=True):
    """The state of one rollout. It is saved with the offset it belongs to."""

    session: str = ""
    thread: str = ""
    """The id of the file's own thread; a sub-agent's session is its parent's."""
    agent: str = ""
    opened: bool = False
    home: str = ""
    branch: str = ""
    model: str = ""
    tier: str = ""
    """The service tier that was asked for, in the provider's word."""
    unnamed: list[Unnamed] = []
    """Calls that were made before the rollout named a model."""
    unserved: Unnamed | None = None
    """The latest call, when the line that told it did not state which tier served it."""
    window: int = 0
    clock: float = 0.0
    began: float = 0.0
    alive: float = 0.0
    ledger: Ledger = msgspec.field(default_factory=Ledger)
    marker: str = ""
    """The last id that copies keep, which tells calls with the same totals apart."""
    recent: dict[str, int] = {}
    """The latest model calls (see `usage.state`)."""
    tools: dict[str, int] = {}
    """The latest uses of tools: open, done or failed."""
    text: str = ""
    """What the agent said last, since it did something else."""
    asks: str = ""
    """What that asks of the operator."""
    turn: str = ""
    asked: bool = False
    """The turn's request was seen."""
    tasks: bool = False
    """The rollout says when turns begin and end."""
    failed: bool = False
    before: float = 0.0
    """The time of the line before the one at hand."""
    start: int = 0
    """Lines with a smaller number are copies, in rollouts that count their lines."""
    copying: bool = False
    """The lines at hand may be those of the session it was forked from."""
    known: bool = False
    """The thread was read before, in a file that was moved, copied or written anew: only what is new is told."""
    copied_turns: bool = False
    """The turn at hand is known from another file."""
    foreign: bool = False
    """The turn at hand is another thread's: it is older than this one, or another file had it first."""
    person: bool = True
    """A person is asked for approvals."""

    def tick(self, stamp: str, ordinal: int | None) -> None:
        """Note the time and the number of a line; one without a time keeps that of the line before."""
        time = instant(stamp)
        self.before = self.clock
        if time is not None:
            self.clock = time
        if self.start and ordinal is not None and ordinal >= self.start:
            self.start, self.copying, self.copied_turns, self.foreign = 0, False, False, False
        elif self.agent and not self.turn and self.clock < self.began - COPYING_S:
            self.copying = True

    def copied(self) -> bool:
        """Whether the line at hand is part of a copied history, which is no fact of this session."""
        if self.older():
            return True
        pause = self.clock > max(self.began, self.before) + COPYING_S
        if self.copying and pause and not (self.known or self.copied_turns or self.foreign):
            self.copying, self.marker = False, self.thread
        return self.copying

    def older(self) -> bool:
        """Whether the line at hand is a copy beyond doubt: by its number, or because the file began after it."""
        return self.start > 0 or (self.copying and self.clock < self.began)

    def theirs(self) -> bool:
        """Whether the line at hand is a copy of what another thread did, and not of what this one is known to have
        done. A sub-agent's own lines belong to a turn."""
        foreign = self.foreign or self.older() or (bool(self.agent) and not self.turn)
        return self.copied() and (foreign or not self.known)

    def begin_turn(self, turn: str, known: bool, elsewhere: bool) -> None:
        """Note a new turn. One that was read before (`known`) is copied, most of all when another thread had it
        (`elsewhere`), and so is one that is older than the thread; the first new one ends the copying."""
        self.turn, self.asked, self.failed, self.marker = turn, False, False, turn
        self.foreign = begun_before(turn, self.thread) or (self.copying and elsewhere)
        self.copied_turns = self.copying and known
        self.copying = self.foreign or (self.copying and (known or self.older()))

    def begin_tool(self, call: str) -> bool:
        """Note the use of a tool; False when it is known."""
        if call:
            if call in self.tools:
                return False
            if len(self.tools) >= MAX_TOOLS:
                del self.tools[next(iter(self.tools))]
            self.tools[call] = OPEN
            self.marker = call if not self.turn else self.marker
        self.text = self.asks = ""
        return True

    def end_tool(self, call: str, failed: bool) -> bool:
        """Note a tool's end; False when it is known. A failure that is told later than the end is news."""
        state = self.tools.get(call)
        if state is None or (state != OPEN and (state == FAILED or not failed)):
            return False
        self.tools[call] = FAILED if failed else DONE
        self.text = ""
        return True

    def within(self, path: str) -> str:
        """A path as seen from the session's directory."""
        return path[len(self.home) + 1 :] if self.home and path.startswith(self.home + "/") else path


def begun_before(turn: str, thread: str) -> bool:
    """Whether a turn was begun before a thread, where both ids begin with the time (UUIDs of version 7); else False."""
    return _TIMED.fullmatch(turn) is not None and _TIMED.fullmatch(thread) is not None and turn < thread


def thread_of(path: Path) -> str:
    """The thread's id in the name of its rollout."""
    name = stem_of(path.name)
    found = _THREAD.search(name)
    return found[0] if found else safe(name)


def spawned(meta: cx.SessionMeta) -> tuple[str, str]:
    """The parent's session and the sub-agent's name, both "" for a session that a person or program began."""
    source = arguments_of(meta.source).get("subagent")
    spawn = source.get("thread_spawn") if isinstance(source, dict) else None
    spawn = spawn if isinstance(spawn, dict) else {}
    # A sub-agent's sub-agent belongs to the session that a person began, too.
    root = meta.session_id if source and meta.session_id != meta.id else None
    parent = root or spawn.get("parent_thread_id") or (meta.parent_thread_id if source else None)
    if not isinstance(parent, str) or not parent:
        return "", ""
    name = spawn.get("agent_nickname") or spawn.get("agent_role") or meta.id[-8:]
    return safe(parent), safe(str(name)) or "sub-agent"


def question_of(arguments: Arguments) -> str:
    """What the agent asks of a person with its tool for questions."""
    questions = arguments.get("questions")
    texts = [q.get("question") for q in questions if isinstance(q, dict)] if isinstance(questions, list) else []
    return " ".join(text for text in texts if isinstance(text, str)) or "a question"
