"""MCP servers of the operator's: started inside the station's boundary, and their tools offered to the model.

Each lives in a task of its own from its start to its end, as its library wants it; a use that is called off is let
go of and not cancelled, since cancelling one would break the server's line.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import re
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TextIO

from sessions.settings import Server
from sessions.stations.builtin.hands import Answered
from sessions.stations.contract import Brief
from sessions.text import clean

log = logging.getLogger(__name__)

START_S = 30.0
USE_S = 600.0
CLOSE_S = 5.0
MOST_TOOLS = 64
MOST_TEXT = 60_000
_NAME = re.compile(r"[^A-Za-z0-9_-]+")

Spec = dict[str, Any]


class Servers:
    """Of one station. What does not start is told in the log and offers nothing."""

    def __init__(self, brief: Brief, servers: Mapping[str, Server]) -> None:
        self._brief, self._servers = brief, servers
        self._over = asyncio.Event()
        self._specs: list[Spec] | None = None
        self._clients: dict[str, tuple[Any, str]] = {}
        """By the name that the model knows of a tool: who offers it, and what it is called there."""
        self._lives: set[asyncio.Task[None]] = set()
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def specs(self) -> list[Spec]:
        """The tools that are offered; the servers are started when this is first asked."""
        if self._specs is None:
            self._specs = []
            for name, server in self._servers.items():
                self._specs += await self._start(name, server)
        return self._specs[:MOST_TOOLS]

    async def use(self, tool: str, arguments: Mapping[str, Any]) -> Answered:
        """Use a tool; what cannot be done is the answer."""
        if tool not in self._clients:
            return Answered(False, f"there is no tool {clean(tool, 80)!r}")
        client, name = self._clients[tool]
        calling = asyncio.create_task(_caught(client.call_tool(name, dict(arguments), read_timeout_seconds=USE_S)))
        try:
            return await asyncio.shield(calling)
        except asyncio.CancelledError:
            self._abandoned.add(calling)
            calling.add_done_callback(self._abandoned.discard)
            raise

    async def close(self) -> None:
        """End them all."""
        self._over.set()
        if self._lives:
            _, late = await asyncio.wait(self._lives, timeout=CLOSE_S)
            for life in late:
                life.cancel()
            if late:
                await asyncio.wait(late, timeout=CLOSE_S)

    async def _start(self, name: str, server: Server) -> list[Spec]:
        ready: asyncio.Future[list[Spec]] = asyncio.get_running_loop().create_future()
        life = asyncio.create_task(self._live(name, server, ready))
        self._lives.add(life)
        try:
            async with asyncio.timeout(START_S):
                return await ready
        except Exception as error:  # it is somebody else's program
            log.warning("the MCP server %s of %s does not start: %r", name, self._brief.station, error)
            return []

    async def _live(self, name: str, server: Server, ready: asyncio.Future[list[Spec]]) -> None:
        library = await asyncio.to_thread(importlib.import_module, "mcp")
        stdio = importlib.import_module("mcp.client.stdio")
        words = (*self._brief.wrap, *server.command)
        parameters = library.StdioServerParameters(
            command=words[0],
            args=list(words[1:]),
            env={**self._brief.environment, **server.environment},
            cwd=self._brief.directory,
        )
        try:
            with _silence() as silence:
                async with library.Client(stdio.stdio_client(parameters, errlog=silence)) as client:
                    ready.set_result(self._offered(name, client, (await client.list_tools()).tools))
                    await self._over.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
            else:
                log.warning("the MCP server %s of %s ended: %r", name, self._brief.station, error)
        finally:
            with contextlib.suppress(asyncio.InvalidStateError):
                ready.cancel()

    def _offered(self, name: str, client: Any, tools: list[Any]) -> list[Spec]:
        specs = []
        for tool in tools:
            own = _NAME.sub("_", f"mcp__{name}__{tool.name}")[:64]
            self._clients[own] = client, tool.name
            function = {
                "name": own,
                "description": clean(tool.description or "", 2_000),
                "parameters": tool.input_schema,
            }
            specs.append({"type": "function", "function": function})
        return specs


def _silence() -> TextIO:
    """Where a server may complain."""
    return Path(os.devnull).open("w", encoding="utf-8")


async def _caught(calling: Coroutine[Any, Any, Any]) -> Answered:
    try:
        result = await calling
    except Exception as error:  # it is somebody else's program
        return Answered(False, f"the tool failed: {clean(str(error) or type(error).__name__, 500)}")
    parts = [getattr(part, "text", None) or f"[{getattr(part, 'type', 'something')}]" for part in result.content]
    return Answered(not result.is_error, "\n".join(parts)[:MOST_TEXT] or "[nothing]")
