"""A Codex session as one rollout knows it: where it is, whether it speaks for itself, and what was told so far."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.tokens import Terms, Tokens
from sessions.observe.codex import lines as cx
from sessions.observe.codex.memory import RolloutState, spawned, thread_of
from sessions.observe.contract import Desk
from sessions.observe.lines import Skips, Who, remembered
from sessions.observe.words import safe, shown
from sessions.text import clean

KIND = "codex"
SIGN_OF_LIFE_S = 30.0
_NOTHING = Tokens()
_PATH = 1_000


class Session:
    """What the readers of a rollout's lines share: its memory, and the events at hand."""

    def __init__(self, path: Path, desk: Desk, memory: bytes) -> None:
        self.desk = desk
        self.seen = remembered(memory, RolloutState())
        self.events: list[ev.Event] = []
        self.skips = Skips()
        self._path = path
        self._station = ""

    # Where it is

    def meta(self, payload: msgspec.Raw) -> None:
        """A rollout's first line, or one that was copied from the session it was forked from."""
        seen, meta = self.seen, cx.decode_meta(payload)
        origin = safe(meta.forked_from_id or meta.id)
        if seen.opened:
            if safe(meta.id) != seen.thread:
                # Copied from the parent: its calls are known by its own id.
                seen.copying, seen.marker = True, origin
            elif not seen.home:
                self._moved(safe(meta.cwd, _PATH), safe((meta.git.branch if meta.git else "") or ""))
            return
        seen.thread = seen.session = safe(meta.id) or thread_of(self._path)
        parent, seen.agent = spawned(meta)
        seen.session = parent or seen.session
        seen.home, seen.began, seen.marker = safe(meta.cwd, _PATH), seen.clock, origin
        seen.branch = safe((meta.git.branch if meta.git else "") or "")
        forked, based = bool(meta.forked_from_id), bytes(meta.history_base) != b"null"
        seen.ledger.borrowed = forked or bool(seen.agent)
        seen.start = meta.subagent_history_start_ordinal or 0
        seen.known = self.desk.book.state(f"codex-thread:{seen.thread}", _NOTHING) is None
        seen.copying = seen.known or (forked and not based)
        self._open(safe(meta.forked_from_id or ""), safe(meta.cli_version, 40))

    def _open(self, parent: str = "", version: str = "") -> None:
        seen = self.seen
        seen.opened = True
        seen.thread = seen.thread or thread_of(self._path)
        seen.session = seen.session or seen.thread
        if seen.agent:
            return
        who = self.who()
        self.events.append(ev.SessionOpened(**who, path=shown(self._path), parent=parent, version=version))

    def context(self, payload: msgspec.Raw) -> None:
        """With what model, in which directory and under whose eyes the next turn runs."""
        seen, context = self.seen, cx.decode_context(payload)
        if context.turn_id:
            self.turned(safe(context.turn_id))
        self.named(safe(context.model), context.service_tier)
        automatic = bytes(context.approval_policy) == b'"never"'
        seen.person = not automatic and context.approvals_reviewer in (None, "", "user")
        home = safe(context.cwd, _PATH)
        inside = bool(seen.home) and f"{home}/".startswith(seen.home.rstrip("/") + "/")
        if not home or inside or seen.copied():
            return
        self._moved(home)

    def _moved(self, home: str, branch: str = "") -> None:
        """The session goes on elsewhere. A rollout names its branch only once; the worktree there knows it."""
        seen = self.seen
        branch = branch or self.desk.seating.branch_of(home)
        seen.home, seen.branch = home, branch
        if not seen.agent:
            self.events.append(ev.BranchEntered(**self.who(), branch=branch, directory=home))

    def turned(self, turn: str) -> None:
        """Note the turn that the line at hand belongs to."""
        seen = self.seen
        if turn == seen.turn:
            return
        # The book remembers numbers: that of the thread which had the turn first, or none.
        book, name, mine = self.desk.book, f"codex-turn:{turn}", Tokens(input=crc32(seen.thread.encode()) + 1)
        stated = book.state(name, mine)
        known = stated is None or not stated.calls
        if stated is not None and known:
            book.state(name, mine - stated.added)
        seen.begin_turn(turn, known, elsewhere=stated is not None and known and stated.added != mine)

    def settings(self, event: cx.EventMsg) -> None:
        settings = event.thread_settings
        if settings is not None:
            self.named(safe(settings.model or ""), settings.service_tier)

    def named(self, model: str, tier: str | UnsetType | None) -> None:
        """The model and the service tier that hold from now on; also for calls that nobody has named one for.

        A tier of None is the standard one; one that is not named stays as it was.
        """
        seen = self.seen
        seen.model, seen.tier = model or seen.model, seen.tier if isinstance(tier, UnsetType) else safe(tier or "")
        unnamed, seen.unnamed = (seen.unnamed, []) if seen.model else ([], seen.unnamed)
        pricing = self.desk.pricing
        for call in unnamed:
            both = ev.TokensUsed(
                **self.who(call.time),
                tokens=_NOTHING - call.tokens,
                call=call.call,
                calls=-1,
                branch=seen.branch,
                subagent=seen.agent,
                certainty=call.certainty,
            )
            cost = pricing.cost(seen.model, call.tokens, Terms(call.tier or seen.tier))
            self.events += [both, replace(both, tokens=call.tokens, calls=1, model=seen.model, cost=cost)]

    # What is told

    def person(self, reason: str, guess: bool = False) -> None:
        """The agent waits for a person."""
        if self.speaks():
            self.say(ev.PersonNeeded(**self.who(), reason=clean(reason), guess=guess))

    def speaks(self) -> bool:
        """Whether what the line says is about the station itself: no sub-agent's word, and no copy."""
        if self.seen.copied():
            return False
        if self.seen.agent:
            self.pulse()
            return False
        return True

    def other(self, name: str, kind: str) -> None:
        """A payload that is no fact of its own: a sign of life, nothing, or something unknown."""
        if kind.endswith(("_begin", "_end", "_delta")) or kind.encode() in cx.QUIET:
            self.pulse()
        elif kind.encode() not in cx.DULL:
            self.skips.add("unknown type", name)

    def pulse(self, at_once: bool = False) -> None:
        """A sign of life, told when there was none for a while, or `at_once`."""
        seen = self.seen
        if not seen.copied() and (at_once or seen.clock >= seen.alive + SIGN_OF_LIFE_S):
            self.say(ev.ActivitySeen(**self.who()))

    def say(self, event: ev.Event) -> None:
        """Tell a fact, which is a sign of life too."""
        self.seen.alive = self.seen.clock
        self.events.append(event)

    def source(self) -> str:
        seen = self.seen
        # Ids begin with the time: sessions of one minute differ in their ends only.
        name = f"{KIND}:{(seen.session or thread_of(self._path))[-12:]}"
        return f"{name}/{seen.agent}" if seen.agent else name

    def who(self, time: float | None = None) -> Who:
        """Whom an event is about, and when it was: at the line at hand, or at `time`."""
        seen = self.seen
        if not seen.opened:
            self._open()
        if not self._station:
            self._station, opening = self.desk.seating.seat(
                KIND, seen.session, seen.home, seen.branch, seen.clock, self.source()
            )
            self.events.extend(opening)
        at = seen.clock if time is None else time
        return {"time": at, "source": self.source(), "station": self._station, "session": seen.session}
