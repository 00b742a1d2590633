"""A still floor with stations of ours: each in another life and boundary, some asking, one that left its scope."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.scope import Budget, Held, HeldBy, Mode, Network, Scope
from sessions.floor.tokens import Tokens
from tests.support.console import HOSTILE, NOW

PLACES = "/state/places"
DIFF = "\n".join(
    [
        f"{PLACES}/fixer/work/src/pool.py",
        "@@ -12,4 +12,5 @@",
        " def wait(host):",
        "-    retries = 3",
        "-    sleep(1)",
        "+    retries = settings.retries",
        "+    sleep(backoff(host))",
        "+    count(host)",
        "     return retries",
    ]
)
BASH = Held(HeldBy.BUBBLEWRAP)
LOOSE = Held(HeldBy.ADVISORY, "no bubblewrap and no Landlock: install bubblewrap")
LISTED = Scope(("src/**", "!src/gen/**"), network=Network.LISTED, hosts=("pypi.org",))


def ours(
    station: str,
    *,
    life: Life = Life.RUNNING,
    reason: str = "",
    scope: Scope | None = None,
    mode: Mode = Mode.SAFE,
    budget: Budget | None = None,
    held: Held | None = BASH,
    parent: str = "",
    now: float = NOW,
    kind: str = "builtin",
) -> list[ev.Event]:
    """A station of ours from its beginning on."""
    start = now - 900.0
    events: list[ev.Event] = [
        ev.StationOpened(time=start, source="factory", station=station, kind=kind, branch=f"station/{station}",
                         role="ship", owner=Owner.OURS, parent=parent),
        ev.ScopeAssigned(time=start, source="factory", station=station, scope=scope or Scope(("src/**",)), mode=mode,
                         budget=budget or Budget(tokens=100_000), who="ann@box"),
        ev.PlaceMade(time=start + 1, source="factory", station=station, directory=f"{PLACES}/{station}/work",
                     branch=f"station/{station}", base="4f2c91e0"),
    ]  # fmt: skip
    if held is not None:
        events.append(ev.ScopeHeld(time=start + 2, source="factory", station=station, held=held))
    if life is not Life.WAITING:
        events.append(_life(start + 3, station, Life.RUNNING, ""))
    events += [
        ev.SessionOpened(time=start + 4, source="builtin", station=station, session=f"s-{station}"),
        ev.TurnStarted(time=start + 5, source="builtin", station=station, session=f"s-{station}", text="Mend it"),
        ev.TokensUsed(time=now - 60, source="builtin", station=station, session=f"s-{station}", call="c",
                      model="claude-sonnet-4-6", tokens=Tokens(9_000, 0, 0, 30_000, 4_000), cost=0.21,
                      context=43_000, window=200_000),
    ]  # fmt: skip
    if life is not Life.RUNNING:
        events.append(_life(now - 40, station, life, reason))
    return events


def _life(time: float, station: str, life: Life, reason: str) -> ev.LifeChanged:
    return ev.LifeChanged(time=time, source="factory", station=station, life=life, reason=reason, process=77)


def asking(
    station: str,
    question: str,
    at: float,
    text: str = "make test",
    tool: str = "Bash",
    always: bool = True,
    said: str = "",
    paths: tuple[str, ...] = (),
    subagent: str = "",
    asks: Asks = Asks.PERMISSION,
) -> ev.QuestionAsked:
    """A question of it."""
    return ev.QuestionAsked(
        time=at,
        source="builtin",
        station=station,
        session=f"s-{station}",
        question=question,
        tool=tool,
        text=text,
        always=always,
        said=said,
        paths=paths,
        subagent=subagent,
        asks=asks,
    )


def our_events(now: float = NOW) -> Sequence[ev.Event]:
    """Six stations of ours, and one that is only observed."""
    events: list[ev.Event] = [
        ev.FactoryOpened(time=now - 7200, source="supervisor", repo="/srv/api", name="acme/api", base="main",
                         base_head="4f2c91e0"),
        *ours("asker"),
        asking("asker", "q1", now - 130, said="The branch has to be pushed before the tests can run.",
               text="git push --force origin station/asker"),
        asking("asker", "q2", now - 30, text="rm -rf build", always=False),
        *ours("fixer", held=LOOSE),
        asking("fixer", "q3", now - 60, tool="Edit", text=DIFF, subagent="helper-3",
               paths=(f"{PLACES}/fixer/work/src/pool.py", f"{PLACES}/fixer/work/docs/pool.md", "/etc/passwd")),
        *ours("worker", budget=Budget(tokens=110_000, turns=3), scope=LISTED),
        ev.ScopeViolated(time=now - 50, source="factory", station="worker", path="docs/index.md", act="write"),
        ev.ScopeViolated(time=now - 20, source="factory", station="worker", path=".github/ci.yml", act="commit",
                         kept="refs/factory-tui/kept/worker/1"),
        *ours("helper", parent="worker", budget=Budget(tokens=60_000), scope=Scope(("src/pool/**",))),
        ev.ChildEnded(time=now - 15, source="factory", station="worker", child="helper-0", ok=True, result="done"),
        *ours("rests", life=Life.PAUSED),
        *ours("stuck", life=Life.HELD, reason="it failed 3 times: exit 1", mode=Mode.FULL),
        *ours("over", life=Life.STOPPED),
        *ours("next", life=Life.WAITING, reason="2 start already", held=None),
        ev.StationOpened(time=now - 800, source="claude:x", station="seen", session="x", kind="claude",
                         directory="/srv/wt/seen", branch="station/seen"),
        ev.TextWritten(time=now - 5, source="claude:x", station="seen", session="x", text="on it"),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event.time)


def hostile_question(now: float = NOW) -> list[ev.Event]:
    """One whose every text is hostile, and long."""
    text = "\n".join([HOSTILE, "\t" + HOSTILE, *[""] * 400, "; rm -rf ~"])
    return [*our_events(now), asking("asker", "q0", now - 500, tool=HOSTILE[:200], text=text, said=HOSTILE,
                                     paths=("/" + HOSTILE,), subagent=HOSTILE[:200])]  # fmt: skip
