"""What a station screen reads: the session where it lies or the journal's excerpts, and events page by page."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from queue import Queue

import pytest
from msgspec.structs import replace

from console.screens.station import session as reading
from console.screens.station.reading import SessionReading
from console.screens.station.session import Reader, StationLog, open_reader
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


def test_a_transcript_is_read_where_it_lies_and_read_on(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(line(1, "mend the retry") + "\n")
    reader = open_reader("claude", "s", Session(1, "a", path=str(path)), [])
    assert (reader.note, reader.reason, len(reader)) == ("from the transcript", "", 1)
    with path.open("a") as file:
        file.write(line(2, "and the tests") + "\n")
    assert reader.refresh()
    assert reader.entry(1).title == "and the tests"
    assert reader.find("RETRY", 1, -1) == 0
    assert reader.find("retry", 1, 1) is None
    assert not reader.extend([said(3, "no")], "s")
    reader.close()


@pytest.mark.parametrize("path", ["", "/nowhere/at/all.jsonl"])
def test_without_a_transcript_the_journal_speaks(path: str) -> None:
    events = [said(1, "first"), said(2, "of another session", "t"), said(3, "second")]
    reader = open_reader("claude", "s", Session(1, "a", path=path), events)
    assert reader.note == "from the journal's excerpts"
    assert reader.reason
    assert [reader.entry(i).title for i in range(len(reader))] == ["first", "second"]
    assert reader.extend([said(4, "third"), said(5, "elsewhere", "t")], "s")
    assert len(reader) == 3
    assert reader.find("third", 0, 1) == 2
    reader.close()


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    reader = open_reader("claude", "s", Session(1, "a", path=str(pipe)), [])
    assert reader.note == "from the journal's excerpts"
    reader.close()


def test_an_unknown_kind_of_agent_is_read_from_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    path.write_text("x\n")
    reader = open_reader("strange", "s", Session(1, "a", path=str(path)), [said(1, "hello")])
    assert "strange" in reader.reason
    assert len(reader) == 1
    reader.close()


def test_failures_are_found_both_ways_and_the_search_can_be_stopped() -> None:
    events: list[ev.Event] = [said(float(i), f"text {i}") for i in range(10)]
    events[4] = ev.TurnFailed(time=4, station="a", session="s", reason="529")
    reader = open_reader("claude", "s", None, events)
    assert reader.find_failure(0, 1, lambda: False) == 4
    assert reader.find_failure(9, -1, lambda: False) == 4
    assert reader.find_failure(5, 1, lambda: False) is None
    assert reader.find_failure(0, 1, lambda: True) is None
    reader.close()


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


def test_nobody_waits_for_a_reader_to_close_and_none_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: Queue[tuple[Reader, bool]] = Queue()
    here = threading.current_thread()
    monkeypatch.setattr(Reader, "close", lambda self: closed.put((self, threading.current_thread() is here)))
    events = [said(1, "first"), said(2, "of another session", "t")]
    link, one = StillLink(events=events), Station("a", session="s")
    state = FloorState(seq=2)

    async def test() -> None:
        session = SessionReading("a")
        await session.step(link, state, one)
        first = session.reader
        await session.step(link, state, replace(one, session="t"))
        assert closed.get(timeout=60) == (first, False)
        _, unused, _ = session._read_on(link, state, one)
        session.end()
        assert {closed.get(timeout=60), closed.get(timeout=60)} == {(session.reader, False), (unused, False)}

    asyncio.run(test())
