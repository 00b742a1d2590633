"""What a tool's arguments say in a few words, in full, and about the file it writes. The same for every agent."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from sessions.observe.edits import NEW, OLD, edited
from sessions.observe.lines import decoded
from sessions.text import clean

Arguments = Mapping[str, object]

_DETAILS = (
    "command",
    "cmd",
    "file_path",
    "path",
    "notebook_path",
    "pattern",
    "query",
    "url",
    "description",
    "subject",
    "prompt",
    "skill",
    "question",
    "task_id",
)
"""Arguments that say what a tool does, the most telling first."""
_WRITERS = frozenset({"write", "edit", "multiedit", "notebookedit", "create", "str_replace", "apply_patch"})
_EDITS = frozenset({*OLD, *NEW, "edits"})
_PATCHED = re.compile(r"^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.{1,1000})$", re.MULTILINE)


def arguments_of(raw: bytes | str | msgspec.Raw) -> dict[str, object]:
    """The arguments in a JSON object; empty when it is something else."""
    found = decoded(msgspec.json.decode, raw.encode("utf-8", "replace") if isinstance(raw, str) else raw)
    return found if isinstance(found, dict) else {}


def tool_detail(arguments: Arguments) -> str:
    """What the tool does, in one harmless line of at most 200 characters."""
    for key in _DETAILS:
        text = _text(arguments.get(key))
        if text:
            return clean(text)
    return clean(next((text for value in arguments.values() if (text := _text(value))), ""))


def written_file(tool: str, arguments: Arguments) -> str:
    """The file that the tool writes, "" when it writes none; the first one of a patch."""
    if tool.lower() not in _WRITERS:
        return ""
    for key in ("file_path", "notebook_path", "path"):
        value = arguments.get(key)
        if isinstance(value, str) and value:
            return clean(value, 1_000)
    return next(iter(patched_files(arguments)), "")


def patched_files(arguments: Arguments) -> list[str]:
    """The files named by a patch in the arguments, in its order and each once."""
    texts = (_text(value, "\n") for value in arguments.values())
    patch = "\n".join(text for text in texts if "*** Begin Patch" in text)
    return list(dict.fromkeys(clean(name, 1_000) for name in _PATCHED.findall(patch)))


def tool_text(arguments: Arguments) -> str:
    """All arguments as text for reading: a command as it is, an edit as what goes and comes, questions in full."""
    parts = []
    for key, value in arguments.items():
        text = _text(value, " ")
        if key in {"command", "cmd", "patch", "input"} and text:
            parts.append(text)
        elif key in _EDITS:
            continue
        elif key == "questions" and (asked := _questions(value)):
            parts.append(asked)
        elif isinstance(value, str) and "\n" in value:
            parts.append(f"{key}:\n{value}")
        else:
            parts.append(f"{key}: {text if isinstance(value, str) else _json(value)}")
    return "\n".join([*parts, *edited(arguments)])


def _questions(value: object) -> str:
    """Questions with the answers that may be chosen, as Claude Code's `AskUserQuestion` has them."""
    lines: list[str] = []
    for question in value if isinstance(value, list) else ():
        if not isinstance(question, dict):
            return ""
        lines.append(_text(question.get("question")))
        options = question.get("options")
        for option in options if isinstance(options, list) else ():
            words = (option.get("label"), option.get("description")) if isinstance(option, dict) else (option,)
            lines.append("  - " + ": ".join(filter(None, map(_text, words))))
    return "\n".join(lines)


def _text(value: object, joint: str = " ") -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return joint.join(value[2:] if value[1:2] in (["-lc"], ["-c"]) else value)
    return ""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
