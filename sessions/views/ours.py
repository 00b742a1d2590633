"""What is shown of a station that this factory runs, beside what is shown of any: values in words. Pure."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from sessions.floor.ours.budget import share
from sessions.floor.ours.family import above, below, orphaned, untold
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Held, HeldBy, Mode, Network
from sessions.floor.state import Evidence, FloorState, Station, Status, name_of
from sessions.floor.tasks.task import Task, TaskState
from sessions.text import EXCERPT, clean
from sessions.views.status import status_at
from sessions.views.tasks.words import STATE, bounced, title_of

_BOUND = {HeldBy.BUBBLEWRAP: "safe", HeldBy.LANDLOCK: "landlock", HeldBy.ADVISORY: "advisory!"}


class Ours(msgspec.Struct, frozen=True, omit_defaults=True):
    """Its life, its boundary, its budget, its family; texts are cleaned."""

    life: Life = Life.WAITING
    reason: str = ""
    """What it waits for, or why it is held back."""
    frozen: bool = False
    """The whole floor rests."""
    bound: str = ""
    """Its boundary in a word: `safe`, `landlock`, `advisory!`, `full`; with `?` before it was ever drawn.

    `+hook` and `+check` say who else holds a part of it: see `hook` and `leaving`.
    """
    by: str = ""
    """What of the kernel holds it; "" where it does not."""
    hook: str = ""
    """What it may write that only its own permission hook holds to that."""
    leaving: str = ""
    """The same of what only the check at leaving holds."""
    why: str = ""
    """Why it is not held better, with the cure."""
    network: str = ""
    next_start: bool = False
    """A boundary that was assigned holds only from its next start."""
    share: float = 0.0
    """The part of its budget that is used."""
    share_of: str = ""
    """Of which measure; "" where it has no bound."""
    questions: int = 0
    violations: int = 0
    violated: str = ""
    """The act and the path of the last one."""
    kept: int = 0
    """Refs that keep work of it."""
    parent: str = ""
    """The id of the station that it works for, and its name."""
    parent_name: str = ""
    family: str = ""
    """The name of the station that all in its family work for in the end; "" where it has none."""
    children: int = 0
    """Stations that work for it, and for those, and so on."""
    results: int = 0
    """Of children, that it was not told yet."""
    orphaned: str = ""
    """What became of whom it works for, in a word, where that is there no more while it goes on."""
    untold: str = ""
    """What it came to, where whom it works for was not told of it yet."""
    task: str = ""
    """The id of the task that it has in hand, and its title."""
    task_title: str = ""
    task_note: str = ""
    """Where that is on its way, where it is not simply under way."""
    bounces: int = 0
    """How often its check failed."""

    @property
    def held(self) -> str:
        """Who of the three holds its boundary, in words: the kernel, its own hook, the check when work leaves it."""
        if self.by and not (self.hook or self.leaving):
            return f"the kernel holds it ({self.by})"
        parts = (
            f"the kernel ({self.by})" * bool(self.by),
            f"its own hook for {self.hook}" * bool(self.hook),
            f"the check at leaving for {self.leaving}" * bool(self.leaving),
        )
        return ", ".join(filter(None, parts))

    @property
    def loose(self) -> bool:
        """Nobody but the agent itself holds its boundary."""
        return self.bound.startswith(_BOUND[HeldBy.ADVISORY])


def ours_of(state: FloorState, station: str, now: float) -> Ours | None:
    """Of a station on this floor; None where it is only observed."""
    known = state.owned.get(station)
    if known is None:
        return None
    used, measure = share(state, station, now)
    bounded = any(getattr(known.budget, what) for what in known.budget.__struct_fields__)
    parent = state.stations[station].parent if station in state.stations else ""
    children = sum(1 for _ in below(state, station))
    result = untold(state, station)
    held, full = known.held or Held(), known.mode is Mode.FULL
    task = state.tasks.get(state.hands.get(station, ""))
    return Ours(
        life=known.life,
        reason=clean(known.reason),
        frozen=state.frozen and known.lives,
        bound=bound_word(known.mode, known.held),
        by="" if full or held.by is HeldBy.ADVISORY else held.by.value,
        hook="" if full else clean(" ".join(held.asked), 120),
        leaving=clean(" ".join(held.asked if full else held.leaving), 120),
        why="" if full else clean(held.why),
        network=network_word(known),
        next_start=known.next_start,
        share=round(used, 3),
        share_of=measure or "tokens" * bounded,
        questions=len(known.questions),
        violations=known.violations,
        violated=clean(known.violated, 120),
        kept=len(known.kept),
        parent=parent,
        parent_name=clean(name_of(state, parent), 80) if parent else "",
        family=clean(name_of(state, (station, *above(state, station))[-1]), 80) if parent or children else "",
        children=children,
        results=sum(not each.delivered for each in known.results.values()),
        orphaned=orphaned(state, station),
        untold="" if result is None else clean(result.text, 160) or ("done" if result.ok else "failed"),
        task=task.id if task is not None else "",
        task_title=title_of(task, 120) if task is not None else "",
        task_note=_note(task) if task is not None else "",
        bounces=task.bounces if task is not None else 0,
    )


def _note(task: Task) -> str:
    """Where a task is on its way, in a few words."""
    if task.state is TaskState.TAKEN:
        return bounced(task) if task.bounces else ""
    return STATE[task.state]


def evidence_of(state: FloorState, station: Station, now: float) -> Evidence:
    """What it does as of `now`. Of several questions it tells the oldest: the one that is answered first."""
    evidence, known = status_at(station, now), state.owned.get(station.id)
    if evidence.status is not Status.NEEDS_ME or known is None or not known.questions:
        return evidence
    question = next(iter(known.questions.values()))
    more = f" (and {len(known.questions) - 1} more)" if len(known.questions) > 1 else ""
    text = question.text[: 2 * EXCERPT + len(known.directory)]
    if known.directory:
        text = text.replace(f"{known.directory}/", "")
    reason = clean(f"{question.tool} {text}", EXCERPT - len(more)) + more
    return replace(evidence, since=question.asked, reason=reason)


def bound_word(mode: Mode, held: Held | None) -> str:
    """A boundary in a word, with who holds a part of it beside the kernel."""
    if mode is Mode.FULL:
        return "full"
    if held is None:
        return "safe?"
    if held.by is HeldBy.ADVISORY:
        return _BOUND[held.by]
    return _BOUND[held.by] + "+hook" * bool(held.asked) + "+check" * bool(held.leaving)


def mend_of(violated: str, mend: str) -> str:
    """What there is to say of what was tried outside of a scope: `mend` where a scope can be assigned that has it."""
    path = violated.partition(" ")[2]
    return "outside its work tree, where no scope reaches" if path.startswith(("/", "../", "~")) else mend


def network_word(known: Owned) -> str:
    """What it may reach beyond its model."""
    if known.scope.network is not Network.LISTED:
        return known.scope.network.value
    return clean(", ".join(known.scope.hosts), 120) or "no host"
