"""One search over all conversations: the newest first, where they lie, bounded, and called off when nobody looks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.asking import everywhere
from sessions.asking.asked import GivenUpError, Halt
from sessions.asking.everywhere import excerpt, find_everywhere
from sessions.asking.questions import FindEverywhere, Hits
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.state import FloorState, Session, Station
from sessions.journal import codec
from sessions.observe.conversation import scan
from sessions.observe.conversation.entries import Entry, EntryKind
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.conversation.scan import may_hold, words_of
from sessions.observe.files.archive import zstd
from tests.sessions.asking.test_conversations import said


class Library:
    """Conversations on disk, each written at a time of its own, and excerpts of those that are not there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.sessions: dict[str, Session] = {}
        self.over: dict[str, Session] = {}
        self.events: dict[str, list[ev.Event]] = {}

    def write(self, name: str, written: float, *texts: str, station: str = "a", over: bool = False) -> Path:
        path = self.directory / f"{name}.jsonl"
        path.write_text("".join(said(i, text) for i, text in enumerate(texts)))
        os.utime(path, (written, written))
        (self.over if over else self.sessions)[name] = Session(station, path=str(path))
        return path

    def lines_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, bytes]]:
        _, lines = codec.encode_all(self.events.get(station, []))
        return list(enumerate(lines, 1))[-limit:]

    def parts(self, asked: FindEverywhere, halt: Halt | None = None) -> list[Hits]:
        stations = {name: Station(name, kind="claude") for name in ("a", "b")}
        state = FloorState(stations=stations, sessions=self.sessions)
        return list(find_everywhere(state, self.over, self.lines_of, asked, halt or Halt()))

    def found(self, pattern: str, stations: tuple[str, ...] = (), since: float = 0.0) -> list[tuple[str, list[int]]]:
        parts = self.parts(FindEverywhere(pattern, stations, since))
        assert (parts[-1].searched, parts[-1].hits) == (parts[-1].all, ())
        return [(part.session, [hit.entry for hit in part.hits]) for part in parts if part.hits]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    library.write("old", 100.0, "the Pool is closed", "nothing", "a pool again")
    library.write("new", 300.0, "no word of it", "close the POOL.", station="b")
    library.write("over", 200.0, "whirlpool", over=True)
    return library


def test_all_conversations_are_searched_the_newest_first(library: Library) -> None:
    assert library.found("pool") == [("new", [1]), ("over", [0]), ("old", [2, 0])]
    assert library.found("pool", ("b",)) == [("new", [1])]
    assert library.found("pool", since=150.0) == [("new", [1]), ("over", [0])]
    assert library.found("pool is") == [("old", [0])]
    assert library.found("puddle") == library.found(" ") == []


def test_what_is_not_here_is_searched_in_the_excerpts(library: Library) -> None:
    library.sessions["gone"] = Session("a", path="/nowhere/at/all.jsonl", opened=400.0)
    library.events["a"] = [
        ev.TurnStarted(time=400.0, station="a", session="gone", text="mend the pool"),
        ev.TurnStarted(time=401.0, station="a", session="old", text="another pool"),
        ev.TextWritten(time=402.0, station="a", session="gone", text="done with the pool"),
    ]
    first = library.parts(FindEverywhere("pool"))[0]
    assert (first.session, first.excerpts, [hit.entry for hit in first.hits]) == ("gone", True, [1, 0])
    assert first.hits[0].text == "done with the pool"
    assert ("gone", [0]) not in library.found("puddle")


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_searched(library: Library) -> None:
    library.write("bent", 500.0).write_bytes(b"\xff\x00pool\n{")
    packed = library.directory / "packed.jsonl.zst"
    packed.write_bytes(zstd.compress(said(0, "a frozen pool").encode()))
    library.sessions["packed"] = Session("a", path=str(packed))
    damaged = library.directory / "damaged.jsonl.zst"
    damaged.write_bytes(b"\x28\xb5\x2f\xfdpool")
    library.sessions["damaged"] = Session("a", path=str(damaged))
    assert library.found("pool")[0] == ("packed", [0])
    assert len(library.found("pool")) == 4


