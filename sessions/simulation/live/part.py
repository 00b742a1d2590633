"""What a station of the live demo is started with, and what its work is. Values."""

from __future__ import annotations

import msgspec

from sessions.floor.commands import StartStation
from sessions.floor.scope import Budget, Scope
from sessions.floor.tasks.task import TaskSpec
from sessions.simulation.provider.script import Step

KIND, PROGRAM = "builtin", "command"


class Job(msgspec.Struct, frozen=True):
    """A task of the queue, and what is said to whoever takes it: for the first time, the second, and so on."""

    spec: TaskSpec
    tries: tuple[tuple[Step, ...], ...]


class Part(msgspec.Struct, frozen=True):
    """A station of the demo, and what its model, which has its name, says."""

    name: str
    task: str
    """"" takes tasks from the queue."""
    steps: tuple[Step, ...] = ()
    scope: Scope = Scope()
    budget: Budget = Budget()
    ask: str = ""
    """Tools that it asks for, with commas between."""
    parent: str = ""
    takes: bool | None = None
    """It takes tasks, too, when it has done its own."""
    jobs: tuple[Job, ...] = ()
    """What it is to find in the queue."""
    later: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    """Words that it may be told later, and what it does then."""
    account: str = ""
    """It calls its provider by an account of its own, whose key is no other one's."""
    command: str = ""
    """It is no agent but this program, in a process of its own."""

    def wish(self, url: str) -> StartStation:
        """Its start; `url` is where the provider is."""
        if self.command:
            options = (("command", self.command),)
            return StartStation(kind=PROGRAM, name=self.name, scope=self.scope, options=options, takes=False)
        if self.account:
            url = f"{url.removesuffix('/v1')}/{self.account}/v1"
        options = (("base_url", url), *((("ask", self.ask),) if self.ask else ()))
        return StartStation(
            kind=KIND,
            text=self.task,
            name=self.name,
            model=f"openai/{self.name}",
            scope=self.scope,
            budget=self.budget,
            parent=self.parent,
            options=options,
            takes=self.takes,
        )
