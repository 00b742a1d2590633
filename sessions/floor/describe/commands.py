"""What operators want and what it came to, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says, Tone

SAYS = Says()


@SAYS.says
def _stop_wanted(event: ev.StopWanted) -> Said:
    return Said("stops", "the supervisor", whose=event.who)


@SAYS.says
def _base_wanted(event: ev.BaseWanted) -> Said:
    return Said("wants the base", event.base or "that is sensible", whose=event.who)


@SAYS.says
def _import_wanted(event: ev.ImportWanted) -> Said:
    return Said("imports", " ".join(event.paths), whose=event.who)


@SAYS.says
def _prune_wanted(event: ev.PruneWanted) -> Said:
    return Said("prunes", f"events up to {event.last:,}", whose=event.who)


@SAYS.says
def _name_wanted(event: ev.NameWanted) -> Said:
    return Said("renames", f"{event.before} {event.name}", whose=event.who)


@SAYS.says
def _start_wanted(event: ev.StartWanted) -> Said:
    return Said("starts", f"{event.station} {event.text}", whose=event.who)


@SAYS.says
def _prompt_wanted(event: ev.PromptWanted) -> Said:
    return Said("asks", f"{event.station} {event.text}", Tone.ASKED, whose=event.who)


@SAYS.says
def _life_wanted(event: ev.LifeWanted) -> Said:
    return Said(f"{event.change.value}s", event.station, whose=event.who)


@SAYS.says
def _answer_wanted(event: ev.AnswerWanted) -> Said:
    return Said("answers", f"{event.station} {event.decision} {event.reason}", whose=event.who)


@SAYS.says
def _scope_wanted(event: ev.ScopeWanted) -> Said:
    return Said("assigns", f"{event.station} {' '.join(event.scope.write)}", whose=event.who)


@SAYS.says
def _freeze_wanted(event: ev.FreezeWanted) -> Said:
    return Said("freezes" if event.frozen else "thaws", "the floor", whose=event.who)


@SAYS.says
def _restore_wanted(event: ev.RestoreWanted) -> Said:
    return Said("restores", f"{event.ref} {event.branch}", whose=event.who)


@SAYS.says
def _command_resumed(event: ev.CommandResumed) -> Said:
    return Said("resumed", "what was wanted")


@SAYS.says
def _command_deferred(event: ev.CommandDeferred) -> Said:
    return Said("deferred", "what was wanted")


@SAYS.says
def _command_done(event: ev.CommandDone) -> Said:
    return Said("done")


@SAYS.says
def _command_failed(event: ev.CommandFailed) -> Said:
    return Said("could not", f"{event.reason} {event.cure}")


@SAYS.says
def _restored_drop_wanted(event: ev.RestoredDropWanted) -> Said:
    return Said("drops again", f"{event.ref} {event.branch}", whose=event.who)


@SAYS.says
def _stand_again_wanted(event: ev.StandAgainWanted) -> Said:
    return Said("wants back", f"{event.station} {event.life.value}", whose=event.who)


@SAYS.says
def _requeue_wanted(event: ev.RequeueWanted) -> Said:
    return Said("requeues", f"{event.station} {event.task} {event.why}", whose=event.who)


@SAYS.says
def _bring_back_wanted(event: ev.BringBackWanted) -> Said:
    return Said("brings back", f"{event.station} {event.task}", whose=event.who)


@SAYS.says
def _drop_wanted(event: ev.DropWanted) -> Said:
    return Said("stops", f"{event.station} {event.task}", whose=event.who)


@SAYS.says
def _command_undone(event: ev.CommandUndone) -> Said:
    return Said("undone", "what was wanted")
