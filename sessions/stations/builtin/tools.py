"""The tools that the model is offered, and what each use of one means for the floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sessions.observe.tools import patched_files, tool_detail
from sessions.text import clean

ASK = "ask"
"""The tool by which the agent asks the operator."""
NOT_JSON = "not JSON"
"""What the arguments are called that the model wrote wrongly."""
READING = frozenset({"read", "list", "search", ASK})
WRITING = frozenset({"write", "edit", "apply_patch"})
OURS = READING | WRITING | {"run"}

Spec = dict[str, Any]


def _text(what: str) -> Spec:
    return {"type": "string", "description": what}


def _number(what: str) -> Spec:
    return {"type": "integer", "description": what}


def _flag(what: str) -> Spec:
    return {"type": "boolean", "description": what}


def _spec(name: str, what: str, needed: Mapping[str, Spec], more: Mapping[str, Spec] | None = None) -> Spec:
    parameters = {"type": "object", "properties": {**needed, **(more or {})}, "required": list(needed)}
    return {"type": "function", "function": {"name": name, "description": what, "parameters": parameters}}


SPECS: tuple[Spec, ...] = (
    _spec(
        "read",
        "Read a text file, with line numbers, or list a directory.",
        {"path": _text("relative to the work tree")},
        {"first": _number("first line, from 1"), "lines": _number("how many lines")},
    ),
    _spec("list", "List a directory.", {"path": _text("relative to the work tree")}),
    _spec(
        "search",
        "Find lines that match a regular expression (Python's).",
        {"pattern": _text("the expression")},
        {"path": _text("where to look"), "glob": _text("only such files, as *.py"), "ignore_case": _flag("")},
    ),
    _spec(
        "edit",
        "Replace text in a file. old_string must be in it exactly as given, and once unless replace_all is set.",
        {"path": _text("the file"), "old_string": _text("what is there"), "new_string": _text("what comes instead")},
        {"replace_all": _flag("every occurrence")},
    ),
    _spec("write", "Make a file, or replace all of it.", {"path": _text("the file"), "content": _text("its text")}),
    _spec(
        "apply_patch",
        "Change several files at once: *** Begin Patch, then for each *** Add File: P, *** Update File: P or "
        "*** Delete File: P with lines that begin with +, - or a blank under @@, then *** End Patch.",
        {"patch": _text("the patch")},
    ),
    _spec(
        "run",
        "Run a command in a shell in the work tree, without a terminal. Whatever it leaves running ends with it.",
        {"command": _text("the command")},
        {"timeout": _number("seconds; 120 unless given, 3600 at most")},
    ),
    _spec(
        ASK,
        "Ask the operator something that you cannot find out or decide, and wait for the answer.",
        {"question": _text("what you want to know, with what you would do otherwise")},
    ),
)


def arguments_of(text: str) -> dict[str, Any] | None:
    """The arguments of a call as the model wrote them; None where they are no JSON object."""
    half, rest = divmod(len(text), 2)
    if not rest and text and text[:half] == text[half:]:
        text = text[:half]  # some streams say them at once and then again in pieces
    try:
        found = msgspec.json.decode(text.encode("utf-8", "replace") or b"{}")
    except (msgspec.MsgspecError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def detail(tool: str, arguments: Mapping[str, Any]) -> str:
    """What it does, in a line."""
    return clean(", ".join(patched_files(arguments))) or tool_detail(arguments)


def written(tool: str, arguments: Mapping[str, Any]) -> list[str]:
    """The files that it would write."""
    if tool == "apply_patch":
        return patched_files(arguments)
    path = arguments.get("path")
    return [clean(path, 1_000)] if tool in WRITING and isinstance(path, str) and path else []
