"""A still link that also says which kinds of agents there are, and which files a branch has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from console.links.link import LinkMode
from sessions.asking.asked import Asked
from sessions.asking.question import A, Question
from sessions.asking.station_questions import AgentKind, AgentKinds, Agents, TreePart, TreePaths
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Reply
from sessions.floor.events import Event
from tests.support.console import StillLink, state_of
from tests.support.stations.still import our_events

KINDS = (
    AgentKind("builtin", "the built-in agent", ("model", "permissions", "resume", "usage")),
    AgentKind("claude", "Claude Code", ("attach", "model"), False, "there is no claude in the PATH", "npm install it"),
    AgentKind("codex", "Codex", ("attach", "model", "permissions", "usage")),
    AgentKind("command", "any command", ("attach",), command=True),
)
FILES = tuple(
    sorted(
        [f"src/{place}/{name}_{i}.py" for place in ("api", "gen", "pool", "proxy") for name in "ab" for i in range(20)]
        + ["README.md", "docs/index.md", "docs/pool.md", "tests/test_pool.py"]
    )
)


class AskedLink(StillLink):
    """`kinds` and `files` are what it tells; `answer` is what it says to a wish."""

    def __init__(self, events: Sequence[Event] | None = None, mode: LinkMode = LinkMode.LIVE) -> None:
        told = our_events() if events is None else events
        super().__init__(state_of(told), mode=mode, events=told)
        self.kinds: Sequence[AgentKind] = KINDS
        self.files: Sequence[str] = FILES
        self.answer = Reply(True, about="new-one")

    async def send(self, command: AnyWish) -> Reply:
        await super().send(command)
        return self.answer

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        self.questions.append(question)
        asked = Asked(heard)
        if isinstance(question, Agents):
            asked.part(cast(A, AgentKinds(tuple(self.kinds))))
        elif isinstance(question, TreePaths):
            for start in range(0, len(self.files), 5_000):
                asked.part(cast(A, TreePart(tuple(self.files[start : start + 5_000]))))
        else:
            asked.end(FactoryError("nobody knows"))
        asked.end()
        return asked
