"""A still link that also says which kinds of agents there are, and which files a branch has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from console.links.link import LinkMode
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question
from sessions.asking.questions import FollowTerminal
from sessions.asking.station_questions import AgentKind, AgentKinds, Agents, TreePart, TreePaths
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Reply
from sessions.floor.events import Event
from sessions.floor.ours.picture import Ink, Picture, Run
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


TERMINAL = Picture(
    100,
    30,
    (
        (Run("> Make the pool retry with a backoff", Ink(bold=True)),),
        (),
        (Run("● ", Ink(front="2")), Run("Read "), Run("src/pool/a_0.py", Ink(front="6"))),
        (Run("  41 lines", Ink(faint=True)),),
        (),
        (Run("● ", Ink(front="2")), Run("Edit "), Run("src/pool/a_0.py", Ink(front="6"))),
        (Run("   12 ", Ink(faint=True)), Run("-    sleep(1)", Ink(front="1"))),
        (Run("   12 ", Ink(faint=True)), Run("+    sleep(backoff(host))", Ink(front="2"))),
        (),
        (Run("● ", Ink(front="3")), Run("Bash "), Run("pytest -q tests/test_pool.py", Ink(front="6"))),
        (Run("  running for 4s, esc to interrupt", Ink(faint=True)),),
        (),
        (Run("─" * 100, Ink(faint=True)),),
        (Run("> "), Run(" ", Ink(reversed=True))),
    ),
)
"""The terminal of an agent at work."""


class AskedLink(StillLink):
    """`kinds` and `files` are what it tells; `answer` is what it says to a wish."""

    def __init__(self, events: Sequence[Event] | None = None, mode: LinkMode = LinkMode.LIVE) -> None:
        told = our_events() if events is None else events
        super().__init__(state_of(told), mode=mode, events=told)
        self.kinds: Sequence[AgentKind] = KINDS
        self.files: Sequence[str] = FILES
        self.answer = Reply(True, about="new-one")
        self.unheard = False
        """Nobody is there to answer what is asked of files."""
        self.absent = ""
        """What is no branch, tag or commit."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        return self.answer

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        self.questions.append(question)
        asked = Asked(heard)
        if isinstance(question, Agents):
            asked.part(cast(A, AgentKinds(tuple(self.kinds))))
        elif isinstance(question, TreePaths) and self.unheard:
            asked.end(UnheardError("nobody is there"))
            return asked
        elif isinstance(question, TreePaths) and self.absent == question.branch != "":
            asked.end(FactoryError(f"there is no branch {self.absent!r} yet"))
            return asked
        elif isinstance(question, TreePaths):
            for start in range(0, len(self.files), 5_000):
                asked.part(cast(A, TreePart(tuple(self.files[start : start + 5_000]))))
        elif isinstance(question, FollowTerminal):
            asked.part(cast(A, TERMINAL))
            return asked
        else:
            asked.end(FactoryError("nobody knows"))
        asked.end()
        return asked
