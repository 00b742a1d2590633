"""A station at work, told as the events that the floor gets to know of it: for tests of what it gets done."""

from __future__ import annotations

from collections.abc import Iterable

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.reports import Report
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Tokens

START = 1_795_000_000.0
HOUR = 3_600.0


class Working:
    """One station; each method lets it do something, and time pass. `now` is the time of its clock."""

    def __init__(self, name: str, role: str = "ship", at: float = START, ours: bool = True, parent: str = "") -> None:
        self.name, self.now, self.ours = name, at, ours
        self.events: list[ev.Event] = []
        self._calls = 0
        owner = Owner.OURS if ours else Owner.OBSERVED
        self.tell(ev.StationOpened, kind="claude", role=role, owner=owner, parent=parent, branch=f"station/{name}")
        if ours:
            self.life(Life.RUNNING)

    def tell(self, what: type[ev.StationEvent], **fields: object) -> Working:
        """One event, now."""
        source = str(fields.pop("source", f"claude:{self.name}"))
        self.events.append(what(time=self.now, source=source, station=self.name, session=self.name, **fields))
        return self

    def life(self, life: Life) -> Working:
        return self.tell(ev.LifeChanged, life=life, source="factory")

    def rest(self, seconds: float) -> Working:
        """Nothing is heard of it."""
        self.now += seconds
        return self

    def ask(self, text: str = "make it so") -> Working:
        """A request is given to it."""
        return self.tell(ev.TurnStarted, text=text)

    def end(self) -> Working:
        """It ends its turn."""
        return self.tell(ev.TurnFinished)

    def think(self, seconds: float = 8.0, tokens: int = 2_000, dollars: float | None = 0.02) -> Working:
        """A call of its model."""
        self.now += seconds
        return self.tell(ev.TokensUsed, tokens=Tokens(output=tokens), model="opus", cost=dollars)

    def say(self, text: str, seconds: float = 2.0) -> Working:
        self.now += seconds
        return self.tell(ev.TextWritten, text=text)

    def call(self, tool: str, detail: str = "", file: str = "") -> str:
        """It begins to use a tool; the id of this use."""
        self._calls += 1
        call = f"{self.name}-{self._calls}"
        self.tell(ev.ToolCalled, tool=tool, call=call, detail=detail, file=file)
        return call

    def use(
        self, tool: str, detail: str = "", seconds: float = 2.0, error: str | None = None, file: str = ""
    ) -> Working:
        """It uses a tool, which comes back after so many seconds."""
        call = self.call(tool, detail, file)
        self.now += seconds
        return self.tell(ev.ToolFinished, call=call, failed=error is not None, detail=error or "")

    def run(self, command: str, seconds: float = 5.0, error: str | None = None) -> Working:
        return self.use("Bash", command, seconds, error)

    def edit(self, file: str, seconds: float = 1.0) -> Working:
        return self.use("Edit", file, seconds, file=file)

    def commit(self, commits: int = 1) -> Working:
        """Commits of it arrive in the repository."""
        return self.tell(
            ev.WorkArrived, branch=f"station/{self.name}", head=f"{len(self.events):040x}", commits=commits
        )

    def wait_for_person(self, seconds: float) -> Working:
        """It asks, and is answered after so many seconds."""
        self.tell(ev.QuestionAsked, question=f"{self.name}-{len(self.events)}", tool="Bash", text="rm -rf build")
        asked = self.events[-1]
        assert isinstance(asked, ev.QuestionAsked)
        self.now += seconds
        return self.tell(ev.QuestionAnswered, question=asked.question, decision="allow")

    def wait_for_provider(self, seconds: float, every: float = 60.0) -> Working:
        """Its provider refuses, again and again."""
        until = self.now + seconds
        while self.now < until:
            self.tell(ev.MachineAwaited, reason="529 overloaded, retrying")
            self.now += min(every, until - self.now)
        return self

    def report(self, state: Report, process: int = 4_711) -> Working:
        return self.tell(ev.AgentReported, state=state, process=process)


def floor(*stations: Working | Iterable[ev.Event], until: float = float("inf")) -> FloorState:
    """The floor on which these stations work, as of a time."""
    told = [event for each in stations for event in (each.events if isinstance(each, Working) else each)]
    told.sort(key=lambda event: event.time)
    return fold_all(EMPTY, [event for event in told if event.time <= until])
