"""An OpenClaw session's events become facts, wherever they lie: in rows of a database or in lines of a file."""

from __future__ import annotations

import math
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe import usage as usages
from sessions.observe.contract import Desk, Statement
from sessions.observe.files.archive import is_put_away, stem_of
from sessions.observe.lines import BROKEN, Skips, Who, repaired
from sessions.observe.openclaw import lines as oc
from sessions.observe.tools import arguments_of, tool_detail, written_file
from sessions.observe.words import instant, safe, shown
from sessions.redact import redact
from sessions.text import clean

KIND = "openclaw"
MAX_SEEN = 256
FORK_S = 1.0
"""A session's own first event may be a moment older than its header; what a fork copies is older than that."""
_PATH = 1_000
_NOTHING = Tokens()
_ENVELOPE = re.compile(r"\[Working directory: [^\]\n]*\]\s*")
_REQUEST = 10_000
"""As much of a request as its first words are taken from: each envelope without an end is looked through to here."""
_STOPS = {"length": "stopped at the output limit", "error": "error"}


class SessionState(Struct, omit_defaults=True):
    """What one session must remember between its events."""

    session: str = ""
    title: str = ""
    parent: str = ""
    opened: bool = False
    home: str = ""
    model: str = ""
    clock: float = 0.0
    copied: float = -1.0
    """Events up to this time are copies of another session's, or were read before."""
    recent: dict[str, int] = {}
    """The latest model calls (see `usage.state`)."""
    seen: dict[str, None] = {}
    """Ids of the latest events of a file: one that comes again says nothing new."""
    last: int = -1
    """Sequence number of the last row read, in a database."""


