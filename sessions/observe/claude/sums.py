"""What a Claude Code transcript used, in sums: the one question that need not wait for all the others.

Nine of ten bytes tell nothing of usage and are not looked at; what the rest says comes to the same as the events of
`ClaudeTranscript`, call by call. A file in which that is not certain, because a call is told in an unusual way, is
left to that reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw, Struct
from msgspec.json import Decoder

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe import usage as usages
from sessions.observe.claude import lines as cl
from sessions.observe.claude.calls import NOTHING, PARTIAL, WHOLE
from sessions.observe.claude.memory import MAX_TOLD
from sessions.observe.claude.session import Session
from sessions.observe.claude.subagents import Kept
from sessions.observe.claude.usage import is_partial, requests_of, room, terms_of, tokens_of
from sessions.observe.claude.work import SYNTHETIC
from sessions.observe.contract import Desk
from sessions.observe.lines import BROKEN
from sessions.observe.seek import find
from sessions.observe.words import instant, latest, safe

SIGN = b'"input_tokens"'
"""A line without this key states no usage; inside JSON text its quotes would be escaped."""
LONG = 2_500
"""Bytes from which on a line's kind is looked at before it is decoded."""
SPAN_S = 900
"""Calls that began in the same quarter of an hour are one sum: days of every time zone begin with one."""


class UnusualError(Exception):
    """A call is told in a way that only the whole file can explain."""


class Usage(cl.Counts, gc=False):
    """As `cl.Usage`, where its details have the shape that is known."""

    iterations: list[cl.Iteration] | None = None
    server_tool_use: cl.Searches | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None


class Message(Struct, gc=False):
    model: str | None = None
    id: str | None = None
    content: Raw = Raw()
    stop_reason: str | None = None
    usage: Usage | None = None


class Line(Struct, rename="camel", gc=False):
    """The little that a line must be asked for."""

    type: str = ""
    timestamp: str | None = None
    git_branch: str | None = None
    request_id: str | None = None
    message: Message | None = None


_decode = Decoder(Line).decode
_decode_content = Decoder(str | list[cl.Block] | None).decode


