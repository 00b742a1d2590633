"""Codex rollouts become events, in the three generations of their format.

The generations repeat themselves differently: a text stands as an item and as an event, a command as a call, an output
and an event. The first that says something counts; what repeats it is no second fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import msgspec

from sessions.floor import events as ev
from sessions.floor.tokens import Tokens
from sessions.observe import codex_lines as cx
from sessions.observe import usage as usages
from sessions.observe.codex_memory import Memory, question_of, spawned, thread_of
from sessions.observe.codex_usage import Count, Totals
from sessions.observe.contract import Desk
from sessions.observe.lines import Skips, remembered
from sessions.observe.tools import patched_files, tool_detail
from sessions.observe.words import safe
from sessions.text import clean

KIND = "codex"
SIGN_OF_LIFE_S = 30.0
_NOTHING = Tokens()
_PATH = 1_000


class _Who(TypedDict):
    """What every event of a station tells."""

    time: float
    source: str
    station: str
    session: str


class CodexTranscript:
    """One rollout: a session's own, or one of its sub-agents'."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        self._path, self._desk = path, desk
        self._seen = remembered(memory, Memory())
        self._station = ""
        self._events: list[ev.Event] = []
        self._skips = Skips()

    def save(self) -> bytes:
        return msgspec.msgpack.encode(self._seen)

    def feed(self, lines: Sequence[bytes], offset: int) -> list[ev.Event]:
        events = self._events = []
        self._skips = Skips()
        for line in lines:
            head = cx.HEAD.match(line)
            if line and (head is None or head[2] not in cx.DULL):
                self._line(line)
        events += self._skips.events(self._seen.clock, self._source())
        return events

    def _line(self, raw: bytes) -> None:
        try:
            line = cx.decode_line(raw)
            take = _LINES.get(line.type)
            if take is not None:
                self._seen.tick(line.timestamp)
                take(self, line.payload)
            elif line.type not in cx.LINES:
                self._skips.add("unknown type", line.type)
        except msgspec.ValidationError as error:
            self._skips.add("unexpected shape", str(error))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._skips.add("not JSON")

    # -- where the session is --------------------------------------------------------------------------------------

    def _meta(self, payload: msgspec.Raw) -> None:
        seen, meta = self._seen, cx.decode_meta(payload)
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
        seen.ledger.borrowed = forked and based
        seen.copying = forked and not based
        self._open(safe(meta.forked_from_id or ""), safe(meta.cli_version, 40))

    def _open(self, parent: str = "", version: str = "") -> None:
        seen = self._seen
        seen.opened = True
        seen.thread = seen.thread or thread_of(self._path)
        seen.session = seen.session or seen.thread
        if seen.agent:
            return
        who = self._who()
        self._events.append(ev.SessionOpened(**who, path=str(self._path), parent=parent, version=version))

    def _context(self, payload: msgspec.Raw) -> None:
        seen, context = self._seen, cx.decode_context(payload)
        if context.turn_id:
            self._turned(safe(context.turn_id))
        seen.model = safe(context.model) or seen.model
        automatic = bytes(context.approval_policy) == b'"never"'
        seen.person = not automatic and context.approvals_reviewer in (None, "", "user")
        home = safe(context.cwd, _PATH)
        inside = bool(seen.home) and f"{home}/".startswith(seen.home.rstrip("/") + "/")
        if not home or inside or seen.copied():
            return
        # A rollout names its branch only once, for the directory it began in.
        self._moved(home, "")

    def _moved(self, home: str, branch: str) -> None:
        seen = self._seen
        seen.home, seen.branch = home, branch
        if not seen.agent:
            self._events.append(ev.BranchEntered(**self._who(), branch=branch, directory=home))

    def _turned(self, turn: str) -> None:
        if turn != self._seen.turn:
            self._seen.begin_turn(turn, self._desk.book.state(f"codex-turn:{turn}", _NOTHING) is not None)

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _record(self, payload: msgspec.Raw) -> None:
        self._count(self._seen.ledger.by_record(cx.decode_record(payload), self._call))

    def _call(self, totals: Totals) -> str:
        """The identity of a call that has no id of its own: where it stands in the conversation, and the totals."""
        begun = f"#{self._seen.ledger.resets}" if self._seen.ledger.resets else ""
        return f"codex:{self._seen.marker}{begun}:" + ".".join(map(str, totals))

    def _count(self, count: Count | None) -> None:
        if count is None:
            return
        seen, pricing = self._seen, self._desk.pricing
        stated, _ = usages.state(self._desk.book, seen.calls, count.call, count.tokens)
        if stated is None or count.known:
            return
        self._say(
            ev.TokensUsed(
                **self._who(),
                tokens=stated.added,
                call=safe(count.call),
                calls=stated.calls,
                model=seen.model,
                branch=seen.branch,
                subagent=seen.agent,
                cost=usages.price(pricing, seen.model, count.tokens, stated),
                certainty=count.certainty,
                context=0 if seen.agent else count.context,
                window=seen.window or pricing.window(seen.model),
            )
        )

    def _token_count(self, event: cx.EventMsg) -> None:
        if event.info is not None:
            self._seen.window = event.info.model_context_window or self._seen.window
            self._seen.copied()
            self._count(self._seen.ledger.by_total(event.info, self._call))
        reached = event.rate_limits.rate_limit_reached_type if event.rate_limits else None
        if reached and self._speaks():
            self._say(ev.MachineAwaited(**self._who(), reason=clean(f"rate limit: {reached}")))

    # -- turns -----------------------------------------------------------------------------------------------------

    def _event(self, payload: msgspec.Raw) -> None:
        event = cx.decode_event(payload)
        take = _EVENTS.get(event.type)
        if take is not None:
            take(self, event)
        else:
            self._other(f"event_msg/{event.type}", event.type)

    def _task_started(self, event: cx.EventMsg) -> None:
        seen = self._seen
        seen.tasks, seen.asked, seen.failed = True, False, False
        seen.window = event.model_context_window or seen.window
        if event.turn_id:
            self._turned(safe(event.turn_id))
        self._pulse(at_once=True)

    def _user_message(self, event: cx.EventMsg) -> None:
        self._asked(event.message or "", event.turn_id)

    def _asked(self, text: str, turn: str | None) -> None:
        """A request begins a turn; what is added while the turn runs does not."""
        seen = self._seen
        if turn:
            self._turned(safe(turn))
        if seen.asked and seen.tasks:
            self._pulse(at_once=True)
            return
        seen.asked, seen.failed, seen.text = True, False, ""
        if self._speaks():
            self._say(ev.TurnStarted(**self._who(), text=clean(text)))

    def _task_complete(self, event: cx.EventMsg) -> None:
        """The end of a turn is written after an error, too; it does not make it good."""
        seen = self._seen
        failed, seen.failed, seen.asked = seen.failed, False, False
        error = cx.trouble(event.error)
        if error and not failed:
            self._failed(error)
        elif not failed and self._speaks():
            self._say(ev.TurnFinished(**self._who()))

    def _error(self, event: cx.EventMsg) -> None:
        self._seen.failed = True
        self._failed(event.message or "error")

    def _aborted(self, event: cx.EventMsg) -> None:
        self._seen.failed, self._seen.asked = True, False
        if event.reason != "interrupted":
            self._failed(event.reason or "aborted")
        elif self._speaks():
            self._say(ev.TurnFinished(**self._who(), interrupted=True))

    def _failed(self, reason: str) -> None:
        if self._speaks():
            self._say(ev.TurnFailed(**self._who(), reason=clean(reason)))

    def _stream_error(self, event: cx.EventMsg) -> None:
        """Codex writes it as it tries again; giving up is an `error`."""
        if self._speaks():
            self._say(ev.MachineAwaited(**self._who(), reason=clean(event.message or "stream error")))

    def _approval(self, event: cx.EventMsg) -> None:
        command = event.command if isinstance(event.command, str) else " ".join(event.command or ())
        question = " ".join(q.question for q in event.questions or ())
        what = question or command or event.reason or event.message or event.server_name or ""
        self._person(f"{_ASKS.get(event.type, 'answer')}: {what}" if what else _ASKS.get(event.type, "answer"))

    def _person(self, reason: str, guess: bool = False) -> None:
        if self._speaks():
            self._say(ev.PersonNeeded(**self._who(), reason=clean(reason), guess=guess))

    def _settings(self, event: cx.EventMsg) -> None:
        if event.thread_settings is not None:
            self._seen.model = safe(event.thread_settings.model or "") or self._seen.model

    # -- what the agent did ----------------------------------------------------------------------------------------

    def _item(self, payload: msgspec.Raw) -> None:
        item = cx.decode_item(payload)
        if item.type == "message":
            if item.role == "assistant":
                self._wrote(cx.flat(item.content))
        elif item.type in cx.CALLS:
            self._called(item)
        elif item.type in cx.OUTPUTS:
            text = cx.output_text(item.output)
            self._came_back(item.call_id or "", cx.failed_output(text), text)
        else:
            self._other(f"response_item/{item.type}", item.type)

    def _agent_message(self, event: cx.EventMsg) -> None:
        self._wrote(event.message or "")

    def _item_completed(self, event: cx.EventMsg) -> None:
        item = event.item
        if item is None:
            return
        if item.type == "UserMessage":
            self._asked(cx.flat(item.content), event.turn_id)
        elif item.type == "AgentMessage":
            self._wrote(cx.flat(item.content))
        elif item.exit_code is not None:
            self._came_back(item.id, item.exit_code != 0, f"exit code {item.exit_code}")
        elif item.status == "failed":
            self._came_back(item.id, True, f"{item.type} failed")
        else:
            self._pulse()

    def _command_ended(self, event: cx.EventMsg) -> None:
        failed = event.exit_code not in (None, 0) or event.success is False
        self._came_back(event.call_id or "", failed, f"exit code {event.exit_code}" if event.exit_code else "failed")

    def _wrote(self, text: str) -> None:
        text = clean(text)
        if text and text != self._seen.text and self._speaks():
            self._seen.text = text
            self._say(ev.TextWritten(**self._who(), text=text))

    def _called(self, item: cx.ResponseItem) -> None:
        seen, call = self._seen, safe(item.call_id or "")
        if not seen.begin_tool(call) or seen.copied():
            return
        tool, arguments = safe(item.name) or item.type.removesuffix("_call"), cx.call_arguments(item)
        files = [seen.within(name) for name in patched_files(arguments)]
        detail = ", ".join(files) or tool_detail(arguments)
        call = "" if seen.agent else call
        self._say(
            ev.ToolCalled(
                **self._who(),
                tool=tool,
                call=call,
                detail=clean(detail),
                file=files[0] if files else "",
                more_files=tuple(files[1:]),
            )
        )
        if tool == "request_user_input":
            self._person(question_of(arguments))
        elif seen.person and arguments.get("sandbox_permissions") == "require_escalated":
            # Requests for approval are not written; that this call needs one is.
            self._person(f"approval: {detail}", guess=True)

    def _came_back(self, call: str, failed: bool, detail: str) -> None:
        """A tool's end is told up to three times; a failure told later still counts, once."""
        seen, call = self._seen, safe(call)
        if seen.end_tool(call, failed) and not seen.copied():
            call = "" if seen.agent else call
            self._say(ev.ToolFinished(**self._who(), call=call, failed=failed, detail=clean(detail) if failed else ""))

    # -- small change ----------------------------------------------------------------------------------------------

    def _speaks(self) -> bool:
        """Whether what the line says is about the station itself: no sub-agent's word, and no copy."""
        if self._seen.copied():
            return False
        if self._seen.agent:
            self._pulse()
            return False
        return True

    def _other(self, name: str, kind: str) -> None:
        """A payload that is no fact of its own: a sign of life, nothing, or something unknown."""
        if kind.endswith(("_begin", "_end", "_delta")) or kind.encode() in cx.QUIET:
            self._pulse()
        elif kind.encode() not in cx.DULL:
            self._skips.add("unknown type", name)

    def _pulse(self, at_once: bool = False) -> None:
        seen = self._seen
        if not seen.copied() and (at_once or seen.clock >= seen.alive + SIGN_OF_LIFE_S):
            self._say(ev.ActivitySeen(**self._who()))

    def _say(self, event: ev.Event) -> None:
        self._seen.alive = self._seen.clock
        self._events.append(event)

    def _source(self) -> str:
        seen = self._seen
        # Ids begin with the time: sessions of one minute differ in their ends only.
        name = f"{KIND}:{(seen.session or thread_of(self._path))[-12:]}"
        return f"{name}/{seen.agent}" if seen.agent else name

    def _who(self) -> _Who:
        seen = self._seen
        if not seen.opened:
            self._open()
        if not self._station:
            self._station, opening = self._desk.seating.seat(
                KIND, seen.session, seen.home, seen.branch, seen.clock, self._source()
            )
            self._events.extend(opening)
        return {"time": seen.clock, "source": self._source(), "station": self._station, "session": seen.session}