class Session:
    """Reduces the events of one session, wherever they lie."""

    def __init__(self, path: Path, desk: Desk, memory: SessionState, skips: Skips) -> None:
        self.memory, self.events, self.skips = memory, list[ev.Event](), skips
        self._path, self._desk = path, desk
        self._station = ""

    def take(self, raw: bytes, mended: bool = False) -> None:
        """One event as JSON; what cannot be used is counted."""
        try:
            event = oc.decode_event(raw)
        except msgspec.ValidationError as error:
            self.skips.add("unexpected shape", str(error))
            return
        except BROKEN:
            again = None if mended else repaired(raw)
            if again is None:
                self.skips.add("not JSON")
            else:
                self.take(again, mended=True)
            return
        time = instant(event.timestamp)
        if time is not None:
            self.memory.clock = time
        if event.type == "session":
            self._opened(event)
        elif self._new(event.id):
            self._event(event)

    def _new(self, name: str | None) -> bool:
        seen, name = self.memory.seen, safe(name or "")
        if not name or self.memory.last >= 0:
            return True
        if name in seen:
            return False
        if len(seen) >= MAX_SEEN:
            del seen[next(iter(seen))]
        seen[name] = None
        return True

    def _event(self, event: oc.Event) -> None:
        memory = self.memory
        if event.message is not None:
            self._message(event, event.message)
        elif event.type == "model_change":
            memory.model = safe(event.model_id or "") or memory.model
        elif event.type == "session_info":
            self._titled(clean(event.name or ""))
        elif event.type == "custom":
            self._custom(event)
        elif event.type not in oc.DULL:
            self.skips.add("unknown type", event.type)

    # -- where the session is --------------------------------------------------------------------------------------

    def _opened(self, event: oc.Event) -> None:
        memory = self.memory
        if memory.opened and memory.home:
            return
        memory.session = memory.session or safe(event.id or "")
        memory.home = safe(event.cwd or "", _PATH)
        if event.parent_session:
            memory.parent, memory.copied = _named(event.parent_session), memory.clock - FORK_S
        known = self._desk.book.state(f"{KIND}-session:{memory.session}", _NOTHING) is None
        if known and is_put_away(self._path.name):
            memory.copied = math.inf  # it was told before it was put away
        if memory.opened:
            branch = self._desk.seating.branch_of(memory.home)
            self.events.append(ev.BranchEntered(**self._who(), branch=branch, directory=memory.home))
        else:
            self._announce()

    def _announce(self) -> None:
        memory = self.memory
        memory.opened = True
        memory.session = memory.session or _named(str(self._path))
        self.events.append(
            ev.SessionOpened(**self._who(), path=shown(self._path), parent=memory.parent, title=memory.title)
        )

    def _titled(self, title: str) -> None:
        title = redact(title)
        if title and title != self.memory.title:
            self.memory.title = title
            if self.memory.opened:
                self._announce()

    # -- what was said and done ------------------------------------------------------------------------------------

    def _message(self, event: oc.Event, message: oc.Message) -> None:
        if message.role == "assistant":
            self._assistant(event, message)
        elif self._copied():
            return
        elif message.role == "user":
            text = _ENVELOPE.sub("", message.text[:_REQUEST], count=1)
            self.events.append(ev.TurnStarted(**self._who(), text=clean(text)))
        elif message.role == "toolResult":
            self._came_back(message)
        else:
            self.events.append(ev.ActivitySeen(**self._who()))

    def _assistant(self, event: oc.Event, message: oc.Message) -> None:
        memory = self.memory
        memory.model = safe(message.model or "") or memory.model
        if not self._copied():
            for block in message.blocks:
                self._did(block)
        if message.usage is not None:
            self._used(event, message, message.usage)
        if self._copied():
            return
        if message.stop_reason in ("stop", "aborted"):
            self.events.append(ev.TurnFinished(**self._who(), interrupted=message.stop_reason == "aborted"))
        elif message.stop_reason in _STOPS:
            reason = message.error_message or _STOPS[message.stop_reason]
            self.events.append(ev.TurnFailed(**self._who(), reason=clean(reason)))

    def _did(self, block: oc.Block) -> None:
        text = clean(block.text or "") if block.type == "text" else ""
        if text:
            self.events.append(ev.TextWritten(**self._who(), text=text))
        if block.type != "toolCall":
            return
        call, tool = safe(block.id or ""), safe(block.name or "tool")
        arguments = arguments_of(block.arguments)
        file, detail = self._within(written_file(tool, arguments)), self._within(tool_detail(arguments))
        self.events.append(ev.ToolCalled(**self._who(), tool=tool, call=call, detail=detail, file=file))

    def _came_back(self, message: oc.Message) -> None:
        call, failed = safe(message.tool_call_id or ""), bool(message.is_error)
        detail = clean(message.text) if failed else ""
        self.events.append(ev.ToolFinished(**self._who(), call=call, failed=failed, detail=detail))
        if b"approval-pending" in bytes(message.details):
            self.events.append(ev.PersonNeeded(**self._who(), reason=clean(message.text) or "approval"))

    def _custom(self, event: oc.Event) -> None:
        memory, data = self.memory, arguments_of(event.data)
        kind, model, error = event.custom_type or "", data.get("modelId"), data.get("error")
        if kind == "model-snapshot" and isinstance(model, str):
            memory.model = safe(model) or memory.model
        elif kind.endswith("prompt-error") and not self._copied():
            self.events.append(
                ev.TurnFailed(**self._who(), reason=clean(error) if isinstance(error, str) else "prompt error")
            )

    def _used(self, event: oc.Event, message: oc.Message, usage: oc.Usage) -> None:
        memory, pricing = self.memory, self._desk.pricing
        tokens = usage.tokens()
        if not tokens.total:
            return
        # A fork copies events whole; their ids are short and unique in their session only, and times may be round.
        stamp = f"{event.id or memory.session}@{event.timestamp}#{tokens.total}"
        call = f"{KIND}:{message.response_id or stamp}"
        stated = usages.state(self._desk.book, memory.recent, call, tokens)
        if stated is None:
            return
        dollars = usage.dollars
        cost = _share(dollars, tokens, stated) if dollars else usages.price(pricing, memory.model, tokens, stated)
        self.events.append(
            ev.TokensUsed(
                **self._who(),
                tokens=stated.added,
                call=safe(call),
                calls=stated.calls,
                model=memory.model,
                cost=cost,
                certainty=Certainty.REPORTED if dollars else Certainty.EXACT,
                context=usage.total_tokens or tokens.total,
                window=pricing.window(memory.model),
            )
        )

    # -- small change ----------------------------------------------------------------------------------------------

    def _copied(self) -> bool:
        """Whether the event at hand was told before: by the session it was forked from, or of a row read again."""
        return self.memory.clock <= self.memory.copied

    def _within(self, path: str) -> str:
        home = self.memory.home
        return path[len(home) + 1 :] if home and path.startswith(home + "/") else path

    def source(self) -> str:
        return f"{KIND}:{(self.memory.session or _named(str(self._path)))[:8]}"

    def _who(self) -> Who:
        memory = self.memory
        if not memory.opened:
            self._announce()
        if not self._station:
            self._station, opening = self._desk.seating.seat(
                KIND, memory.session, memory.home, "", memory.clock, self.source()
            )
            self.events.extend(opening)
        return {"time": memory.clock, "source": self.source(), "station": self._station, "session": memory.session}


def _named(path: str) -> str:
    """The session's id in the name of its file, `<time>_<id>.jsonl` or `<id>.jsonl`; "" for no file."""
    return safe(stem_of(Path(path).name).rpartition("_")[2]) if path else ""


def _share(dollars: float, tokens: Tokens, stated: Statement) -> float:
    """The part of a call's cost that belongs to what a statement adds; all of it at the first."""
    return dollars if stated.calls else dollars * stated.added.total / tokens.total
