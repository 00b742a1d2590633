"""What each act means: the wish that it comes to, and what is said of that."""

from __future__ import annotations

from typing import TypedDict

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
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
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec
from sessions.floor.triage import meanings
from sessions.floor.triage.acts import meaning
from sessions.floor.triage.case import Act, Case, Kind
from sessions.floor.triage.judging.stuck import BROKEN_OFF
from sessions.floor.triage.meanings import Means
from tests.support.triage.floors import NOW, asks, case, floor, life, ours


class Wish(TypedDict, total=False):
    text: str
    paths: tuple[str, ...]
    budget: Budget
    model: str
    to: str


def asking(about: Asks = Asks.PERMISSION, paths: tuple[str, ...] = ()) -> FloorState:
    return floor(ours("api"), asks("api", about=about, paths=paths))


def scoped(**changes: object) -> FloorState:
    """One whose scope is another."""
    scope = replace(Scope(write=("src/**",)), **changes)
    return floor(ours("api"), ev.ScopeAssigned(time=NOW, station="api", scope=scope))


def of(kind: Kind, about: str = "", **more: object) -> Case:
    return case("api", kind, about=about, **more)  # type: ignore[arg-type]


RUNS, HELD, WAITS = floor(ours("api"), ours("ship")), floor(ours("api", Life.HELD)), floor(ours("api", Life.WAITING))
PATHS = ("a", "b", "c", "d")
ALLOWED, DENIED = AnswerQuestion("api", "q1", "allow"), AnswerQuestion("api", "q1", "deny")
ASKED, SCOPE, FAILED = of(Kind.PERMISSION, "q1"), of(Kind.SCOPE, "q1"), of(Kind.FAILED)
KID = ev.ChildEnded(time=NOW, station="api", child="kid", ok=False, result="boom")
FINISHED = floor(ours("api"), KID)
GO_ON = meanings.GO_ON.format("the model refused")
LOOPING = meanings.LOOPING.format("the model refused")
MERGE = meanings.MERGE.format("station/api", "main")
ON_MAIN = replace(RUNS, base="main")


def resume(words: str, **more: object) -> ChangeLife:
    return ChangeLife("api", Change.RESUME, words=words, **more)  # type: ignore[arg-type]


def wider(*write: str, **more: object) -> AssignScope:
    return AssignScope("api", replace(Scope(write=("src/**", *write)), **more), Budget())


