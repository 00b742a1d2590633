"""Opens a session's conversation where its transcript lies."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sessions.errors import FactoryError
from sessions.observe.claude import conversation as claude
from sessions.observe.codex import conversation as codex
from sessions.observe.conversation.entries import Conversation
from sessions.observe.conversation.file import FileConversation
from sessions.observe.factory import conversation as factory
from sessions.observe.files.archive import successors
from sessions.observe.openclaw import conversation as openclaw
from sessions.observe.openclaw.rows import DatabaseConversation
from sessions.text import clean


def open_conversation(kind: str, path: Path, session: str = "") -> Conversation:
    """The conversation in a transcript of an agent `kind` (`claude`, `codex`, `openclaw`, or any that a host writes).

    `session` is needed where one file holds many sessions (OpenClaw's SQLite). Indexing takes about a second for
    300 MB. Raises FactoryError when the file cannot be opened or the kind has no reader.
    """
    with suppress(OSError):
        if not path.exists():
            path = next(iter(successors(path)), path)  # it was put away since its place was told
    if kind == "openclaw" and path.suffix in {".sqlite", ".db"}:
        return DatabaseConversation(path, session)
    dialects = {
        "claude": claude.DIALECT,
        "codex": codex.DIALECT,
        "openclaw": openclaw.DIALECT,
    }
    if factory.is_ours(path):
        return FileConversation(path, factory.DIALECT)
    if kind not in dialects:
        raise FactoryError(f"no reader for conversations of {clean(kind)!r}", "its events are shown instead")
    return FileConversation(path, dialects[kind])
