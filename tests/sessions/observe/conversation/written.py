"""Files of a conversation, and what they are read as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sessions.observe.claude import conversation as conversation_claude
from sessions.observe.conversation.entries import Conversation, Entry, EntryKind
from sessions.observe.conversation.file import FileConversation
from sessions.observe.conversation.opening import open_conversation

TIME = "2026-11-21T16:38:19.571Z"
K = EntryKind


def said(role: str, *blocks: dict[str, object], **more: object) -> bytes:
    message = {"role": role, "content": list(blocks)}
    return json.dumps({"type": role, "timestamp": TIME, "message": message, **more}).encode() + b"\n"


def asked(text: str) -> bytes:
    return (
        json.dumps({"type": "user", "timestamp": TIME, "message": {"role": "user", "content": text}}).encode() + b"\n"
    )


def words(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def use(call: str, command: str = "ls", name: str = "Bash") -> dict[str, object]:
    return {"type": "tool_use", "id": call, "name": name, "input": {"command": command}}


def result(call: str, text: str = "done", failed: bool = False) -> dict[str, object]:
    return {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": failed}


@contextmanager
def opened(path: Path, kind: str = "claude", session: str = "") -> Iterator[Conversation]:
    conversation = open_conversation(kind, path, session)
    try:
        yield conversation
    finally:
        conversation.close()


@contextmanager
def claude_file(path: Path) -> Iterator[FileConversation]:
    conversation = FileConversation(path, conversation_claude.DIALECT)
    try:
        yield conversation
    finally:
        conversation.close()


def entries(conversation: Conversation) -> list[Entry]:
    return [conversation.entry(i) for i in range(len(conversation))]
