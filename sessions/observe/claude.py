"""Claude Code transcripts become events.

One model reply is several lines, each with a statement of usage: the last one counts. Forks copy lines, and whole
folders of sub-agents, under a new session id: a copied line states nothing new and is no second fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import ValidationError

from sessions.floor import events as ev
from sessions.floor.tokens import Tokens
from sessions.observe import claude_details as details
from sessions.observe import claude_lines as cl
from sessions.observe import usage as usages
from sessions.observe.claude_memory import Who, named, recalled
from sessions.observe.contract import Desk
from sessions.observe.words import instant, safe, shown
from sessions.text import clean

KIND = "claude"
SYNTHETIC = "<synthetic>"
NARROW_WINDOW = 200_000
"""Claude Code compacts at about 170,000 tokens also where the model holds a million, unless a session asks for more;
a transcript does not say which, until it has held more."""
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
SIGN_OF_LIFE_S = 30.0
PROGRESS, PERMISSION, TIME = b'"type":"progress"', b'"PermissionRequest"', b'"timestamp":"'
HEAD, END = 800, 200
"""Within so many bytes of a line's begin stands its type, where that is written before any big field; and within so
many of its end its time."""
MAX_OPEN_TOOLS = 64
MAX_SAID = 800
"""As much of a text as its first words are taken from."""
_NOTHING = Tokens()


class ClaudeTranscript:
    """One file: a session's own, or one of its sub-agents'."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        self._path, self._desk = path, desk
        self._seen = recalled(memory) or named(path)
        self._station = ""
        self._events: list[ev.Event] = []
        self._skipped: Counter[str] = Counter()
        self._sources: dict[str, str] = {}
        self._windows: dict[str, int] = {}
        self._stamp = b"\0"
        self._last_call, self._last_usage = "", cl.Usage()

    def save(self) -> bytes:
        return msgspec.msgpack.encode(self._seen)

    def feed(self, lines: Sequence[bytes], offset: int) -> list[ev.Event]:
        events = self._events = []
        kind_of, seen, find_in = cl.kind_of, self._seen, bytes.find
        for line in lines:
            if not line:
                continue
            # Most lines are progress, and most of it within the seconds of the line before: told without a call.
            at = find_in(line, PROGRESS, 0, HEAD)
            if at > 0 and seen.opened and find_in(line, b"{", 1, at) < 0:
                if find_in(line, self._stamp, -END) < 0 or find_in(line, PERMISSION, at, at + END) > 0:
                    self._progress(line)
                continue
            kind = kind_of(line)
            if kind not in cl.DULL or not seen.opened:
                self._line(line)
            elif kind == cl.ATTACHMENT:
                self._hook(line)
        for reason, count in self._skipped.items():
            detail = safe(f"{self._path.name} after byte {offset}")
            events.append(
                ev.SourceSkipped(time=seen.clock, source=self._source(), reason=reason, count=count, detail=detail)
            )
        self._skipped.clear()
        return events

    def _progress(self, line: bytes) -> None:
        """A sign of life, no more: the messages of sub-agents inside stand in their own files too."""
        seen = self._seen
        at = line.rfind(TIME)
        if at < 0 or seen.copied:
            return
        # To ten seconds: the next lines with the same beginning of a time tell nothing more.
        self._stamp = line[at : at + len(TIME) + 18]
        self._hook(line)
        time = instant(line[at + len(TIME) : at + len(TIME) + 24].decode("ascii", "replace"))
        if time is not None and time >= seen.alive + SIGN_OF_LIFE_S and not seen.finished:
            self._tick(time)
            self._alive(ev.ActivitySeen(**self._who(seen.agent, time)))

    def _hook(self, line: bytes) -> None:
        """A hook that is asked for permission runs just before a person is; whether it answers itself is not told."""
        tool = details.permission(line)
        if tool and not self._seen.copied and not self._seen.agent:
            reason = f"permission for {tool}"
            self._alive(ev.PersonNeeded(**self._who("", self._seen.clock), reason=reason, guess=True))

    def _line(self, raw: bytes, mended: bool = False) -> None:
        try:
            line = cl.decode_line(raw)
        except ValidationError:
            self._misshapen(raw)
            return
        except cl.BROKEN:
            again = None if mended else cl.repaired(raw)
            if again is None:
                self._skipped["not JSON"] += 1
            else:
                self._line(again, mended=True)
            return
        self._take(line, raw)

    def _misshapen(self, raw: bytes) -> None:
        """Fields of an unknown shape: the tokens still count."""
        self._skipped["unexpected shape"] += 1
        try:
            bare = cl.decode_bare(raw)
        except cl.BROKEN:
            return
        message = bare.message
        if bare.type == "assistant" and message is not None:
            whole = cl.Message(message.id, message.model, None, None, message.usage)
            sparse = cl.Line(bare.type, timestamp=bare.timestamp, message=whole)
            sparse.request_id, sparse.is_sidechain, sparse.agent_id = bare.request_id, bare.is_sidechain, bare.agent_id
            self._take(sparse, raw)

    def _take(self, line: cl.Line, raw: bytes) -> None:
        time = instant(line.timestamp) if line.timestamp else None
        if line.type in ("assistant", "user"):
            self._place(line, time)
            self._tick(time)
            if line.type == "assistant":
                self._assistant(line)
            else:
                self._user(line, raw)
        elif line.type == "system":
            self._place(line, time)
            self._tick(time)
            self._system(line)
        elif line.type in ("summary", "custom-title", "ai-title"):
            self._titled(line.custom_title or line.ai_title or line.summary or "")
        elif line.type == "progress" or line.type.encode() in cl.DULL:
            if line.cwd:
                self._place(line, time)
        else:
            self._skipped["unknown type"] += 1

    # Where the session is

    def _place(self, line: cl.Line, time: float | None) -> None:
        """Open the session at its first line, and note when it moves."""
        seen = self._seen
        if not seen.opened:
            seen.session = seen.session or safe(line.session_id or self._path.stem)
            seen.home, seen.branch = safe(line.cwd or "", 1000), safe(line.git_branch or "")
            seen.version = safe(line.version or "", 40)
            seen.opened = True
            self._tick(time)
            self._seat()
            self._announce()
            return
        cwd, branch = line.cwd, line.git_branch
        moved = bool(cwd) and cwd != seen.home and not (seen.home and (cwd or "").startswith(seen.home + "/"))
        if moved or (branch and branch != seen.branch):
            self._moved(line, moved, time)

    def _moved(self, line: cl.Line, moved: bool, time: float | None) -> None:
        seen = self._seen
        branch = safe(line.git_branch or "") or seen.branch
        home = safe(line.cwd or "", 1000) if moved else seen.home
        if (branch, home) == (seen.branch, seen.home):
            return
        seen.branch, seen.home = branch, home
        if not seen.agent and not line.is_sidechain and not seen.copied:
            self._tick(time)
            self._events.append(ev.BranchEntered(**self._who("", seen.clock), branch=branch, directory=home))

    def _seat(self) -> str:
        if not self._station:
            seen = self._seen
            self._station, opening = self._desk.seating.seat(
                KIND, seen.session, seen.home, seen.branch, seen.clock, self._source()
            )
            self._events.extend(opening)
        return self._station

    def _announce(self) -> None:
        seen = self._seen
        if not seen.agent:
            self._events.append(
                ev.SessionOpened(
                    **self._who("", seen.clock),
                    path=shown(self._path),
                    parent=seen.parent,
                    title=seen.title,
                    version=seen.version,
                )
            )

    def _titled(self, title: str) -> None:
        title = clean(title)
        if title and title != self._seen.title:
            self._seen.title = title
            if self._seen.opened:
                self._announce()

    # What the agent did

    def _assistant(self, line: cl.Line) -> None:
        message = line.message
        if message is None:
            self._skipped["unexpected shape"] += 1
            return
        agent = self._agent(line)
        if line.is_api_error_message:
            self._failed(line, message, agent)
            return
        if message.model == SYNTHETIC:
            return
        if message.usage is not None:
            self._used(line, message, message.usage, agent)
        if line.request_session_id and line.session_id != line.request_session_id and not self._seen.parent:
            self._seen.parent = safe(line.request_session_id)
            self._announce()
        if self._seen.copied:
            return
        for block in message.blocks:
            self._did(block, agent)
        if agent:
            return
        if message.stop_reason in ("end_turn", "stop_sequence"):
            self._finish()
        elif message.stop_reason == "refusal":
            self._events.append(ev.TurnFailed(**self._who(agent, self._seen.clock), reason="the model refused"))

    def _used(self, line: cl.Line, message: cl.Message, usage: cl.Usage, agent: str) -> None:
        seen = self._seen
        if not message.id and not line.uuid:
            self._skipped["call without an id"] += 1
            return
        call = f"{message.id}:{line.request_id or ''}" if message.id else f"line:{line.uuid}"
        if call == self._last_call and usage == self._last_usage:
            return
        self._stamp = b"\0"
        self._last_call, self._last_usage = call, usage
        tokens = usage.tokens()
        stated, seen.copied = usages.state(self._desk.book, seen.calls, call, tokens)
        if stated is None:
            return
        model = safe(message.model or "")
        self._events.append(
            ev.TokensUsed(
                **self._who(agent, seen.clock),
                tokens=stated.added,
                call=safe(call),
                calls=stated.calls,
                model=model,
                branch=seen.branch,
                subagent=agent,
                cost=usages.price(self._desk.pricing, model, tokens, stated),
                certainty=details.certainty(seen.version),
                context=0 if agent else tokens.context,
                window=self._window(model, 0 if agent else tokens.context),
            )
        )

    def _did(self, block: cl.Block, agent: str) -> None:
        if block.type == "text":
            text = clean((block.text or "")[:MAX_SAID])
            if text and not agent:
                self._seen.finished = False
                self._alive(ev.TextWritten(**self._who(agent, self._seen.clock), text=text))
        elif block.type in ("tool_use", "server_tool_use", "mcp_tool_use"):
            self._called(block, agent)

    def _called(self, block: cl.Block, agent: str) -> None:
        seen, tool = self._seen, safe(block.name or "tool")
        call = "" if agent else safe(block.id or "")
        given = details.tool_input(block)
        file = given.file_path or given.notebook_path or given.path or ""
        detail = given.command or file or given.pattern or given.query or given.url
        detail = detail or given.skill or given.description or given.prompt or ""
        self._alive(
            ev.ToolCalled(
                **self._who(agent, seen.clock),
                tool=tool,
                call=call,
                detail=clean(self._within(detail) if detail is file else detail),
                file=safe(self._within(file), 1000) if tool in details.WRITING_TOOLS else "",
            )
        )
        seen.finished = False
        if call:
            if len(seen.tools) >= MAX_OPEN_TOOLS:
                del seen.tools[next(iter(seen.tools))]
            seen.tools[call] = None
        if tool in details.ASKING_TOOLS and not agent:
            self._alive(ev.PersonNeeded(**self._who("", seen.clock), reason=details.question(tool, block)))

    def _within(self, path: str) -> str:
        home = self._seen.home
        return path[len(home) + 1 :] if home and path.startswith(home + "/") else path

    def _failed(self, line: cl.Line, message: cl.Message, agent: str) -> None:
        """The API gave up: the agent wrote a message of its own instead of a reply."""
        text = " ".join(block.text or "" for block in message.blocks)
        if agent or not self._first_time(line):
            return
        self._seen.finished = True
        self._events.append(ev.TurnFailed(**self._who(agent, self._seen.clock), reason=clean(text) or "API error"))

    # What was asked of it

    def _user(self, line: cl.Line, raw: bytes) -> None:
        message = line.message
        if message is None:
            self._skipped["unexpected shape"] += 1
            return
        agent = self._agent(line)
        texts: list[str] = []
        for block in message.blocks:
            if block.type == "tool_result":
                self._came_back(block, agent, raw)
            elif block.type == "text" and block.text:
                texts.append(block.text)
        if texts and not agent:
            self._asked("\n".join(texts) if len(texts) > 1 else texts[0], line)

    def _came_back(self, block: cl.Block, agent: str, raw: bytes) -> None:
        call, failed = safe(block.tool_use_id or ""), bool(block.is_error)
        if agent:
            if not self._seen.copied:
                self._alive(ev.ToolFinished(**self._who(agent, self._seen.clock), failed=failed))
        elif call in self._seen.tools:
            del self._seen.tools[call]
            detail = details.failure(raw, block.tool_use_id or "") if failed else ""
            self._alive(ev.ToolFinished(**self._who("", self._seen.clock), call=call, failed=failed, detail=detail))

    def _asked(self, text: str, line: cl.Line) -> None:
        """A text where a prompt stands: mostly a prompt, sometimes an interruption or a note of the agent to itself."""
        seen = self._seen
        start = text.lstrip()
        if start.startswith(INTERRUPTED):
            if self._first_time(line):
                seen.tools.clear()
                seen.finished = True
                self._events.append(ev.TurnFinished(**self._who("", seen.clock), interrupted=True))
        elif start.startswith(("<command-name>", "<command-message>")):
            seen.command = clean(details.command(start))
        elif line.is_meta:
            if seen.command and not start.startswith("<"):
                self._turn(seen.command, line)
                seen.command = ""
        elif not (line.is_compact_summary or line.is_visible_in_transcript_only or start.startswith(NO_PROMPTS)):
            self._turn(clean(text), line)

    def _turn(self, text: str, line: cl.Line) -> None:
        if self._first_time(line):
            self._seen.finished = False
            self._seen.tools.clear()
            self._alive(ev.TurnStarted(**self._who("", self._seen.clock), text=text))

    def _first_time(self, line: cl.Line) -> bool:
        """Whether no other file has this line: forks copy lines with their ids."""
        if line.uuid:
            self._seen.copied = self._desk.book.state(f"line:{line.uuid}", _NOTHING) is None
        return not self._seen.copied

    def _system(self, line: cl.Line) -> None:
        if self._seen.copied or self._agent(line):
            return
        if line.subtype in ("stop_hook_summary", "turn_duration"):
            self._finish()
        elif line.subtype in ("api_error", "api_retry") and (line.retry_in_ms is not None or line.retry_attempt):
            self._alive(ev.MachineAwaited(**self._who("", self._seen.clock), reason=details.trouble(line)))

    def _finish(self) -> None:
        if not self._seen.finished:
            self._seen.finished = True
            self._events.append(ev.TurnFinished(**self._who("", self._seen.clock)))

    # Small change

    def _alive(self, event: ev.Event) -> None:
        self._seen.alive = self._seen.clock
        self._events.append(event)

    def _tick(self, time: float | None) -> None:
        if time is not None:
            self._seen.clock = time

    def _agent(self, line: cl.Line) -> str:
        """The sub-agent that wrote the line, or nothing for the session's main conversation."""
        if self._seen.agent:
            return self._seen.agent
        return safe(line.agent_id or "sidechain") if line.is_sidechain else ""

    def _source(self, agent: str = "") -> str:
        source = self._sources.get(agent)
        if source is None:
            name = agent or self._seen.agent
            source = f"{KIND}:{self._seen.session[:8]}" + (f"/{name}" if name else "")
            if self._seen.opened:
                self._sources[agent] = source
        return source

    def _who(self, agent: str, time: float) -> Who:
        return {
            "time": time,
            "source": self._source(agent),
            "station": self._station or self._seat(),
            "session": self._seen.session,
        }

    def _window(self, model: str, context: int) -> int:
        """The window in use: a model may hold more than Claude Code gives it before it compacts."""
        window = self._windows.get(model)
        if window is None:
            window = self._windows[model] = self._desk.pricing.window(model)
        self._seen.wide = self._seen.wide or context > NARROW_WINDOW
        return window if self._seen.wide else min(window, NARROW_WINDOW)
