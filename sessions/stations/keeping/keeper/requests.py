"""What can be asked of a keeper. Each request is a function of its words; what cannot be done is said in words, too."""

from __future__ import annotations

import os
import signal

from sessions.stations.keeping import cgroups
from sessions.stations.keeping.keeper import spawn
from sessions.stations.keeping.keeper.caller import Caller, Look
from sessions.stations.keeping.keeper.child import MOST_RING, RING, Child
from sessions.stations.keeping.keeper.door import RefusedError
from sessions.stations.keeping.keeper.framing import MOST_BYTES, Words
from sessions.stations.keeping.keeper.keeper import GRACE_S, Keeper
from sessions.stations.keeping.keeper.refusals import Refusals

Answer = tuple[Words, bytes]
DONE: Words = {"ok": True}
LATER: Answer = ({}, b"")
"""It is answered when there is something to say."""
MOST_PARTS = 1 << 20
MOST_SIDE = 10_000
"""Columns or lines of the largest terminal."""


def answer(keeper: Keeper, caller: Caller, words: Words, data: bytes) -> Answer:
    """Do what is asked. Raises `RefusedError` with the reason, or OSError."""
    request = REQUESTS.get(str(words.get("do")))
    if request is None:
        raise RefusedError("unknown request")
    return request(keeper, caller, words, data)


def _hello(keeper: Keeper, caller: Caller, words: Words, _: bytes) -> Answer:
    """Who it is. A supervisor is told of every exit, and as long as there is one the keeper stays."""
    caller.supervises |= bool(words.get("supervises"))
    if keeper.ending:
        raise RefusedError("the keeper is ending", {"ending": True})
    return _list(keeper, caller, words, b"")


def _list(keeper: Keeper, _: Caller, __: Words, ___: bytes) -> Answer:
    return {"children": [child.told for child in keeper.children.values() if child.telling < 0]}, b""


def _start(keeper: Keeper, caller: Caller, words: Words, _: bytes) -> Answer:
    """Start a program once: the same name again is the same child, whatever became of it."""
    name = _text(words, "id")
    if (child := keeper.children.get(name)) is None:
        if keeper.ending:
            raise RefusedError("the keeper is ending")
        child = _begun(keeper, name, words)
    if child.telling < 0:
        return keeper.start_of(child), b""
    caller.expects.setdefault(name, []).append(words.get("ask"))
    return LATER


def _begun(keeper: Keeper, name: str, words: Words) -> Child:
    argv, environment = words.get("argv"), words.get("environment")
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
        raise RefusedError("argv is no list of words")
    if not isinstance(environment, dict) or not all(isinstance(value, str) for value in environment.values()):
        raise RefusedError("environment is no object of texts")
    ring = _number(words, "ring", RING, 1, MOST_RING)
    plan = spawn.Plan([*argv], {**environment}, _text(words, "cwd"), str(words.get("log") or ""))
    plan.files = keeper.files
    plan.group = keeper.group()
    columns, lines = _number(words, "columns", 0, 0, MOST_SIDE), _number(words, "lines", 0, 0, MOST_SIDE)
    try:
        if columns and lines:
            plan.with_terminal(columns, lines)
        pid, telling = spawn.begin(plan)
    except OSError as error:
        if plan.master >= 0:
            os.close(plan.master)
        cgroups.remove(plan.group)
        raise RefusedError(error.strerror or "no terminal", {"errno": error.errno or 0, "step": "terminal"}) from error
    finally:
        if plan.slave >= 0:
            os.close(plan.slave)
    child = Child(name, plan, pid, telling, ring, bool(words.get("answers", True)))
    child.columns, child.lines = columns, lines
    child.refusals = Refusals() if words.get("refusals") else None
    keeper.adopt(child)
    return child


