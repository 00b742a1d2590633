"""What happens in the live demo: its stations, the tasks of its queue, and what models say. Pure.

One asks for permission, one fails, one is slow, two collide, one leaves its scope, one has another work for it, and a
small queue is worked off; twelve more need a person for whatever there is; further ones write modules of their own. A
few seconds lie between the answers, as between those of a real model. What is said belongs to what was asked for, not
to who was asked: a task that is taken from one station is done by the next, and whatever failed goes well when it is
tried again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.scope import Scope
from sessions.floor.tasks.task import TaskSpec
from sessions.simulation.live.eight import eight
from sessions.simulation.live.part import Part
from sessions.simulation.live.said import TESTS, Use, commit, read, run, step, work, write
from sessions.simulation.live.twelve import twelve
from sessions.simulation.provider.script import Script, Step

MOST = 40
"""Stations of the largest demo."""
FEW = 8
"""So many are not louder than somebody takes in who sees it for the first time."""
PACE_S = 2.5
"""Between two answers."""
VISITOR = "visitor"
"""The model of stations that somebody starts who looks at the demo."""
ROUNDS = 4
"""Further pieces of work that each goes through when it has shown what it has to show: some minutes of a factory."""
ANOTHER = "was at this before you"
"""So is whoever goes on with the work of another one told."""
_MORE = "The tests pass as before. My words follow a script, which has no more of that: another model would do it now."


def parts(stations: int, pace: float = PACE_S, rounds: int = ROUNDS) -> list[Part]:
    """So many parts, the ones that have something to show first; what they spawn comes on top, behind them."""
    made = [
        *eight(pace, rounds, stations > FEW),
        *twelve(pace),
        *(_module(number, pace) for number in range(1, MOST)),
    ]
    told = [part for part in made if not part.parent][:stations]
    names = {part.name for part in told}
    return [*told, *(part for part in made if part.parent in names)]


def tasks(told: Sequence[Part]) -> tuple[TaskSpec, ...]:
    """The queue at the beginning."""
    return tuple(job.spec for part in told for job in part.jobs)


def script(told: Sequence[Part]) -> Script:
    """What the provider says to all of them."""
    visit = work(
        PACE_S,
        read("README.md"),
        write("docs/visit.md", "# A visit\n\nSomebody looked at the live demo.\n"),
        commit("Note a visit"),
    )
    more = (step("run", PACE_S, command=TESTS), Step(text=_MORE, delay=PACE_S))
    said: dict[str, tuple[tuple[Step, ...], ...]] = {}
    for part in told:
        said |= {words: (steps,) for words, steps in part.later}
        said |= {part.task: (part.steps,)} if part.task else {}
        said |= {job.spec.title: job.tries for job in part.jobs}
    return Script({VISITOR: visit}, work=said, eases=ANOTHER, more=more, default=more)


def _module(number: int, pace: float) -> Part:
    """One that writes a module of its own, tests and commits it, some times over."""
    name, path = f"module-{number:02}", f"shop/extra_{number:02}.py"
    uses: list[Use] = []
    for turn in range(1, 9):
        text = f'"""Extra {number}."""\n\n' + "".join(f"\ndef f{n}():\n    return {n}\n\n" for n in range(turn))
        uses += [write(path, text), run(TESTS), commit(f"Extra {number}, step {turn}")]
    return Part(name, f"Write {path}, a function at a time.", work(pace, *uses), Scope(write=("shop/extra_*.py",)))
