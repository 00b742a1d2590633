"""A kind of agent in a package of its own, which knows nothing of the console but the contract.

What a prompt begins with says what it does: `say`, `ask`, `wait`, `flood N`, `tick RATE`, `clock RATE`, `crash`,
`crash later`, `lost`, `jump`. Each line that begins with `run: ` is run by the shell in its directory.
"""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Mapping
from typing import TypedDict

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Budget, Scope
from sessions.stations.contract import Ability, Agent, Bounded, Brief, Decision, LostSessionError, Tell, Usable


class Who(TypedDict):
    """What every event of it tells."""

    time: float
    source: str
    station: str
    session: str


class Parrot:
    """One conversation."""

    def __init__(self, brief: Brief, tell: Tell) -> None:
        self.station, self.session = brief.station, brief.session or uuid.uuid4().hex
        self._directory, self._tell = brief.directory, tell
        heard: object = tell
        self._bounded = heard if isinstance(heard, Bounded) else None
        self._prompts: set[str] = set()
        self._asked: dict[str, asyncio.Future[Decision]] = {}
        self._turn: asyncio.Task[None] | None = None
        self.say(ev.SessionOpened(**self.who, path=brief.transcript))

    @property
    def who(self) -> Who:
        return {"time": time.time(), "source": "parrot", "station": self.station, "session": self.session}

    def say(self, *events: ev.Event) -> None:
        self._tell(events)

    async def prompt(self, prompt: str, text: str) -> None:
        if prompt in self._prompts:
            return
        self._prompts.add(prompt)
        if text == "refuse":
            raise FactoryError("a parrot does not do that", "ask it for something else")
        if text == "crash":
            raise RuntimeError("\x1b[31mfell off the perch")
        self._turn = asyncio.create_task(self._take(prompt, text))

    async def _take(self, prompt: str, text: str) -> None:
        self.say(ev.TurnStarted(**self.who, text=text))
        try:
            await self._do(prompt, text)
        except asyncio.CancelledError:
            self.say(ev.TurnFinished(**self.who, interrupted=True))
            raise
        self.say(ev.TurnFinished(**self.who))

    async def _do(self, prompt: str, text: str) -> None:
        match text.split():
            case ["ask", *_]:
                self._asked[prompt] = asyncio.get_running_loop().create_future()
                self.say(ev.QuestionAsked(**self.who, question=prompt, tool="squawk", text="squawk loudly"))
                decision = await self._asked[prompt]
                self.say(ev.QuestionAnswered(**self.who, question=prompt, decision=decision))
                self.say(ev.TextWritten(**self.who, text=decision))
            case ["wait"]:
                await asyncio.Event().wait()
            case ["flood", count]:
                for number in range(int(count)):
                    if self._bounded is not None:
                        await self._bounded.room()
                    self.say(ev.TextWritten(**self.who, text=f"{number} {'x' * 150}"))
                    await asyncio.sleep(0)
            case ["tick", rate]:
                for number in itertools.count():
                    self.say(ev.TextWritten(**self.who, text=f"tick {number}"))
                    await asyncio.sleep(1 / float(rate))
            case ["clock", rate]:
                while True:
                    self.say(ev.TextWritten(**self.who, text=f"at {time.time():.3f}"))
                    await asyncio.sleep(1 / float(rate))
            case ["crash", "later"]:
                await asyncio.sleep(0)
                raise ValueError("a feather in the works")
            case ["lost"]:
                self.say(ev.AgentLost(**self.who, reason="it flew away"))
            case _:
                await self._run([line.removeprefix("run: ") for line in text.splitlines() if line[:5] == "run: "])
                self.say(ev.TextWritten(**self.who, text=text.removeprefix("say ")))

    async def _run(self, commands: list[str]) -> None:
        for command in commands:
            process = await asyncio.create_subprocess_shell(command, cwd=self._directory)
            try:
                await process.wait()
            except asyncio.CancelledError:
                process.kill()
                raise

    async def interrupt(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.cancel()
            await asyncio.wait({self._turn})

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        if (asked := self._asked.get(question)) is None or asked.done():
            raise FactoryError("it waits for that no longer", "see what it does now")
        asked.set_result(decision)

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        return True

    async def close(self) -> None:
        await self.interrupt()
        self.say(ev.SessionClosed(**self.who))


class Kind:
    """Parrots."""

    title = "a parrot"
    abilities = frozenset({Ability.INTERRUPT, Ability.PERMISSIONS, Ability.RESUME, Ability.SHARED})

    checks: Mapping[str, str] = {"say": "say all is well", "wait": "wait", "ask": "ask"}
    """What it is asked when it is checked."""

    def __init__(self, name: str, contract: int) -> None:
        self.name, self.contract = name, contract

    def usable(self, environment: Mapping[str, str]) -> Usable:
        if environment.get("PARROT") == "dead":
            return Usable(False, reason="this parrot is no more", cure="buy another one")
        return Usable(True, version="0.1.0")

    async def start(self, brief: Brief, tell: Tell) -> Agent:
        match brief.session:
            case session if session == "gone" or "-" in session:
                raise LostSessionError("that conversation is gone", "begin another one")
            case "refuse":
                raise FactoryError("it does not start", "do not ask it to")
            case "break":
                raise RuntimeError("it breaks as it starts")
        return Parrot(brief, tell)


KIND = Kind("parrot", 2)
FIRST = Kind("parrot-first", 1)
NEWER = Kind("parrot-newer", 99)
