"""The observer reads everything once: at first, after a restart, and while it is written."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import Tokens
from sessions.observe import feeds
from sessions.observe.conversation.opening import open_conversation
from sessions.observe.files import discover
from sessions.observe.files.discover import SearchRoot
from sessions.observe.files.probe import probe
from sessions.observe.files.tail import LONGEST
from sessions.observe.observer import STEPS, Batch, Observer
from sessions.observe.seats import Seats
from sessions.observe.sums import SumReader
from tests.support.observe import (
    OTHER,
    SESSION,
    FlatPrice,
    Json,
    append,
    desk,
    followed,
    only,
    prompt,
    read,
    reply,
    result,
    tool,
    usage,
    used_of,
    write,
)

AGENT: Json = {"isSidechain": True, "agentId": "a1"}


class Journal:
    """What a journal would hold."""

    def __init__(self) -> None:
        self.events: list[ev.Event] = []
        self.marks: dict[str, bytes] = {}
        self.calls: dict[bytes, bytes] = {}

    def add(self, batch: Batch) -> Batch:
        self.events += batch.events
        self.marks |= batch.marks
        self.calls |= batch.calls
        return batch

    def call(self, key: bytes) -> bytes | None:
        return self.calls.get(key)

    def has_calls(self) -> bool:
        return bool(self.calls)

    def observer(self, *places: Path, longest: int = 1 << 20) -> Observer:
        """An observer as it is after a restart."""
        where = [SearchRoot(path, "claude") for path in places]
        seats = Seats(fold_all(EMPTY, self.events))
        return Observer(where, seats, FlatPrice(), self.marks, self, longest=longest)

    def scan(self, *places: Path, longest: int = 1 << 20) -> list[ev.Event]:
        """Restart and scan; the events that this adds."""
        return [e for batch in self.observer(*places, longest=longest).scan() for e in self.add(batch).events]


@pytest.fixture
def journal() -> Journal:
    return Journal()


def session(root: Path, name: str = SESSION) -> Path:
    return root / f"project/{name}.jsonl"


def test_a_restart_reads_only_what_is_new(tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [prompt("go"), *(reply(f"m{n}", usage(1, 2, 3, n), n) for n in range(200))]
    path = write(session(tmp_path), lines)
    assert used_of(journal.scan(tmp_path)) == Tokens(200, 400, 0, 600, 199 * 100)
    asked = 0
    pread = os.pread

    def counting(fd: int, size: int, offset: int) -> bytes:
        nonlocal asked
        data = pread(fd, size, offset)
        asked += len(data)
        return data

    monkeypatch.setattr(os, "pread", counting)
    assert journal.scan(tmp_path) == []
    assert asked == 0
    append(path, [reply("m199", usage(1, 2, 3, 500), 300), reply("m200", usage(1), 301)])
    assert used_of(journal.scan(tmp_path)) == Tokens(input=1, output=301)
    assert asked < 2_000


def test_a_torn_line_is_read_when_it_is_whole(tmp_path: Path, journal: Journal) -> None:
    path = write(session(tmp_path), [prompt("go"), reply("m1", usage(output=7))], end=b"")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    events = journal.scan(tmp_path)
    assert used_of(events) == Tokens()
    assert not only(events, ev.SourceSkipped)
    with path.open("ab") as file:
        file.write(whole[-1:])
    assert used_of(journal.scan(tmp_path)).output == 7
    with path.open("ab") as file:
        file.write(b"\n" + json.dumps(reply("m2", usage(output=5))).encode())
    assert used_of(journal.scan(tmp_path)).output == 5
    with path.open("ab") as file:
        file.write(b"\n")
    assert journal.scan(tmp_path) == []


def test_truncated_and_rotated_files_count_no_call_twice(tmp_path: Path, journal: Journal) -> None:
    lines = [prompt("go"), *(reply(f"m{n}", usage(output=10), n) for n in range(5))]
    path = write(session(tmp_path), lines)
    journal.scan(tmp_path)
    write(path, lines[:3])
    events = journal.scan(tmp_path)
    assert [e.reason for e in events if isinstance(e, ev.SourceSkipped)] == ["truncated file"]
    fresh = write(tmp_path / "fresh", [*lines, reply("m9", usage(output=1))])
    fresh.rename(path)
    events = journal.scan(tmp_path)
    assert [e.reason for e in events if isinstance(e, ev.SourceSkipped)] == ["rotated file"]
    assert used_of(journal.events).output == 51
    state = fold_all(EMPTY, journal.events)
    assert state.stations["api"].turns == 1
    assert state.skipped == {"truncated file": 1, "rotated file": 1}


def test_deleted_unreadable_and_foreign_files_are_told_once(tmp_path: Path, journal: Journal) -> None:
    path = write(session(tmp_path), [prompt("go")])
    (tmp_path / "named").mkdir()
    (tmp_path / "named/foreign.jsonl").write_bytes(b"\x00\xff" * 5_000)
    seats = Seats()
    observer = Observer([SearchRoot(tmp_path, "", True)], seats, FlatPrice())
    events = [e for batch in observer.scan() for e in journal.add(batch).events]
    assert [e.reason for e in events if isinstance(e, ev.SourceSkipped)] == ["not a transcript"]
    path.unlink()
    events = journal.scan(tmp_path)
    assert [(e.reason, e.detail) for e in events if isinstance(e, ev.SourceSkipped)] == [("deleted file", path.name)]
    assert journal.scan(tmp_path) == []


def test_what_is_no_transcript_is_told_once_however_it_grows(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "empty.jsonl").touch()
    foreign = tmp_path / "foreign.jsonl"
    told = []
    for size in (100, 200, 300):
        foreign.write_bytes(b"{}\n" * size)
        observer = Observer([SearchRoot(tmp_path, "", True)], Seats(), FlatPrice(), journal.marks, journal)
        told += [e for batch in observer.scan() for e in journal.add(batch).events]
    assert [(e.reason, e.detail) for e in told if isinstance(e, ev.SourceSkipped)] == [
        ("not a transcript", "foreign.jsonl")
    ]
    write(tmp_path / "empty.jsonl", [reply("m1", usage(output=3))])
    write(foreign, [reply("m2", usage(output=4))])
    observer = Observer([SearchRoot(tmp_path, "", True)], Seats(), FlatPrice(), journal.marks, journal)
    assert used_of(e for batch in observer.scan() for e in batch.events).output == 7


def test_a_file_that_could_not_be_read_is_read_when_it_can_be(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(session(tmp_path), [prompt("go"), reply("m1", usage(output=3), 1)])
    journal.scan(tmp_path)
    append(path, [reply("m2", usage(output=4), 2)])
    really, denied = os.open, True

    def guarded(file: str | Path, *flags: int) -> int:
        if denied and str(file) == str(path):
            raise PermissionError(13, "Permission denied")
        return really(file, *flags)

    monkeypatch.setattr(os, "open", guarded)
    events = journal.scan(tmp_path)
    assert [(e.reason, e.detail) for e in events if isinstance(e, ev.SourceSkipped)] == [
        ("unreadable file", f"{path.name}: Permission denied")
    ]
    assert journal.scan(tmp_path) == []
    denied = False
    events = journal.scan(tmp_path)
    assert used_of(events).output == 4
    assert not only(events, ev.SourceSkipped, ev.TurnStarted)


def test_paths_that_cannot_even_be_asked_for_are_told(tmp_path: Path, journal: Journal) -> None:
    """A name that is too long fails as a folder does that may not be entered."""
    hidden = tmp_path / ("x" * 300) / "a.jsonl"
    journal.marks[str(hidden)] = b"mark"
    observer = journal.observer(tmp_path)
    events = [e for batch in observer.read(frozenset([str(hidden), str(hidden.parent)])) for e in batch.events]
    assert [e.reason for e in events if isinstance(e, ev.SourceSkipped)] == ["unreadable file"]
    assert list(observer.scan()) == [], "a file that cannot be asked for was not deleted"


def test_times_of_the_future_are_those_of_now(tmp_path: Path, journal: Journal) -> None:
    path = write(session(tmp_path), [{**prompt("go"), "timestamp": "2190-01-01T00:00:00Z"}])
    os.utime(path, (7e9, 7e9))
    assert all(event.time <= time.time() for event in journal.scan(tmp_path))


def test_a_line_that_is_too_long_is_counted(tmp_path: Path, journal: Journal) -> None:
    write(session(tmp_path), [prompt("go"), prompt("x" * 5_000, 1), reply("m1", usage(output=3), 2)])
    events = journal.scan(tmp_path, longest=2_000)
    assert [(e.reason, e.count) for e in events if isinstance(e, ev.SourceSkipped)] == [("line too long", 1)]
    assert used_of(events).output == 3


def test_secrets_that_are_said_or_run_never_become_facts(tmp_path: Path, journal: Journal) -> None:
    said: list[Json] = [
        {"type": "custom-title", "customTitle": "try password=hunter2-dolphin", "sessionId": SESSION},
        prompt("use password=hunter2-dolphin and go on"),
        prompt("<command-name>/login</command-name><command-args>password=hunter2-dolphin</command-args>"),
        reply("m1", usage(output=1), 1, [{"type": "text", "text": "The key is sk-ant-api03-Zx81qPw0vLk2mNb7."}]),
        reply("m2", usage(output=1), 2, [tool("Bash", command="curl -H 'Authorization: Bearer Zx81qPw0vLk2mNb7aa'")]),
        reply("m3", usage(), 2, [tool("Bash", "t2", command="serve --token=Zx81qPw0vLk2mNb7", run_in_background=True)]),
        result(failed=True, text="denied for ghp_a1B2c3D4e5F6g7H8i9J0k1L2", second=3),
    ]
    write(session(tmp_path), said)
    events = journal.scan(tmp_path)
    kept = b"".join(msgspec.json.encode(event) for event in events) + b"".join(journal.marks.values())
    for secret in (b"hunter2", b"Zx81qPw0vLk2mNb7", b"a1B2c3D4"):
        assert secret not in kept
    assert kept.count(b"[secret]") >= 4
    (asked,) = only(events, ev.TurnStarted)
    assert asked.text == "use password=[secret] and go on"  # type: ignore[attr-defined]


def test_forks_and_subagents_count_once_for_the_session_that_did_it(tmp_path: Path, journal: Journal) -> None:
    lines = [prompt("go", 1), reply("m1", usage(output=10), 2), prompt("more", 3)]
    agent = [{**reply("m2", usage(output=100), 2), **AGENT}]
    # The fork is the newer file and is found first, and its folder of sub-agents is a copy too.
    write(session(tmp_path), lines)
    write(tmp_path / f"project/{SESSION}/subagents/agent-a1.jsonl", agent)
    fork = [{**line, "sessionId": OTHER} for line in lines]
    write(session(tmp_path, OTHER), [*fork, reply("m3", usage(output=1000), 50, session=OTHER)])
    write(tmp_path / f"project/{OTHER}/subagents/agent-a1.jsonl", [{**line, "sessionId": OTHER} for line in agent])
    os.utime(session(tmp_path), (1, 1))
    events = journal.scan(tmp_path)
    per_session = dict.fromkeys((SESSION, OTHER), 0)
    for event in events:
        if isinstance(event, ev.TokensUsed):
            per_session[event.session] += event.tokens.output
    assert per_session == {SESSION: 110, OTHER: 1000}
    assert len(only(events, ev.TurnStarted)) == 2
    assert {e.session: e.subagent for e in events if isinstance(e, ev.TokensUsed) and e.subagent} == {SESSION: "a1"}


def test_the_newest_station_comes_first_and_ends_in_the_present(tmp_path: Path, journal: Journal) -> None:
    ids = [f"{n}1111111-2222-4333-8444-555555555555" for n in range(3)]
    write(
        session(tmp_path, ids[0]),
        [prompt("old", 1, session=ids[0], cwd="/w/b"), prompt("b2", 2, session=ids[0], cwd="/w/b")],
    )
    write(session(tmp_path, ids[1]), [prompt("early", 5, session=ids[1], cwd="/w/a")])
    write(session(tmp_path, ids[2]), [prompt("late", 50, session=ids[2], cwd="/w/a")])
    os.utime(session(tmp_path, ids[0]), (1, 1))
    os.utime(session(tmp_path, ids[2]), (2, 2))
    events = journal.scan(tmp_path)
    assert [e.text for e in events if isinstance(e, ev.TurnStarted)] == ["early", "late", "old", "b2"]
    state = fold_all(EMPTY, events)
    assert state.stations["a"].session == ids[2]
    assert list(state.stations) == ["b", "a"]


def test_batches_are_bounded_and_progress_is_told(tmp_path: Path, journal: Journal) -> None:
    for n in range(4):
        name = f"{n}1111111-2222-4333-8444-555555555555"
        write(session(tmp_path, name), [reply(f"m{n}-{k}", usage(output=1), k, session=name) for k in range(2_000)])
    told: list[tuple[int, int]] = []
    observer = Observer(
        [SearchRoot(tmp_path, "claude")], Seats(), FlatPrice(), progress=lambda done, total: told.append((done, total))
    )
    batches = [journal.add(batch) for batch in observer.scan()]
    assert used_of(journal.events).output == 8_000
    assert len(batches) > 2
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.jsonl"))
    assert told == sorted(told)
    assert told[0] == (0, size)
    assert told[-1] == (size, size)


def test_the_progress_of_many_small_files_is_told_in_few_steps(tmp_path: Path) -> None:
    folders = [tmp_path / f"project/{n}" for n in range(1_100)]
    for folder in folders:
        write(folder / f"{SESSION}.jsonl", [reply("m1", usage(output=1))])
    told: list[int] = []
    places = [SearchRoot(tmp_path, "claude")]
    observer = Observer(places, Seats(), FlatPrice(), progress=lambda done, _: told.append(done))
    assert sum(used_of(batch.events).output for batch in observer.scan()) == 1
    assert len(set(told)) > STEPS // 2
    assert len(told) <= STEPS + 3


def test_a_cancelled_scan_goes_on_at_the_next_start(tmp_path: Path, journal: Journal) -> None:
    for n in range(3):
        name = f"{n}1111111-2222-4333-8444-555555555555"
        write(session(tmp_path, name), [reply(f"m{n}-{k}", usage(output=1), k, session=name) for k in range(3_000)])
    observer = journal.observer(tmp_path)
    for batch in observer.scan():
        if journal.add(batch).calls:
            observer.cancel()
    part = used_of(journal.events).output
    assert 0 < part < 9_000
    journal.scan(tmp_path)
    assert used_of(journal.events).output == 9_000


def test_following(tmp_path: Path, journal: Journal) -> None:
    """A growing file, a new session in a new folder, a place that appears later, truncation and deletion."""
    here, later = tmp_path / "here", tmp_path / "not/yet/there"
    path = write(session(here), [prompt("go"), reply("m1", usage(output=1))])
    observer = journal.observer(here, later)

    async def run() -> None:
        async with asyncio.timeout(60), aclosing(followed(observer, here, later)) as batches:

            async def until(what: Callable[[list[ev.Event]], bool]) -> None:
                seen: list[ev.Event] = []
                while not what(seen):
                    seen += journal.add(await anext(batches)).events

            await until(lambda events: used_of(events).output == 1)
            append(path, [reply("m1", usage(output=5), 1)])
            await until(lambda events: used_of(events).output == 4)
            write(
                here / f"new/{OTHER}.jsonl",
                [prompt("hi", session=OTHER), reply("m2", usage(output=10), 2, session=OTHER)],
            )
            await until(lambda events: used_of(events).output == 10)
            third = OTHER.replace("9", "8")
            write(session(later, third), [reply("m3", usage(output=100), 3, session=third)])
            await until(lambda events: used_of(events).output == 100)
            append(session(later, third), [reply("m4", usage(output=200), 4, session=third)])
            await until(lambda events: used_of(events).output == 200)
            write(path, [prompt("go")])
            await until(lambda events: bool(only(events, ev.SourceSkipped)))
            path.unlink()
            await until(
                lambda events: any(isinstance(e, ev.SourceSkipped) and e.reason == "deleted file" for e in events)
            )

    asyncio.run(run())
    assert used_of(journal.events).output == 315
    assert journal.scan(here, later) == []


def test_following_after_a_cancelled_scan_leaves_the_old_alone(tmp_path: Path) -> None:
    write(session(tmp_path), [prompt("old")])
    os.utime(session(tmp_path), (1, 1))
    observer = Observer([SearchRoot(tmp_path, "claude")], Seats(), FlatPrice())
    for batch in observer.scan():
        assert not only(batch.events, ev.TurnStarted)
        observer.cancel()

    async def run() -> list[ev.Event]:
        async with asyncio.timeout(60), aclosing(followed(observer, tmp_path)) as batches:
            write(session(tmp_path, OTHER), [prompt("new", session=OTHER, cwd="/x")])
            events: list[ev.Event] = []
            while not only(events, ev.TurnStarted):
                events += (await anext(batches)).events
            return events

    assert [e.text for e in asyncio.run(run()) if isinstance(e, ev.TurnStarted)] == ["new"]


def test_names_that_are_no_text(tmp_path: Path, journal: Journal) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    write(session(folder), [prompt("go"), reply("m1", usage(output=1))])
    events = journal.scan(tmp_path)
    (opened,) = only(events, ev.SessionOpened)
    assert isinstance(opened, ev.SessionOpened)
    opened.path.encode()
    assert all(key.encode() for key in journal.marks)
    assert journal.scan(tmp_path) == []


def test_reading_in_pieces_equals_reading_at_once(tmp_path: Path, journal: Journal) -> None:
    lines = [prompt("go"), *(reply(f"m{n // 2}", usage(output=n), n) for n in range(20))]
    path = write(session(tmp_path), [])
    path.write_bytes(b"")
    for line in lines:
        append(path, [line])
        journal.scan(tmp_path)
    at_once = read(*lines)
    assert used_of(journal.events) == used_of(at_once)
    assert len(only(journal.events, ev.TextWritten)) == len(only(at_once, ev.TextWritten))


@pytest.mark.parametrize("seen", [True, False])
def test_a_station_cannot_tell_of_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: bool) -> None:
    """Neither in a conversation that is read at a start, nor in one that comes later."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    places = tmp_path / "factory-tui/repo-1/places"
    root = places / "a/home/.claude/projects"
    root.mkdir(parents=True)
    if not seen:
        monkeypatch.setattr("sessions.observe.observer.probe", lambda _: None)
    write(root / f"x/{SESSION}.jsonl", [{**prompt("go"), "cwd": str(places / "b/work")}])
    (opened,) = [event for event in Journal().scan(root) if isinstance(event, ev.StationOpened)]
    assert opened.directory == str(places / "a/work")


