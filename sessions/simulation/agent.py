"""One simulated station: an agent that takes turns, calls tools, commits, fails, asks, and waits."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from math import exp
from zlib import crc32

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.reports import Report
from sessions.floor.tokens import Tokens
from sessions.simulation import words
from sessions.simulation.context import Context
from sessions.simulation.models import CLAUDE_VERSION, HAIKU, Seat
from sessions.simulation.ours import ASKS, SOURCE, Ours
from sessions.simulation.tasks import SLOW, SLOW_S
from sessions.simulation.world import BASE, REPO, Process, World

FIRST_WORDS = 12
"""Tokens of output that the first statement about a streamed call holds."""
ENDS, KILLED = 0.22, 0.01
"""How likely a conversation is over after a turn, and how likely because its process was killed."""


class Agent:
    """An agent at work. `run` is its life, as a process of the world."""

    def __init__(
        self, world: World, name: str, role: str, branch: str, seat: Seat, number: int = -1, parent: str = ""
    ) -> None:
        """`number` counts the stations that the factory runs, from 0; -1 is one that is only observed."""
        self.world, self.name, self.role, self.branch, self.seat = world, name, role, branch, seat
        self.random = random.Random(f"{world.seed}:{name}")
        self.tools = words.TOOLS[seat.kind]
        self.session = self.source = ""
        self.context = Context(seat, self.random)
        self.uses = self.dirty = 0
        self.facts: dict[str, str] = {}
        self.ours = None if number < 0 else Ours(world.seed, name, number, branch, parent, self.tell)

    def run(self) -> Process:
        directory = f"{REPO}-trees/{self.branch.removeprefix('station/')}"
        ours = self.ours
        owner, parent = (Owner.OBSERVED, "") if ours is None else (Owner.OURS, ours.parent)
        self.emit(ev.StationOpened, kind=self.seat.kind, directory=directory, branch=self.branch, role=self.role,
                  owner=owner, parent=parent)  # fmt: skip
        if ours is not None:
            ours.open(directory)
        self.open_session()
        yield self.between(0.0, 90.0)
        if ours is not None:
            ours.began(self.world.branches[BASE].head)
            if not ours.leads:
                area = words.home_of(self.branch)
                self.world.tasks.enlist(round(self.world.now, 3), self.name, self.role, area, ours.scope.write)
        while True:
            yield from self.turn()
            draw = self.random.random()
            if draw < ENDS:
                self.end(lost=draw < KILLED and self.tells)
                yield self.between(20.0, 200.0)
                if ours is not None:
                    ours.life(Life.RUNNING)
                self.open_session()
            rests = ours is not None and ours.rests()
            yield self.random.expovariate(1 / 70.0)
            if ours is not None and rests:
                ours.life(Life.RUNNING)

    def end(self, lost: bool) -> None:
        """The conversation is over, or its process was killed."""
        if lost:
            self.emit(ev.AgentLost, reason="its process is gone")
        else:
            self.emit(ev.SessionClosed)
        if self.ours is not None:
            self.ours.ended(self.world.now, lost, self.dirty, self.pick("tests/{area} pass; {part} is done"))

    def turn(self) -> Process:
        """One request, from its first word to its end."""
        self.facts = self.subject()
        if self.ours is not None:
            self.ours.turn()
        text = self.pick(words.TASKS[self.role])
        if self.ours is not None:
            text = self.world.tasks.begin(round(self.world.now, 3), self.name) or text
        self.emit(ev.TurnStarted, text=" ".join(text.split())[:200])
        self.context.add(200)
        if self.world.branches[self.branch].behind > 5 and self.chance(0.4):
            yield from self.rebase()
        if self.slow:
            yield from self.loop()
            return
        for _ in range(1 + int(self.about(12.0, 0.6))):
            if self.chance(0.35) and self.world.now < self.world.trouble_until[self.seat.model.provider]:
                recovered = yield from self.api_trouble()
                if not recovered:
                    return
            yield from self.model_call()
            yield from self.tool_call()
        if self.chance(0.008):
            yield self.between(900.0, 2_400.0)  # it hangs: nothing is heard of it, and nothing says why
        if self.chance(0.06):
            reason = self.pick(words.TURN_FAILURES)
            self.emit(ev.TurnFailed, reason=reason)
            held = self.ours is not None and self.ours.held(reason)
            yield self.about(240.0)
            if self.ours is not None and held:
                self.ours.life(Life.RUNNING)
            return
        said = self.pick(words.SAYS)
        self.emit(ev.TextWritten, text=said)
        self.emit(ev.TurnFinished)
        if self.ours is not None:
            self.ours.finished(said)
            self.world.tasks.ends(round(self.world.now, 3), self.name, said)

    @property
    def slow(self) -> bool:
        """It is the one that is slow, is so now, and has a task in hand."""
        begin, end = SLOW_S
        return (
            self.ours is not None
            and self.ours.number == SLOW
            and begin <= self.world.now - self.world.start < end
            and self.world.tasks.works(self.name)
        )

    def loop(self) -> Process:
        """The same test, which fails in the same way, until somebody takes its task from it."""
        command, failure = self.pick(words.COMMANDS[self.role][0]), words.FAILURES[0]
        while self.slow:
            yield from self.model_call()
            call = self.next_id()
            self.emit(ev.ToolCalled, tool=self.tools["run"], call=call, detail=command)
            yield self.about(20.0, 0.3)
            self.emit(ev.ToolFinished, call=call, failed=True, detail=failure)
            self.context.add(600)
        if self.ours is not None:
            self.world.tasks.give_back(round(self.world.now, 3), self.name, failure, (self.facts["file"],))
            self.ours.life(Life.KILLED, "it was slow")
        yield self.about(90.0)
        if self.ours is not None:
            self.open_session()
            self.ours.life(Life.RUNNING)

    def api_trouble(self) -> Generator[float, None, bool]:
        """The provider refuses; true when it came back before the agent gave up."""
        for attempt in range(1, 6):
            wait = min(60.0, 2.0**attempt * self.between(1.0, 2.0))
            reason = "rate limit" if self.chance(0.6) else "529 overloaded"
            self.emit(ev.MachineAwaited, reason=f"{reason}, retry {attempt} of 5 in {wait:.0f} s")
            yield wait
            if self.chance(0.5):
                return True
        self.emit(ev.TurnFailed, reason="API error 529: overloaded")
        yield self.about(120.0)
        return False

    def model_call(self) -> Process:
        """The model thinks and writes; its usage is stated, at once or growing with the stream."""
        if self.context.full:
            self.context.compact()
            self.emit(ev.TextWritten, text="Conversation compacted")
        output = 30 + int(self.about(260.0, 0.9))
        lasts = 3.0 + output / 60.0 + self.about(4.0, 0.5)
        tokens = self.context.call(self.world.now, output)
        call = self.next_id()
        if self.world.now >= self.world.streaming_from:
            yield from self.stream(call, tokens, lasts)
        else:
            yield lasts
            self.use(call, tokens)
            if self.chance(0.35):
                self.emit(ev.TextWritten, text=self.pick(words.SAYS))

    def stream(self, call: str, tokens: Tokens, lasts: float) -> Process:
        """The same call as its stream says it: the usage first, then words, and output that grows."""
        steps, chunk = max(1, int(lasts / self.world.chunk_s)), self.world.chunk_s
        text, output = self.pick(words.SAYS), min(FIRST_WORDS, tokens.output)
        self.use(call, replace(tokens, output=output, thinking=0))
        for step in range(1, steps + 1):
            yield chunk
            if step % 4:
                self.emit(ev.TextWritten, text=text[: 8 + step * len(text) // steps])
            else:
                grown = max(output, tokens.output * step // steps)
                self.use(call, Tokens(output=grown - output), calls=0)
                output = grown
        if output < tokens.output or tokens.thinking:
            self.use(call, Tokens(output=tokens.output - output, thinking=tokens.thinking), calls=0)

    def use(self, call: str, tokens: Tokens, calls: int = 1) -> None:
        model = self.seat.model
        if self.ours is not None:
            self.ours.used(model.cost(tokens))
        self.emit(
            ev.TokensUsed,
            tokens=tokens,
            call=call,
            calls=calls,
            model=model.name,
            branch=self.branch,
            cost=_rounded(model.cost(tokens)),
            certainty=self.seat.certainty,
            context=self.context.cached,
            window=model.window,
        )

    def tool_call(self) -> Process:
        """One use of a tool, with whatever comes in between it and its result."""
        draw = self.random.random()
        if draw < 0.30:
            yield from self.use_tool("read", self.facts["file"], 0.1, 2_600)
        elif draw < 0.42:
            yield from self.use_tool("search", self.pick(("rg -n {part} src", "rg -n 'def .*{part}'")), 0.3, 900)
        elif draw < 0.64:
            denied = self.ours is not None and self.ours.forbids(self.facts["file"])
            yield from self.use_tool("edit", self.facts["file"], 0.2, 500, float(denied) or 0.02, self.facts["file"])
            if self.ours is not None and denied:
                self.ours.violated(self.facts["file"])
                area = words.home_of(self.branch)  # it goes on with what it may
                self.facts |= {"area": area, "file": words.file_of(self.role, area, self.facts["part"])}
                return
            self.world.edited(self.branch, self.facts["file"])
            self.dirty += 1
            if self.dirty % 3 == 1:
                self.branch_changed(dirty=self.dirty)
        elif draw < 0.94:
            yield from self.use_tool("run", self.pick(words.COMMANDS[self.role]), 26.0, 1_100, fails=0.12)
        elif draw < 0.955 and self.seat.kind == "claude":
            yield from self.subagent()
        elif self.dirty:
            yield from self.commit()

    def use_tool(
        self, deed: str, detail: str, median_s: float, result: int, fails: float = 0.02, file: str = ""
    ) -> Process:
        call = self.next_id()
        self.emit(ev.ToolCalled, tool=self.tools[deed], call=call, detail=detail, file=file)
        if self.chance(0.009 if self.ours is None else ASKS):
            yield 0.5
            yield from self.ask(self.tools[deed])
        yield self.about(median_s, 0.9)
        failed = self.chance(fails)
        self.emit(ev.ToolFinished, call=call, failed=failed, detail=self.pick(words.FAILURES) if failed else "")
        self.context.add(int(self.about(result, 0.8)))

    def ask(self, tool: str) -> Process:
        """A person is needed, and comes some time."""
        question = self.pick(words.QUESTIONS)
        if self.ours is not None:
            asked = self.ours.asks(tool, self.facts, self.pick(words.SAYS))
            yield self.about(170.0, 0.9)
            self.ours.answered(asked)
            return
        self.emit(ev.PersonNeeded, reason=question)
        self.report(Report.NEEDS_ME, question)
        yield self.about(170.0, 0.9)
        self.report(Report.WORKING)

    def subagent(self) -> Process:
        """A sub-agent explores on a smaller model; its calls are this station's."""
        call, name = self.next_id(), f"agent-{self.random.getrandbits(32):08x}"
        self.emit(ev.ToolCalled, tool="Task", call=call, detail=self.pick("explore who uses {part} in {area}"))
        window = Context(Seat("claude", HAIKU), self.random)
        for _ in range(2 + int(self.random.random() * 8)):
            yield self.about(6.0, 0.4)
            tokens = window.call(self.world.now, 150)
            tokens = replace(tokens, cache_write_5m=tokens.cache_write_1h, cache_write_1h=0)
            window.add(int(self.about(2_000.0)))
            self.emit(
                ev.TokensUsed,
                tokens=tokens,
                call=self.next_id(),
                model=HAIKU.name,
                branch=self.branch,
                subagent=name,
                cost=_rounded(HAIKU.cost(tokens)),
                certainty=self.seat.certainty,
            )
        self.emit(ev.ToolFinished, call=call)
        self.context.add(800)

    def commit(self) -> Process:
        subject = self.pick(words.SUBJECTS)
        yield from self.use_tool("run", f"git commit -am '{subject}'", 0.8, 200)
        self.dirty = 0
        branch = self.world.branches[self.branch]
        now = round(self.world.now, 3)
        self.branch_changed(
            dirty=0,
            head=self.world.hash(),
            ahead=branch.ahead + 1,
            merged=False,
            subject=subject,
            committed=now,
            author=f"{self.seat.kind} {self.name}",
        )
        if self.ours is not None:
            self.ours.arrived(self.world.branches[self.branch].head)

    def rebase(self) -> Process:
        """Take in what has landed on the base meanwhile."""
        yield from self.use_tool("run", f"git rebase {BASE}", 1.5, 300)
        self.branch_changed(behind=0, head=self.world.hash())

    # -- small things ------------------------------------------------------------------------------------------

    def emit(self, kind: Callable[..., ev.Event], /, **fields: object) -> None:
        now = round(self.world.now, 3)
        self.world.out.append(kind(time=now, source=self.source, station=self.name, session=self.session, **fields))

    def tell(self, kind: Callable[..., ev.Event], /, station: str = "", **fields: object) -> None:
        """What the factory says of a station that it runs."""
        now = round(self.world.now, 3)
        self.world.out.append(kind(time=now, source=SOURCE, station=station or self.name, **fields))

    @property
    def tells(self) -> bool:
        """Whether its process says what it does, apart from the conversation, as agents of today do."""
        return self.seat.version == CLAUDE_VERSION

    def report(self, state: Report, reason: str = "") -> None:
        """What its process says where a dialog opens and where it is answered."""
        if self.tells:
            self.emit(
                ev.AgentReported, state=state, reason=reason, process=2 + crc32(self.session.encode()) % 4_000_000
            )

    def branch_changed(self, **fields: object) -> None:
        branch = self.world.branches[self.branch]
        self.world.change(replace(branch, time=round(self.world.now, 3), **fields))

    def subject(self) -> dict[str, str]:
        """What the next turn is about."""
        area = words.home_of(self.branch) if self.chance(0.8) else self.pick(words.AREAS)
        part = self.pick(words.PARTS)
        return {"area": area, "part": part, "file": words.file_of(self.role, area, part), "branch": self.branch}

    def open_session(self) -> None:
        self.session = f"{self.random.getrandbits(64):016x}"
        self.source = f"{self.seat.kind}:{self.session[:8]}"
        self.context = Context(self.seat, self.random)
        self.emit(ev.SessionOpened, version=self.seat.version)

    def next_id(self) -> str:
        self.uses += 1
        return f"{self.name}/{self.uses}"

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random.random()

    def about(self, median: float, spread: float = 0.7) -> float:
        """An amount around `median`, with a long tail."""
        return median * exp(self.random.gauss(0.0, spread))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, values: tuple[str, ...] | str) -> str:
        if not isinstance(values, str):
            values = values[int(self.random.random() * len(values))]
        return values.format_map(self.facts) if "{" in values else values


def _rounded(dollars: float | None) -> float | None:
    return None if dollars is None else round(dollars, 8)
