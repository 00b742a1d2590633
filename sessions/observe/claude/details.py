"""A few words for each thing that a Claude Code line tells: what a tool does, what was asked, why it failed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sessions.observe.claude import lines as cl
from sessions.observe.lines import decoded
from sessions.observe.words import safe
from sessions.text import clean

ASKING_TOOLS = {"AskUserQuestion": "asks a question", "ExitPlanMode": "asks to approve its plan"}
WRITING_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})

_COMMAND = re.compile(r"<command-name>(.*?)</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>(.*?)(?:</command-args>|\Z)", re.DOTALL)
_MAX_COMMAND = 4_000
"""As much of a slash command as its first words are taken from: each tag without an end is looked through to here."""
_PERMISSION = re.compile(rb'"hookName":"PermissionRequest:([A-Za-z0-9_-]{1,100})"')
_MESSAGE = re.compile(r'"message"\s*:\s*"((?:[^"\\]|\\.){1,400})')
_TASK = re.compile(r"<task-id>([^<]{1,100})</task-id>")
_UNTIL = re.compile(r"\|(\d{10})\s*\Z", re.ASCII)
_NO_INPUT = cl.ToolInput()


def tool_input(block: cl.Block) -> cl.ToolInput:
    """What a tool was given; nothing where the input has an unknown shape."""
    return (decoded(cl.decode_input, block.input) if block.input else None) or _NO_INPUT


def question(tool: str, block: cl.Block) -> str:
    """What the agent asks of a person."""
    asked = decoded(cl.decode_questions, block.input) if block.input else None
    if asked and asked.questions and asked.questions[0].question:
        return clean(f"asks: {asked.questions[0].question}")
    return ASKING_TOOLS[tool]


def permission(line: bytes) -> str:
    """The tool that a permission hook was run for, or nothing when the line tells of another hook."""
    if line.find(b'"hookEvent":"PermissionRequest"', 0, 2000) < 0:
        return ""
    found = _PERMISSION.search(line, 0, 2000)
    return found[1].decode("ascii") if found else "a tool"


def background_task(line: cl.Line) -> str:
    """The id under which a command goes on in the background, as its result names it; or nothing."""
    result = decoded(cl.decode_background, line.tool_use_result) if line.tool_use_result else None
    return safe((result.background_task_id or result.shell_id or "") if result else "")


def ended_tasks(text: str) -> list[str]:
    """The background tasks that a notification says have ended."""
    return [safe(task) for task in _TASK.findall(text[:_MAX_COMMAND])]


def failure(line: bytes, call: str) -> str:
    """The first words of a failed tool's result."""
    results = decoded(cl.decode_results, line)
    for result in results.message.content if results else ():
        if result.tool_use_id == call and result.content:
            text = result.content if isinstance(result.content, str) else result.content[0].text
            return clean(text)
    return ""


def command(text: str) -> str:
    """A slash command with its arguments, as it was typed."""
    text = text[:_MAX_COMMAND]
    name, arguments = _COMMAND.search(text), _ARGUMENTS.search(text)
    return f"{name[1] if name else ''} {arguments[1] if arguments else ''}".strip()


def trouble(line: cl.Line) -> str:
    """Why the agent tries again."""
    error = decoded(cl.decode_error, line.error) if line.error else None
    reason = in_words((error and (error.formatted or error.message)) or "")
    tries = f", retry {line.retry_attempt} of {line.max_retries}" if line.retry_attempt else ""
    return clean(reason[:160] + tries)


def in_words(text: str) -> str:
    """Why the API refused, without the JSON around it and with the end of a usage limit as a time."""
    before, brace, after = text[:4_000].partition("{")
    if brace and (found := _MESSAGE.search(after)):
        text = before.rstrip() + " " + found[1].replace('\\"', '"')
    elif found := _UNTIL.search(text):
        until = datetime.fromtimestamp(int(found[1]), UTC)
        text = f"{text[: found.start()]} until {until:%Y-%m-%d %H:%M} UTC"
    return clean(text) or "API error"
