"""Events of OpenClaw as it writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sessions.floor import events as ev
from sessions.floor.tokens import Tokens

SESSION = "137d0291-cf5d-4e84-8a11-9ec78082905c"


def line(type_: str, second: int, **more: object) -> bytes:
    stamp = f"2026-11-21T16:{second // 60:02}:{second % 60:02}.000Z"
    return json.dumps({"type": type_, "timestamp": stamp, **more}).encode()


def header(session: str = SESSION, second: int = 0, **more: object) -> bytes:
    return line("session", second, version=3, id=session, cwd="/w", **more)


def message(name: str, second: int, role: str, **more: object) -> bytes:
    return line("message", second, id=name, message={"role": role, **more})


def reply(name: str, second: int, usage: Mapping[str, object], **more: object) -> bytes:
    words = [{"type": "text", "text": f"reply {name}"}]
    return message(name, second, "assistant", content=words, model="m", usage=usage, **more)


def wanted(usages: Sequence[Mapping[str, int]]) -> Tokens:
    total = Tokens()
    for usage in usages:
        total += Tokens(usage["input"], usage["cacheWrite"], 0, usage["cacheRead"], usage["output"])
    return total


def kinds(events: Sequence[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]
