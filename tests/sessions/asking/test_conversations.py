"""Sessions told page by page: how they end, what changed, what was looked for, and how few are kept open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sessions.asking import conversations as module
from sessions.asking.asked import GivenUpError, Halt
from sessions.asking.conversations import TAIL, Conversations
from sessions.asking.questions import MOST_ENTRIES, FindInSession, SessionEntries, SessionPart
from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Session, Station

GO_ON = Halt()


def said(i: int, text: str = "") -> str:
    message = {"role": "user", "content": text or f"request {i}"}
    return json.dumps({"type": "user", "uuid": f"u{i}", "sessionId": "s", "message": message}) + "\n"


def tool(i: int, call: str) -> str:
    content = [{"type": "tool_use", "id": call, "name": "Bash", "input": {"command": f"make {i}"}}]
    message = {"role": "assistant", "id": f"m{i}", "content": content}
    return json.dumps({"type": "assistant", "uuid": f"u{i}", "sessionId": "s", "message": message}) + "\n"


def result(i: int, call: str, failed: bool = False) -> str:
    content = [{"type": "tool_result", "tool_use_id": call, "content": "done", "is_error": failed}]
    message = {"role": "user", "content": content}
    return json.dumps({"type": "user", "uuid": f"u{i}", "sessionId": "s", "message": message}) + "\n"


class House:
    """Transcripts, and the conversations of the floor that knows them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.sessions: dict[str, Session] = {}
        self.past: dict[str, Session] = {}
        self.conversations = Conversations(self.state, self.past.get)

    def state(self) -> FloorState:
        return FloorState(stations={"a": Station("a", kind="claude")}, sessions=dict(self.sessions))

    def write(self, name: str, *lines: str) -> None:
        path = self.directory / f"{name}.jsonl"
        with path.open("a") as file:
            file.writelines(lines)
        self.sessions[name] = Session("a", path=str(path))

    def news(self, name: str, edition: int = 0) -> SessionPart:
        news = self.conversations.news(name, edition)
        assert news is not None
        return news

    def entries(self, name: str, first: int, count: int) -> list[str]:
        parts = list(self.conversations.entries(SessionEntries(name, first, count), GO_ON))
        at = first
        for part in parts:
            assert part.first == at
            at += len(part.entries)
        return [entry.title for part in parts for entry in part.entries]

    def find(self, pattern: str, start: int, step: int, halt: Halt = GO_ON) -> int | None:
        question = FindInSession("s", pattern, start, 1 if step > 0 else -1)
        return self.conversations.find(question, halt).entry


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def titles(part: SessionPart) -> list[str]:
    return [entry.title for entry in part.entries]


def test_a_session_is_told_from_its_end(house: House) -> None:
    house.write("s", *(said(i) for i in range(500)))
    news = house.news("s")
    assert (news.length, news.kept, news.first) == (500, 0, 500 - TAIL)
    assert titles(news)[-1] == "request 499"
    assert house.entries("s", 100, 3) == ["request 100", "request 101", "request 102"]
    assert house.entries("s", 498, 10) == ["request 498", "request 499"]
    assert house.entries("s", 500, 10) == []
    assert len(house.entries("s", 0, 10_000)) == MOST_ENTRIES


def test_only_what_changed_is_told_afterwards(house: House) -> None:
    house.write("s", said(0), tool(1, "c1"), tool(2, "c2"))
    first = house.news("s")
    assert house.conversations.news("s", first.edition) is None
    house.write("s", result(3, "c1"), said(4))
    grown = house.news("s", first.edition)
    assert (grown.length, grown.kept, grown.first) == (5, 2, 2), "a result goes behind its call"
    house.write("s", said(5))
    last = house.news("s", grown.edition)
    assert (last.length, last.kept, titles(last)) == (6, 5, ["request 5"])
    late = house.news("s", first.edition)
    assert (late.length, late.kept) == (6, 2)


def test_one_who_missed_too_much_is_told_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    house.write("s", said(0))
    first = house.news("s").edition
    edition = first
    for i in range(1, 5):
        house.write("s", said(i))
        edition = house.news("s", edition).edition
    house.write("s", said(5))
    assert house.news("s", first).kept == 0


def test_a_file_that_was_written_anew_is_told_anew(house: House) -> None:
    house.write("s", *(said(i) for i in range(9)))
    first = house.news("s")
    (house.directory / "s.jsonl").write_text(said(0, "all new"))
    news = house.news("s", first.edition)
    assert (news.length, news.kept, titles(news)) == (1, 0, ["all new"])


def test_parts_are_bounded_and_lose_no_entry(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_CHARS", 100)
    house.write("s", *(said(i, f"{i} " + "word " * 30) for i in range(6)))
    assert len(house.news("s").entries) == 1
    assert [title.split()[0] for title in house.entries("s", 0, 6)] == ["0", "1", "2", "3", "4", "5"]


def test_texts_and_failures_are_found_both_ways(house: House) -> None:
    lines = [said(i) for i in range(50)]
    lines[20:20] = [tool(60, "c"), result(61, "c", failed=True)]
    house.write("s", *lines)
    assert house.find("REQUEST 7", 0, 1) == 7
    assert house.find("request 7", 6, -1) is None
    assert house.find("", 0, 1) == house.find("", 40, -1) == 21
    assert house.find("", 22, 1) is None
    house.write("s", said(99, "lately"))
    assert house.find("lately", 0, 1) == 52, "also what nobody was told of yet"


def test_a_search_can_be_given_up(house: House) -> None:
    house.write("s", said(0), said(1))
    halt = Halt()
    halt.pull()
    assert house.find("request", 0, 1, halt) is None
    with pytest.raises(GivenUpError):
        house.find("", 0, 1, halt)


def test_few_are_kept_open_and_one_that_was_closed_is_told_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OPEN", 2)
    for name in ("s", "t", "u", "v"):
        house.write(name, said(1, f"in {name}"))
    first = house.news("s")
    for name in ("t", "u", "v"):
        assert titles(house.news(name)) == [f"in {name}"]
    assert list(house.conversations._opened) == ["u", "v"]
    again = house.news("s", first.edition)
    assert (again.kept, titles(again)) == (0, ["in s"])


def test_a_session_that_the_floor_has_forgotten_is_read_as_before(house: House) -> None:
    house.write("s", said(1))
    first = house.news("s")
    house.past["s"] = house.sessions.pop("s")
    assert house.conversations.news("s", first.edition) is None
    house.write("s", said(2))
    house.past["s"] = house.sessions.pop("s")
    assert len(titles(house.news("s", first.edition))) == 1


def test_why_a_session_cannot_be_read_is_said(house: House, tmp_path: Path) -> None:
    house.sessions["s"] = Session("a")
    house.sessions["t"] = Session("a", path=str(tmp_path / "nowhere.jsonl"))
    house.write("u", "x")
    house.sessions["u"] = Session("b", path=str(tmp_path / "u.jsonl"))
    for name, why in (("s", "no transcript"), ("t", "not on this machine"), ("u", "no reader"), ("x", "no transcript")):
        with pytest.raises(FactoryError, match=why):
            house.news(name)
    house.conversations.close()
    house.write("v", said(1))
    with pytest.raises(FactoryError, match="nothing is read any more"):
        house.news("v")
