"""Tells from the first and last bytes of a transcript when and where its session was, without reading it."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from sessions.observe.files import discover
from sessions.observe.files.archive import is_packed, opened
from sessions.observe.files.handle import handle
from sessions.observe.seats import Life
from sessions.observe.words import instant, latest, safe

_END, _NEAR = 32 << 10, 4 << 10
"""Bytes at each end of a file that are looked at, and those at its very end where its last time mostly stands."""
_NOTED = b'"timestamp"'
_TIME = re.compile(rb'"timestamp"\s*:\s*"([^"\\]{10,40})"')
_TEXT = rb'"\s*:\s*("(?:[^"\\]|\\.){0,2000}")'
_CWD, _BRANCH = re.compile(rb'"cwd' + _TEXT), re.compile(rb'"(?:gitBranch|branch)' + _TEXT)
_SESSION = {
    discover.CLAUDE: re.compile(rb'"sessionId' + _TEXT),
    discover.CODEX: re.compile(rb'"id' + _TEXT),
    discover.OPENCLAW: re.compile(rb'"id' + _TEXT),
}
_UUID = re.compile(rb'"uuid"\s*:\s*"([^"\\]{1,64})"')
_SPAWNED = re.compile(rb'"(?:parent_thread_id|thread_spawn)"|"source"\s*:\s*\{\s*"subagent"')
"""A sub-agent of Codex has a file like a session's; it sits with its parent."""
_NAMED = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Probe(Struct, frozen=True):
    """A session's life, and the id of its first message: forks share it with the session they were made from."""

    life: Life
    first_uuid: bytes = b""


def probe(source: discover.Source) -> Probe | None:
    """What the ends of a transcript tell; None when they do not tell enough."""
    if source.path.name == discover.DATABASE or source.subagent or source.kind not in _SESSION:
        return None
    try:
        head, tail = _ends(source.path)
    except OSError:
        return None
    if source.kind == discover.CODEX and _SPAWNED.search(head):
        return None
    times = [_time(found[1], source) for found in islice(_TIME.finditer(head), 3)]
    first = next((time for time in times if time is not None), None)
    session = _session(source, head)
    if first is None or not session:
        return None
    last = None
    at = tail.rfind(_NOTED)
    if at >= 0 and (found := _TIME.match(tail, at)):
        last = _time(found[1], source)
    uuid = _UUID.search(head)
    life = Life(
        source.kind,
        session,
        safe(_first(_CWD, head), 1000),
        safe(_first(_BRANCH, head)),
        first,
        max(first, last or first),
        source.explicit,
    )
    return Probe(life, uuid[1] if uuid else b"")


def _time(text: bytes, source: discover.Source) -> float | None:
    """The time in a line; one of the future is that of the file."""
    time = instant(text.decode("ascii", "replace"))
    return source.written if time is not None and time > latest() else time


def _session(source: discover.Source, head: bytes) -> str:
    if source.kind == discover.CLAUDE and _NAMED.fullmatch(source.path.stem):
        return source.path.stem
    return safe(_first(_SESSION[source.kind], head))


def _first(pattern: re.Pattern[bytes], data: bytes) -> str:
    found = pattern.search(data)
    if found is None:
        return ""
    try:
        return msgspec.json.decode(found[1], type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _ends(path: Path) -> tuple[bytes, bytes]:
    if is_packed(path):
        with opened(path) as file:
            head = tail = file.read(_END)
            while data := file.read(_END):
                tail = (tail + data)[-_END:]
            return head, tail
    fd = handle(path)
    try:
        size = os.fstat(fd).st_size
        head = os.pread(fd, _END, 0)
        if size <= _END:
            return head, head
        near = os.pread(fd, _NEAR, size - _NEAR)
        return head, near if _NOTED in near else os.pread(fd, _END, size - _END)
    finally:
        os.close(fd)
