"""What a Claude Code agent did, by its own lines: the model calls it made, what it said, the tools it used."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.observe.claude import details
from sessions.observe.claude import lines as cl
from sessions.observe.claude.calls import Calls
from sessions.observe.claude.session import Session
from sessions.observe.questions import asked_by
from sessions.observe.words import safe
from sessions.redact import redact
from sessions.text import clean

SYNTHETIC = "<synthetic>"
ENDS = ("end_turn", "stop_sequence")
THOUGHTS = frozenset({"thinking", "redacted_thinking"})
"""What stands in front of a reply's words: a line of nothing else is not the reply's last."""
MAX_OPEN_TOOLS = 64
MAX_SAID = 800
"""As much of a text as its first words are taken from."""


class AssistantReader:
    """Reads the lines of type `assistant`."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen = session, session.seen
        self.calls = Calls(session)

    def take(self, line: cl.Line) -> None:
        """One line: a part of a reply, with the usage of the whole reply so far."""
        session, seen, message = self._session, self._seen, line.message
        if message is None:
            session.skipped["unexpected shape"] += 1
            return
        agent = session.agent(line)
        synthetic = message.model == SYNTHETIC
        if message.usage is not None and not synthetic:
            self.calls.used(line, message, message.usage, agent)
        if line.is_api_error_message:
            self._failed(line, message, agent)
            return
        if synthetic:
            return
        if line.request_session_id and line.session_id != line.request_session_id and not seen.parent:
            seen.parent = safe(line.request_session_id)
            session.announce()
        if seen.copied or seen.repeating:
            return
        for block in message.blocks:
            if block.type == "text":
                self._said(block, agent)
            elif block.type in ("tool_use", "server_tool_use", "mcp_tool_use"):
                self._called(block, agent)
        if not agent:
            self._ended(message)

    def _ended(self, message: cl.Message) -> None:
        """The end of a turn, where the line has it."""
        session = self._session
        if message.stop_reason == "refusal":
            session.events.append(ev.TurnFailed(**session.who(), reason="the model refused"))
        elif message.stop_reason in ENDS and any(block.type not in THOUGHTS for block in message.blocks):
            session.finish()

    def _said(self, block: cl.Block, agent: str) -> None:
        session = self._session
        text = clean((block.text or "")[:MAX_SAID])
        if text and not agent:
            self._seen.finished = False
            self._seen.asks = asked_by(block.text or "")
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
        seen.asks = seen.asks if agent else ""
        if call and given.run_in_background and len(seen.background) < MAX_OPEN_TOOLS:
            seen.background[call] = redact(clean(detail))
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