@pytest.mark.parametrize(
    ("act", "about", "told", "state", "wish", "words"),
    [
        (Act.ALLOW, of(Kind.CHECK, "t1"), {}, RUNS, JudgeTask("t1", True), "task t1 is accepted as it is"),
        (
            Act.ALLOW,
            of(Kind.REVIEW, "t1"),
            {"text": "fine"},
            RUNS,
            JudgeTask("t1", True, "fine"),
            "task t1 is accepted",
        ),
        (Act.ALLOW, ASKED, {}, asking(), ALLOWED, "shell git push is allowed"),
        (Act.ALLOW, ASKED, {"paths": ("a",)}, asking(), ALLOWED, "shell git push is"),
        (Act.ALWAYS, ASKED, {}, asking(), AnswerQuestion("api", "q1", "always"), "shell git push is allowed and its"),
        (Act.ALLOW, SCOPE, {}, asking(Asks.SCOPE, PATHS), ALLOWED, "may write a, b, c, …"),
        (Act.ALLOW, SCOPE, {"paths": ("x",)}, asking(Asks.SCOPE, PATHS), wider("x"), "may write x"),
        (
            Act.DENY,
            of(Kind.REVIEW, "t1"),
            {"text": "no"},
            RUNS,
            JudgeTask("t1", False, "no"),
            "task t1 goes back to its",
        ),
        (Act.DENY, ASKED, {"text": "no"}, asking(), AnswerQuestion("api", "q1", "deny", "no"), "shell git push is den"),
        (
            Act.DENY,
            SCOPE,
            {},
            asking(Asks.SCOPE, PATHS[:3]),
            DENIED,
            "may not write a, b, c",
        ),
        (Act.ANSWER, ASKED, {"text": " "}, asking(), None, "it is told what you write"),
        (Act.ANSWER, ASKED, {"text": "no"}, asking(), AnswerQuestion("api", "q1", "deny", "no"), "it is denied, with"),
        (Act.ANSWER, ASKED, {"text": "b"}, asking(Asks.WORDS), AnswerQuestion("api", "q1", "allow", "b"), "it is answ"),
        (Act.ANSWER, ASKED, {"text": "b"}, RUNS, PromptStation("api", "b"), "it is told that"),
        (Act.RETRY, of(Kind.CHECK, "t1"), {}, RUNS, JudgeTask("t1", False), "task t1 goes back to its station with"),
        (Act.RETRY, of(Kind.CONFLICT), {}, ON_MAIN, PromptStation("api", MERGE), "it is told to merge main"),
        (Act.RETRY, of(Kind.CONFLICT), {"text": "do"}, ON_MAIN, PromptStation("api", "do"), "it is told to merge main"),
        (
            Act.RETRY,
            of(Kind.CONFLICT, "station/ship"),
            {},
            ON_MAIN,
            PromptStation("api", meanings.MERGE.format("station/api", "station/ship")),
            "it is told to merge station/ship",
        ),
        (
            Act.RETRY,
            of(Kind.RESULT, "kid"),
            {"text": "look"},
            floor(ours("api"), KID),
            PromptStation("api", "look\n\nStation kid has failed: boom"),
            "api is told what came of it",
        ),
        (
            Act.RETRY,
            of(Kind.STUCK, "t1", rule=BROKEN_OFF),
            {},
            RUNS,
            PromptStation("api", meanings.AMID.format("t1")),
            "it is told to go on with t1",
        ),
        (
            Act.RETRY,
            of(Kind.STUCK, "t1", rule=BROKEN_OFF),
            {"text": "on"},
            RUNS,
            PromptStation("api", "on"),
            "it is told to go",
        ),
        (Act.RETRY, of(Kind.STUCK), {}, RUNS, PromptStation("api", LOOPING), "it is told to try another way"),
        (Act.RETRY, of(Kind.SIGNAL), {}, RUNS, PromptStation("api", meanings.CALLED), "it is told to do what it can"),
        (Act.RETRY, of(Kind.PROVIDER), {}, RUNS, PromptStation("api", meanings.AGAIN), "its provider is tried again"),
        (Act.RETRY, FAILED, {}, RUNS, PromptStation("api", GO_ON), "it goes on"),
        (Act.RETRY, FAILED, {}, WAITS, PromptStation("api", GO_ON), "it goes on"),
        (Act.RETRY, FAILED, {"text": "do"}, HELD, resume("do"), "it is brought back, and it goes on"),
        (Act.MORE, FAILED, {"model": "x/y"}, RUNS, resume(GO_ON, model="x/y"), "it goes on with x/y"),
        (Act.MORE, FAILED, {"model": "x/y", "text": "do"}, RUNS, resume("do", model="x/y"), "it goes on with x/y"),
        (
            Act.MORE,
            FAILED,
            {"budget": Budget(tokens=1_000, dollars=2.5, seconds=90, turns=4)},
            RUNS,
            AssignScope("api", Scope(write=("src/**",)), Budget(tokens=1_000, dollars=2.5, seconds=90, turns=4)),
            "its budget becomes 1,000 tokens, $2.5, 1.5 minutes, 4 turns",
        ),
        (Act.FRESH, FAILED, {"text": "do"}, RUNS, resume("do", fresh=True), "a new conversation is told what was"),
        (
            Act.RESCOPE,
            SCOPE,
            {},
            asking(Asks.SCOPE, PATHS),
            ALLOWED,
            "may write a, b, c, …",
        ),
        (Act.RESCOPE, of(Kind.SCOPE, "write x"), {}, RUNS, wider("x"), "may write x"),
        (Act.RESCOPE, of(Kind.SCOPE, "write x"), {"paths": ("y",)}, RUNS, wider("y"), "may write y"),
        (Act.RESCOPE, of(Kind.SCOPE), {}, RUNS, None, "it may write what you name"),
        (
            Act.RESCOPE,
            of(Kind.SCOPE, "connect pypi.org:443"),
            {},
            scoped(network=Network.OFF),
            wider(network=Network.LISTED, hosts=("pypi.org",)),
            "may reach pypi.org:443",
        ),
        (
            Act.RESCOPE,
            of(Kind.SCOPE, "connect pypi.org"),
            {},
            scoped(network=Network.LISTED, hosts=("a.org",)),
            wider(network=Network.LISTED, hosts=("a.org", "pypi.org")),
            "may reach pypi.org",
        ),
        (
            Act.RESCOPE,
            of(Kind.SCOPE, "connect pypi.org"),
            {},
            scoped(network=Network.OPEN),
            wider(network=Network.OPEN, hosts=("pypi.org",)),
            "may reach pypi.org",
        ),
        (Act.RESCOPE, of(Kind.SCOPE, "connect x"), {"paths": ("y",)}, RUNS, wider("y"), "may write y"),
        (
            Act.HAND_OVER,
            FAILED,
            {},
            RUNS,
            RequeueStation("api", "the model refused"),
            "its task goes to whoever is free",
        ),
        (
            Act.HAND_OVER,
            FAILED,
            {"text": "slow", "to": "ship"},
            RUNS,
            RequeueStation("api", "slow", to="ship"),
            "its task goes to ship; its work is kept",
        ),
        (Act.HAND_OVER, of(Kind.RESULT, "kid"), {}, RUNS, None, "another station is told what came of it"),
        (Act.REQUEUE, FAILED, {}, RUNS, RequeueStation("api", "the model refused"), "its task goes back to the queue"),
        (Act.REQUEUE, FAILED, {"text": "slow"}, RUNS, RequeueStation("api", "slow"), "its task goes back to the queue"),
        (
            Act.GIVE_UP,
            FAILED,
            {},
            RUNS,
            RequeueStation("api", "given up: the model refused", hold=True),
            "its task is held in the queue; its work is kept",
        ),
        (
            Act.GIVE_UP,
            of(Kind.CHECK, "t1"),
            {"text": "no"},
            RUNS,
            HoldTask("t1", reason="no"),
            "task t1 is held, until",
        ),
        (
            Act.GIVE_UP,
            of(Kind.REVIEW, "t1"),
            {"text": "no"},
            RUNS,
            HoldTask("t1", reason="no"),
            "task t1 is held, until",
        ),
        (Act.KILL, FAILED, {}, RUNS, ChangeLife("api", Change.KILL), "its process ends; its work is kept"),
        (Act.HOLD, case("", Kind.PROVIDER), {}, RUNS, FreezeFloor(True), "all stations rest as they are"),
        (Act.HOLD, of(Kind.STUCK), {}, RUNS, ChangeLife("api", Change.PAUSE), "it rests as it is"),
        (Act.HOLD, of(Kind.CRASH_LOOP), {}, HELD, None, "it stays held"),
    ],
)
def test_what_an_act_means(
    act: Act, about: Case, told: Wish, state: FloorState, wish: StationWish | TaskWish | None, words: str
) -> None:
    means = meaning(state, SettleCase(about.id, act, **told), about, NOW)
    assert isinstance(means, Means) and means.wish == wish and means.words.startswith(words), means