def _read(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    """Output from a place on, as much as fits into one frame, and the modes of the terminal where the ring begins."""
    child = _child(keeper, words)
    offset = _number(words, "offset", 0, 0, 1 << 62)
    most = _number(words, "most", MOST_BYTES, 1, MOST_BYTES)
    at, data = child.ring.take(offset, most)
    modes = {str(mode): on for mode, on in child.ring.modes.items()}
    return {"at": at, "first": child.ring.first, "end": child.ring.end, "modes": modes}, data


def _follow(keeper: Keeper, caller: Caller, words: Words, _: bytes) -> Answer:
    """Be told of output from a place on, until `leave`; with `answers` its terminal answers for itself, not we.

    Without a place nothing begins: it changes who answers.
    """
    child = _child(keeper, words)
    if "offset" in words:
        caller.looks[child.name] = Look(_number(words, "offset", 0, 0, 1 << 62), bool(words.get("answers")))
    elif (look := caller.looks.get(child.name)) is not None:
        look.answers = bool(words.get("answers"))
    keeper.followed(child.name)
    return {"end": child.ring.end, "exit": child.exit}, b""


def _leave(keeper: Keeper, caller: Caller, words: Words, _: bytes) -> Answer:
    name = _text(words, "id")
    caller.looks.pop(name, None)
    keeper.followed(name)
    return DONE, b""


def _write(keeper: Keeper, _: Caller, words: Words, data: bytes) -> Answer:
    """Type something. With a name, `once`, each numbered part of it is typed once, whoever asks for it again.

    A supervisor may be killed when it has asked for it, and the next one cannot know what became of that.
    """
    child, once = _child(keeper, words), words.get("once")
    part = _number(words, "part", 0, 0, MOST_PARTS)
    if isinstance(once, str) and once and child.has_typed(once, part):
        return {"ok": True, "known": True}, b""
    if not child.type(data):
        raise RefusedError("nobody reads what is typed there")
    if isinstance(once, str) and once:
        child.note(once, part)
    keeper.typed(child)
    return DONE, b""


def _resize(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    child = _child(keeper, words)
    child.resize(_number(words, "columns", 0, 1, MOST_SIDE), _number(words, "lines", 0, 1, MOST_SIDE))
    return DONE, b""


def _size(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    child = _child(keeper, words)
    return {"columns": child.columns, "lines": child.lines}, b""


def _signal(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    child = _child(keeper, words)
    number = _number(words, "number", 0, 1, signal.NSIG - 1)
    return {"count": child.signal(number, bool(words.get("whole")))}, b""


def _end(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    """Ask it to end, and kill what is left after some seconds; whoever asked may be gone by then."""
    child = _child(keeper, words)
    grace = words.get("grace", GRACE_S)
    if not isinstance(grace, int | float) or not 0 <= grace <= 3_600:
        raise RefusedError("grace is no number of seconds")
    child.end(float(grace))
    return DONE, b""


def _forget(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    """What it came to was taken note of. What still runs cannot be forgotten."""
    if (child := keeper.children.get(_text(words, "id"))) is None:
        return DONE, b""
    if child.status is None:
        raise RefusedError("it runs")
    keeper.forget(child)
    return DONE, b""


def _stop(keeper: Keeper, _: Caller, words: Words, __: bytes) -> Answer:
    """End everything, and the keeper."""
    keeper.finish(str(words.get("why") or "a client asked for it")[:200])
    return DONE, b""


REQUESTS = {
    "hello": _hello,
    "list": _list,
    "start": _start,
    "read": _read,
    "follow": _follow,
    "leave": _leave,
    "write": _write,
    "resize": _resize,
    "size": _size,
    "signal": _signal,
    "end": _end,
    "forget": _forget,
    "stop": _stop,
}


def _child(keeper: Keeper, words: Words) -> Child:
    if (child := keeper.children.get(_text(words, "id"))) is None:
        raise RefusedError("no such child", {"unknown": True})
    return child


def _text(words: Words, name: str) -> str:
    value = words.get(name)
    if not isinstance(value, str) or not value or "\0" in value:
        raise RefusedError(f"{name} is no text")
    return value


def _number(words: Words, name: str, default: int, least: int, most: int) -> int:
    value = words.get(name, default)
    if not isinstance(value, int) or not least <= value <= most:
        raise RefusedError(f"{name} is no number from {least} to {most}")
    return value
