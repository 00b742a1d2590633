"""The scripted model server beside the repository, on loopback, with a log of what each call used, as it told it."""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

import pytest

from sessions.floor.tokens import Tokens
from tests import ROOT

SCRIPT = ROOT.parent / "shared/tools/scripted_provider.py"
Used = dict[str, Any]


class Provider:
    """What it was asked for, and what that used."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.used: list[Used] = []

    @property
    def tokens(self) -> Tokens:
        """All that it told to have been used."""
        return sum((_tokens(used) for used in self.used), Tokens())

    @property
    def untold(self) -> Tokens:
        """What was used by calls that offered no tool: Codex asks for a title so, and tells nobody."""
        return sum((_tokens(used) for used in self.used if not used["tools"]), Tokens())


@contextmanager
def provider(delay: float = 0.0, prefer: str = "write", escalate: bool = False) -> Iterator[Provider]:
    """Runs one, each chunk of an answer `delay` seconds after the one before; without the script the test skips."""
    if not SCRIPT.exists():
        pytest.skip("the scripted provider lies beside the repository, and is absent")
    spec = importlib.util.spec_from_file_location("scripted_provider", SCRIPT)
    assert spec is not None and spec.loader is not None
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with tempfile.TemporaryDirectory() as place:
        script.A = argparse.Namespace(
            log=f"{place}/requests.jsonl",
            file="hello.txt",
            delay=delay,
            prefer=prefer,
            marker="Create",
            escalate=escalate,
            dump=None,
        )
        log: list[Used] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), _logging(script.H, log))
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            found = Provider(server.server_address[1])
            found.used = log
            yield found
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _logging(handler: Any, log: list[Used]) -> type[BaseHTTPRequestHandler]:
    """The script's handler, which notes the last usage that it tells in an answer."""

    class Logging(handler):  # type: ignore[misc]
        last: Used
        tools: bool

        def _json(self, body: Any, code: int = 200) -> None:
            self._note(body)
            super()._json(body, code)

        def _sse(self, data: Any, event: str | None = None) -> None:
            self._note(data)
            super()._sse(data, event)

        def _note(self, body: Any) -> None:
            if isinstance(body, dict):
                for of in (body, body.get("response"), body.get("message")):
                    used = isinstance(of, dict) and (of.get("usage") or of.get("usageMetadata"))
                    if used:
                        self.last = used

        def note(self, api: Any, body: Any, tools: Any, *more: Any) -> None:
            self.tools = bool(tools)
            super().note(api, body, tools, *more)

        def do_POST(self) -> None:  # noqa: N802
            self.last, self.tools = {}, False
            try:
                super().do_POST()
            finally:
                if self.last:
                    log.append({**self.last, "tools": self.tools})

    return cast("type[BaseHTTPRequestHandler]", Logging)


def _tokens(used: Used) -> Tokens:
    """In our sense, from the terms of each provider."""
    if "promptTokenCount" in used:
        read, thought = used["cachedContentTokenCount"], used["thoughtsTokenCount"]
        return Tokens(
            input=used["promptTokenCount"] - read,
            cache_read=read,
            output=used["candidatesTokenCount"] + thought,
            thinking=thought,
        )
    if "cache_read_input_tokens" in used:
        return Tokens(
            input=used["input_tokens"],
            cache_write_5m=used["cache_creation_input_tokens"],
            cache_read=used["cache_read_input_tokens"],
            output=used["output_tokens"],
        )
    if "prompt_tokens" in used:
        read = used["prompt_tokens_details"]["cached_tokens"]
        thought = used["completion_tokens_details"]["reasoning_tokens"]
        return Tokens(
            input=used["prompt_tokens"] - read,
            cache_read=read,
            output=used["completion_tokens"],
            thinking=thought,
        )
    read = used["input_tokens_details"]["cached_tokens"]
    return Tokens(
        input=used["input_tokens"] - read,
        cache_read=read,
        output=used["output_tokens"],
        thinking=used["output_tokens_details"]["reasoning_tokens"],
    )
