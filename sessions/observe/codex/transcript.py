"""Codex rollouts become events, in the three generations of their format.

The generations repeat themselves differently: a text stands as an item and as an event, a command as a call, an output
and an event. The first that says something counts; what repeats it is no second fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from sessions.floor import events as ev
from sessions.observe.codex import lines as cx
from sessions.observe.codex.session import Session
from sessions.observe.codex.turns import ASKS, Turns
from sessions.observe.codex.work import ItemReader
from sessions.observe.contract import Desk
from sessions.observe.lines import BROKEN, Skips, repaired


class CodexTranscript:
    """One rollout: a session's own, or one of its sub-agents'."""

    def __init__(self, path: Path, desk: Desk, memory: bytes = b"") -> None:
        session = self._session = Session(path, desk, memory)
        work, turns = self._work, self._turns = ItemReader(session), Turns(session)
        self._lines: dict[str, Callable[[msgspec.Raw], None]] = {
            "session_meta": session.meta,
            "turn_context": session.context,
            "event_msg": self._event,
            "response_item": work.item,
            "token_usage_record": work.record,
        }
        self._events: dict[str, Callable[[cx.EventMsg], None]] = {
            "token_count": work.token_count,
            "task_started": turns.task_started,
            "turn_started": turns.task_started,
            "user_message": turns.user_message,
            "task_complete": turns.task_complete,
            "turn_complete": turns.task_complete,
            "turn_aborted": turns.aborted,
            "error": turns.error,
            "stream_error": turns.stream_error,
            "agent_message": work.agent_message,
            "item_completed": self._item_completed,
            "exec_command_end": work.command_ended,
            "patch_apply_end": work.command_ended,
            "mcp_tool_call_end": work.command_ended,
            "thread_settings_applied": session.settings,
            **dict.fromkeys(ASKS, turns.approval),
        }

    def save(self) -> bytes:
        return msgspec.msgpack.encode(self._session.seen)

    def feed(self, lines: Sequence[bytes], offset: int) -> list[ev.Event]:
        session = self._session
        events = session.events = []
        session.skips = Skips()
        for line in lines:
            head = cx.HEAD.match(line)
            if line and (head is None or head[2] not in cx.DULL):
                self._line(line)
        events += session.skips.events(session.seen.clock, session.source())
        return events

    def _line(self, raw: bytes, mended: bool = False) -> None:
        skips = self._session.skips
        try:
            line = cx.decode_line(raw)
            take = self._lines.get(line.type)
            if take is not None:
                self._session.seen.tick(line.timestamp, line.ordinal)
                take(line.payload)
            elif line.type not in cx.LINES:
                skips.add("unknown type", line.type)
        except msgspec.ValidationError as error:
            skips.add("unexpected shape", str(error))
        except BROKEN:
            again = None if mended else repaired(raw)
            if again is None:
                skips.add("not JSON")
            else:
                self._line(again, mended=True)

    def _event(self, payload: msgspec.Raw) -> None:
        event = cx.decode_event(payload)
        take = self._events.get(event.type)
        if take is not None:
            take(event)
        else:
            self._session.other(f"event_msg/{event.type}", event.type)

    def _item_completed(self, event: cx.EventMsg) -> None:
        item = event.item
        if item is None:
            return
        if item.type == "UserMessage":
            self._turns.asked(cx.flat(item.content), event.turn_id)
        elif item.type == "AgentMessage":
            self._work.wrote(cx.flat(item.content))
        elif item.type == "Plan":
            self._turns.planned()
        elif item.exit_code is not None:
            self._work.came_back(item.id, item.exit_code != 0, f"exit code {item.exit_code}")
        elif item.status == "failed":
            self._work.came_back(item.id, True, f"{item.type} failed")
        else:
            self._session.pulse()
