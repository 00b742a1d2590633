"""Every event in words, in one place: what timelines, panels and conversations say of it. Pure.

Texts are as they came: who shows them cleans them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of


class Tone(StrEnum):
    """How an event is meant, for whoever gives it a colour."""

    PLAIN = "plain"
    ASKED = "asked"
    """The operator's own words."""
    QUIET = "quiet"
    """One of very many."""
    FAINT = "faint"
    """Nothing is known of it but that it happened."""
    NEEDS_ME = "needs_me"
    WAITING = "waiting"
    FAILED = "failed"


class Said(msgspec.Struct, frozen=True):
    """An event in a word, its details, and how it is meant."""

    word: str
    text: str = ""
    tone: Tone = Tone.PLAIN
    whose: str = ""
    """Whom it is about; "" is its station, or its source."""
    tokens: int | None = None
    """What was used, where that is what it tells: before the text, in figures of the screen's own."""
    dollars: float | None = None


_Say = Callable[[Any], Said]
"""Takes the kind of event that it is filed under, which a dictionary cannot say."""
_TASKS: dict[type[ev.Event], str] = {
    ev.TaskChanged: "edits",
    ev.TaskOrdered: "orders",
    ev.TaskHeld: "holds",
    ev.TaskReleased: "releases",
    ev.TaskAssigned: "assigns",
    ev.TaskDropped: "drops",
}
_SIGNALS = {"REQUIRES_INTERVENTION": Tone.NEEDS_ME, "PROGRESS": Tone.QUIET}
_SAYS: dict[type[ev.Event], _Say] = {}
E = TypeVar("E", bound=ev.Event)


def describe(event: ev.Event) -> Said:
    """What happened, in words."""
    say = _SAYS.get(type(event))
    return Said("noted", event.source, Tone.FAINT) if say is None else say(event)


def whose(event: ev.Event, said: Said, state: FloorState) -> str:
    """Whom an event is about, as it is called on this floor."""
    if said.whose:
        return said.whose
    return name_of(state, event.station) if isinstance(event, ev.StationEvent) else event.source


def _says(say: Callable[[E], Said]) -> Callable[[E], Said]:
    """A decorator: `say` puts the events in words that it is annotated with."""
    for kind in ev.kinds_taken(say):
        _SAYS[kind] = say
    return say


@_says
def _factory_opened(event: ev.FactoryOpened) -> Said:
    return Said("begins", whose=event.name or "the past")


@_says
def _source_skipped(event: ev.SourceSkipped) -> Said:
    return Said("skipped", f"{event.reason} {event.detail}")


@_says
def _clock_set(event: ev.ClockSet) -> Said:
    if 0 < event.before < event.time:
        return Said("slept", f"for {event.time - event.before:,.0f} s", whose="the machine")
    back = f"by {event.before - event.time:,.0f} s" if event.before > event.time else ""
    return Said("set the clock back", back, whose="the machine")


@_says
def _base_chosen(event: ev.BaseChosen) -> Said:
    return Said("is the base", whose=event.base)


@_says
def _branch_changed(event: ev.BranchChanged) -> Said:
    return Said("changed", event.subject, whose=event.branch)


@_says
def _branch_removed(event: ev.BranchRemoved) -> Said:
    return Said("is gone", whose=event.branch)


@_says
def _branch_compared(event: ev.BranchCompared) -> Said:
    return Said("compared", whose=event.branch)


@_says
def _verdict_reached(event: ev.VerdictReached) -> Said:
    return Said(f"× {event.b or 'base'}", event.outcome.value, whose=event.a)


@_says
def _stop_wanted(event: ev.StopWanted) -> Said:
    return Said("stops", "the supervisor", whose=event.who)


@_says
def _base_wanted(event: ev.BaseWanted) -> Said:
    return Said("wants the base", event.base or "that is sensible", whose=event.who)


@_says
def _import_wanted(event: ev.ImportWanted) -> Said:
    return Said("imports", " ".join(event.paths), whose=event.who)


@_says
def _prune_wanted(event: ev.PruneWanted) -> Said:
    return Said("prunes", f"events up to {event.last:,}", whose=event.who)


@_says
def _name_wanted(event: ev.NameWanted) -> Said:
    return Said("renames", f"{event.before} {event.name}", whose=event.who)


@_says
def _start_wanted(event: ev.StartWanted) -> Said:
    return Said("starts", f"{event.station} {event.text}", whose=event.who)


@_says
def _prompt_wanted(event: ev.PromptWanted) -> Said:
    return Said("asks", f"{event.station} {event.text}", Tone.ASKED, whose=event.who)


@_says
def _life_wanted(event: ev.LifeWanted) -> Said:
    return Said(f"{event.change.value}s", event.station, whose=event.who)


@_says
def _answer_wanted(event: ev.AnswerWanted) -> Said:
    return Said("answers", f"{event.station} {event.decision} {event.reason}", whose=event.who)


