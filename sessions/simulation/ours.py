"""What a factory that runs a simulated station tells of it: life, boundary, budget, questions, family.

It has a source of chance of its own, so that what the agents do is nearly the same with it and without.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.patterns import matches
from sessions.floor.scope import Budget, Held, HeldBy, Mode, Network, Scope
from sessions.simulation import words

SOURCE = "factory"
EVERY = 3
"""One of so many stations is the factory's own; all others are only observed."""
FIRST_CHILDREN = (1, 2)
"""Of the factory's own stations, those that work for the first one."""
ASKS = 0.022
"""How likely a use of a tool is asked for."""
NEARLY = 0.8
KEPT_S = 30 * 86_400.0
_LANDLOCK = Held(HeldBy.LANDLOCK, "bubblewrap is not installed: with it other places are not there at all")
_ADVISORY = Held(HeldBy.ADVISORY, "this kernel has neither user namespaces nor Landlock: install bubblewrap")
_HELD = (Held(HeldBy.BUBBLEWRAP), Held(HeldBy.BUBBLEWRAP), _LANDLOCK, Held(HeldBy.BUBBLEWRAP), _ADVISORY)
_COMMANDS = (
    "git push --force-with-lease origin {branch}",
    "rm -rf build/",
    "curl -sS localhost:8080/{area}/health",
    "pip install -r requirements.txt",
)
_WIDER = "write docs/{area}/**: the operators' guide still names the old setting"
_HUNK = (
    "@@ -{line},5 +{line},6 @@",
    " def take(self, key: str) -> Item:",
    "-    item = self.{part}.get(key)",
    "-    if not item:",
    "+    item = self.{part}.get(key, timeout=self.timeout)",
    "+    if item is None:",
    "+        self.missed += 1",
    "         raise KeyError(key)",
    "     return item",
)

Tell = Callable[..., None]
"""Tells an event of a kind with its fields; its time and the station are filled in."""


