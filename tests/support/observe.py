"""Makes lines of Claude Code transcripts, and counts their tokens in the most naive way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from sessions.floor import events as ev
from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe import watching
from sessions.observe.callbook import Calls
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.contract import Desk
from sessions.observe.observer import Batch, Observer
from sessions.observe.seats import Seats

BEGIN = 1_780_000_000.0
SESSION = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"
Json = dict[str, object]


class FlatPrice:
    """One dollar per million tokens of any kind; models whose name begins with `?` have no price."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        return None if model.startswith("?") else tokens.total / 1e6

    def window(self, model: str) -> int:
        return 200_000


class WidePrice(FlatPrice):
    """Prices of models that can hold a million tokens."""

    def window(self, model: str) -> int:
        return 1_000_000


def desk() -> Desk:
    return Desk(Seats(), Calls(), FlatPrice())


def stamp(second: float) -> str:
    moment = datetime.fromtimestamp(BEGIN + second, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(kind: str, second: float = 0.0, session: object = SESSION, **fields: object) -> Json:
    return {
        "parentUuid": None,
        "isSidechain": False,
        "cwd": "/srv/repo/api",
        "sessionId": session,
        "version": "2.1.39",
        "gitBranch": "api",
        "type": kind,
        "uuid": f"{kind}-{second}",
        "timestamp": stamp(second),
        **fields,
    }


def prompt(text: object, second: float = 0.0, **fields: object) -> Json:
    return line("user", second, message={"role": "user", "content": text}, **fields)


def usage(fresh: int = 0, written: int = 0, read: int = 0, output: int = 0, **fields: object) -> Json:
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": output,
        **fields,
    }


def reply(
    call: str,
    used: Json | None,
    second: float = 0.0,
    content: Sequence[Json] = ({"type": "text", "text": "Done."},),
    model: str = "claude-opus-4-6",
    stop: str | None = "tool_use",
    **fields: object,
) -> Json:
    message: Json = {"id": call, "model": model, "role": "assistant", "content": list(content), "stop_reason": stop}
    if used is not None:
        message["usage"] = used
    return line("assistant", second, message=message, requestId=f"req-{call}", **fields)


def tool(name: str, use: str = "t1", **given: object) -> Json:
    return {"type": "tool_use", "id": use, "name": name, "input": given}


def result(use: str = "t1", failed: bool = False, text: object = "ok", second: float = 0.0) -> Json:
    block = {"type": "tool_result", "tool_use_id": use, "content": text, "is_error": failed}
    return prompt([block], second)


def encode(lines: Iterable[Json]) -> list[bytes]:
    return [json.dumps(line, separators=(",", ":")).encode() for line in lines]


def write(path: Path, lines: Iterable[Json], end: bytes = b"\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(encode(lines)) + end)
    return path


def append(path: Path, lines: Iterable[Json]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(line + b"\n" for line in encode(lines)))


def read(*lines: Json, name: str = f"{SESSION}.jsonl", at: Desk | None = None) -> list[ev.Event]:
    """The events of a transcript with these lines."""
    return ClaudeTranscript(Path("/logs") / name, at or desk()).feed(encode(lines), 0)


def only(events: Iterable[ev.Event], *kinds: type[ev.Event]) -> list[ev.Event]:
    return [event for event in events if isinstance(event, kinds)]


def used_of(events: Iterable[ev.Event]) -> Tokens:
    return sum((event.tokens for event in events if isinstance(event, ev.TokensUsed)), Tokens())


def counted(paths: Iterable[Path]) -> Tokens:
    """The tokens in Claude Code files, counted apart from the program: the last line of a call holds.

    Of a cache write that says nothing of its time to live, all counts as 5 minutes. A sub-agent's call that stands
    only in progress lines of its parent counts as its first one states it.
    """
    last: dict[tuple[str, str | None], dict[str, int | dict[str, int]]] = {}
    nested: dict[tuple[str, str | None], dict[str, int | dict[str, int]]] = {}
    for path in paths:
        for text in path.read_text().splitlines():
            entry = json.loads(text)
            if entry.get("type") == "assistant" and entry["message"]["model"] != "<synthetic>":
                last[entry["message"]["id"], entry.get("requestId")] = entry["message"]["usage"]
            told = entry.get("data", {}).get("message", {}) if entry.get("type") == "progress" else {}
            if isinstance(told, dict) and told.get("type") == "assistant" and told.get("requestId"):
                nested.setdefault((told["message"]["id"], told["requestId"]), told["message"]["usage"])
    last = {**nested, **last}
    total = [0, 0, 0, 0, 0]
    for used in last.values():
        split = used.get("cache_creation")
        hour = split["ephemeral_1h_input_tokens"] if isinstance(split, dict) else 0
        written, parts = used["cache_creation_input_tokens"], [0, 0, 0, 0, 0]
        assert isinstance(written, int)
        parts = [int(str(used["input_tokens"])), written - hour, hour]
        parts += [int(str(used["cache_read_input_tokens"])), int(str(used["output_tokens"]))]
        total = [a + b for a, b in zip(total, parts, strict=True)]
    return Tokens(*total)


async def followed(observer: Observer, *places: Path) -> AsyncGenerator[Batch, None]:
    """What is written to the places from now on, and what was written since the scan, as the supervisor reads it."""
    async with aclosing(watching.watch(list(places))) as changes:
        async for paths in changes:
            batches = observer.read(paths)
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                yield batch
