"""Frames survive the wire, and what is no frame is told apart."""

from __future__ import annotations

import asyncio
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.commands import (
    CancelScan,
    CatchUp,
    Command,
    ImportPaths,
    Progress,
    RenameStation,
    Reply,
    SetBase,
    Stop,
    Undo,
)
from sessions.floor.events import AnyEvent, BranchChanged, SourceSkipped, TextWritten, TokensUsed
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import Tokens
from sessions.journal import codec
from sessions.sockets.framing import ProtocolError
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.frames import (
    EndFrame,
    Farewell,
    Hello,
    NevermindFrame,
    PartFrame,
    QuestionFrame,
    Refused,
    ReplyFrame,
    Welcome,
    WorkFrame,
    command_frame,
)
from sessions.supervisor.wire.protocol import Answer, Events, Request, Snapshot, events_frame
from tests.support.supervisor import told

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
COUNT = st.integers(0, 2**40)
EVENTS = st.one_of(
    st.builds(TextWritten, time=st.floats(0, 2e9), source=TEXT, station=TEXT, session=TEXT, text=TEXT),
    st.builds(BranchChanged, time=st.floats(0, 2e9), branch=TEXT, head=TEXT, ahead=COUNT, merged=st.booleans()),
    st.builds(
        TokensUsed,
        time=st.floats(0, 2e9),
        station=TEXT,
        session=TEXT,
        tokens=st.builds(Tokens, COUNT, COUNT, COUNT, COUNT, COUNT),
        model=TEXT,
        cost=st.none() | st.floats(0, 100),
    ),
)
WISHES = st.one_of(
    st.just(Stop()),
    st.just(CatchUp()),
    st.just(CancelScan()),
    st.builds(SetBase, TEXT),
    st.builds(ImportPaths, st.lists(TEXT).map(tuple)),
    st.builds(RenameStation, TEXT, TEXT),
    st.builds(Undo, TEXT),
)
COMMANDS = st.builds(Command, TEXT, TEXT, st.floats(0, 2e9), WISHES)
SPEAKS = st.lists(TEXT, max_size=3).map(tuple)
RAW = (EVENTS | st.none()).map(lambda value: msgspec.Raw(msgspec.json.encode(value)))
REQUESTS = st.one_of(
    st.builds(Hello, COUNT, COUNT, SPEAKS, st.booleans()),
    st.builds(command_frame, COMMANDS),
    st.builds(QuestionFrame, COUNT, RAW),
    st.builds(NevermindFrame, COUNT),
)
ANSWERS = st.one_of(
    st.builds(Welcome, COUNT, COUNT, TEXT, COUNT, SPEAKS),
    st.builds(Refused, TEXT, TEXT, COUNT, SPEAKS),
    st.builds(told, COUNT, st.lists(EVENTS, max_size=5)),
    st.lists(EVENTS, max_size=5).map(lambda events: Snapshot(fold_all(EMPTY, events))),
    st.builds(WorkFrame, st.none() | st.builds(Progress, TEXT, COUNT, COUNT, TEXT), TEXT),
    st.builds(ReplyFrame, TEXT, st.builds(Reply, st.booleans(), TEXT, TEXT)),
    st.builds(PartFrame, COUNT, RAW),
    st.builds(EndFrame, COUNT, TEXT, TEXT),
    st.builds(Farewell, TEXT, st.booleans()),
)


async def _heard(data: bytes, limit: int = frames.MAX_ANSWER) -> list[Answer]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    heard = []
    while (frame := await read(reader, protocol.ANSWERS, limit)) is not None:
        heard.append(frame)
    return heard


@given(st.lists(ANSWERS, max_size=4))
def test_answers_survive_the_wire(answers: list[Answer]) -> None:
    assert asyncio.run(_heard(b"".join(map(frames.encode, answers)))) == answers


@given(REQUESTS)
def test_requests_survive_the_wire(frame: Request) -> None:
    assert protocol.REQUESTS.decode(frames.encode(frame)[4:]) == frame


@given(st.lists(EVENTS, min_size=1, max_size=5), st.data())
def test_an_unknown_event_is_counted_and_costs_no_other(events: list[AnyEvent], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    bodies = list(codec.encoded(events).bodies)
    bodies[at] = b'{"type":"moon_landed","time":5.0,"source":"sky","crew":[1,{"a":null}]}'
    (frame,) = asyncio.run(_heard(frames.encode(events_frame(1, bodies))))
    assert isinstance(frame, Events)
    heard = frame.read()
    skipped = SourceSkipped(time=5.0, source="sky", reason="unknown event", detail="moon_landed")
    assert heard == [*events[:at], skipped, *events[at + 1 :]]
    floor = fold_all(EMPTY, heard)
    assert floor.seq == len(events)
    assert floor.skipped["unknown event"] == 1


@pytest.mark.parametrize("events", [b"[]", b"7", b'[{"type":"text_written"},{}]', b"[1,2,3]"])
def test_events_that_are_not_as_many_as_they_say_are_a_protocol_error(events: bytes) -> None:
    with pytest.raises(ProtocolError):
        Events(1, 1, msgspec.Raw(events)).read()


@given(st.binary(min_size=1, max_size=200))
def test_garbage_is_a_protocol_error_and_nothing_else(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        asyncio.run(_heard(struct.pack(">I", len(data)) + b"\xff" + data[1:]))
    with pytest.raises(ProtocolError):
        asyncio.run(_heard(data, limit=0) or asyncio.sleep(0))


def test_a_frame_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProtocolError, match="over the limit"):
        asyncio.run(_heard(struct.pack(">I", 101), limit=100))


@pytest.mark.parametrize("cut", [1, 3, 4, 10])
def test_a_torn_frame_is_told_from_an_end(cut: int) -> None:
    with pytest.raises(ProtocolError, match="inside a frame"):
        asyncio.run(_heard(frames.encode(Refused("too many"))[:cut]))


def test_deeply_nested_json_is_a_protocol_error() -> None:
    body = b"[" * 100_000
    with pytest.raises(ProtocolError):
        asyncio.run(_heard(struct.pack(">I", len(body)) + body))
