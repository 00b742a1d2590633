"""Which lines are one reply, where a gateway names no requests."""

from __future__ import annotations

from sessions.observe.claude import lines as cl
from sessions.observe.claude.memory import MAX_REPLIES, OpenReply
from sessions.observe.claude.usage import tokens_of


def call_of(replies: dict[str, OpenReply], line: cl.Line, message: cl.Message, agent: str) -> str:
    """The name of the call that a line without the id of a request belongs to; empty where it has none.

    Forks copy lines with their ids. A gateway may call every message the same, so a reply is known by its first line.
    `replies` are those whose lines are being read.
    """
    if not line.uuid:
        return f"{message.id}:" if message.id else ""
    if not message.id:
        return f"line:{line.uuid}"
    name, tokens = f"{agent}/{message.id}", tokens_of(message.usage or cl.Usage())
    tools = any(block.type == "tool_use" for block in message.blocks)
    now = OpenReply(line.uuid, [], tokens.context, tokens.output, tools)
    before = replies.pop(name, None)
    if before is not None and _goes_on(before, now, line.parent_uuid or ""):
        now.first, now.lines = before.first, before.lines[-15:]
    now.lines.append(line.uuid)
    if len(replies) >= MAX_REPLIES:
        del replies[next(iter(replies))]
    replies[name] = now
    return f"line:{now.first}"


def _goes_on(before: OpenReply, now: OpenReply, parent: str) -> bool:
    """Whether a line belongs to the reply before it, which has the same message's id and may yet be another.

    Tools that a reply uses at the same time come back between its lines. A new reply, which knows what they said,
    has a larger context, says something first, or begins to count its output anew.
    """
    if not before.answered or parent in before.lines:
        return True
    same = before.tools and now.tools and now.context == before.context
    return same and now.output >= before.output