@_says
def _scope_wanted(event: ev.ScopeWanted) -> Said:
    return Said("assigns", f"{event.station} {' '.join(event.scope.write)}", whose=event.who)


@_says
def _freeze_wanted(event: ev.FreezeWanted) -> Said:
    return Said("freezes" if event.frozen else "thaws", "the floor", whose=event.who)


@_says
def _restore_wanted(event: ev.RestoreWanted) -> Said:
    return Said("restores", f"{event.ref} {event.branch}", whose=event.who)


@_says
def _question_asked(event: ev.QuestionAsked) -> Said:
    return Said("asks", f"{event.tool} {event.text}", Tone.NEEDS_ME)


@_says
def _question_answered(event: ev.QuestionAnswered) -> Said:
    return Said(event.decision or "withdrew", event.reason)


@_says
def _scope_assigned(event: ev.ScopeAssigned) -> Said:
    return Said("scope", f"{event.mode.value} {' '.join(event.scope.write)}")


@_says
def _scope_held(event: ev.ScopeHeld) -> Said:
    return Said("bounded", f"{event.held.by.value} {event.held.why}")


@_says
def _scope_violated(event: ev.ScopeViolated) -> Said:
    return Said("outside", f"{event.act} {event.path}", Tone.FAILED)


@_says
def _place_made(event: ev.PlaceMade) -> Said:
    return Said("works in", f"{event.directory} {event.branch}")


@_says
def _place_set_up(event: ev.PlaceSetUp) -> Said:
    return Said("set up", event.trouble, Tone.FAILED if event.trouble else Tone.PLAIN)


@_says
def _life_changed(event: ev.LifeChanged) -> Said:
    tone = Tone.FAILED if event.life in (Life.LOST, Life.HELD) else Tone.PLAIN
    return Said(event.life.value, event.reason, tone)


@_says
def _work_arrived(event: ev.WorkArrived) -> Said:
    return Said("commits", f"{event.commits} on {event.branch}")


@_says
def _work_kept(event: ev.WorkKept) -> Said:
    return Said("kept", f"{event.ref} {event.reason}")


@_says
def _work_let_go(event: ev.WorkLetGo) -> Said:
    return Said("lets go of", f"{event.ref} {event.head[:12]}")


@_says
def _signal_raised(event: ev.SignalRaised) -> Said:
    return Said("signals", f"{event.name} {event.text}", _SIGNALS.get(event.name, Tone.PLAIN))


@_says
def _budget_reached(event: ev.BudgetReached) -> Said:
    return Said("budget", f"{event.share:.0%} of {event.what}", Tone.NEEDS_ME if event.share >= 1 else Tone.WAITING)


@_says
def _child_ended(event: ev.ChildEnded) -> Said:
    return Said("child", f"{event.child} {event.result}", Tone.PLAIN if event.ok else Tone.FAILED)


@_says
def _command_resumed(event: ev.CommandResumed) -> Said:
    return Said("resumed", "what was wanted")


@_says
def _command_deferred(event: ev.CommandDeferred) -> Said:
    return Said("deferred", "what was wanted")


@_says
def _command_done(event: ev.CommandDone) -> Said:
    return Said("done")


@_says
def _command_failed(event: ev.CommandFailed) -> Said:
    return Said("could not", f"{event.reason} {event.cure}")


@_says
def _station_opened(event: ev.StationOpened) -> Said:
    return Said("opened", f"{event.kind} {event.directory}")


@_says
def _station_renamed(event: ev.StationRenamed) -> Said:
    return Said("renamed", event.name)


@_says
def _session_claimed(event: ev.SessionClaimed) -> Said:
    return Said("claimed", event.session)


@_says
def _session_opened(event: ev.SessionOpened) -> Said:
    return Said("session", event.title or event.session)


@_says
def _session_returned(event: ev.SessionReturned) -> Said:
    return Said("session", f"goes on: {event.title or event.session}")


@_says
def _sessions_over(event: ev.SessionsOver) -> Said:
    return Said("forgets", f"{len(event.sessions)} sessions that are over")


@_says
def _session_closed(event: ev.SessionClosed) -> Said:
    return Said("session", "ended")


@_says
def _branch_entered(event: ev.BranchEntered) -> Said:
    return Said("branch", f"{event.branch} {event.directory}")


@_says
def _turn_started(event: ev.TurnStarted) -> Said:
    return Said("asked", event.text, Tone.ASKED)


@_says
def _turn_finished(event: ev.TurnFinished) -> Said:
    return Said("stopped", "by the operator") if event.interrupted else Said("finished", "its turn")


@_says
def _turn_failed(event: ev.TurnFailed) -> Said:
    return Said("failed", event.reason, Tone.FAILED)


@_says
def _person_needed(event: ev.PersonNeeded) -> Said:
    return Said("needs me", event.reason, Tone.NEEDS_ME)


@_says
def _machine_awaited(event: ev.MachineAwaited) -> Said:
    return Said("waits", event.reason, Tone.WAITING)


