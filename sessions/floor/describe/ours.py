"""What happened to stations that this factory runs, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says, Tone
from sessions.floor.ours.lives import Life

SAYS = Says()
_SIGNALS = {"REQUIRES_INTERVENTION": Tone.NEEDS_ME, "PROGRESS": Tone.QUIET}


@SAYS.says
def _question_asked(event: ev.QuestionAsked) -> Said:
    return Said("asks", f"{event.tool} {event.text}", Tone.NEEDS_ME)


@SAYS.says
def _question_answered(event: ev.QuestionAnswered) -> Said:
    return Said(event.decision or "withdrew", event.reason)


@SAYS.says
def _scope_assigned(event: ev.ScopeAssigned) -> Said:
    return Said("scope", f"{event.mode.value} {' '.join(event.scope.write)}")


@SAYS.says
def _scope_held(event: ev.ScopeHeld) -> Said:
    return Said("bounded", f"{event.held.by.value} {event.held.why}")


@SAYS.says
def _scope_violated(event: ev.ScopeViolated) -> Said:
    return Said("outside", f"{event.act} {event.path}", Tone.FAILED)


@SAYS.says
def _place_made(event: ev.PlaceMade) -> Said:
    return Said("works in", f"{event.directory} {event.branch}")


@SAYS.says
def _place_set_up(event: ev.PlaceSetUp) -> Said:
    return Said("set up", event.trouble, Tone.FAILED if event.trouble else Tone.PLAIN)


@SAYS.says
def _life_changed(event: ev.LifeChanged) -> Said:
    tone = Tone.FAILED if event.life in (Life.LOST, Life.HELD) and not event.again else Tone.PLAIN
    return Said(event.life.value, event.reason, tone)


@SAYS.says
def _work_arrived(event: ev.WorkArrived) -> Said:
    return Said("commits", f"{event.commits} on {event.branch}")


@SAYS.says
def _work_kept(event: ev.WorkKept) -> Said:
    return Said("kept", f"{event.ref} {event.reason}")


@SAYS.says
def _work_let_go(event: ev.WorkLetGo) -> Said:
    return Said("lets go of", f"{event.ref} {event.head[:12]}")


@SAYS.says
def _signal_raised(event: ev.SignalRaised) -> Said:
    return Said("signals", f"{event.name} {event.text}", _SIGNALS.get(event.name, Tone.PLAIN))


@SAYS.says
def _budget_reached(event: ev.BudgetReached) -> Said:
    return Said("budget", f"{event.share:.0%} of {event.what}", Tone.NEEDS_ME if event.share >= 1 else Tone.WAITING)


@SAYS.says
def _child_ended(event: ev.ChildEnded) -> Said:
    return Said("child", f"{event.child} {event.result}", Tone.PLAIN if event.ok else Tone.FAILED)
