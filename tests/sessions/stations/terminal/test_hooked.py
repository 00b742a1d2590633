"""What hooks tell becomes facts of the floor: real payloads of Claude Code and of Codex, and any others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks
from sessions.floor.reports import BACKGROUND, Report
from sessions.stations.contract import Decision, Signal
from sessions.stations.signals import hook
from sessions.stations.signals.hook import TIMED_OUT
from sessions.stations.terminal import claude, codex, hooked

WRITE = {"tool_name": "Write", "tool_input": {"file_path": "/w/src/a.py", "content": "one\ntwo\n"}}
PAYLOAD = (
    *("tool_name", "tool_input", "session_id", "decided", "outside", "background_tasks", "message", "agent_id"),
    *("notification_type", "description", "refused", "permission_suggestions"),
)
BASH = {"tool_name": "Bash", "tool_input": {"command": "git push \x1b]52;c;x\x07--force\nnow", "description": "Push"}}


def signal(name: str, waits: bool = False, /, **payload: object) -> Signal:
    return Signal("ship:1", "ship", name, 5.0, {"hook_event_name": name, "session_id": "s1", **payload}, waits)


def heard(name: str, /, **payload: object) -> list[ev.Event]:
    return list(hooked.heard(signal(name, False, **payload), ""))


def asked_by(name: str, /, **payload: object) -> ev.QuestionAsked:
    (event,) = hooked.heard(signal(name, True, **payload), "")
    assert isinstance(event, ev.QuestionAsked)
    return event


def reported(name: str, /, **payload: object) -> tuple[Report, str]:
    (event,) = heard(name, **payload)
    assert isinstance(event, ev.AgentReported)
    assert (event.station, event.session, event.time) == ("ship", "s1", 5.0)
    return event.state, event.reason


@pytest.mark.parametrize(
    ("name", "payload", "state", "reason"),
    [
        ("UserPromptSubmit", {"prompt": "x"}, Report.WORKING, ""),
        ("PreToolUse", WRITE, Report.WORKING, "Write /w/src/a.py"),
        ("PreToolUse", {"tool_name": "AskUserQuestion", "tool_input": {}}, Report.NEEDS_ME, "asks in its terminal"),
        ("PostToolUse", {"tool_name": "AskUserQuestion"}, Report.WORKING, ""),
        ("PermissionRequest", BASH, Report.NEEDS_ME, "asks in its terminal"),
        ("PreCompact", {}, Report.WORKING, "compacts its conversation"),
        ("Stop", {"background_tasks": []}, Report.IDLE, ""),
        ("Stop", {"background_tasks": [{"id": 1}]}, Report.BACKGROUND, BACKGROUND),
        ("StopFailure", {}, Report.IDLE, ""),
        ("Interrupt", {}, Report.IDLE, ""),
        ("Notification", {"notification_type": "idle_prompt", "message": "waiting"}, Report.IDLE, ""),
        ("Notification", {"notification_type": "elicitation_dialog", "message": "Which?"}, Report.NEEDS_ME, "Which?"),
    ],
)
def test_what_an_agent_does(name: str, payload: dict[str, object], state: Report, reason: str) -> None:
    assert reported(name, **payload) == (state, reason)


def test_a_conversation_is_claimed_for_its_station() -> None:
    claimed, idle = heard("SessionStart", source="startup")
    assert isinstance(claimed, ev.SessionClaimed)
    assert isinstance(idle, ev.AgentReported)
    assert hooked.opened(signal("SessionStart")) == claimed.session == "s1"
    assert hooked.opened(signal("Stop")) == ""
    (closed,) = heard("SessionEnd", reason="other")
    assert isinstance(closed, ev.SessionClosed)


def test_a_permission_shows_all_that_is_asked_harmlessly() -> None:
    asked = asked_by(
        "PermissionRequest", permission_suggestions=[{"type": "x"}], agent_id="child", agent_type="reviewer", **BASH
    )
    assert (asked.question, asked.tool, asked.asks) == ("ship:1", "Bash", Asks.PERMISSION)
    assert asked.text.startswith("git push --force\nnow")
    assert (asked.always, asked.subagent, asked.said) == (True, "reviewer child", "Push")
    asked = asked_by("PermissionRequest", **WRITE)
    assert asked.paths == ("/w/src/a.py",)
    assert "one\ntwo" in asked.text
    assert not asked.always
    asked = asked_by("PermissionRequest", tool_name="Write", tool_input={"content": "x\n" * 80_000})
    assert len(asked.text) <= hooked.LONGEST


def test_what_was_refused_at_its_boundary_is_a_violation() -> None:
    events = heard("PreToolUse", decided="deny", outside=["/w/docs/a", "/w/\x1b[2Jb", 5], **WRITE)
    assert [(type(event), event.path, event.act) for event in events if isinstance(event, ev.ScopeViolated)] == [
        (ev.ScopeViolated, "/w/docs/a", "write"),
        (ev.ScopeViolated, "/w/b", "write"),
    ]
    (event,) = heard("PreToolUse", decided="deny", outside=["/w/x"], tool_name="Read", tool_input={"file_path": "/w/x"})
    assert isinstance(event, ev.ScopeViolated)
    assert event.act == "read"
    assert heard("PermissionRequest", decided="allow", outside=[], **WRITE) == []


def test_turns_and_tools_are_told_by_the_transcript_alone() -> None:
    """Both are counted as they come."""
    names = (*claude.EVENTS, *codex.EVENTS)
    told = [type(event) for name in names for event in heard(name, **WRITE)]
    assert {ev.TurnStarted, ev.TurnFinished, ev.ToolCalled, ev.ToolFinished, ev.TokensUsed}.isdisjoint(told)
    assert ev.SourceSkipped not in told


def test_what_is_not_known_is_counted() -> None:
    (event,) = heard("Thinking\x1b[2J")
    assert isinstance(event, ev.SourceSkipped)
    assert (event.reason, event.detail) == ("unknown hook", "Thinking")


def test_words_from_inside() -> None:
    (event,) = hooked.heard(Signal("ship:2", "ship", "TASK_COMPLETE", 5.0, {"text": "all\x07 green"}), "s1")
    assert isinstance(event, ev.SignalRaised)
    assert (event.signal, event.name, event.text, event.session) == ("ship:2", "TASK_COMPLETE", "all green", "s1")
    (unasked,) = hooked.heard(Signal("ship:3", "ship", hook.SCOPE, 5.0, {"globs": ["a/**"]}), "s1")
    assert isinstance(unasked, ev.SignalRaised)  # nobody waits for an answer
    asks = Signal("ship:3", "ship", hook.SCOPE, 5.0, {"globs": ["a/**", 7, "../x", "!a"], "why": "need\nit"}, True)
    (asked,) = hooked.heard(asks, "s1")
    assert isinstance(asked, ev.QuestionAsked)
    assert (asked.asks, asked.paths, asked.text) == (Asks.SCOPE, ("a/**",), "a/**\nwhy: need it")
    assert hooked.reply(asks, Decision.EXPIRE, "", "claude").startswith(b"Timed out")


def printed(name: str, decision: Decision, reason: str, agent: str, **payload: object) -> dict[str, object]:
    answer: dict[str, object] = json.loads(hooked.reply(signal(name, True, **payload), decision, reason, agent))
    found = answer["hookSpecificOutput"]
    assert isinstance(found, dict)
    assert found.pop("hookEventName") == name
    return found


def test_answers_are_what_the_agents_take() -> None:
    ask = "PermissionRequest"
    assert printed(ask, Decision.ALLOW, "", "claude") == {"decision": {"behavior": "allow"}}
    assert printed(ask, Decision.DENY, "not\nnow", "codex") == {"decision": {"behavior": "deny", "message": "not now"}}
    assert printed(ask, Decision.EXPIRE, "", "claude") == {"decision": {"behavior": "deny", "message": TIMED_OUT}}
    rules = [{"type": "setMode", "mode": "acceptEdits"}]
    always = printed(ask, Decision.ALWAYS, "", "claude", permission_suggestions=rules)
    session = [{**rules[0], "destination": "session"}]  # for good would be a file in the repository
    assert always == {"decision": {"behavior": "allow", "updatedPermissions": session}}
    whole = [{"type": "addRules", "rules": [{"toolName": "Bash", "ruleContent": "x" * 40_000}]}]
    once = printed(ask, Decision.ALWAYS, "", "claude", permission_suggestions=whole)
    assert once == {"decision": {"behavior": "allow"}}  # the way back takes no more, and half of it is no answer
    before = "PreToolUse"
    assert printed(before, Decision.ALLOW, "ok", "claude")["permissionDecision"] == "allow"
    assert printed(before, Decision.DENY, "", "codex") == {
        "permissionDecision": "deny",
        "permissionDecisionReason": hooked.DENIED,
    }
    assert hooked.reply(signal(before, True), Decision.ALLOW, "", "codex") == b""


@given(
    st.sampled_from((*claude.EVENTS, "Interrupt", "?")),
    st.booleans(),
    st.dictionaries(
        st.sampled_from(PAYLOAD),
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=9) | st.floats(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)
def test_no_payload_breaks_it(name: str, waits: bool, payload: dict[str, object]) -> None:
    for event in hooked.heard(signal(name, waits, **payload), ""):
        assert event.time == 5.0
    assert json.loads(hooked.reply(signal(name, waits, **payload), Decision.ALWAYS, "", "claude"))
