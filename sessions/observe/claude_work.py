"""What a Claude Code agent did, by its own lines: the model calls it made, what it said, the tools it used."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.observe import claude_details as details
from sessions.observe import claude_lines as cl
from sessions.observe import usage as usages
from sessions.observe.claude_session import Session
from sessions.observe.words import safe
from sessions.text import clean

SYNTHETIC = "<synthetic>"
NARROW_WINDOW = 200_000
"""Claude Code compacts at about 170,000 tokens also where the model holds a million, unless a session asks for more;
a transcript does not say which, until it has held more."""
MAX_OPEN_TOOLS = 64
MAX_SAID = 800
"""As much of a text as its first words are taken from."""


class Work:
    """Reads the lines of type `assistant`."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen, self._desk = session, session.seen, session.desk
        self._windows: dict[str, int] = {}
        self._last_call, self._last_usage = "", cl.Usage()

    def take(self, line: cl.Line) -> None:
        """One line: a part of a reply, with the usage of the whole reply so far."""
        session, seen, message = self._session, self._seen, line.message
        if message is None:
            session.skipped["unexpected shape"] += 1
            return
        agent = session.agent(line)
        synthetic = message.model == SYNTHETIC
        if message.usage is not None and not synthetic:
            self._used(line, message, message.usage, agent)
        if line.is_api_error_message:
            self._failed(line, message, agent)
            return
        if synthetic:
            return
        if line.request_session_id and line.session_id != line.request_session_id and not seen.parent:
            seen.parent = safe(line.request_session_id)
            session.announce()
        if seen.copied:
            return
        for block in message.blocks:
            if block.type == "text":
                self._said(block, agent)
            elif block.type in ("tool_use", "server_tool_use", "mcp_tool_use"):
                self._called(block, agent)
        if agent:
            return
        if message.stop_reason in ("end_turn", "stop_sequence"):
            session.finish()
        elif message.stop_reason == "refusal":
            session.events.append(ev.TurnFailed(**session.who(), reason="the model refused"))

    def _used(self, line: cl.Line, message: cl.Message, usage: cl.Usage, agent: str) -> None:
        session, seen, desk = self._session, self._seen, self._desk
        if not message.id and not line.uuid:
            session.skipped["call without an id"] += 1
            return
        call = f"{message.id}:{line.request_id or ''}" if message.id else f"line:{line.uuid}"
        if call == self._last_call and usage == self._last_usage:
            return
        self._last_call, self._last_usage = call, usage
        tokens = usage.tokens()
        stated, seen.copied = usages.state(desk.book, seen.recent, call, tokens)
        if stated is None:
            return
        model = safe(message.model or "")
        context = 0 if agent else tokens.total
        session.events.append(
            ev.TokensUsed(
                time=seen.clock,
                source=session.source(agent),
                station=session.station,
                session=seen.session,
                tokens=stated.added,
                call=safe(call),
                calls=stated.calls,
                model=model,
                branch=seen.branch,
                subagent=agent,
                cost=usages.price(desk.pricing, model, tokens, stated),
                certainty=details.certainty(line.version or seen.version),
                context=context,
                window=self._window(model, context),
            )
        )

    def _said(self, block: cl.Block, agent: str) -> None:
        session = self._session
        text = clean((block.text or "")[:MAX_SAID])
        if text and not agent:
            self._seen.finished = False
            session.alive(ev.TextWritten(**session.who(), text=text))

    def _called(self, block: cl.Block, agent: str) -> None:
        session, seen, tool = self._session, self._seen, safe(block.name or "tool")
        call = "" if agent else safe(block.id or "")
        given = details.tool_input(block)
        file = given.file_path or given.notebook_path or given.path or ""
        detail = given.command or (session.within(file) if file else "") or given.pattern or given.query or given.url
        detail = detail or given.skill or given.description or given.prompt or ""
        session.alive(
            ev.ToolCalled(
                time=seen.clock,
                source=session.source(agent),
                station=session.station,
                session=seen.session,
                tool=tool,
                call=call,
                detail=clean(detail),
                file=safe(session.within(file), 1000) if tool in details.WRITING_TOOLS else "",
            )
        )
        seen.finished = False
        if call:
            if len(seen.tools) >= MAX_OPEN_TOOLS:
                del seen.tools[next(iter(seen.tools))]
            seen.tools[call] = None
        if tool in details.ASKING_TOOLS and not agent:
            session.alive(ev.PersonNeeded(**session.who(), reason=details.question(tool, block)))

    def _failed(self, line: cl.Line, message: cl.Message, agent: str) -> None:
        """The API gave up: the agent wrote a message of its own instead of a reply."""
        session = self._session
        text = " ".join(block.text or "" for block in message.blocks)
        if agent or not session.first_time(line):
            return
        self._seen.finished = True
        session.events.append(ev.TurnFailed(**session.who(), reason=details.in_words(text)))

    def _window(self, model: str, context: int) -> int:
        """The window in use: a model may hold more than Claude Code gives it before it compacts."""
        window = self._windows.get(model)
        if window is None:
            window = self._windows[model] = self._desk.pricing.window(model)
        self._seen.wide = self._seen.wide or context > NARROW_WINDOW
        return window if self._seen.wide else min(window, NARROW_WINDOW)