def test_no_more_is_told_than_asked_for(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everywhere, "EACH", 3)
    library.write("chatty", 400.0, *(f"pool {i}" for i in range(9)))
    first, *_, last = library.parts(FindEverywhere("pool"))
    assert ([hit.entry for hit in first.hits], first.more) == ([8, 7, 6], True)
    assert (last.searched, last.all) == (4, 4)
    first, second, last = library.parts(FindEverywhere("pool", most=4))
    assert ([len(part.hits) for part in (first, second, last)], second.more) == ([3, 1, 0], False)
    assert (last.searched, last.all) == (2, 4)


def test_a_search_that_nobody_waits_for_ends(library: Library) -> None:
    halt = Halt()
    halt.pull()
    with pytest.raises(GivenUpError):
        library.parts(FindEverywhere("pool"), halt)


@given(st.text(max_size=60), st.text(min_size=1, max_size=8), st.integers(1, 9))
def test_what_a_conversation_shows_is_never_passed_over(text: str, pattern: str, block: int) -> None:
    """Whatever the text, and wherever a block ends in the middle of it."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "BLOCK", block)
        path = Path(folder) / "a.jsonl"
        path.write_text(said(0, text) + said(1, text + pattern))
        conversation = open_conversation("claude", path, "s")
        shown = conversation.find(pattern, 0) is not None
        conversation.close()
        assert may_hold(path, words_of(pattern)) or not shown


@given(st.text(max_size=900), st.text(min_size=1, max_size=9))
def test_an_excerpt_is_around_what_was_found(text: str, pattern: str) -> None:
    line = text.replace("\n", " ")
    told = excerpt(Entry(kind=EntryKind.TEXT, title="title", lines=("first", line)), pattern.lower())
    assert len(told) <= everywhere.AROUND + 2
    if pattern.lower() in line.lower() and line.isascii() and pattern not in "titlefirst" and pattern.strip():
        assert pattern.lower().strip() in told.lower()


def test_a_regular_expression_is_found_with_the_words_it_found_and_none_hangs(library: Library) -> None:
    pytest.importorskip("re2")
    library.write("long", 400.0, "a" * 100_000 + "!")

    def found(pattern: str) -> list[tuple[str, list[str]]]:
        parts = library.parts(FindEverywhere(pattern, regex=True))
        return [(part.session, [hit.found for hit in part.hits]) for part in parts if part.hits]

    assert found(r"\bpo+l\b") == [("new", ["POOL"]), ("old", ["pool", "Pool"])]
    assert found(r"^close .*\.$") == [("new", ["close the POOL."])]
    assert found(r"(a+)+$") == []


@pytest.mark.parametrize("wrong", ["(", "(?=look)", r"(a)\1", "((a{1000}){1000}){1000}", "x" * 2_000])
def test_what_is_no_regular_expression_is_told_with_the_cure(library: Library, wrong: str) -> None:
    pytest.importorskip("re2")
    with pytest.raises(FactoryError, match="regular expression") as error:
        library.parts(FindEverywhere(wrong, regex=True))
    assert error.value.cure


def test_transcripts_that_sub_agents_have_of_their_own_are_searched_too(library: Library) -> None:
    folder = library.directory / "old" / "subagents"
    folder.mkdir(parents=True)
    for name in ("agent-abc1.jsonl", "agent-abc2.jsonl", "notes.jsonl"):
        (folder / name).write_text(said(0, "nothing") + said(1, f"a puddle of {name}"))
    (folder / "agent-abc2.jsonl").unlink()
    os.mkfifo(folder / "agent-abc2.jsonl")
    (part,) = (part for part in library.parts(FindEverywhere("puddle")) if part.hits)
    assert (part.session, part.station, part.subagent) == ("old", "a", "abc1")
    assert [hit.entry for hit in part.hits] == [1]