@_says
def _agent_reported(event: ev.AgentReported) -> Said:
    return Said("says", event.reason or event.state.value.replace("_", " "), Tone.QUIET)


@_says
def _agent_lost(event: ev.AgentLost) -> Said:
    return Said("lost", event.reason, Tone.FAILED)


@_says
def _activity_seen(event: ev.ActivitySeen) -> Said:
    return Said("is active", tone=Tone.FAINT)


@_says
def _text_written(event: ev.TextWritten) -> Said:
    return Said("said", event.text)


@_says
def _tool_called(event: ev.ToolCalled) -> Said:
    return Said("tool", f"{event.tool} {event.detail}")


@_says
def _tool_finished(event: ev.ToolFinished) -> Said:
    if event.failed:
        return Said("error", event.detail or "tool failed", Tone.FAILED)
    return Said("done", event.detail, Tone.QUIET)


@_says
def _tokens_used(event: ev.TokensUsed) -> Said:
    return Said("tokens", event.subagent, Tone.QUIET, tokens=event.tokens.total, dollars=event.cost)


@_says
def _requeue_wanted(event: ev.RequeueWanted) -> Said:
    return Said("requeues", f"{event.station} {event.task} {event.why}", whose=event.who)


@_says
def _bring_back_wanted(event: ev.BringBackWanted) -> Said:
    return Said("brings back", f"{event.station} {event.task}", whose=event.who)


@_says
def _drop_wanted(event: ev.DropWanted) -> Said:
    return Said("stops", f"{event.station} {event.task}", whose=event.who)


@_says
def _command_undone(event: ev.CommandUndone) -> Said:
    return Said("undone", "what was wanted")


@_says
def _task_added(event: ev.TaskAdded) -> Said:
    return Said("adds", f"task {event.task} {event.spec.title}", Tone.ASKED, whose=event.who)


@_says
def _task_event(
    event: ev.TaskChanged | ev.TaskOrdered | ev.TaskHeld | ev.TaskReleased | ev.TaskAssigned | ev.TaskDropped,
) -> Said:
    detail = " ".join(filter(None, (getattr(event, "reason", ""), getattr(event, "station", ""))))
    return Said(_TASKS[type(event)], f"task {event.task} {detail}".strip(), whose=event.who)


@_says
def _station_enlisted(event: ev.StationEnlisted) -> Said:
    return Said("takes tasks" if event.takes else "takes no tasks")


@_says
def _task_taken(event: ev.TaskTaken) -> Said:
    return Said("takes", f"task {event.task}", Tone.ASKED)


@_says
def _task_claimed(event: ev.TaskClaimed) -> Said:
    return Said("says done", f"task {event.task} {event.text}")


@_says
def _check_finished(event: ev.CheckFinished) -> Said:
    if event.passed:
        return Said("check", f"of task {event.task} passed")
    return Said("check", f"of task {event.task} failed: {' · '.join(event.failures)}", Tone.FAILED)


@_says
def _task_finished(event: ev.TaskFinished) -> Said:
    return Said("finishes", f"task {event.task}")


@_says
def _task_bounced(event: ev.TaskBounced) -> Said:
    return Said("bounces", f"task {event.task} {event.reason}", Tone.FAILED)


@_says
def _task_failed(event: ev.TaskFailed) -> Said:
    return Said("fails", f"task {event.task} {event.reason}", Tone.FAILED)


@_says
def _task_returned(event: ev.TaskReturned) -> Said:
    return Said("gives back", f"task {event.task} {event.reason}")


@_says
def _task_reopened(event: ev.TaskReopened) -> Said:
    return Said("takes back", f"what was said of task {event.task}: it is {event.state.value} again")


@_says
def _case_opened(event: ev.CaseOpened) -> Said:
    return Said("case", f"{event.what.kind.value.replace('_', ' ')} {event.what.title}", Tone.NEEDS_ME)


@_says
def _case_restated(event: ev.CaseRestated) -> Said:
    return Said("case", f"{event.what.kind.value.replace('_', ' ')} {event.what.title}", Tone.QUIET)


@_says
def _case_closed(event: ev.CaseClosed) -> Said:
    return Said("case over", event.why, Tone.QUIET)


@_says
def _case_settled(event: ev.CaseSettled) -> Said:
    by = f"rule {event.rule}" if event.rule else event.who
    return Said("settled", f"{event.act.value} by {by} {event.text}".rstrip())


@_says
def _case_snoozed(event: ev.CaseSnoozed) -> Said:
    return Said("snoozed" if event.until else "woken", event.who)


@_says
def _case_planned(event: ev.CasePlanned) -> Said:
    said = f"{event.act.value} by rule {event.rule}" if event.rule else event.why or "nothing more"
    return Said("plans" if event.rule else "plans off", said)


@_says
def _case_returned(event: ev.CaseReturned) -> Said:
    return Said("case back", event.why, Tone.NEEDS_ME)


@_says
def _kind_expected(event: ev.KindExpected) -> Said:
    return Said("expects" if event.expected else "shows again", event.kind.value.replace("_", " "))
