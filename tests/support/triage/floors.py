"""Floors with cases, for tests of the queue."""

from __future__ import annotations

from collections.abc import Iterable

from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, Command
from sessions.floor.decide.decide import decide
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget, Scope
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.judge import cases_of

NOW = 1_000_000.0


UNBOUND = Budget()


def ours(name: str, life: Life = Life.RUNNING, budget: Budget = UNBOUND, at: float = NOW - 100) -> list[ev.Event]:
    """A station of ours."""
    return [
        ev.StationOpened(time=at, station=name, kind="builtin", branch=f"station/{name}", owner=Owner.OURS),
        ev.ScopeAssigned(time=at, station=name, scope=Scope(write=("src/**",)), budget=budget),
        ev.LifeChanged(time=at, station=name, life=life, process=7),
    ]


def observed(name: str, kind: str = "claude") -> list[ev.Event]:
    return [ev.StationOpened(time=NOW - 100, station=name, kind=kind, directory=f"/srv/{name}")]


def asks(station: str, question: str = "q1", about: Asks = Asks.PERMISSION, paths: tuple[str, ...] = ()) -> ev.Event:
    return ev.QuestionAsked(
        time=NOW - 10, station=station, question=question, tool="shell", text="git push", asks=about, paths=paths
    )


def case(station: str, kind: Kind = Kind.FAILED, number: int = 1, **more: object) -> Case:
    """A case of a station; `number` tells it from its others."""
    made = {
        "id": f"{station}:{kind.value}:{number}",
        "kind": kind,
        "station": station,
        "since": NOW - 10 + number,
        "opened": NOW,
    }
    return Case(**{**made, "cause": Cause.UNKNOWN, "title": "the model refused", **more})  # type: ignore[arg-type]


def opened(*cases: Case) -> list[ev.Event]:
    return [ev.CaseOpened(time=NOW, station=each.station, what=each) for each in cases]


def floor(*events: Iterable[ev.Event] | ev.Event) -> FloorState:
    """The floor after these."""
    flat = [each for some in events for each in ([some] if isinstance(some, ev.Event) else some)]
    return fold_all(EMPTY, flat)


def answer(state: FloorState, wish: AnyWish, command: str = "c1", together: str = "") -> Decision:
    return decide(state, Command(command, "mara@box", NOW, wish, together), NOW)


def after(state: FloorState, wish: AnyWish, command: str = "c1") -> FloorState:
    """The floor after a command that is accepted."""
    decision = answer(state, wish, command)
    assert isinstance(decision, Accepted), decision
    return fold_all(state, decision.events)


def done(state: FloorState) -> FloorState:
    """The floor when all that is wanted was carried out."""
    return fold_all(state, [ev.CommandDone(time=NOW, command=name) for name in state.intents])


def of(state: FloorState, station: str = "api", now: float = NOW) -> list[Case]:
    return [*cases_of(state, station, now)]


def only(state: FloorState, station: str = "api", now: float = NOW) -> Case:
    (case,) = cases_of(state, station, now)
    return case


def life(life: Life, reason: str = "", name: str = "api", at: float = NOW - 5) -> ev.Event:
    return ev.LifeChanged(time=at, station=name, life=life, reason=reason)


def failed(name: str = "api", reason: str = "the model refused", at: float = NOW - 5) -> ev.Event:
    return ev.TurnFailed(time=at, station=name, reason=reason)
