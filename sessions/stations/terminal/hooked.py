"""What the hooks of Claude Code and of Codex tell, as facts: both give the same JSON, with small differences. Pure.

Turns, tools, text and tokens are facts of the conversation's transcript, which is read where it lies: a hook that told
them again would count them twice. What only hooks tell is what an agent does at this moment, and what it asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from sessions.floor import events as ev
from sessions.floor.reports import BACKGROUND, Report
from sessions.observe.tools import tool_detail, tool_text
from sessions.observe.words import safe
from sessions.stations.contract import Decision, Signal
from sessions.stations.signals import plain, rules
from sessions.stations.signals.hook import BEFORE_TOOL, BEGINNING, PERMISSION, SCOPE, TALKING, TIMED_OUT
from sessions.text import clean, clean_lines

SOURCE = "hook"
LONGEST = 64_000
"""Characters of what is asked."""
LONGEST_RULES = 24_000
"""Characters of rules that an answer has room for (see `wayback.LONGEST`)."""
MOST_PATHS = 100
WAITS_S = 90_000
"""Longer than a question waits by itself (see `hook.PATIENCE_S`)."""
QUICK_S = 20
DENIED = "The operator denied this."
_NEEDS = frozenset({"permission_prompt", "worker_permission_prompt", "elicitation_dialog", "agent_needs_input"})
"""Kinds of notices that a person has to come to its terminal for."""


class Hooked:
    """What kinds have in common whose agents tell their state by such hooks."""

    name: str

    def interrupt(self) -> bytes:
        return b"\x1b"

    def heard(self, signal: Signal, session: str) -> Sequence[ev.Event]:
        return heard(signal, session)

    def reply(self, signal: Signal, decision: Decision, reason: str) -> bytes:
        return reply(signal, decision, reason, self.name)


def hooks(command: str, events: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    """Their setting: the command to run at each of these events, and for how long it may."""
    found: dict[str, list[dict[str, object]]] = {}
    for event in events:
        timeout = WAITS_S if event in (PERMISSION, BEFORE_TOOL) else QUICK_S
        found[event] = [{"hooks": [{"type": "command", "command": command, "timeout": timeout}]}]
    return found


def heard(signal: Signal, session: str) -> Sequence[ev.Event]:
    """The facts that a signal tells; `session` is the station's present conversation."""
    if "hook_event_name" not in signal.payload:
        return plain.heard(signal, session)
    told = _TOLD.get(signal.name)
    if told is None:
        return [ev.SourceSkipped(time=signal.time, source=SOURCE, reason="unknown hook", detail=clean(signal.name))]
    teller = _Teller(signal, safe(str(signal.payload.get("session_id") or "")) or session)
    return [teller.asked()] if signal.waits else told(teller)


def opened(signal: Signal) -> str:
    """The conversation that an agent says it has begun, or goes on with; "" when it says no such thing.

    Where one was asked for and another is told, the agent has lost it.
    """
    return safe(str(signal.payload.get("session_id") or "")) if signal.name == BEGINNING else ""


def reply(signal: Signal, decision: Decision, reason: str, agent: str) -> bytes:
    """What the hook prints for the agent as the answer to a question."""
    if signal.name == SCOPE:
        return plain.reply(decision, reason)
    allows = decision in (Decision.ALLOW, Decision.ALWAYS)
    words = TIMED_OUT if decision is Decision.EXPIRE else clean(reason, 2_000) or DENIED
    answer: dict[str, object] = {"hookEventName": signal.name}
    if signal.name == BEFORE_TOOL:
        if allows and agent != "claude":
            return b""  # Codex takes no other answer for a yes
        answer |= {"permissionDecision": "allow" if allows else "deny", "permissionDecisionReason": words}
    elif allows:
        lasting = _lasting(signal.payload.get("permission_suggestions")) if decision is Decision.ALWAYS else []
        # A rule may hold a whole program; what is cut off is no answer, so such a use is allowed this time.
        fits = len(json.dumps(lasting)) < LONGEST_RULES
        answer["decision"] = {"behavior": "allow", **({"updatedPermissions": lasting} if lasting and fits else {})}
    else:
        answer["decision"] = {"behavior": "deny", "message": words}
    return json.dumps({"hookSpecificOutput": answer}).encode()


def _lasting(suggested: object) -> list[object]:
    """What Claude suggests to allow, for as long as the conversation lasts: by itself it would write into the
    repository, where it then holds for every agent."""
    rules = suggested if isinstance(suggested, list) else []
    return [{**rule, "destination": "session"} if isinstance(rule, dict) else rule for rule in rules]


