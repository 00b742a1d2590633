"""What a station screen asks for: the session or the journal's excerpts of it, and events page by page."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.screens.station import session as reading
from console.screens.station.pages import Pages
from console.screens.station.reading import SessionReading
from console.screens.station.session import Excerpts, Reader, StationLog
from sessions.asking.questions import StationEvents, Step
from sessions.floor import events as ev
from sessions.floor.state import FloorState, Session, Station
from sessions.floor.tokens import Tokens
from tests.support.console import StillLink


def line(i: int, text: str) -> str:
    return json.dumps(
        {
            "type": "user",
            "uuid": f"u{i}",
            "sessionId": "s",
            "timestamp": f"2025-11-21T12:00:{i:02d}Z",
            "message": {"role": "user", "content": text},
        }
    )


def said(time: float, text: str, session: str = "s") -> ev.Event:
    return ev.TextWritten(time=time, station="a", session=session, text=text)


def used(time: float, subagent: str = "", cost: float | None = 0.5) -> ev.Event:
    return ev.TokensUsed(time=time, station="a", tokens=Tokens(100), cost=cost, subagent=subagent)


def floor_with(path: str, kind: str = "claude") -> FloorState:
    """A floor on which station `a` works in session `s`, whose transcript lies at `path`."""
    station = Station("a", kind=kind, session="s")
    return FloorState(seq=9, stations={"a": station}, sessions={"s": Session("a", path=path)})


def opened_in(link: StillLink, events: Sequence[ev.Event] = ()) -> Reader:
    """The reader of station `a` with both its session and its log read."""
    link.events = events
    station = link.state.stations["a"]

    async def read() -> Reader:
        reading = SessionReading("a")
        while reading.claim(link, station):
            await reading.step(link, link.state, station)
        assert reading.reader is not None
        return reading.reader

    return asyncio.run(read())


def found(reader: Reader, pattern: str, start: int, step: Step) -> int | None:
    return reader.look(pattern, start, step).one().entry


def test_a_transcript_is_read_where_it_lies_and_read_on(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(line(1, "mend the retry") + "\n")
    reader = opened_in(StillLink(floor_with(str(path))))
    assert (reader.note, reader.reason, len(reader)) == ("from the transcript", "", 1)
    with path.open("a") as file:
        file.write(line(2, "and the tests") + "\n")
    age = reader.age
    reader.read_on([said(3, "no")], "s")
    assert reader.age > age
    assert reader.entry(1).title == "and the tests"
    assert found(reader, "RETRY", 1, -1) == 0
    assert found(reader, "retry", 1, 1) is None
    reader.close()


@pytest.mark.parametrize("path", ["", "/nowhere/at/all.jsonl"])
def test_without_a_transcript_the_journal_speaks(path: str) -> None:
    events = [said(1, "first"), said(2, "of another session", "t"), said(3, "second")]
    reader = opened_in(StillLink(floor_with(path)), events)
    assert reader.note == "from the journal's excerpts"
    assert reader.reason
    assert [reader.entry(i).title for i in range(len(reader))] == ["first", "second"]
    age = reader.age
    reader.read_on([said(4, "third"), said(5, "elsewhere", "t")], "s")
    assert (reader.age > age, len(reader)) == (True, 3)
    assert found(reader, "third", 0, 1) == 2
    reader.close()


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    assert opened_in(StillLink(floor_with(str(pipe)))).note == "from the journal's excerpts"


def test_an_unknown_kind_of_agent_is_read_from_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    path.write_text("x\n")
    reader = opened_in(StillLink(floor_with(str(path), "strange")), [said(1, "hello")])
    assert "strange" in reader.reason
    assert len(reader) == 1


def test_failures_are_found_both_ways() -> None:
    events: list[ev.Event] = [said(float(i), f"text {i}") for i in range(10)]
    events[4] = ev.TurnFailed(time=4, station="a", session="s", reason="529")
    reader = Excerpts(events, "s", "no transcript")
    assert found(reader, "", 0, 1) == 4
    assert found(reader, "", 9, -1) == 4
    assert found(reader, "", 5, 1) is None


def test_a_log_grows_by_what_is_new_over_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 7)
    events: list[ev.Event] = [used(float(i), "helper" if i % 2 else "") for i in range(40)]
    link = StillLink(events=events)
    log = StationLog("a").grown(link, 25)
    assert [n.seq for n in log.events] == list(range(1, 26))
    assert (log.agents["helper"].calls, log.agents["helper"].dollars) == (12, 6.0)
    assert sum(log.tokens.rates(*log.tokens.span, 1)) * 25 == pytest.approx(2_500)
    grown = log.grown(link, 40)
    assert [n.seq for n in grown.fresh] == list(range(26, 41))
    assert len(grown.events) == 40
    assert len(log.events) == 25


def test_a_log_goes_back_in_time() -> None:
    link = StillLink(events=[used(float(i)) for i in range(40)])
    log = StationLog("a").grown(link, 40).grown(link, 10)
    assert (log.reached, log.last_seq, len(log.events)) == (10, 10, 10)


def test_a_log_keeps_a_bounded_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT_EVENTS", 10)
    link = StillLink(events=[used(float(i)) for i in range(40)])
    log = StationLog("a").grown(link, 40)
    assert len(log.events) == 10
    assert len(log.tokens) == 8


def test_a_sub_agent_with_an_unknown_price_has_none() -> None:
    link = StillLink(events=[used(0, "x"), used(1, "x", None), used(2, "x")])
    assert StationLog("a").grown(link, 3).agents["x"].dollars is None


def test_what_is_new_in_a_log_is_asked_for_by_few_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FRESH", 3)
    link = StillLink(events=[used(float(i)) for i in range(40)])
    log = StationLog("a").grown(link, 20)
    link.questions.clear()
    assert [n.seq for n in log.grown(link, 22).fresh] == [21, 22]
    assert link.questions == [StationEvents("a", 23, 3)]
    assert [n.seq for n in log.grown(link, 40).fresh] == list(range(21, 41))


def test_a_reader_is_let_go_with_its_screen_and_with_its_session(tmp_path: Path) -> None:
    for name in "st":
        (tmp_path / f"{name}.jsonl").write_text(line(1, "hello") + "\n")
    sessions = {name: Session("a", path=str(tmp_path / f"{name}.jsonl")) for name in "st"}
    one = Station("a", session="s", kind="claude")
    state = FloorState(seq=2, stations={"a": one}, sessions=sessions)
    link = StillLink(state)
    closed: list[Reader | None] = []

    async def test() -> None:
        session = SessionReading("a")
        await session.step(link, state, one)
        first = session.reader
        await session.step(link, state, replace(one, session="t"))
        assert closed == [first]
        _, unused, _ = session._read_on(link, state, one)
        session.end()
        assert closed == [first, session.reader, unused]

    def close(pages: Pages) -> None:
        closed.append(pages)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Pages, "close", close)
        asyncio.run(test())


def test_a_session_is_there_before_the_log_of_its_station(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(line(1, "mend the retry") + "\n")
    link = StillLink(floor_with(str(path)), events=[said(1, "first")])
    station = link.state.stations["a"]

    async def test() -> None:
        reading = SessionReading("a")
        assert reading.claim(link, station)
        news = await reading.step(link, link.state, station)
        assert news is not None and news.other
        assert (len(link.questions), len(reading.log.events)) == (1, 0)
        assert reading.claim(link, station)
        news = await reading.step(link, link.state, station)
        assert news is not None and not news.other
        assert len(reading.log.events) == 1
        assert not reading.claim(link, station)

    asyncio.run(test())
