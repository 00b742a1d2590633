"""What a conversation leaves in its host's transcript, and what the next process learns of it from there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sessions.floor import events as ev
from sessions.observe.factory import lines as ft
from sessions.stations.acp.fields import Fields, fields, text
from sessions.stations.acp.questions import difference
from sessions.stations.acp.tools import Use
from sessions.stations.hosting.transcript import Transcript, read

MOST = 256_000
"""Characters kept of one thing that was said; what is longer is cut, and says so."""


class Past(msgspec.Struct):
    """What a transcript knows of a conversation."""

    prompts: set[str] = msgspec.field(default_factory=set)
    """The ids of those that were taken."""
    last: str = ""
    """The last of them whose turn came to its end. Of one that was interrupted, that failed, or that was under way when
    its agent was killed, that may have kept nothing."""
    waiting: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Those that it was not given yet, with their words."""
    calls: set[str] = msgspec.field(default_factory=set)
    """Model calls that were told of."""


def past_of(path: Path, session: str) -> Past:
    """What a transcript says of a conversation; nothing where there is none."""
    past, present, begun = Past(), "", ""
    for line in read(path):
        if isinstance(line, ft.Session):
            present = line.session
        elif present != session:
            continue
        elif isinstance(line, ft.Prompt):
            past.prompts.add(line.id)
            past.waiting.append((line.id, line.text))
        elif isinstance(line, ft.Turn):
            begun = next((words for name, words in past.waiting if name == line.prompt), "")
            past.waiting = [each for each in past.waiting if each[0] != line.prompt]
        elif isinstance(line, ft.End) and not line.interrupted and not line.reason:
            past.last = begun or past.last
        elif isinstance(line, ft.Usage):
            past.calls.add(line.call)
    return past


class Keeping:
    """Writes what happens as it happens; words of the agent when they are over."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._said: list[str] = []
        self._length = 0
        self._thinks = False
        self._message = ""

    def opened(self, line: ft.Session) -> None:
        """The conversation began, or is gone on with."""
        self._put(line)

    def taken(self, prompt: str, words: str) -> None:
        """A request is there."""
        self._put(ft.Prompt(time=time.time(), id=prompt, text=words))

    def begun(self, prompt: str) -> None:
        """The agent is given a request that was taken."""
        self._put(ft.Turn(time=time.time(), prompt=prompt))

    def chunk(self, update: Fields, thinks: bool) -> None:
        """A piece of what the agent says or thinks."""
        message = text(update.get("messageId"))
        if thinks is not self._thinks or message != self._message:
            self.words_over()
        self._thinks, self._message = thinks, message
        if self._length <= MOST:
            words = text(fields(update, "content").get("text"))
            self._said.append(words)
            self._length += len(words)

    def words_over(self) -> None:
        """Whatever was said is whole."""
        whole = _cut("".join(self._said))
        self._said.clear()
        self._length = 0
        if whole.strip():
            kind = ft.Thinking if self._thinks else ft.Text
            self._put(kind(time=time.time(), text=whole, message=self._message))

    def happened(self, events: Iterable[ev.Event], uses: dict[str, Use]) -> None:
        """What was told of tools and of usage."""
        for event in events:
            match event:
                case ev.ToolCalled(call=call, tool=tool, detail=detail):
                    self.words_over()
                    given = _arguments(uses[call].given) if call in uses else msgspec.Raw(b"{}")
                    self._put(ft.Tool(time=event.time, call=call, tool=tool, arguments=given, title=detail))
                case ev.ToolFinished(call=call, failed=failed):
                    self._result(event, uses.get(call), call, failed)
                case ev.TokensUsed(call=call, model=model, tokens=tokens, cost=cost, certainty=certainty):
                    used = ft.Usage(
                        time=event.time, call=call, model=model, tokens=tokens, cost=cost, certainty=certainty
                    )
                    self._put(used)

    def note(self, words: str, failed: bool = False) -> None:
        """Something beside the conversation."""
        self.words_over()
        self._put(ft.Note(time=time.time(), text=_cut(words), failed=failed))

    def over(self, interrupted: bool, reason: str) -> None:
        """The turn is over."""
        self.words_over()
        self._put(ft.End(time=time.time(), interrupted=interrupted, reason=reason))
        self._transcript.sync()

    def close(self) -> None:
        self.words_over()
        self._transcript.close()

    def _result(self, event: ev.ToolFinished, use: Use | None, call: str, failed: bool) -> None:
        said = _cut(use.output) if use else ""
        diffs = [line for part in use.differences for line in difference(part)[1:]] if use else []
        self._put(ft.Result(time=event.time, call=call, text=said, failed=failed, diff=_cut("\n".join(diffs))))

    def _put(self, line: ft.Line) -> None:
        self._transcript.put(line)


def _arguments(given: Fields) -> msgspec.Raw:
    body = msgspec.json.encode(given)
    return msgspec.Raw(body if len(body) <= MOST else msgspec.json.encode({"cut": _cut(body.decode())}))


def _cut(words: str) -> str:
    return words if len(words) <= MOST else f"{words[:MOST]}… ({len(words):,} characters)"