class _Common(TypedDict):
    time: float
    source: str
    station: str
    session: str


class _Teller:
    """One payload, and the facts that can be made of it."""

    def __init__(self, signal: Signal, session: str) -> None:
        self._signal, self._said = signal, signal.payload
        self._common = _Common(time=signal.time, source=SOURCE, station=signal.station, session=session)
        self._tool = clean(str(self._said.get("tool_name") or ""), 100)
        arguments = self._said.get("tool_input")
        self._arguments: dict[str, object] = arguments if isinstance(arguments, dict) else {}

    def reports(self, state: Report, reason: str = "") -> list[ev.Event]:
        return [ev.AgentReported(**self._common, state=state, reason=clean(reason))]

    def begins(self) -> list[ev.Event]:
        return [ev.SessionClaimed(**self._common), *self.reports(Report.IDLE)]

    def before_tool(self) -> list[ev.Event]:
        if self._said.get("decided") == "deny":
            return self.violations()
        if self._tool in TALKING:
            return self.reports(Report.NEEDS_ME, "asks in its terminal")
        return self.reports(Report.WORKING, f"{self._tool} {tool_detail(self._arguments)}")

    def after_tool(self) -> list[ev.Event]:
        told = self.reports(Report.WORKING) if self._tool in TALKING else []
        return [*told, *self._violated(self._said.get("refused"), "write")]

    def permission(self) -> list[ev.Event]:
        """One that nobody waits for: decided by the station's own boundary, or left to the terminal."""
        decided = self._said.get("decided")
        if decided == "deny":
            return self.violations()
        return [] if decided else self.reports(Report.NEEDS_ME, "asks in its terminal")

    def stops(self) -> list[ev.Event]:
        if self._said.get("background_tasks"):
            return self.reports(Report.BACKGROUND, BACKGROUND)
        return self.reports(Report.IDLE)

    def ends(self) -> list[ev.Event]:
        return [ev.SessionClosed(**self._common)]

    def asked(self) -> ev.QuestionAsked:
        said = self._said
        why = said.get("description") or self._arguments.get("description")
        return ev.QuestionAsked(
            **self._common,
            question=self._signal.id,
            tool=self._tool,
            text="\n".join(clean_lines(tool_text(self._arguments), LONGEST))[:LONGEST],
            said=clean(why, 1_000) if isinstance(why, str) else "",
            paths=tuple(clean(path, 1_000) for path in rules.writes(self._tool, self._arguments)[:MOST_PATHS]),
            always=self._signal.name == PERMISSION and bool(said.get("permission_suggestions")),
            call=clean(str(said.get("tool_use_id") or ""), 200),
            subagent=clean(f"{said.get('agent_type') or ''} {said['agent_id']}", 200) if said.get("agent_id") else "",
        )

    def violations(self) -> list[ev.Event]:
        return self._violated(
            self._said.get("outside"), "read" if rules.reads(self._tool, self._arguments) else "write"
        )

    def _violated(self, outside: object, act: str) -> list[ev.Event]:
        paths = [clean(path, 1_000) for path in outside if isinstance(path, str)] if isinstance(outside, list) else []
        return [ev.ScopeViolated(**self._common, path=path, act=act) for path in paths[:MOST_PATHS]]

    def notified(self) -> list[ev.Event]:
        kind, message = str(self._said.get("notification_type") or ""), str(self._said.get("message") or "")
        if kind == "idle_prompt":
            return self.reports(Report.IDLE)
        return self.reports(Report.NEEDS_ME, message) if kind in _NEEDS else []


def _nothing(_: _Teller) -> list[ev.Event]:
    """What the transcript tells as well."""
    return []


_TOLD: Mapping[str, Callable[[_Teller], list[ev.Event]]] = {
    "SessionStart": _Teller.begins,
    "UserPromptSubmit": lambda teller: teller.reports(Report.WORKING),
    "PreToolUse": _Teller.before_tool,
    "PermissionRequest": _Teller.permission,
    "PermissionDenied": _nothing,
    "PostToolUse": _Teller.after_tool,
    "PostToolUseFailure": _Teller.after_tool,
    "PostToolBatch": _nothing,
    "SubagentStart": _nothing,
    "SubagentStop": _nothing,
    "PreCompact": lambda teller: teller.reports(Report.WORKING, "compacts its conversation"),
    "PostCompact": _nothing,
    "Notification": _Teller.notified,
    "Stop": _Teller.stops,
    "StopFailure": _Teller.stops,
    "Interrupt": _Teller.stops,
    "SessionEnd": _Teller.ends,
}
