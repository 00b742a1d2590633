"""How the floor keeps the stations that this factory runs: their lives, boundaries, places and questions."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.ours.owned import Owned, Question, Result
from sessions.floor.reports import Report
from sessions.floor.scope import changed

OWNED = Slice("owned", versions.OWNED, ("owned", "frozen"))
MOST_KEPT = 20
"""Refs remembered per station, the newest; the repository has all."""
MOST_RESULTS = 100
"""Results of what it spawned remembered per station, the newest; the journal has all."""
MOST_PATHS = 100
"""Paths outside its scope, and patterns that it asked for, remembered per station, the newest; the journal has all."""


def _put(draft: Draft, event: ev.StationEvent | ev.StartWanted | ev.LifeWanted, **changes: object) -> None:
    """Change a station of ours; of any other one nothing is kept here."""
    known = draft.owned.get(event.station)
    if known is not None:
        draft.owned[event.station] = replace(known, **changes)


@OWNED.folds
def station_opened(draft: Draft, event: ev.StationOpened) -> None:
    if event.owner is Owner.OURS and event.station not in draft.owned:
        draft.owned[event.station] = Owned(since=event.time, branch=event.branch)


@OWNED.folds
def start_wanted(draft: Draft, event: ev.StartWanted) -> None:
    _put(draft, event, text=event.text, start=event.start, model=event.model, options=event.options)


@OWNED.folds
def station_enlisted(draft: Draft, event: ev.StationEnlisted) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        draft.owned[event.station] = replace(known, takes=event.takes)


@OWNED.folds
def life_wanted(draft: Draft, event: ev.LifeWanted) -> None:
    if event.model:
        _put(draft, event, model=event.model)


@OWNED.folds
def freeze_wanted(draft: Draft, event: ev.FreezeWanted) -> None:
    draft.frozen = event.frozen


@OWNED.folds
def scope_assigned(draft: Draft, event: ev.ScopeAssigned) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        if event.scope != known.scope or not known.scoped:
            _put(draft, event, scope=event.scope, scoped=event.time, scoped_by=event.who)
        other = [*changed(known.scope, event.scope), *changed(known.budget, event.budget)]
        if known.scoped and other:
            _put(draft, event, assigned_by={**known.assigned_by, **dict.fromkeys(other, event.who)})
        _put(draft, event, mode=event.mode, budget=event.budget, next_start=event.next_start, share=0.0)


@OWNED.folds
def scope_held(draft: Draft, event: ev.ScopeHeld) -> None:
    _put(draft, event, held=event.held, next_start=False)


@OWNED.folds
def scope_violated(draft: Draft, event: ev.ScopeViolated) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        kept = _kept(known, event.kept)
        outside, barred = known.outside, known.barred
        if event.act == "connect":  # a host is no path
            barred = _counted(barred, event.path)
        else:
            outside = _counted(outside, event.path)
        violated = f"{event.act} {event.path}"
        _put(
            draft, event, violations=known.violations + 1, violated=violated, outside=outside, barred=barred, kept=kept
        )


def _counted(known: Mapping[str, int], *paths: str) -> dict[str, int]:
    """These once more, as the newest."""
    counts = dict(known)
    for path in paths:
        counts[path] = counts.pop(path, 0) + 1
    while len(counts) > MOST_PATHS:
        del counts[next(iter(counts))]
    return counts


@OWNED.folds
def work_kept(draft: Draft, event: ev.WorkKept) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        _put(draft, event, kept=_kept(known, event.ref))


@OWNED.folds
def work_let_go(draft: Draft, event: ev.WorkLetGo) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        _put(draft, event, kept=tuple(ref for ref in known.kept if ref != event.ref))


def _kept(known: Owned, ref: str) -> tuple[str, ...]:
    return (*known.kept, ref)[-MOST_KEPT:] if ref and ref not in known.kept else known.kept


@OWNED.folds
def work_arrived(draft: Draft, event: ev.WorkArrived) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        _put(draft, event, head=event.head, arrived=known.arrived + event.commits)


@OWNED.folds
def child_ended(draft: Draft, event: ev.ChildEnded) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        result = Result(event.time, event.ok, event.result, event.delivered)
        results = {**known.results, event.child: result}
        if len(results) > MOST_RESULTS:
            del results[next(iter(results))]
        _put(draft, event, results=results)


@OWNED.folds
def place_made(draft: Draft, event: ev.PlaceMade) -> None:
    put = {"directory": event.directory, "branch": event.branch, "base": event.base, "clone": event.clone}
    _put(draft, event, **put, lacks=event.lacks, trouble="")


@OWNED.folds
def place_set_up(draft: Draft, event: ev.PlaceSetUp) -> None:
    _put(draft, event, trouble=event.trouble)


@OWNED.folds
def life_changed(draft: Draft, event: ev.LifeChanged) -> None:
    known = draft.owned.get(event.station)
    if known is None:
        return
    if event.life not in (Life.RUNNING, Life.PAUSED):  # whoever asked is gone
        known = replace(_rested(known, event.time), questions={})
    elif event.life is Life.RUNNING and known.life is Life.PAUSED and known.turn_since:
        known = replace(known, turn_since=known.turn_since + max(0.0, event.time - known.since))
    draft.owned[event.station] = replace(
        known,
        life=event.life,
        since=event.time if event.life is not known.life else known.since,
        reason=event.reason,
        process=event.process,
        started=event.started,
        host=event.host,
        failures=known.failures + (event.life is Life.LOST and not event.again),
        kept=_kept(known, event.kept),
        left=event.kept if event.life is Life.REMOVED else known.left,
    )


@OWNED.folds
def question_asked(draft: Draft, event: ev.QuestionAsked) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        question = Question(
            event.question,
            event.time,
            tool=event.tool,
            text=event.text,
            said=event.said,
            paths=event.paths,
            asks=event.asks,
            always=event.always,
            subagent=event.subagent,
        )
        wanted = _counted(known.wanted, *event.paths) if event.asks is Asks.SCOPE else known.wanted
        _put(draft, event, questions={**known.questions, event.question: question}, wanted=wanted)


@OWNED.folds
def question_answered(draft: Draft, event: ev.QuestionAnswered) -> None:
    known = draft.owned.get(event.station)
    if known is not None and event.question in known.questions:
        left = {name: question for name, question in known.questions.items() if name != event.question}
        _put(draft, event, questions=left)


@OWNED.folds
def turn_started(draft: Draft, event: ev.TurnStarted) -> None:
    """A turn that begins while another goes on ends that, as where nobody tells the ends."""
    if (known := draft.owned.get(event.station)) is not None:
        since, done = known.turn_since or event.time, known.done + known.at_request
        called = 0.0 if event.time > known.called else known.called
        _put(draft, event, turn_since=since, turns=known.turns + 1, done=done, called=called)


@OWNED.folds
def agent_reported(draft: Draft, event: ev.AgentReported) -> None:
    """A program that tells no turns is told to work as it is started: that is its turn, until it ends.

    An agent that tells some has a conversation, and may only now be heard to have worked before it was lost.
    """
    known = draft.owned.get(event.station)
    if known is None or known.life is not Life.WAITING or known.turn_since or event.session:
        return
    if event.state is Report.WORKING:
        _put(draft, event, turn_since=event.time)


@OWNED.folds
def signal_raised(draft: Draft, event: ev.SignalRaised) -> None:
    """Whoever asks for somebody goes on, or ends its turn, and still waits for that. A program that tells no turns may
    say itself that it has done its work, and stay."""
    known = draft.owned.get(event.station)
    if known is not None and event.name == "REQUIRES_INTERVENTION":
        _put(draft, event, called=event.time, calls=event.text)
    elif known is not None and event.name == "TASK_COMPLETE" and not known.turns:
        draft.owned[event.station] = _rested(known, event.time)


@OWNED.folds
def turn_ended(draft: Draft, event: ev.TurnFinished | ev.TurnFailed) -> None:
    if (known := draft.owned.get(event.station)) is not None:
        broken_off = isinstance(event, ev.TurnFinished) and event.interrupted
        done = known.done + (known.at_request and not broken_off)
        failures = 0 if isinstance(event, ev.TurnFinished) else known.failures
        # Whoever asked for a wider scope may have been told to come back for the answer.
        left = {name: question for name, question in known.questions.items() if question.asks is Asks.SCOPE}
        known = replace(known, done=done, failures=failures, questions=left)
        draft.owned[event.station] = _rested(known, event.time)


@OWNED.folds
def clock_set(draft: Draft, event: ev.ClockSet) -> None:
    """A turn under way has lasted until the clock went back, where that is known; what is dated later is as of now."""
    for name, known in list(draft.owned.items()):
        now = event.time
        questions = {id: replace(each, asked=min(each.asked, now)) for id, each in known.questions.items()}
        results = {child: replace(each, time=min(each.time, now)) for child, each in known.results.items()}
        turn = {"turn_since": min(known.turn_since, now)}
        if event.before and known.turn_since:
            turn = {"turn_since": now, "worked": _rested(known, event.before).worked}
        turn |= {"since": min(known.since, now), "called": min(known.called, now)}
        past = replace(known, questions=questions, results=results, **turn)
        if past != known:
            draft.owned[name] = past


@OWNED.folds
def budget_reached(draft: Draft, event: ev.BudgetReached) -> None:
    _put(draft, event, share=event.share)


def _rested(known: Owned, time: float) -> Owned:
    """The station with the turn under way added to what it has worked, which is nothing while it is paused."""
    if not known.turn_since:
        return known
    until = known.since if known.life is Life.PAUSED else time
    return replace(known, worked=known.worked + max(0.0, until - known.turn_since), turn_since=0.0)
