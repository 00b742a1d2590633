"""MCP servers of the operator's: started inside the station's boundary, and their tools offered to the model.

Each lives in a task of its own from its start to its end, as its library wants it; a use that is called off is let
go of and not cancelled, since cancelling one would break the server's line.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from sessions.settings import Server
from sessions.stations.builtin.hands import Answered
from sessions.stations.contract import Brief
from sessions.text import clean

log = logging.getLogger(__name__)

START_S = 30.0
USE_S = 600.0
CLOSE_S = 4.0
CLOSED = -32000
"""The library's number for a line that has ended."""
MOST_TOOLS = 64
MOST_TEXT = 60_000
_NAME = re.compile(r"[^A-Za-z0-9_-]+")

Spec = dict[str, Any]


class Servers:
    """Of one station. What does not start offers nothing; what ends is started again when it is next used."""

    def __init__(self, brief: Brief, servers: Mapping[str, Server], trouble: Callable[[str], None]) -> None:
        """`trouble` is told what a person has to see to."""
        self._brief, self._servers, self._trouble = brief, servers, trouble
        self._specs: list[Spec] | None = None
        self._tools: dict[str, tuple[str, str]] = {}
        """By the name that the model knows of a tool: who offers it, and what it is called there."""
        self._lives: dict[str, _Life] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        """In each of which a server lives, or comes to its end."""
        self._abandoned: set[asyncio.Task[Any]] = set()

    def __bool__(self) -> bool:
        """There are some."""
        return bool(self._servers)

    async def specs(self) -> list[Spec]:
        """The tools that are offered; the servers are started when this is first asked."""
        if self._specs is None:
            offered = await asyncio.gather(*(self._start(name) for name in self._servers))
            self._specs = [spec for specs in offered for spec in specs]
            if (more := len(self._specs) - MOST_TOOLS) > 0:
                self._trouble(f"the MCP servers offer {more} tools more than the {MOST_TOOLS} that a model is told of")
        return self._specs[:MOST_TOOLS]

    async def use(self, tool: str, arguments: Mapping[str, Any]) -> Answered:
        """Use a tool; what cannot be done is the answer."""
        if tool not in self._tools:
            return Answered(False, f"there is no tool {clean(tool, 80)!r}")
        server, name = self._tools[tool]
        if server not in self._lives:
            await self._start(server)
        if (life := self._lives.get(server)) is None:
            return Answered(False, f"the MCP server {server} has ended, and does not start again")
        asked = partial(life.client.call_tool, name, dict(arguments), read_timeout_seconds=USE_S)
        calling = asyncio.create_task(_caught(asked))
        try:
            came, closed = await asyncio.shield(calling)
        except asyncio.CancelledError:
            self._abandoned.add(calling)
            calling.add_done_callback(self._abandoned.discard)
            raise
        if closed:
            self._lives.pop(server).over.set()
        return came

    async def close(self) -> None:
        """End them all."""
        for life in self._lives.values():
            life.over.set()
        self._lives.clear()
        late = {*self._tasks}
        for _ in range(2):
            if late:
                _, late = await asyncio.wait(late, timeout=CLOSE_S)
            for task in late:
                task.cancel()

    async def _start(self, name: str) -> list[Spec]:
        ready: asyncio.Future[tuple[Any, list[Any]]] = asyncio.get_running_loop().create_future()
        over = asyncio.Event()
        task = asyncio.create_task(self._live(name, ready, over))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(START_S):
                client, tools = await ready
        except Exception as error:  # it is somebody else's program
            task.cancel()
            why = f"no answer within {START_S:.0f} s" if isinstance(error, TimeoutError) else _said(error)
            self._trouble(f"the MCP server {name} does not start: {why}")
            return []
        except BaseException:
            task.cancel()
            raise
        self._lives[name] = _Life(client, over)
        return self._offered(name, tools)

    async def _live(self, name: str, ready: asyncio.Future[tuple[Any, list[Any]]], over: asyncio.Event) -> None:
        library = await asyncio.to_thread(importlib.import_module, "mcp")
        stdio = importlib.import_module("mcp.client.stdio")
        words = (*self._brief.wrap, *self._servers[name].command)
        parameters = library.StdioServerParameters(
            command=words[0],
            args=list(words[1:]),
            env={**self._brief.environment, **self._servers[name].environment},
            cwd=self._brief.directory,
        )
        try:
            with _silence() as silence:
                async with library.Client(stdio.stdio_client(parameters, errlog=silence)) as client:
                    ready.set_result((client, (await client.list_tools()).tools))
                    await over.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
            else:
                log.warning("the MCP server %s of %s ended: %r", name, self._brief.station, error)

    def _offered(self, name: str, tools: list[Any]) -> list[Spec]:
        specs = []
        for tool in tools:
            own = _NAME.sub("_", f"mcp__{name}__{tool.name}")[:64]
            self._tools[own] = name, tool.name
            function = {
                "name": own,
                "description": clean(tool.description or "", 2_000),
                "parameters": tool.input_schema,
            }
            specs.append({"type": "function", "function": function})
        return specs


class _Life(NamedTuple):
    """A server that runs."""

    client: Any
    over: asyncio.Event
    """Ends it."""


def _silence() -> TextIO:
    """Where a server may complain."""
    return Path(os.devnull).open("w", encoding="utf-8")


async def _caught(calling: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[Answered, bool]:
    """What came, and whether the server has gone."""
    try:
        result = await calling()
    except Exception as error:  # it is somebody else's program
        return Answered(False, f"the tool failed: {_said(error)}"), getattr(error, "code", 0) == CLOSED
    parts = [getattr(part, "text", None) or f"[{getattr(part, 'type', 'something')}]" for part in result.content]
    return Answered(not result.is_error, "\n".join(parts)[:MOST_TEXT] or "[nothing]"), False


def _said(error: BaseException) -> str:
    """What went wrong, in a line: of several things, which the library bundles, the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return clean(str(error) or type(error).__name__, 500)
