"""What a Claude Code transcript used, in sums: the one question that need not wait for all the others.

Nine of ten bytes tell nothing of usage and are not looked at; what the rest says comes to the same as the events of
`ClaudeTranscript`, call by call. A file in which that is not certain, because a call is told in an unusual way, is
left to that reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from sessions.find import find
from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe import usage as usages
from sessions.observe.claude import lines as cl
from sessions.observe.claude.brief import Line, Message, Usage, decode_line, decode_progress, is_partial
from sessions.observe.claude.calls import NOTHING, PARTIAL, WHOLE
from sessions.observe.claude.memory import MAX_TOLD
from sessions.observe.claude.session import Session
from sessions.observe.claude.subagents import SubagentFiles
from sessions.observe.claude.usage import requests_of, terms_of, tokens_of
from sessions.observe.claude.work import SYNTHETIC
from sessions.observe.contract import Desk
from sessions.observe.lines import BROKEN
from sessions.observe.words import instant, latest, safe

SIGN = b'"input_tokens"'
"""A line without this key states no usage; inside JSON text its quotes would be escaped."""
LONG = 2_500
"""Bytes from which on a line's kind is looked at before it is decoded."""
SPAN_S = 900
"""Calls that began in the same quarter of an hour are one sum: days of every time zone begin with one."""


class UnusualError(Exception):
    """A call is told in a way that only the whole file can explain."""


class Call(Struct, gc=False):
    """What the lines so far say of one call."""

    number: int
    """How many calls the file told of before it."""
    time: float
    branch: str
    model: str
    usage: Usage
    partial: bool
    known: bool
    """Another file told of it before."""


class Sum(Struct, gc=False):
    """The usage of calls that are one to every meter."""

    time: float
    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    thinking: int = 0
    calls: int = 0
    cost: float = 0.0

    def add(self, tokens: Tokens, calls: int, cost: float | None) -> None:
        self.input += tokens.input
        self.cache_write_5m += tokens.cache_write_5m
        self.cache_write_1h += tokens.cache_write_1h
        self.cache_read += tokens.cache_read
        self.output += tokens.output
        self.thinking += tokens.thinking
        self.calls += calls
        self.cost += cost or 0.0

    @property
    def tokens(self) -> Tokens:
        written = self.cache_write_5m, self.cache_write_1h
        return Tokens(self.input, *written, self.cache_read, self.output, self.thinking)


Kind = tuple[float, str, str, bool, bool]
"""What calls of one sum have in common: the time to `SPAN_S`, the branch, the model, whether they are partial, and
whether they have a price."""


