"""Calls models, through litellm, which is imported here alone and only in a host: it takes seconds and 170 MB.

No other network is used than the model's: litellm would fetch its table of prices when it is imported.
"""

from __future__ import annotations

import asyncio
import email.utils
import importlib
import logging
import os
import re
import threading
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from sessions.floor.tokens import Tokens
from sessions.text import clean

Message = dict[str, Any]
"""As OpenAI's chat completions have it; litellm turns it into what each provider takes."""
SILENCE_S = 300.0
"""A stream in which nothing came for so long is broken."""


class Target(msgspec.Struct, frozen=True):
    """A model at a provider. The key is shown nowhere."""

    model: str
    base_url: str = ""
    key: str = ""

    @property
    def provider(self) -> str:
        """By what its calls are limited together."""
        return self.base_url or self.model.partition("/")[0]

    def __repr__(self) -> str:
        return f"Target({self.model!r}, {self.base_url!r})"


class Piece(msgspec.Struct, frozen=True):
    """Part of an answer, as it comes."""

    text: str = ""
    thinking: str = ""
    calls: tuple[CallPiece, ...] = ()
    usage: Tokens | None = None


class CallPiece(msgspec.Struct, frozen=True):
    """Part of a tool's call: its id and name come once, its arguments in pieces."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class Trouble(StrEnum):
    """What kind of trouble a call met, and so what helps."""

    PASSING = "passing"
    """It is tried again."""
    LOGIN = "login"
    """The key is refused: a person helps."""
    SETTINGS = "settings"
    """The request itself is wrong: another model, another address."""
    CONTEXT = "context"
    """The conversation is too long for the model."""


class CallError(Exception):
    """A call failed. It is no answer, and never shown as one."""

    def __init__(self, trouble: Trouble, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.trouble, self.reason, self.retry_after = trouble, reason, retry_after


_lock = threading.Lock()


def library() -> Any:
    """litellm, quiet and offline; the first call takes seconds: make it on a thread. ImportError where it is not."""
    with _lock:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        os.environ.setdefault("LITELLM_LOG", "ERROR")
        os.environ.setdefault("REPEATED_STREAMING_CHUNK_LIMIT", str(10**9))  # it would fail an answer with a long rule
        litellm: Any = importlib.import_module("litellm")
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        litellm.drop_params = True
        # Before Python 3.12.7 it would wake up every two seconds, for connections whose end a peer does not confirm:
        # a factory that waits does not wake.
        http: Any = importlib.import_module("litellm.llms.custom_httpx.http_handler")
        http.AIOHTTP_NEEDS_CLEANUP_CLOSED = False
        for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # they print requests, with what stands in them
        return litellm


_loading: asyncio.Future[Any] | None = None


def loading() -> asyncio.Future[Any]:
    """litellm as soon as it is there. It is imported on one thread, however many wait for it; wait with a shield."""
    global _loading  # noqa: PLW0603 - one import for the process
    loop = asyncio.get_running_loop()
    if _loading is None or _loading.get_loop() is not loop:
        _loading = loop.run_in_executor(None, library)
    return _loading


async def call(
    target: Target, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], most: int = 0
) -> AsyncGenerator[Piece, None]:
    """The answer of the model, as it comes; at most `most` tokens of it, where that is given.

    Raises `CallError`, also in the middle of the answer. Leaving early ends the stream at the provider.
    """
    litellm = await asyncio.shield(loading())
    wanted: dict[str, Any] = {
        "model": target.model,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        "num_retries": 0,
        "max_retries": 0,
        "timeout": SILENCE_S,
    }
    more = {"api_base": target.base_url, "api_key": target.key, "tools": list(tools), "max_tokens": most}
    wanted |= {name: value for name, value in more.items() if value}
    stream = None
    try:
        stream = await litellm.acompletion(**wanted)
        chunks = aiter(stream)
        while True:
            async with asyncio.timeout(SILENCE_S):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            if (piece := _piece(chunk)) is not None:
                yield piece
    except TimeoutError as error:
        raise CallError(Trouble.PASSING, f"nothing came for {SILENCE_S:.0f} s") from error
    except Exception as error:  # litellm raises its own, its libraries', and builtin ones
        raise _trouble(error) from error
    finally:
        if (close := getattr(stream, "aclose", None)) is not None:
            await asyncio.shield(_closed(close))


async def _closed(close: Any) -> None:
    try:
        async with asyncio.timeout(5):
            await close()
    except Exception as error:
        logging.getLogger(__name__).info("a stream did not close: %r", error)


def _piece(chunk: Any) -> Piece | None:
    usage = getattr(chunk, "usage", None)
    choice = chunk.choices[0] if chunk.choices else None
    delta = getattr(choice, "delta", None)
    calls = tuple(
        CallPiece(part.index or 0, part.id or "", part.function.name or "", part.function.arguments or "")
        for part in getattr(delta, "tool_calls", None) or ()
        if part.function is not None
    )
    text = getattr(delta, "content", None) or ""
    thinking = getattr(delta, "reasoning_content", None) or ""
    if not (text or thinking or calls or usage):
        return None
    return Piece(str(text), str(thinking), calls, _tokens(usage) if usage else None)


def _tokens(usage: Any) -> Tokens:
    """litellm counts what was read from and written to a cache into the prompt, whatever the provider does."""
    details = getattr(usage, "prompt_tokens_details", None)
    read = _count(details, "cached_tokens")
    written = _count(details, "cache_creation_tokens") or _count(usage, "cache_creation_input_tokens")
    hour = _count(getattr(details, "cache_creation_token_details", None), "ephemeral_1h_input_tokens")
    return Tokens(
        input=max(0, _count(usage, "prompt_tokens") - read - written),
        cache_write_5m=max(0, written - hour),
        cache_write_1h=hour,
        cache_read=read,
        output=_count(usage, "completion_tokens"),
    )


def _count(holder: Any, name: str) -> int:
    value = getattr(holder, name, None)
    return value if isinstance(value, int) and value > 0 else 0


_CLASSES = re.compile(r"^(?:(?:litellm\.)?\w+(?:Error|Exception)(?::| -)\s*)+")
"""What litellm puts before the words of a provider."""
_LOGIN = frozenset({401, 403})
_SETTINGS = frozenset({400, 404, 405, 413, 422})


def _trouble(error: Exception) -> CallError:
    """The error in the words of the provider, and what helps."""
    name, status = type(error).__name__, getattr(error, "status_code", None)
    reason = clean(_CLASSES.sub("", str(getattr(error, "message", "") or error)), 300) or name
    if name == "ContextWindowExceededError":
        return CallError(Trouble.CONTEXT, reason)
    if name == "AuthenticationError" or status in _LOGIN:
        return CallError(Trouble.LOGIN, reason)
    if status in _SETTINGS and name != "MidStreamFallbackError":
        return CallError(Trouble.SETTINGS, reason)
    return CallError(Trouble.PASSING, reason, _retry_after(error))


def _retry_after(error: Exception) -> float | None:
    for headers in (getattr(error, "litellm_response_headers", None), getattr(error, "headers", None)):
        value = headers.get("retry-after") if headers is not None and hasattr(headers, "get") else None
        try:
            seconds = float(value) if value is not None else -1.0
        except ValueError:
            seconds = _until(str(value))
        if 0 <= seconds < 7 * 86_400:
            return seconds
    return None


def _until(date: str) -> float:
    """Seconds until a date as HTTP writes it; -1 where it is none."""
    try:
        return max(0.0, email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except (TypeError, ValueError):
        return -1.0
