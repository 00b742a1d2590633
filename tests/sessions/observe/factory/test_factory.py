"""The transcripts that our own hosts write: written by a voice, read by the station screen."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.events import Event
from sessions.floor.tokens import Tokens
from sessions.observe.conversation.entries import EntryKind
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.factory import lines as ft
from sessions.observe.factory.conversation import DIALECT
from sessions.stations.hosting.transcript import Transcript, read
from sessions.stations.hosting.voice import Voice


def voice(path: Path, told: list[Event]) -> Voice:
    clock = iter(range(1_000, 100_000))
    return Voice("one", "builtin", told.extend, Transcript(path), lambda: float(next(clock)) / 10)


def test_a_conversation_is_read_as_it_was_told(tmp_path: Path) -> None:
    path, told = tmp_path / "deep/transcript.jsonl", list[Event]()
    said = voice(path, told)
    said.opened("s1", str(path), model="m")
    said.taken("p1", "Mend it\nall of it")
    said.prompted("p1", "Mend it\nall of it")
    said.text("I \x1b[31mlook")
    said.text(" first.")
    said.text_over("m1")
    edit = msgspec.json.encode({"path": "a.py", "old_string": "x\n", "new_string": "y\nz\n"})
    said.called(ft.Tool(call="c1", tool="edit", arguments=msgspec.Raw(edit), message="m1"), "a.py", ["a.py"])
    said.called(ft.Tool(call="c2", tool="run", arguments=msgspec.Raw(b'{"command":"make"}'), message="m1"), "make")
    said.came("c2", "no rule", failed=True)
    said.came("c1", "done", diff="-x\n+y\n+z")
    said.used("u1", "m", Tokens(input=10, output=2), cost=0.5)
    said.waits("rate limit")
    said.finished(interrupted=True)
    said.closed()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = open_conversation("builtin", path)
    entries = [shown.entry(i) for i in range(len(shown))]
    assert [entry.kind for entry in entries] == [
        EntryKind.PROMPT,
        EntryKind.TEXT,
        EntryKind.TOOL,
        EntryKind.RESULT,
        EntryKind.TOOL,
        EntryKind.RESULT,
        EntryKind.NOTE,
        EntryKind.NOTE,
    ]
    assert entries[0].lines == ("Mend it", "all of it")
    assert entries[1].lines == ("I look first.",)
    assert (entries[2].title, entries[2].added, entries[2].removed) == ("a.py", 2, 1)
    assert entries[3].lines == ("-x", "+y", "+z", "done")
    assert (entries[4].title, entries[5].failed, entries[5].title) == ("make", True, "no rule")
    shown.close()
    kinds = [type(event).__name__ for event in told]
    assert kinds[:4] == ["SessionClaimed", "SessionOpened", "TurnStarted", "TextWritten"]
    texts = [event.text for event in told if isinstance(event, ev.TextWritten)]
    assert texts == ["I look", "I look first."]


def test_text_is_told_by_the_quarter_of_a_second_as_it_stands_then(tmp_path: Path) -> None:
    told: list[Event] = []
    now = 0.0
    said = Voice("one", "builtin", told.extend, Transcript(tmp_path / "t"), lambda: now)
    for number in range(100):
        now = 100 + number / 100
        said.text(f"w{number} ")
    said.say(ev.ActivitySeen(**said.who))
    texts = [event.text for event in told if isinstance(event, ev.TextWritten)]
    assert len(texts) <= 6
    assert texts[0] == "w0" and texts[-1].endswith("w98 w99") and texts[-1].startswith("… w")
    assert all(len(text) <= 200 for text in texts)
    assert isinstance(told[-1], ev.ActivitySeen)
    said.transcript.close()


def test_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b'{"line":"session.1","session":"s1"}\n{"line":"text","te')
    again = Transcript(path)
    again.put(ft.Text(text="whole \ud83d"))
    again.put(ft.Tool(call="\udc00", tool="run", arguments=msgspec.Raw(b'{"command":"x"}')))
    assert [type(line).__name__ for line in again.lines()] == ["Session", "Text", "Tool"]
    assert [bytes(line.arguments) for line in again.lines() if isinstance(line, ft.Tool)] == [b'{"command":"x"}']
    again.close()
    assert list(read(tmp_path / "none")) == []


@given(
    st.binary() | st.sampled_from(["prompt", "tool", "result", "end", "x"]).map(lambda n: f'{{"line":"{n}"'.encode())
)
def test_foreign_lines_hurt_no_reader(line: bytes) -> None:
    assert len(DIALECT.marks(line)) <= 1
    assert len(DIALECT.entries(line)) <= 1
