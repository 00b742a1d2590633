"""What agents do, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says, Tone

SAYS = Says()


@SAYS.says
def _turn_started(event: ev.TurnStarted) -> Said:
    return Said("asked", event.text, Tone.ASKED)


@SAYS.says
def _turn_finished(event: ev.TurnFinished) -> Said:
    return Said("stopped", "by the operator") if event.interrupted else Said("finished", "its turn")


@SAYS.says
def _turn_failed(event: ev.TurnFailed) -> Said:
    return Said("failed", event.reason, Tone.FAILED)


@SAYS.says
def _person_needed(event: ev.PersonNeeded) -> Said:
    return Said("needs me", event.reason, Tone.NEEDS_ME)


@SAYS.says
def _machine_awaited(event: ev.MachineAwaited) -> Said:
    return Said("waits", event.reason, Tone.WAITING)


@SAYS.says
def _agent_reported(event: ev.AgentReported) -> Said:
    return Said("says", event.reason or event.state.value.replace("_", " "), Tone.QUIET)


@SAYS.says
def _agent_lost(event: ev.AgentLost) -> Said:
    return Said("lost", event.reason, Tone.FAILED)


@SAYS.says
def _activity_seen(event: ev.ActivitySeen) -> Said:
    return Said("is active", tone=Tone.FAINT)


@SAYS.says
def _text_written(event: ev.TextWritten) -> Said:
    return Said("said", event.text)


@SAYS.says
def _tool_called(event: ev.ToolCalled) -> Said:
    return Said("tool", f"{event.tool} {event.detail}")


@SAYS.says
def _tool_finished(event: ev.ToolFinished) -> Said:
    if event.failed:
        return Said("error", event.detail or "tool failed", Tone.FAILED)
    return Said("done", event.detail, Tone.QUIET)


@SAYS.says
def _tokens_used(event: ev.TokensUsed) -> Said:
    return Said("tokens", event.subagent, Tone.QUIET, tokens=event.tokens.total, dollars=event.cost)