class Call(Struct, gc=False):
    """What the lines so far say of one call."""

    number: int
    """How many calls the file told of before it."""
    time: float
    branch: str
    model: str
    usage: Usage
    partial: bool
    restless: bool = False
    """A later line stated less than an earlier one, or more of it at another time or on another branch: where the call
    was told by another file before, that cannot be put into one sum."""


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
        self._kept = Kept(path)
        self._calls: dict[str, Call] = {}
        self._ids: tuple[str | None, str | None] = None, None
        self._call = Call(0, 0.0, "", "", Usage(), False)
        """The call of the line before, and how its message and its request are called."""
        self._latest = latest()

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
            raw = bytes(view[begin:stop])
            if stop - begin < LONG or cl.kind_of(raw) != cl.PROGRESS:
                self._line(raw)
            else:
                self._look_for(raw)
            at = find(data, SIGN, stop, end)

    def _open(self, raw: bytes) -> None:
        """Find out where the session is, by the first line that says it."""
        if not raw:
            return
        try:
            line = cl.decode_line(raw)
        except BROKEN as error:
            raise UnusualError from error
        speaks = line.type in ("assistant", "user", "system")
        if speaks or (line.cwd and (line.type == "progress" or line.type.encode() in cl.DULL)):
            self._session.place(line, instant(line.timestamp) if line.timestamp else None)

    def _line(self, raw: bytes) -> None:
        try:
            line = _decode(raw)
        except BROKEN as error:
            raise UnusualError from error
        message = line.message
        if line.type == "assistant":
            if message is not None and message.usage is not None and message.model != SYNTHETIC:
                self._state(line, message, message.usage)
        elif line.type == "progress" and cl.kind_of(raw) == cl.PROGRESS:
            self._look_for(raw)

    def _look_for(self, raw: bytes) -> None:
        """Make sure that what a progress line tells of a sub-agent stands in the sub-agent's own file."""
        if cl.USAGE in raw and not self._kept.has(raw):
            raise UnusualError  # a call that stands nowhere else, if it is no copy

    def _state(self, line: Line, message: Message, usage: Usage) -> None:
        """Note what a line states of its call."""
        ids = message.id, line.request_id
        if ids == self._ids:
            call = self._call
            if usage == call.usage and message.model == call.model and not (call.partial and message.stop_reason):
                return  # half of all lines only say once more what the one before said
        else:
            if not (message.id and line.request_id):
                raise UnusualError
            name = f"{message.id}:{line.request_id}"
            found, self._ids = self._calls.get(name), ids
            if found is None:
                self._call = self._calls[name] = self._begun(line, message, usage)
                return
            call = self._call = found
        self._again(call, line, message, usage)

    def _again(self, call: Call, line: Line, message: Message, usage: Usage) -> None:
        """Note what one more line states of a call."""
        if call.model != message.model:
            raise UnusualError
        partial = _is_partial(message, usage)
        if call.usage == usage and call.partial == partial:
            return
        if len(self._calls) - call.number > MAX_TOLD:
            raise UnusualError  # the file's reader has forgotten when it was
        if call.usage.iterations:
            _alone(call.usage)
        now, before = tokens_of(usage), tokens_of(call.usage)
        time = instant(line.timestamp) if line.timestamp else None
        here = time is not None and time // SPAN_S == call.time // SPAN_S and line.git_branch == call.branch
        call.restless = call.restless or not here or now.most(before) != now
        call.usage, call.partial = usage if now != before else call.usage, call.partial and partial

    def _begun(self, line: Line, message: Message, usage: Usage) -> Call:
        seen = self._session.seen
        time = instant(line.timestamp) if line.timestamp else None
        if time is None or not 0 < time <= self._latest:
            raise UnusualError
        branch = safe(line.git_branch or "")
        if not branch and seen.branch:
            raise UnusualError  # that of another line holds
        seen.branch = branch
        return Call(len(self._calls), time, branch, message.model or "", usage, _is_partial(message, usage))

    # What it comes to

    def openings(self) -> list[ev.Event]:
        """Stations that were opened for it, whoever reads the file to its end."""
        return [event for event in self._session.events if isinstance(event, ev.StationOpened)]

    def events(self) -> list[ev.Event]:
        """The session, and its sums. The book knows the calls from now on."""
        for call in self._calls.values():
            if call.usage.iterations:
                _alone(call.usage)
        if any(call.restless and self._desk.book.knows(name) for name, call in self._calls.items()):
            raise UnusualError
        sums: dict[Kind, Sum] = {}
        for name, call in self._calls.items():
            self._add(sums, name, call)
        return [*self._session.events, *self._told(sums)]

    def _add(self, sums: dict[Kind, Sum], name: str, call: Call) -> None:
        usage = call.usage
        tokens = tokens_of(usage)
        stated = usages.share(self._desk.book, name, tokens, call.partial, NOTHING)
        if stated is None:
            return
        added, model = stated.added, safe(call.model)
        searches = usage.server_tool_use.web_search_requests or 0 if usage.server_tool_use else 0
        terms = terms_of(usage.service_tier, usage.speed, usage.inference_geo, searches)
        price = self._desk.pricing.cost
        cost = price(model, tokens, terms)
        if added is not tokens and added != tokens:
            # Another file has told of the call, and not all of it.
            whole = tokens.most(added)
            cost, others = price(model, whole, terms), price(model, whole - added, terms)
            cost = None if cost is None or others is None else cost - others
        kind = (call.time // SPAN_S, call.branch, model, call.partial, cost is None)
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


def _is_partial(message: Message, usage: Usage) -> bool:
    return not message.stop_reason or _says_more(message, usage.output_tokens or 0)


def _says_more(message: Message, output: int) -> bool:
    """Whether the line's own text takes more than the output that it states; see `is_partial`."""
    if memoryview(message.content).nbytes <= room(output):
        return False
    try:
        content = _decode_content(message.content)
    except BROKEN:
        return False
    return is_partial(cl.Message(content=content, stop_reason=message.stop_reason), output)