class Ours:
    """One station that the factory runs."""

    def __init__(self, seed: int, name: str, number: int, branch: str, parent: str, tell: Tell) -> None:
        self.random = random.Random(f"{seed}:{name}:ours")
        self.name, self.branch, self.parent, self._tell = name, branch, parent, tell
        self.number = number
        self.leads = not number
        """Others work for it: it takes no tasks from the queue."""
        area = words.home_of(branch)
        listed = number % 4 == 1
        self.scope = Scope(
            write=(f"src/{area}/**", f"tests/{area}/**", f"docs/{area}/**"),
            network=Network.LISTED if listed else Network.OFF,
            hosts=("pypi.org", "files.pythonhosted.org") if listed else (),
        )
        self.mode = Mode.FULL if number % 6 == 5 else Mode.SAFE
        self._held = _HELD[number % len(_HELD)]
        self._dollars = self.random.choice((2.0, 4.0, 8.0, 15.0)) if number else 100.0
        self._spent = self._told = 0.0
        self._asked = 0
        self.directory = ""

    def open(self, directory: str) -> None:
        """It was started, and waits for its turn."""
        self.directory = directory
        self._assign("mara@box")
        self.life(Life.WAITING, f"{self.random.randrange(2, 5)} start already")

    def began(self, base: str) -> None:
        """Its place was made, its boundary drawn, and it runs."""
        self._tell(ev.PlaceMade, directory=self.directory, branch=self.branch, base=base)
        self._tell(ev.ScopeHeld, held=self._held)
        self.life(Life.RUNNING)

    def life(self, life: Life, reason: str = "") -> None:
        self._tell(ev.LifeChanged, life=life, reason=reason, host="builtin")

    def _assign(self, who: str) -> None:
        budget = Budget(dollars=self._dollars)
        self._tell(ev.ScopeAssigned, scope=self.scope, mode=self.mode, budget=budget, who=who)

    # What it does

    def forbids(self, file: str) -> bool:
        """Whether a write is stopped by its boundary."""
        return self.mode is Mode.SAFE and not matches(self.scope.write, file)

    def violated(self, file: str) -> None:
        self._tell(ev.ScopeViolated, path=file, act="write")

    def used(self, dollars: float | None) -> None:
        """It is told when its budget comes to an end, and rests when it has."""
        self._spent += dollars or 0.0
        share = self._spent / self._dollars
        for bound in (NEARLY, 1.0):
            if self._told < bound <= share:
                self._told = bound
                self._tell(ev.BudgetReached, share=bound, what="dollars")

    def turn(self) -> None:
        """What was used up is given again before the next turn."""
        if self._told >= 1.0:
            self._dollars, self._told = self._dollars * 2, 0.0
            self._assign("aiko@box")

    def arrived(self, head: str) -> None:
        self._tell(ev.WorkArrived, branch=self.branch, head=head, commits=1)

    def finished(self, said: str) -> None:
        """Its turn is over: now and then it says so itself."""
        draw = self.random.random()
        if draw < 0.2:
            name = "TASK_COMPLETE" if draw < 0.1 else "PROGRESS"
            self._tell(ev.SignalRaised, signal=f"{self.name}/{self.random.getrandbits(32):08x}", name=name, text=said)

    # What it asks

    def asks(self, tool: str, facts: dict[str, str], said: str) -> str:
        """A question, whose id is returned."""
        self._asked += 1
        question, draw = f"{self.name}/q{self._asked}", self.random.random()
        paths: tuple[str, ...] = ()
        asks = Asks.PERMISSION
        if draw < 0.45:
            text = self.random.choice(_COMMANDS).format_map(facts)
        elif draw < 0.85:
            paths, text = self._change(facts)
        else:
            asks, text = Asks.SCOPE, _WIDER.format_map(facts)
        always = asks is Asks.PERMISSION and self.random.random() < 0.6
        self._tell(ev.QuestionAsked, question=question, tool=tool, text=text, said=said, paths=paths, asks=asks,
                   always=always)  # fmt: skip
        return question

    def _change(self, facts: dict[str, str]) -> tuple[tuple[str, ...], str]:
        """The files of a difference, and its lines."""
        other = words.file_of("ship", self.random.choice(words.AREAS), facts["part"])
        files: Sequence[str] = (facts["file"], other) if self.random.random() < 0.4 else (facts["file"],)
        hunk = "\n".join(_HUNK).format_map({**facts, "line": str(self.random.randrange(10, 300))})
        lines = [f"{self.directory}/{file}\n{hunk}" for file in files]
        return tuple(f"{self.directory}/{file}" for file in files), "\n".join(lines)

    def answered(self, question: str) -> None:
        draw = self.random.random()
        decision = "allow" if draw < 0.8 else "deny"
        reason = "" if decision == "allow" else "not now: do the tests first"
        self._tell(ev.QuestionAnswered, question=question, decision=decision, who="mara@box", reason=reason)

    # Between turns

    def rests(self) -> bool:
        """Whether the operator lets it rest until its next turn."""
        rests = self.random.random() < 0.05
        if rests:
            self.life(Life.PAUSED, "by mara@box")
        return rests

    def held(self, reason: str) -> bool:
        """Whether it is held back after it failed."""
        held = self.random.random() < 0.4
        if held:
            self.life(Life.HELD, f"it failed 3 times in a row: {reason}")
        return held

    def ended(self, now: float, lost: bool, dirty: int, result: str) -> None:
        """Its process is gone: what was not committed is kept, and whom it works for hears what it came to."""
        ref = f"refs/factory-tui/kept/{self.name}/{int(now)}" if dirty else ""
        if ref:
            self._tell(ev.WorkKept, ref=ref, reason="not committed when it ended", until=now + KEPT_S)
        self.life(Life.LOST, "its process ended without a word") if lost else self.life(Life.STOPPED)
        if self.parent:
            told = self.random.random() < 0.6
            self._tell(ev.ChildEnded, station=self.parent, child=self.name, ok=not lost, result=result, delivered=told)
