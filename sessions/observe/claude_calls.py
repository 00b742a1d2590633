"""The model calls of a Claude Code transcript: which lines are one call, and what each statement of it adds."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe import claude_lines as cl
from sessions.observe import usage as usages
from sessions.observe.claude_memory import Told
from sessions.observe.claude_session import Session
from sessions.observe.claude_usage import Helper, Reply, is_partial, reply_of
from sessions.observe.contract import Statement
from sessions.observe.words import safe

NARROW_WINDOW = 200_000
"""Claude Code compacts at about 170,000 tokens also where the model holds a million, unless a session asks for more;
a transcript does not say which, until it has held more."""


class Stated(Struct, frozen=True):
    """A line's statement of a call."""

    call: str
    model: str
    reply: Reply
    partial: bool
    agent: str


class Calls:
    """Tells what the lines of one file say of model calls."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen, self._desk = session, session.seen, session.desk
        self._windows: dict[str, int] = {}
        self._last = ("", cl.Usage(), "", False)
        self._told_in = session.events
        self._places: dict[str, int] = {}

    # Which call it is

    def identity(self, line: cl.Line, message: cl.Message) -> str:
        """The name of the call that a line belongs to; empty where it has none.

        Forks copy lines with their ids. Without the id of a request a gateway may call every message the same: then
        a reply is known by its first line, and goes on as long as nothing was given to the agent in between.
        """
        if message.id and line.request_id:
            return f"{message.id}:{line.request_id}"
        if not line.uuid:
            return f"{message.id}:" if message.id else ""
        seen = self._seen
        goes_on = bool(message.id) and seen.reply_id == message.id
        if not goes_on or (seen.answered and line.parent_uuid not in seen.reply_lines):
            seen.reply_id, seen.reply, seen.reply_lines = message.id or "", line.uuid, []
        seen.answered = False
        seen.reply_lines = [*seen.reply_lines[-15:], line.uuid]
        return f"line:{seen.reply}"

    def knows(self, line: cl.Line) -> bool:
        """Whether the call of a line with the ids of a message and a request was told before."""
        message = line.message
        if message is None or not (message.id and line.request_id):
            return False
        return self._desk.book.knows(f"{message.id}:{line.request_id}")

    # What it used

    def used(self, line: cl.Line, message: cl.Message, usage: cl.Usage, agent: str) -> None:
        """Tell what a line adds to what is known of its call."""
        call = self.identity(line, message)
        if not call:
            self._session.skipped["call without an id"] += 1
            return
        model = safe(message.model or "")
        partial = is_partial(message, usage.output_tokens or 0)
        said = (call, usage, model, partial)
        if said == self._last:
            return
        self._last = said
        self._state(Stated(call, model, reply_of(usage), partial, agent))

    def nested(self, line: cl.NestedLine, agent: str) -> None:
        """A call of a sub-agent that stands in a progress line. Most stand in the sub-agent's own file, too."""
        message = line.message
        if message is None or message.usage is None or not message.id or not line.request_id:
            return
        call = f"{message.id}:{line.request_id}"
        if not self._desk.book.knows(call):
            partial = not message.stop_reason
            self._state(Stated(call, safe(message.model or ""), reply_of(message.usage), partial, safe(agent)))

    def _state(self, now: Stated) -> None:
        seen, reply = self._seen, now.reply
        stated, copied = usages.state(self._desk.book, seen.recent, now.call, reply.tokens, now.partial)
        if not now.agent or seen.agent:
            seen.copied = copied
        told = seen.told.get(now.call)
        if told is not None and told.model != now.model and not copied:
            known = reply.tokens if stated is None else reply.tokens - stated.added
            self._move(now, told, known)
        elif stated is not None:
            self._tell(now, stated, told)
        else:
            return
        for helper in reply.helpers:
            self._help(now, helper)

    def _help(self, now: Stated, helper: Helper) -> None:
        """Tell of a request beside the reply's own as a call of its own, like one of a sub-agent."""
        call, model, tokens = f"{now.call}#{helper.number}", helper.model or now.model, helper.tokens
        beside = Stated(call, model, Reply(tokens, 0), now.partial, now.agent or helper.name)
        stated, _ = usages.state(self._desk.book, self._seen.recent, call, tokens, now.partial)
        if stated is not None:
            self._tell(beside, stated, self._seen.told.get(beside.call))

    def _move(self, now: Stated, told: Told, known: Tokens) -> None:
        """The call was begun by one model and served by another: it is the other's as a whole."""
        place, old = self._place(now.call)
        if old is not None and old.calls == 1:
            del self._session.events[place]
            self._places = {call: at - (at > place) for call, at in self._places.items() if at != place}
        else:
            gone = self._event(now, Tokens() - known, -1, told, None if told.cost is None else -told.cost)
            self._session.events.append(replace(gone, model=told.model, certainty=told.certainty, context=0))
        self._tell(now, Statement(now.reply.tokens, 1), told)

    def _tell(self, now: Stated, stated: Statement, told: Told | None) -> None:
        """What a statement adds belongs where the call's first statement was told, to the same day and branch.

        What one look at the file tells of a call becomes one event.
        """
        seen, pricing, tokens = self._seen, self._desk.pricing, now.reply.tokens
        cost = now.reply.cost(pricing, now.model)
        if stated.calls:
            before: float | None = 0.0
        else:
            before = told.cost if told else now.reply.cost(pricing, now.model, tokens - stated.added)
        added = None if cost is None or before is None else cost - before
        # What was once stated in full stays so.
        partial = now.partial and (told is None or told.certainty is Certainty.UNDERCOUNTED)
        certainty = Certainty.UNDERCOUNTED if partial else Certainty.EXACT
        if told is None and stated.calls:
            told = Told(seen.clock, now.model, seen.branch, certainty, cost)
        elif told is not None:
            told = replace(told, model=now.model, certainty=certainty, cost=cost)
        if told is not None:
            seen.tell(now.call, told)
        event = replace(self._event(now, stated.added, stated.calls, told, added), certainty=certainty)
        events, (place, old) = self._session.events, self._place(now.call)
        if old is None or stated.calls:
            self._places[now.call] = len(events)
            events.append(replace(event, settled=stated.settled))
            return
        both = None if old.cost is None or added is None else old.cost + added
        settled = not old.calls and (old.settled or stated.settled)
        events[place] = replace(event, tokens=old.tokens + stated.added, calls=old.calls, cost=both, settled=settled)

    def _place(self, call: str) -> tuple[int, ev.TokensUsed | None]:
        """What was told last of the call among the events at hand, and where it stands there."""
        if self._session.events is not self._told_in:
            self._told_in, self._places = self._session.events, {}
        place = self._places.get(call, -1)
        event = self._told_in[place] if place >= 0 else None
        return place, event if isinstance(event, ev.TokensUsed) else None

    def _event(self, now: Stated, tokens: Tokens, calls: int, told: Told | None, cost: float | None) -> ev.TokensUsed:
        session, seen = self._session, self._seen
        context = 0 if now.agent else now.reply.context
        return ev.TokensUsed(
            time=told.time if told else seen.clock,
            source=session.source(now.agent),
            station=session.station or session.seat(),
            session=seen.session,
            tokens=tokens,
            call=safe(now.call),
            calls=calls,
            model=now.model,
            branch=told.branch if told else seen.branch,
            subagent=now.agent,
            cost=cost,
            certainty=Certainty.UNDERCOUNTED if now.partial else Certainty.EXACT,
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
