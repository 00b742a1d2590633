"""The model calls of a Claude Code transcript: which lines are one call, and what each statement of it adds."""

from __future__ import annotations

from msgspec import Struct

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe import usage as usages
from sessions.observe.claude import lines as cl
from sessions.observe.claude.memory import Told
from sessions.observe.claude.replies import call_of
from sessions.observe.claude.session import Session
from sessions.observe.claude.usage import Helper, Reply, is_partial, is_plain, reply_of, tokens_of
from sessions.observe.contract import Statement
from sessions.observe.words import safe

NOTHING = Tokens()
WHOLE, PARTIAL = Certainty.EXACT, Certainty.UNDERCOUNTED
NARROW_WINDOW = 200_000
"""Claude Code compacts at about 170,000 tokens also where the model holds a million, unless a session asks for more;
a transcript does not say which, until it has held more."""


class Stated(Struct, frozen=True, gc=False):
    """A line's statement of a call."""

    call: str
    model: str
    reply: Reply
    partial: bool
    agent: str


class Running(Struct, gc=False):
    """A call that this file was the first to tell of, and whose lines are just being read: the last one counts."""

    first: Stated
    message: str
    request: str
    model: str | None
    time: float
    branch: str
    place: int
    """Where its event will stand among those at hand."""
    usage: cl.Usage
    partial: bool
    grown: bool = False


_LATER = ev.TokensUsed(time=0.0, station="", session="", tokens=NOTHING)
"""Keeps the place of an event until the last line of its call was read."""


