"""The wish that each act about a case means, for a station of ours or a task. Pure."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from sessions.floor.commands import (
    AnswerQuestion,
    AssignScope,
    ChangeLife,
    FreezeFloor,
    HoldTask,
    JudgeTask,
    PromptStation,
    RequeueStation,
    SettleCase,
    StationWish,
    TaskWish,
)
from sessions.floor.decide.decision import Refusal
from sessions.floor.ours import budget
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.state import UNMETERED, FloorState, name_of
from sessions.floor.tasks.task import Task
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.judging.stuck import BROKEN_OFF
from sessions.text import clean

AGAIN = "Your provider may answer again. Go on with what you were at."
GO_ON = "Your last turn ended in an error: {}. Go on with what you were at."
LOOPING = "You seem to be going in circles: {}. Stop, say in two sentences what keeps you, and try another way."
SILENT = "Nothing was heard of you for a while. Go on with what you were at."
CALLED = "Nobody can help you with that now. Do what you can without it, and say what is left."
AMID = "Your turn was broken off amid task {}. Go on with it."
MERGE = "Your branch {} collides with {}. Merge that into it, settle the conflict, and run your checks."
LEARNED = "Another conversation was at this before you and did not come to its end: {}."
_AGAIN = {
    Kind.PROVIDER: (AGAIN, "its provider is tried again"),
    Kind.SIGNAL: (CALLED, "it is told to do what it can without"),
}
"""Of kinds of which no turn ended in an error: what is told with another try, and that in words."""
MORE = 2
"""How many times as much a budget becomes where nothing is said of that."""
_TITLE = 120


class Means(Struct, frozen=True):
    """What an act comes to."""

    wish: StationWish | TaskWish | None
    """None: nothing is to be carried out."""
    words: str
    """What is done."""
    lacks: str = ""
    """What must be said before it can be done, as a request to the operator."""


def question_of(state: FloorState, case: Case) -> Question | None:
    """The question that a case is about, while it is open."""
    known = state.owned.get(case.station)
    return known.questions.get(case.about) if known is not None else None


def task_of(state: FloorState, case: Case) -> Task | None:
    """The task that a case is about: named by it, or the one that its station has in hand."""
    if case.kind in (Kind.CHECK, Kind.REVIEW):
        return state.tasks.get(case.about)
    return state.tasks.get(state.hands.get(case.station, ""))


def allow(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    if case.kind in (Kind.CHECK, Kind.REVIEW):
        return Means(JudgeTask(case.about, True, wish.text), f"task {case.about} is accepted as it is")
    question = question_of(state, case)
    if question is None:
        return _asks_no_more()
    if question.asks is Asks.SCOPE:
        return rescope(state, case, wish)
    words = f"{_said(question)} is allowed" + " and its like" * (wish.act.value == "always")
    return Means(AnswerQuestion(case.station, case.about, wish.act.value, wish.text), words)


def deny(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    if case.kind is Kind.REVIEW:
        return Means(JudgeTask(case.about, False, wish.text), f"task {case.about} goes back to its station")
    question = question_of(state, case)
    if question is None:
        return _asks_no_more()
    may_not = (
        f"may not write {_some(question.paths)}" if question.asks is Asks.SCOPE else f"{_said(question)} is denied"
    )
    return Means(AnswerQuestion(case.station, case.about, "deny", wish.text), may_not)


def answer(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    if not wish.text.strip():
        return Means(None, "it is told what you write", "write what it is to be told")
    question = question_of(state, case)
    if question is not None and question.asks is Asks.WORDS:
        return Means(AnswerQuestion(case.station, case.about, "allow", wish.text), "it is answered in words")
    if question is not None:
        return Means(AnswerQuestion(case.station, case.about, "deny", wish.text), "it is denied, with these words")
    return _told(state, case.station, wish.text, "it is told that")


def retry(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    match case.kind:
        case Kind.CHECK:
            words = f"task {case.about} goes back to its station with what its check said"
            return Means(JudgeTask(case.about, False, wish.text), words)
        case Kind.CONFLICT:
            branch = state.stations[case.station].branch
            text = MERGE.format(branch, case.about or state.base)
            return _told(state, case.station, wish.text or text, f"it is told to merge {case.about or state.base}")
        case Kind.RESULT:
            return _delivered(state, case, case.station, wish)
        case Kind.STUCK if case.rule == BROKEN_OFF:
            text = wish.text or AMID.format(case.about)
            return _told(state, case.station, text, f"it is told to go on with {case.about}")
        case Kind.STUCK:
            text, words = LOOPING.format(clean(case.title, _TITLE)), "it is told to try another way"
            if case.cause is Cause.STALL:
                text, words = SILENT, "it is told to go on"
            return _stopped(state, case.station, wish.text or text, words)
    text, words = _AGAIN.get(case.kind, (GO_ON.format(clean(case.title, _TITLE)), "it goes on"))
    return _told(state, case.station, wish.text or text, words)


def more(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    known = state.owned[case.station]
    if wish.model:
        return _with_model(known, case, wish)
    raised = _raised(known, case, wish.budget)
    if raised != known.budget:
        words = f"its budget becomes {_budget(raised)}"
        return Means(AssignScope(case.station, known.scope, raised), words)
    if case.cause is Cause.CONTEXT_FULL:
        return fresh(state, case, wish)
    return Means(None, "it goes on with another model, or with more of a budget", "name a model or a budget")


def fresh(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    known = state.owned[case.station]
    told = wish.text or learned(state, case)
    words = "a new conversation is told what was learned"
    return Means(_resumed(known, case.station, told, fresh=True, model=wish.model), words)


def rescope(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    known, question = state.owned[case.station], question_of(state, case)
    if question is not None and not wish.paths:
        return Means(AnswerQuestion(case.station, case.about, "allow", wish.text), f"may write {_some(question.paths)}")
    act, _, place = case.about.partition(" ")
    if act == "connect" and not wish.paths:
        return Means(AssignScope(case.station, _reaching(known.scope, place), known.budget), f"may reach {place}")
    paths = wish.paths or ((place,) if place else ())
    if not paths:
        return Means(None, "it may write what you name", "name paths that it may write")
    if known.scope.opened(paths) == known.scope:
        return Refusal("it may write that already", "look at what it does now")
    return Means(AssignScope(case.station, known.scope.opened(paths), known.budget), f"may write {_some(paths)}")


def hand_over(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    if case.kind is Kind.RESULT:
        if wish.to:
            return _delivered(state, case, wish.to, wish)
        return Means(None, "another station is told what came of it", "name the station that is to be told")
    to = name_of(state, wish.to) if wish.to else "whoever is free"
    why = wish.text or clean(case.title, _TITLE)
    return Means(RequeueStation(case.station, why, to=wish.to), f"its task goes to {to}; its work is kept")


def requeue(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    why = wish.text or clean(case.title, _TITLE)
    return Means(RequeueStation(case.station, why), "its task goes back to the queue; its work is kept")


def give_up(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    why = wish.text or f"given up: {clean(case.title, _TITLE)}"
    if case.kind in (Kind.CHECK, Kind.REVIEW):
        return Means(HoldTask(case.about, reason=why), f"task {case.about} is held, until somebody releases it")
    return Means(RequeueStation(case.station, why, hold=True), "its task is held in the queue; its work is kept")


def kill(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    return Means(ChangeLife(case.station, Change.KILL), "its process ends; its work is kept")


def hold(state: FloorState, case: Case, wish: SettleCase) -> Means | Refusal:
    if not case.station:
        return Means(FreezeFloor(True), "all stations rest as they are")
    known = state.owned[case.station]
    if known.life is Life.HELD:
        return Means(None, "it stays held")
    return Means(ChangeLife(case.station, Change.PAUSE), "it rests as it is")


def learned(state: FloorState, case: Case) -> str:
    """What a new conversation is told: what went wrong, its task, and what was touched."""
    known, seen, task = state.owned[case.station], state.stations.get(case.station), task_of(state, case)
    said = [LEARNED.format(clean(case.title, _TITLE).rstrip("."))]
    said += ["What was seen last:", *case.evidence] if case.evidence else []
    if files := list(seen.files)[-20:] if seen is not None else []:
        said.append(f"Files it wrote, whose changes are still there: {', '.join(clean(file, 200) for file in files)}")
    if text := (task.spec.text or task.spec.title) if task is not None else known.text:
        said.append(f"The task:\n{text}")
    return "\n\n".join(said)


def _told(state: FloorState, station: str, text: str, words: str) -> Means | Refusal:
    """It is given a request; where it does not run, it is brought back with it."""
    known = state.owned.get(station)
    if known is None:
        return Refusal("there is no such station any more", "look at the floor")
    if state.stations[station].kind in UNMETERED:  # a mere program, which is told nothing
        if known.life in (Life.RUNNING, Life.WAITING):
            return Refusal("it is a program, and hears no words", "attach and type them, or kill it")
        return Means(_resumed(known, station, ""), "it is started again")
    if known.life in (Life.RUNNING, Life.WAITING):
        return Means(PromptStation(station, text), words)
    return Means(_resumed(known, station, text), f"it is brought back, and {words}")


def _stopped(state: FloorState, station: str, text: str, words: str) -> Means | Refusal:
    """It is told that at once: many agents hear a request only when their turn is over, and this one may not end."""
    known = state.owned[station]
    if known.life is not Life.RUNNING or not (known.turn_since and known.model):
        return _told(state, station, text, words)
    # With the model that it has it is begun anew in its conversation, in place of what runs.
    return Means(_resumed(known, station, text, model=known.model), f"its turn is ended, and {words}")


def _resumed(known: Owned, station: str, text: str, fresh: bool = False, model: str = "") -> ChangeLife:
    return ChangeLife(station, Change.RESUME, fresh=fresh, words=text, model=model)


def _with_model(known: Owned, case: Case, wish: SettleCase) -> Means:
    text = wish.text or GO_ON.format(clean(case.title, _TITLE))
    words = f"it goes on with {clean(wish.model, 60)}"
    return Means(_resumed(known, case.station, text, model=wish.model), words)


def _delivered(state: FloorState, case: Case, to: str, wish: SettleCase) -> Means | Refusal:
    """What a child came to is told to a station."""
    result = state.owned[case.station].results.get(case.about)
    if result is None:
        return Refusal("that result is not kept any more", "see the events of the child")
    came = "has finished" if result.ok else "has failed"
    text = f"Station {name_of(state, case.about)} {came}: {result.text}"
    return _told(state, to, f"{wish.text}\n\n{text}".strip(), f"{name_of(state, to)} is told what came of it")


def _raised(known: Owned, case: Case, wanted: Budget) -> Budget:
    """The budget with what is wanted; without a word of it, twice as much of what is used up."""
    if wanted != Budget():
        return Budget(*(getattr(wanted, what) or getattr(known.budget, what) for what in budget.MEASURES))
    if case.about in budget.MEASURES:
        return replace(known.budget, **{case.about: getattr(known.budget, case.about) * MORE})
    return known.budget


def _reaching(scope: Scope, place: str) -> Scope:
    host = place.rpartition(":")[0] or place
    network = Network.LISTED if scope.network is Network.OFF else scope.network
    return replace(scope, network=network, hosts=(*scope.hosts, host))


def _budget(wanted: Budget) -> str:
    """A budget in words."""
    said = [
        f"{wanted.tokens:,} tokens" * bool(wanted.tokens),
        f"${wanted.dollars:g}" * bool(wanted.dollars),
        f"{wanted.seconds / 60:g} minutes" * bool(wanted.seconds),
        f"{wanted.turns} turns" * bool(wanted.turns),
    ]
    return ", ".join(filter(None, said))


def _said(question: Question) -> str:
    return clean(f"{question.tool} {question.text}".strip() or "what it asks", 60)


def _some(paths: tuple[str, ...]) -> str:
    return clean(", ".join(paths[:3]) + ", …" * (len(paths) > 3), 120)


def _asks_no_more() -> Refusal:
    return Refusal("it does not ask that any more", "look at what it does now")