@pytest.mark.parametrize(
    ("act", "about", "told", "state", "why"),
    [
        (Act.ALLOW, ASKED, {}, RUNS, "it does not ask that any more"),
        (Act.DENY, ASKED, {}, RUNS, "it does not ask that any more"),
        (Act.RESCOPE, of(Kind.SCOPE, "write src/a"), {"paths": ("src/**",)}, RUNS, "it may write that already"),
        (Act.RETRY, of(Kind.RESULT, "kid"), {}, RUNS, "that result is not kept any more"),
        (
            Act.HAND_OVER,
            of(Kind.RESULT, "kid"),
            {"to": "x"},
            floor(ours("api"), KID),
            "there is no such station any more",
        ),
    ],
)
def test_what_means_nothing_any_more_is_refused(act: Act, about: Case, told: Wish, state: FloorState, why: str) -> None:
    refused = meaning(state, SettleCase(about.id, act, **told), about, NOW)
    assert isinstance(refused, Refusal) and refused.reason == why and refused.cure


def test_a_program_is_told_nothing_and_one_that_has_ended_is_started_again() -> None:
    def retried(life: Life) -> Means | Refusal:
        state = floor(ours("api", life))
        program = replace(state.stations["api"], kind="command")
        return meaning(replace(state, stations={"api": program}), SettleCase("x", Act.RETRY), case("api"), NOW)

    refused = Refusal("it is a program, and hears no words", "attach and type them, or kill it")
    assert retried(Life.RUNNING) == retried(Life.WAITING) == refused
    assert retried(Life.HELD) == Means(ChangeLife("api", Change.RESUME), "it is started again")


