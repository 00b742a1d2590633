"""Real agents over the protocol inside a boundary that the kernel holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.scope import Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.proof import prove
from sessions.stations.contract import Brief
from sessions.stations.running.needs import programs_of
from tests.agents.homes import SORTS, Real, path_of
from tests.support.agents.provider import Provider, provider
from tests.support.agents.talk import Heard
from tests.support.boundary.site import Site

HERE = machine.here()
NAMES = ("claude-agent-acp", "codex-acp", "gemini")
FREE = {"claude-agent-acp": "acceptEdits", "codex-acp": "agent-full-access", "gemini": "yolo"}
"""The modes in which they ask nobody."""
pytestmark = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")


@contextmanager
def bounded(name: str, served: Provider, scope: Scope, mode: str) -> Iterator[Real]:
    """A real agent in a private clone, inside its boundary."""
    path, sort = path_of(name), SORTS[name]
    site = Site(root=True, scope=scope)
    try:
        home = site.bounds.home
        programs = programs_of(sort.kind, {}, {"PATH": path})
        bounds = replace(site.bounds, programs=programs, model=served.url.removeprefix("http://"))
        boundary = draw(bounds)
        prove(boundary, bounds)
        environment = {**boundary.environment, **sort.prepare(home, f"http://{boundary.model}")}
        brief = Brief(
            station="ship-1",
            directory=str(site.place),
            home=str(home),
            transcript=str(site.bounds.private / "ship-1.jsonl"),
            environment=environment,
            wrap=boundary.words,
            scope=scope,
            held=boundary.held,
            model=sort.model,
            options={"mode": mode},
        )
        yield Real(sort.kind, brief)
    finally:
        site.close()


@pytest.mark.parametrize("name", NAMES)
def test_what_its_scope_does_not_open_is_not_written(name: str) -> None:
    """In the mode in which it asks nobody: the kernel refuses. Its model is all that it reaches."""

    async def talk(of: Real) -> Heard:
        heard = Heard()
        agent = await of.kind.start(of.brief, heard)
        await agent.prompt("p1", "Create hello.txt")
        assert isinstance(await heard.turn(), ev.TurnFinished)
        await agent.close()
        return heard

    with provider() as served, bounded(name, served, Scope(write=("src/**",)), FREE[name]) as of:
        heard = asyncio.run(talk(of))
        assert not Path(of.brief.directory, "hello.txt").exists()
        assert not heard.all(ev.QuestionAsked)
        assert [event.failed for event in heard.all(ev.ToolFinished)] == [True]
        assert heard.tokens == served.tokens