class Calls:
    """Tells what the lines of one file say of model calls."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen, self._desk = session, session.seen, session.desk
        self._windows: dict[str, int] = {}
        self._last: tuple[str, cl.Usage, str | None, bool] = ("", cl.Usage(), "", False)
        self._running: Running | None = None
        self._told_in = session.events
        self._places: dict[str, int] = {}

    def knows(self, line: cl.Line) -> bool:
        """Whether the call of a line with the ids of a message and a request was told before."""
        message = line.message
        if message is None or not (message.id and line.request_id):
            return False
        return self._desk.book.knows(f"{message.id}:{line.request_id}")

    def used(self, line: cl.Line, message: cl.Message, usage: cl.Usage, agent: str) -> None:
        """Tell what a line adds to what is known of its call."""
        if self._runs_on(line, message, usage, agent):
            return
        self.settle()
        request = line.request_id
        call = (
            f"{message.id}:{request}" if request and message.id else call_of(self._seen.replies, line, message, agent)
        )
        if not call:
            self._session.skipped["call without an id"] += 1
            return
        said = (call, usage, message.model, is_partial(message, usage.output_tokens or 0))
        if said == self._last:
            return
        self._last = said
        now = Stated(call, safe(message.model or ""), reply_of(usage), said[3], agent)
        told, stated = self._note(now)
        if request and message.id and told is None and stated is not None and stated.calls and not now.reply.helpers:
            self._run(now, line, message, usage)
        else:
            self._state(now, told, stated)

    def _run(self, now: Stated, line: cl.Line, message: cl.Message, usage: cl.Usage) -> None:
        """A call begins of which nobody told."""
        seen, events = self._seen, self._session.events
        if not now.agent or seen.agent:
            seen.copied = False
        ids = message.id or "", line.request_id or ""
        self._running = Running(now, *ids, message.model, seen.clock, seen.branch, len(events), usage, now.partial)
        events.append(_LATER)

    def _runs_on(self, line: cl.Line, message: cl.Message, usage: cl.Usage, agent: str) -> bool:
        """Note one more statement of the call whose lines are being read, if it is one and nothing else has changed."""
        running = self._running
        if running is None or line.request_id != running.request or message.id != running.message:
            return False
        if message.model != running.model or agent != running.first.agent:
            return False
        if usage == running.usage and not (running.partial and message.stop_reason):
            return True
        if not is_plain(usage.iterations):
            return False
        partial = running.partial and is_partial(message, usage.output_tokens or 0)
        if partial != running.partial or tokens_of(usage) != tokens_of(running.usage):
            running.usage, running.partial, running.grown = usage, partial, True
        if not agent or self._seen.agent:
            self._seen.copied = False
        return True

    def settle(self) -> None:
        """Tell of the call whose lines were just read, before others are."""
        running, self._running = self._running, None
        if running is None:
            return
        now = running.first
        if running.grown:
            now = Stated(now.call, now.model, reply_of(running.usage), running.partial, now.agent)
            self._desk.book.state(now.call, now.reply.tokens, now.partial)
            self._last = (now.call, running.usage, running.model, running.partial)
        tokens, cost = now.reply.tokens, now.reply.cost(self._desk.pricing, now.model)
        told = Told(running.time, now.model, running.branch, PARTIAL if now.partial else WHOLE, cost, tokens, True)
        events = self._session.events
        if events is not self._told_in:
            self._told_in, self._places = events, {}
        self._places[now.call] = running.place
        events[running.place] = self._event(now, told, tokens, 1, cost)
        self._seen.tell(now.call, told)

    def nested(self, line: cl.NestedLine, agent: str) -> None:
        """A call of a sub-agent that stands in a progress line. Most stand in the sub-agent's own file, too."""
        message = line.message
        if message is None or message.usage is None or not message.id or not line.request_id:
            return
        self.settle()
        call = f"{message.id}:{line.request_id}"
        if not self._desk.book.knows(call):
            partial = not message.stop_reason
            now = Stated(call, safe(message.model or ""), reply_of(message.usage), partial, safe(agent))
            self._state(now, *self._note(now))

    def _state(self, now: Stated, told: Told | None, stated: Statement | None) -> None:
        own = told.own if told is not None else stated is not None and bool(stated.calls)
        if not now.agent or self._seen.agent:
            self._seen.copied = not own
        if told is not None and told.own and told.model != now.model:
            self._move(now, told, told.tokens if stated is None else told.tokens + stated.added)
        elif stated is not None:
            self._tell(now, stated, told)
        else:
            return
        for helper in now.reply.helpers:
            self._help(now, helper)

    def _note(self, now: Stated) -> tuple[Told | None, Statement | None]:
        told = self._seen.told.get(now.call)
        mine = told.tokens if told is not None else NOTHING
        return told, usages.share(self._desk.book, now.call, now.reply.tokens, now.partial, mine)

    def _help(self, now: Stated, helper: Helper) -> None:
        """Tell of a request beside the reply's own as a call of its own, like one of a sub-agent."""
        call, model = f"{now.call}#{helper.number}", helper.model or now.model
        beside = Stated(call, model, Reply(helper.tokens, 0), now.partial, now.agent or helper.name)
        told, stated = self._note(beside)
        if stated is not None:
            self._tell(beside, stated, told)

    def _move(self, now: Stated, told: Told, tokens: Tokens) -> None:
        """The call was begun by one model and served by another: it is the other's as a whole."""
        place, old = self._place(now.call)
        if old is not None and old.calls == 1:
            del self._session.events[place]
            self._places = {call: at - (at > place) for call, at in self._places.items() if at != place}
        else:
            gone = None if told.cost is None else -told.cost
            self._session.events.append(self._event(now, told, NOTHING - told.tokens, -1, gone))
        self._tell(now, Statement(tokens, 1), told)

    def _tell(self, now: Stated, stated: Statement, told: Told | None) -> None:
        """What a statement adds belongs where the call's first statement was told, to the same day and branch."""
        seen, added = self._seen, stated.added
        if stated.calls:
            time, branch = (seen.clock, seen.branch) if told is None else (told.time, told.branch)
            partial = now.partial and (told is None or told.certainty is PARTIAL)
            cost = self._cost(now, now.model, True, added)
            told = Told(time, now.model, branch, PARTIAL if partial else WHOLE, cost, added, True)
            self._append(now, self._event(now, told, added, 1, cost))
        else:
            before = told or Told(seen.clock, now.model, seen.branch, PARTIAL, 0.0, NOTHING, False)
            model, mine = now.model if before.own else before.model, before.tokens + added
            # What was once stated in full stays so.
            certainty = PARTIAL if now.partial and before.certainty is PARTIAL else WHOLE
            cost = self._cost(now, model, before.own, mine)
            told = Told(before.time, model, before.branch, certainty, cost, mine, before.own)
            self._add(now, stated, before, told)
        seen.tell(now.call, told)

    def _add(self, now: Stated, stated: Statement, before: Told, told: Told) -> None:
        """Add to what was told. What one look at the file tells of a call becomes one event."""
        cost = None if told.cost is None or before.cost is None else told.cost - before.cost
        # Only who told of the call knows where its mark stands.
        settled = told.own and told.certainty is not before.certainty
        place, old = self._place(now.call)
        if old is None:
            self._append(now, self._event(now, told, stated.added, 0, cost, settled))
            return
        both = None if old.cost is None or cost is None else old.cost + cost
        settled = not old.calls and (old.settled or settled)
        tokens = old.tokens + stated.added
        self._session.events[place] = self._event(now, told, tokens, old.calls, both, settled)

    def _append(self, now: Stated, event: ev.TokensUsed) -> None:
        events = self._session.events
        if events is not self._told_in:
            self._told_in, self._places = events, {}
        self._places[now.call] = len(events)
        events.append(event)

    def _cost(self, now: Stated, model: str, own: bool, mine: Tokens) -> float | None:
        """Dollars for what this file has told of the call, `mine`; where it is a copy, for what it added to others."""
        pricing, reply = self._desk.pricing, now.reply
        if mine == reply.tokens:
            return reply.cost(pricing, model)
        if own:
            return reply.cost(pricing, model, mine)
        whole = reply.tokens.most(mine)
        cost, others = (reply.cost(pricing, model, tokens) for tokens in (whole, whole - mine))
        return None if cost is None or others is None else cost - others

    def _place(self, call: str) -> tuple[int, ev.TokensUsed | None]:
        """What was told last of the call among the events at hand, and where it stands there."""
        if self._session.events is not self._told_in:
            self._told_in, self._places = self._session.events, {}
        place = self._places.get(call, -1)
        event = self._told_in[place] if place >= 0 else None
        return place, event if isinstance(event, ev.TokensUsed) else None

    def _event(
        self, now: Stated, told: Told, tokens: Tokens, calls: int, cost: float | None, settled: bool = False
    ) -> ev.TokensUsed:
        session = self._session
        context = 0 if now.agent or calls < 0 else now.reply.context
        return ev.TokensUsed(
            time=told.time,
            source=session.source(now.agent),
            station=session.station or session.seat(),
            session=self._seen.session,
            tokens=tokens,
            call=safe(now.call),
            calls=calls,
            model=told.model,
            branch=told.branch,
            subagent=now.agent,
            cost=cost,
            certainty=told.certainty,
            settled=settled,
            context=context,
            window=self._window(now.model, context),
        )

    def _window(self, model: str, context: int) -> int:
        """The window in use: a model may hold more than Claude Code gives it before it compacts."""
        window = self._windows.get(model)
        if window is None:
            window = self._windows[model] = self._desk.pricing.window(model)
        self._seen.wide = self._seen.wide or context > NARROW_WINDOW
        return window if self._seen.wide else min(window, NARROW_WINDOW)
