"""Lines that Claude Code writes beside the conversation, in the sizes and at the rates that sessions of fleets have.

The rates are for each use of a tool. Of such a session's bytes, tool results are half; hooks, commands and sub-agents
under way a third; attachments and requests as they were sent a twentieth.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from typing import Protocol

ATTACHED, SNAPSHOT, QUEUED, SENT, PICTURE = 0.08, 0.10, 0.02, 0.012, 0.01


class Pen(Protocol):
    """What writes one session's lines; see `tests.bench.transcripts.Writer`."""

    random: random.Random
    session: str

    def text(self, size: int) -> str: ...

    def uuid(self) -> str: ...

    def stamp(self, passed: float = ...) -> str: ...

    def head(self, agent: str = ...) -> str: ...


def beside(pen: Pen, agent: str = "") -> Iterator[str]:
    """The lines that one use of a tool leaves behind, most times none."""
    likely = ((_attachment, ATTACHED), (_snapshot, SNAPSHOT), (_queued, QUEUED), (_sent, SENT))
    for line, chance in likely:
        if pen.random.random() < chance:
            yield line(pen, agent)


def picture(pen: Pen) -> str:
    """The content of a tool result that is a screenshot."""
    data = base64.b64encode(pen.random.randbytes(pen.random.randrange(40_000, 120_000))).decode()
    return f'[{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}]'


def size(pen: Pen, mean: float, most: int) -> int:
    """A length as texts have it: most are short, and a few hold most of the bytes."""
    return min(int(mean / 2 * pen.random.lognormvariate(0, 1.2)) + 20, most)


def _attachment(pen: Pen, agent: str) -> str:
    told = f'"type":"file","filename":"notes.md","content":"{pen.text(size(pen, 8_000, 60_000))}"'
    when = f'"uuid":"{pen.uuid()}","timestamp":"{pen.stamp()}"'
    return f'{pen.head(agent)},"attachment":{{{told}}},"type":"attachment",{when}}}'


def _snapshot(pen: Pen, agent: str) -> str:
    files = ",".join(
        f'"src/module_{n}/part.py":{{"backupFileName":"{pen.uuid()[:16]}@v{n}","version":{n},"backupTime":"{pen.stamp(0.0)}"}}'
        for n in range(pen.random.randrange(1, 14))
    )
    kept = f'"messageId":"{pen.uuid()}","trackedFileBackups":{{{files}}},"timestamp":"{pen.stamp(0.0)}"'
    return (
        f'{{"type":"file-history-snapshot","messageId":"{pen.uuid()}","snapshot":{{{kept}}},"isSnapshotUpdate":false}}'
    )


def _queued(pen: Pen, agent: str) -> str:
    told = f'"operation":"enqueue","timestamp":"{pen.stamp()}","sessionId":"{pen.session}"'
    return f'{{"type":"queue-operation",{told},"content":"{pen.text(150)}"}}'


def _sent(pen: Pen, agent: str) -> str:
    """The frame of a request: every tool that the model was offered, in full."""
    tools = ",".join(
        f'{{"name":"Tool{n}","description":"{pen.text(3_000)}","input_schema":{{"type":"object","properties":{{}}}}}}'
        for n in range(20)
    )
    shape = f'"shape":{{"system":[{{"type":"text","text":"{pen.text(4_000)}"}}],"tools":[{tools}]}}'
    return f'{{"type":"api-request-shape","sessionId":"{pen.session}","timestamp":"{pen.stamp()}",{shape}}}'
