"""Whole values made harmless: whether their texts are fit for a screen, and copies of which they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from sessions.text import clean_lines, is_visible

QUESTION, QUESTIONS = "question_asked.1", "questions"
"""The event that tells a text of many lines, and where the floor keeps such texts."""
SPEC, OUTPUTS = "spec", frozenset({"output", "notes"})
"""Where a task is told, and what has the words of programs and notes."""
S = TypeVar("S", bound=msgspec.Struct)

_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\[bfnrtu]")
"""A control character, or any other, that JSON writes as an escape; not an escaped quote or backslash."""
_ASCII = bytes(range(128))


def is_harmless(body: bytes) -> bool:
    """Whether all text in this JSON is as `sessions.text` would leave it; in doubt it is not."""
    if body.isascii() and b"\\" not in body and b"\x7f" not in body:
        return True
    if b"\x7f" in body or _CONTROL.search(body):
        return False
    try:
        foreign = body.translate(None, _ASCII).decode()
    except UnicodeDecodeError:
        return False
    return is_visible("".join(set(foreign)))


def harmless(value: S) -> S:
    """A copy of `value` with every text in it made one line of visible characters; what an agent asks, what a task is
    and what its check says keep their lines."""
    kept = {text: "\n".join(clean_lines(text)) for text in _of_lines(msgspec.to_builtins(value))}
    return map_strings(value, lambda text: kept[text] if text in kept else " ".join(clean_lines(text)))


def map_strings(value: S, change: Callable[[str], str]) -> S:
    """A copy of `value` with every string in it changed, keys of mappings included."""
    return msgspec.convert(_mapped(msgspec.to_builtins(value), change), type(value))


def _of_lines(value: object) -> Iterator[str]:
    """The texts of questions, which are an event's or stand under the name of many, and those of tasks."""
    if isinstance(value, dict):
        if value.get("type") == QUESTION:
            yield from _texts([value])
        for name, item in value.items():
            if name == QUESTIONS and isinstance(item, dict):
                yield from _texts(item.values())
            elif name == SPEC and isinstance(item, dict):
                yield from _strings([item.get("text"), item.get("check")])
            elif name in OUTPUTS:
                yield from _strings(item)
            else:
                yield from _of_lines(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _of_lines(item)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _texts(questions: Iterable[object]) -> Iterator[str]:
    for question in questions:
        if isinstance(question, dict) and isinstance(text := question.get("text"), str):
            yield text


def _mapped(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(key, change): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    return value
