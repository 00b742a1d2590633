"""What happened to tasks, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says, Tone

SAYS = Says()
_TASKS: dict[type[ev.Event], str] = {
    ev.TaskChanged: "edits",
    ev.TaskOrdered: "orders",
    ev.TaskHeld: "holds",
    ev.TaskReleased: "releases",
    ev.TaskAssigned: "assigns",
    ev.TaskDropped: "drops",
}


@SAYS.says
def _task_added(event: ev.TaskAdded) -> Said:
    return Said("adds", f"task {event.task} {event.spec.title}", Tone.ASKED, whose=event.who)


@SAYS.says
def _task_event(
    event: ev.TaskChanged | ev.TaskOrdered | ev.TaskHeld | ev.TaskReleased | ev.TaskAssigned | ev.TaskDropped,
) -> Said:
    detail = " ".join(filter(None, (getattr(event, "reason", ""), getattr(event, "station", ""))))
    return Said(_TASKS[type(event)], f"task {event.task} {detail}".strip(), whose=event.who)


@SAYS.says
def _station_enlisted(event: ev.StationEnlisted) -> Said:
    return Said("takes tasks" if event.takes else "takes no tasks")


@SAYS.says
def _task_taken(event: ev.TaskTaken) -> Said:
    return Said("takes", f"task {event.task}", Tone.ASKED)


@SAYS.says
def _task_claimed(event: ev.TaskClaimed) -> Said:
    return Said("says done", f"task {event.task} {event.text}")


@SAYS.says
def _check_finished(event: ev.CheckFinished) -> Said:
    if event.passed:
        return Said("check", f"of task {event.task} passed")
    return Said("check", f"of task {event.task} failed: {' · '.join(event.failures)}", Tone.FAILED)


@SAYS.says
def _task_finished(event: ev.TaskFinished) -> Said:
    return Said("finishes", f"task {event.task}")


@SAYS.says
def _task_bounced(event: ev.TaskBounced) -> Said:
    return Said("bounces", f"task {event.task} {event.reason}", Tone.FAILED)


@SAYS.says
def _task_failed(event: ev.TaskFailed) -> Said:
    return Said("fails", f"task {event.task} {event.reason}", Tone.FAILED)


@SAYS.says
def _task_returned(event: ev.TaskReturned) -> Said:
    return Said("gives back", f"task {event.task} {event.reason}")


@SAYS.says
def _task_reopened(event: ev.TaskReopened) -> Said:
    return Said("takes back", f"what was said of task {event.task}: it is {event.state.value} again")