class Sums:
    """Reads one file, block by block, and tells at its end what it used. Raises `UnusualError` before it has told."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._session, self._desk = Session(path, desk, b""), desk
        self._kept = SubagentFiles(path)
        self._calls: dict[str, Call] = {}
        self._branch: str | None = None
        self._message = self._request = ""
        self._call: Call | None = None
        """The call of the line before, and how its message and its request are called."""
        self._latest = latest()
        self._models: dict[str, str] = {}
        self._nested: set[str] = set()
        """The calls that stand in progress lines only."""

    def feed(self, data: bytearray, end: int) -> None:
        """Take in the lines that stand in `data` before `end`."""
        seen, begin = self._session.seen, 0
        while not seen.opened and begin < end:
            stop = data.find(b"\n", begin, end)
            stop = end if stop < 0 else stop
            self._open(bytes(data[begin:stop]))
            begin = stop + 1
        before, after, view = data.rfind, data.find, memoryview(data)
        at = find(data, SIGN, 0, end)
        while at >= 0:
            begin, stop = before(b"\n", 0, at) + 1, after(b"\n", at, end)
            stop = end if stop < 0 else stop
            raw = view[begin:stop]
            if stop - begin < LONG or cl.kind_of(bytes(raw[:LONG])) != cl.PROGRESS:
                self._line(raw)
            else:
                self._look_for(bytes(raw))
            at = find(data, SIGN, stop, end)

    def _open(self, raw: bytes) -> None:
        """Find out where the session is, by the first line that says it."""
        if not raw:
            return
        try:
            line = cl.decode_line(raw)
        except BROKEN as error:
            raise UnusualError from error
        if line.type == "progress" and SIGN in raw:
            raise UnusualError  # where nobody is at home yet, it says where that is and nothing else
        speaks = line.type in ("assistant", "user", "system")
        if speaks or (line.cwd and (line.type == "progress" or line.type.encode() in cl.DULL)):
            self._session.place(line, instant(line.timestamp) if line.timestamp else None)

    def _line(self, raw: memoryview) -> None:
        try:
            line = decode_line(raw)
        except BROKEN as error:
            raise UnusualError from error
        message = line.message
        if line.type == "assistant":
            if message is None or (usage := message.usage) is None:
                return
            if line.git_branch != self._branch:
                self._move(line.git_branch or "")
            call = self._call
            if (
                call is not None
                and message.id == self._message
                and line.request_id == self._request
                and usage == call.usage
                and message.model == call.model
                and not (call.partial and message.stop_reason)
            ):
                return  # half of all lines say once more what the one before said
            if message.model != SYNTHETIC:
                self._state(line, message, usage)
        elif line.type == "progress" and cl.kind_of(whole := bytes(raw)) == cl.PROGRESS:
            self._look_for(whole)

    def _look_for(self, raw: bytes) -> None:
        """Note a sub-agent's call in a progress line, where the sub-agent has no file of its own that tells of it.

        Of such a call only the first statement counts. Where it stands among lines that were copied it does not, and
        whether it does is not known before the end: see `events`.
        """
        if cl.USAGE not in raw or self._kept.has(raw):
            return
        try:
            line = decode_progress(raw)
        except BROKEN as error:
            raise UnusualError from error
        nested = line.data.message if line.data else None
        message = nested.message if nested and nested.type == "assistant" else None
        if nested is None or message is None or message.usage is None or not (message.id and nested.request_id):
            return
        name = f"{message.id}:{nested.request_id}"
        if name in self._calls:
            return
        if line.git_branch != self._session.seen.branch:
            raise UnusualError  # that of another line holds
        own = Line(line.git_branch, None, nested.request_id, "assistant", nested.timestamp)
        self._nested.add(name)
        self._calls[name] = self._begun(name, own, message, message.usage)
        self._calls[name].partial = not message.stop_reason

    def _move(self, branch: str) -> None:
        """Note the branch of a line, where it names one."""
        self._branch = branch
        if branch:
            self._session.seen.branch = safe(branch)

    def _state(self, line: Line, message: Message, usage: Usage) -> None:
        """Note what a line states of its call."""
        if not (message.id and line.request_id):
            raise UnusualError
        self._message, self._request = message.id, line.request_id
        name = f"{message.id}:{line.request_id}"
        call = self._calls.get(name)
        if call is None:
            self._call = self._calls[name] = self._begun(name, line, message, usage)
        else:
            if name in self._nested:
                raise UnusualError
            self._call = call
            self._again(call, line, message, usage)

    def _again(self, call: Call, line: Line, message: Message, usage: Usage) -> None:
        """Note what one more line states of a call."""
        if call.model != message.model:
            raise UnusualError
        partial = is_partial(message, usage)
        if call.usage == usage and call.partial == partial:
            return
        if len(self._calls) - call.number > MAX_TOLD:
            raise UnusualError  # the file's reader has forgotten when it was
        if call.usage.iterations:
            _alone(call.usage)
        if call.known and not _goes_on(call, line, usage):
            raise UnusualError
        if usage.output_tokens != call.usage.output_tokens or tokens_of(usage) != tokens_of(call.usage):
            call.usage = usage  # else the terms stay those of its first statement
        call.partial = call.partial and partial

    def _begun(self, name: str, line: Line, message: Message, usage: Usage) -> Call:
        seen = self._session.seen
        time = instant(line.timestamp) if line.timestamp else None
        if time is None or not 0 < time <= self._latest:
            raise UnusualError
        if seen.branch and not line.git_branch:
            raise UnusualError  # that of another line holds
        known = self._desk.book.knows(name)
        partial = is_partial(message, usage)
        return Call(len(self._calls), time, seen.branch, message.model or "", usage, partial, known)

    # What it comes to

    def openings(self) -> list[ev.Event]:
        """Stations that were opened for it, whoever reads the file to its end."""
        return [event for event in self._session.events if isinstance(event, ev.StationOpened)]

    def events(self) -> list[ev.Event]:
        """The session, and its sums. The book knows the calls from now on."""
        for call in self._calls.values():
            if call.usage.iterations:
                _alone(call.usage)
        if self._nested and any(call.known for call in self._calls.values()):
            raise UnusualError
        sums: dict[Kind, Sum] = {}
        for name, call in self._calls.items():
            self._add(sums, name, call)
        return [*self._session.events, *self._told(sums)]

    def _add(self, sums: dict[Kind, Sum], name: str, call: Call) -> None:
        usage, partial, desk = call.usage, call.partial, self._desk
        added = tokens = tokens_of(usage)
        stated = (
            usages.share(desk.book, name, tokens, partial, NOTHING)
            if call.known
            else desk.book.state(name, tokens, partial)
        )
        if stated is None:
            return
        model = self._models.get(call.model)
        if model is None:
            model = self._models[call.model] = safe(call.model)
        searches = usage.server_tool_use.web_search_requests or 0 if usage.server_tool_use else 0
        terms = terms_of(usage.service_tier, usage.speed, usage.inference_geo, searches)
        cost = desk.pricing.cost(model, tokens, terms)
        if call.known and stated.added != tokens:
            # Another file has told of the call, and not all of it.
            added = stated.added
            whole = tokens.most(added)
            others = desk.pricing.cost(model, whole - added, terms)
            cost = desk.pricing.cost(model, whole, terms)
            cost = None if cost is None or others is None else cost - others
        kind = (call.time // SPAN_S, call.branch, model, partial, cost is None)
        found = sums.get(kind)
        if found is None:
            found = sums[kind] = Sum(call.time)
        found.add(added, stated.calls, cost)

    def _told(self, sums: dict[Kind, Sum]) -> Iterator[ev.Event]:
        session, seen = self._session, self._session.seen
        for (_, branch, model, partial, unpriced), total in sums.items():
            certainty: Certainty = PARTIAL if partial else WHOLE
            yield ev.TokensUsed(
                time=total.time,
                source=session.source(),
                station=session.seat(),
                session=seen.session,
                tokens=total.tokens,
                calls=total.calls,
                model=model,
                branch=branch,
                subagent=seen.agent,
                cost=None if unpriced else total.cost,
                certainty=certainty,
            )


def _alone(usage: Usage) -> None:
    """Make sure that a reply took one request."""
    parts, helpers = requests_of(usage.iterations or [], tokens_of(usage))
    if parts or helpers:
        raise UnusualError


def _goes_on(call: Call, line: Line, usage: Usage) -> bool:
    """Whether a line states no less than the one before it, at the same time and on the same branch.

    Where another file told of the call before, all else cannot be put into one sum.
    """
    time, now = instant(line.timestamp) if line.timestamp else None, tokens_of(usage)
    here = time is not None and time // SPAN_S == call.time // SPAN_S and line.git_branch == call.branch
    return here and now.most(tokens_of(call.usage)) == now