_ASKS = {
    "exec_approval_request": "approval",
    "apply_patch_approval_request": "approval of a patch",
    "request_permissions": "permissions",
    "request_user_input": "question",
    "elicitation_request": "question of a tool",
}
_LINES: dict[str, Callable[[CodexTranscript, msgspec.Raw], None]] = {
    "session_meta": CodexTranscript._meta,
    "turn_context": CodexTranscript._context,
    "event_msg": CodexTranscript._event,
    "response_item": CodexTranscript._item,
    "token_usage_record": CodexTranscript._record,
}
_EVENTS: dict[str, Callable[[CodexTranscript, cx.EventMsg], None]] = {
    "token_count": CodexTranscript._token_count,
    "task_started": CodexTranscript._task_started,
    "turn_started": CodexTranscript._task_started,
    "user_message": CodexTranscript._user_message,
    "task_complete": CodexTranscript._task_complete,
    "turn_complete": CodexTranscript._task_complete,
    "turn_aborted": CodexTranscript._aborted,
    "error": CodexTranscript._error,
    "stream_error": CodexTranscript._stream_error,
    "agent_message": CodexTranscript._agent_message,
    "item_completed": CodexTranscript._item_completed,
    "exec_command_end": CodexTranscript._command_ended,
    "patch_apply_end": CodexTranscript._command_ended,
    "mcp_tool_call_end": CodexTranscript._command_ended,
    "thread_settings_applied": CodexTranscript._settings,
    **dict.fromkeys(_ASKS, CodexTranscript._approval),
}