def test_what_is_told_is_of_a_bounded_length() -> None:
    about = of(Kind.FAILED, title=300 * "t")
    means = meaning(RUNS, SettleCase(about.id, Act.REQUEUE), about, NOW)
    assert isinstance(means, Means) and means.wish == RequeueStation("api", 119 * "t" + "…")
    state = floor(ours("api"), replace(asks("api"), text=300 * "p"))
    means = meaning(state, SettleCase(ASKED.id, Act.ALLOW), ASKED, NOW)
    assert isinstance(means, Means) and len(means.words) == 60 + len(" is allowed")
    silent = floor(ours("api"), replace(asks("api"), text="", tool=""))
    means = meaning(silent, SettleCase(ASKED.id, Act.ALLOW), ASKED, NOW)
    assert isinstance(means, Means) and means.words == "what it asks is allowed"
    three = meaning(asking(Asks.SCOPE, PATHS[:3]), SettleCase(SCOPE.id, Act.ALLOW), SCOPE, NOW)
    assert isinstance(three, Means) and three.words == "may write a, b, c"
    means = meaning(RUNS, SettleCase(FAILED.id, Act.RESCOPE, paths=(300 * "p",)), of(Kind.SCOPE), NOW)
    assert isinstance(means, Means) and len(means.words) == 120 + len("may write ")


def test_who_goes_in_circles_is_stopped_only_amid_a_turn_and_where_it_has_a_model() -> None:
    turn = ev.TurnStarted(time=NOW, station="api", text="look")
    state = fold_all(RUNS, [turn])
    about, wish = of(Kind.STUCK), SettleCase("x", Act.RETRY, text="stop")
    assert meaning(state, wish, about, NOW) == Means(PromptStation("api", "stop"), "it is told to try another way")
    with_model = replace(state, owned={"api": replace(state.owned["api"], model="x/y")})
    stopped = meaning(with_model, wish, about, NOW)
    assert stopped == Means(resume("stop", model="x/y"), "its turn is ended, and it is told to try another way")
    paused = replace(with_model, owned={"api": replace(with_model.owned["api"], life=Life.PAUSED)})
    assert meaning(paused, wish, about, NOW) == Means(
        resume("stop"), "it is brought back, and it is told to try another way"
    )


TASK = [
    ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec("count", text="count the carts")),
    ev.TaskAdded(time=NOW, task="t2", spec=TaskSpec("sort")),
    ev.TaskTaken(time=NOW, station="api", task="t1", lease=1),
]


def test_a_new_conversation_is_told_what_went_wrong_what_was_touched_and_the_task() -> None:
    wrote = [ev.ToolCalled(time=NOW + n, station="api", tool="Write", file=f"f{n}.py") for n in range(22)]
    state = floor(ours("api"), TASK, wrote)
    about = replace(FAILED, evidence=("one", "two"))
    assert meanings.learned(state, about).split("\n\n") == [
        meanings.LEARNED.format("the model refused"),
        "What was seen last:",
        "one",
        "two",
        f"Files it wrote, whose changes are still there: {', '.join(f'f{n}.py' for n in range(2, 22))}",
        "The task:\ncount the carts",
    ]
    for kind in (Kind.CHECK, Kind.REVIEW):
        assert meanings.learned(state, of(kind, "t2")).endswith("The task:\nsort"), "the one that the case is about"
    bare = floor(ours("api"), life(Life.RUNNING))
    assert meanings.learned(bare, FAILED) == meanings.LEARNED.format("the model refused")
    sentence = replace(FAILED, title="The model refused.")
    assert meanings.learned(bare, sentence) == meanings.LEARNED.format("The model refused"), "it ends with one stop"
    asked = replace(bare, stations={}, owned={"api": replace(bare.owned["api"], text="count")})
    assert meanings.learned(asked, FAILED).endswith("\n\nThe task:\ncount")
