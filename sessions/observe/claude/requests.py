"""What was given to a Claude Code agent: requests of a person, results of its tools, notes of its own system."""

from __future__ import annotations

import zlib

from sessions.floor import events as ev
from sessions.observe.claude import details
from sessions.observe.claude import lines as cl
from sessions.observe.claude.session import Session
from sessions.observe.words import safe
from sessions.redact import redact
from sessions.text import clean

MAX_PROMPTS = 64
INTERRUPTED = "[Request interrupted by user"
NO_PROMPTS = (
    "<local-command-",
    "<bash-",
    "<task-notification>",
    "<system-reminder>",
    "<user-memory-input>",
    "Caveat: ",
)
"""How texts begin that stand where a prompt stands, and that nobody asked of the agent."""


class Requests:
    """Reads the lines of types `user` and `system`."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen = session, session.seen
        self.held: tuple[str, cl.Line] | None = None
        """A request that may be a repetition."""

    def take(self, line: cl.Line, raw: bytes) -> None:
        """A line of type `user`: a request, or what a tool gave back. `raw` is the same line as it stands."""
        message = line.message
        if message is None:
            self._session.skipped["unexpected shape"] += 1
            return
        agent = self._session.agent(line)
        texts: list[str] = []
        for block in message.blocks:
            if block.type == "tool_result":
                self._came_back(block, agent, raw)
                self._went_behind(block, line)
            elif block.type == "text" and block.text:
                texts.append(block.text)
        if self._seen.replies:
            self._seen.given(agent, asked=not any(block.type == "tool_result" for block in message.blocks))
        if texts and not agent:
            self._asked("\n".join(texts) if len(texts) > 1 else texts[0], line)

    def system(self, line: cl.Line) -> None:
        """A line of type `system`: the end of a turn, or trouble with the API."""
        session = self._session
        if self._seen.copied or session.agent(line):
            return
        if line.subtype in ("stop_hook_summary", "turn_duration"):
            session.finish()
        elif line.subtype in ("api_error", "api_retry") and (line.retry_in_ms is not None or line.retry_attempt):
            session.alive(ev.MachineAwaited(**session.who(), reason=details.trouble(line)))

    def _came_back(self, block: cl.Block, agent: str, raw: bytes) -> None:
        session, seen = self._session, self._seen
        call, failed = safe(block.tool_use_id or ""), bool(block.is_error)
        if agent:
            if not seen.copied:
                session.alive(ev.ToolFinished(**session.who(agent), failed=failed))
        elif call in seen.tools:
            del seen.tools[call]
            session.alive(
                ev.ToolFinished(
                    time=seen.clock,
                    source=session.source(),
                    station=session.station,
                    session=seen.session,
                    call=call,
                    failed=failed,
                    detail=details.failure(raw, block.tool_use_id or "") if failed else "",
                )
            )

    def _went_behind(self, block: cl.Block, line: cl.Line) -> None:
        """A command that was sent to the background goes on under an id of its own."""
        behind = self._seen.background
        detail = behind.pop(block.tool_use_id or "", None) if behind else None
        if detail is not None and (task := details.background_task(line)):
            behind[task] = detail

    def _asked(self, text: str, line: cl.Line) -> None:
        """A text where a prompt stands: mostly a prompt, sometimes an interruption or a note of the agent to itself."""
        session, seen = self._session, self._seen
        start = text.lstrip()
        if start.startswith(INTERRUPTED):
            if session.first_time(line):
                seen.tools.clear()
                seen.finished = True
                session.events.append(ev.TurnFinished(**session.who(), interrupted=True))
        elif start.startswith(("<command-name>", "<command-message>")):
            seen.command = redact(clean(details.command(start)))
        elif start.startswith("<task-notification>"):
            for task in details.ended_tasks(start):
                seen.background.pop(task, None)
        elif line.is_meta:
            if seen.command and not start.startswith("<"):
                self._turn(seen.command, line)
                seen.command = ""
        elif not (line.is_compact_summary or line.is_visible_in_transcript_only or start.startswith(NO_PROMPTS)):
            self._turn(clean(text), line)

    def _turn(self, text: str, line: cl.Line) -> None:
        """A request. One that was made before in the same words waits for the next line: see `settle`."""
        seen, key = self._seen, zlib.crc32(text.encode("utf-8", "surrogatepass"))
        if key in seen.prompts:
            self.held = (text, line)
            return
        seen.prompts = [*seen.prompts[1 - MAX_PROMPTS :], key]
        self._begin(text, line)

    def settle(self, repeated: bool = False) -> None:
        """Tell the request that waits, unless it was `repeated`.

        Old versions that were fed by a stream wrote the whole history again with every request, under new ids: there
        a reply that is known follows.
        """
        held, self.held = self.held, None
        if held is not None and repeated:
            self._seen.repeating = True
        elif held is not None:
            self._begin(*held)

    def _begin(self, text: str, line: cl.Line) -> None:
        seen = self._seen
        seen.repeating = False
        if self._session.first_time(line):
            seen.finished, seen.asks = False, ""
            seen.tools.clear()
            self._session.alive(ev.TurnStarted(**self._session.who(), text=text))
