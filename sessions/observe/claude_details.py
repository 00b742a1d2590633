"""A few words for each thing that a Claude Code line tells: what a tool does, what was asked, why it failed."""

from __future__ import annotations

import re
from functools import lru_cache

from sessions.floor.tokens import Certainty
from sessions.observe import claude_lines as cl
from sessions.text import clean

ASKING_TOOLS = {"AskUserQuestion": "asks a question", "ExitPlanMode": "asks to approve its plan"}
WRITING_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
UNDERCOUNTING = ((2, 1, 15), (2, 1, 20))
"""First and last version whose lines keep the usage of the moment when the reply began."""

_COMMAND = re.compile(r"<command-name>(.*?)</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>(.*?)</command-args>", re.DOTALL)
_PERMISSION = re.compile(rb'"hookName":"PermissionRequest:([A-Za-z0-9_-]{1,100})"')
_NO_INPUT = cl.ToolInput()


def tool_input(block: cl.Block) -> cl.ToolInput:
    """What a tool was given; nothing where the input has an unknown shape."""
    if not block.input:
        return _NO_INPUT
    try:
        return cl.decode_input(block.input)
    except cl.BROKEN:
        return _NO_INPUT


def question(tool: str, block: cl.Block) -> str:
    """What the agent asks of a person."""
    reason = ASKING_TOOLS[tool]
    if block.input:
        try:
            asked = cl.decode_questions(block.input).questions
        except cl.BROKEN:
            return reason
        if asked and asked[0].question:
            return clean(f"asks: {asked[0].question}")
    return reason


def permission(line: bytes) -> str:
    """The tool that a permission hook was run for, or nothing when the line tells of another hook."""
    if line.find(b'"hookEvent":"PermissionRequest"', 0, 2000) < 0:
        return ""
    found = _PERMISSION.search(line, 0, 2000)
    return found[1].decode("ascii") if found else "a tool"


def failure(line: bytes, call: str) -> str:
    """The first words of a failed tool's result."""
    try:
        results = cl.decode_results(line).message.content
    except cl.BROKEN:
        return ""
    for result in results:
        if result.tool_use_id == call and result.content:
            text = result.content if isinstance(result.content, str) else result.content[0].text
            return clean(text)
    return ""


def command(text: str) -> str:
    """A slash command with its arguments, as it was typed."""
    name, arguments = _COMMAND.search(text), _ARGUMENTS.search(text)
    return f"{name[1] if name else ''} {arguments[1] if arguments else ''}".strip()


def trouble(line: cl.Line) -> str:
    """Why the agent tries again."""
    reason = "API error"
    if line.error:
        try:
            error = cl.decode_error(line.error)
        except cl.BROKEN:
            error = cl.ErrorText()
        reason = error.formatted or error.message or reason
    tries = f", retry {line.retry_attempt} of {line.max_retries}" if line.retry_attempt else ""
    return clean(reason[:160] + tries)


@lru_cache(maxsize=64)
def certainty(version: str) -> Certainty:
    """How far the usage that this version of the agent writes down can be trusted."""
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isascii() and part.isdigit())
    first, last = UNDERCOUNTING
    return Certainty.UNDERCOUNTED if len(numbers) == 3 and first <= numbers <= last else Certainty.EXACT