def test_a_conversation_that_claims_the_session_of_another_station_is_told_once_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    root = tmp_path / "factory-tui/repo-1/places/a/home/.claude/projects"
    path = write(root / f"x/{SESSION}.jsonl", [prompt("go"), reply("m1", usage(output=9))])
    journal = Journal()
    journal.events.append(ev.SessionClaimed(time=1.0, station="b", session=SESSION))
    (told,) = journal.scan(root)
    assert isinstance(told, ev.SourceSkipped) and told.reason == feeds.FOREIGN
    append(path, [prompt("go on", 1)])
    assert journal.scan(root) == []


def test_a_file_that_is_swapped_for_a_link_before_it_is_read_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    elsewhere = write(tmp_path / "operator/secret.jsonl", [prompt("the operator's own")])
    root = tmp_path / "factory-tui/repo-1/places/a/home/.claude/projects"
    path = write(root / f"x/{SESSION}.jsonl", [prompt("go")])
    for link, target in ((path, elsewhere), (path.parent, elsewhere.parent)):
        (source,) = discover.walk(SearchRoot(root, discover.CLAUDE, True))
        link.rename(tmp_path / f"was-{link.name}")
        link.symlink_to(target)
        assert isinstance(source, discover.Source)
        for reading in (feeds.read, SumReader().read):
            (portion,) = [part for part in reading(source, b"", desk(), LONGEST) if part.events]
            assert [type(event) for event in portion.events] == [ev.SourceSkipped]
        assert probe(source) is None
        with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
            discover.kind_of(path)
        with pytest.raises(FactoryError):
            open_conversation("claude", path)
        link.unlink()
        (tmp_path / f"was-{link.name}").rename(link)
