"""Recordings that an enemy, or a bad disk, has made."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.errors import FactoryError, NewerFormatError
from sessions.floor import events as ev
from sessions.floor.state import FloorState, Station
from sessions.floor.tasks.task import Check, TaskSpec
from sessions.journal.past.past import EventList
from sessions.journal.recording import archive, record
from sessions.journal.recording.recording import Recording
from tests.support.chance import of_hundred
from tests.support.journal import sample_stream

STREAM = sample_stream(60)

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.ftr"
    record.write(EventList(STREAM), path, 1, 60)
    return path


def _use(path: Path) -> None:
    """Everything a console does with a recording."""
    opened = Recording(path)
    try:
        last = opened.span.last_seq
        opened.state_at(last)
        opened.density(50)
        opened.events(0, last)
        opened.events_of("ship-1", last, 10)
        opened.failure_after(opened.seq_at(opened.span.last_time))
    finally:
        opened.close()


def _change(path: Path, change: Change, kind: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", kind) as new:
        for name, body in parts.items():
            new.writestr(name, body)


def _header(**changes: object) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        parts["header.json"] = msgspec.json.encode({**msgspec.json.decode(parts["header.json"]), **changes})

    return change


def _set(name: str, body: bytes) -> Change:
    return lambda parts: parts.__setitem__(name, body)


def test_a_newer_recording_is_refused(path: Path) -> None:
    _change(path, lambda parts: parts.__setitem__("header.json", b'{"format":"factory-tui recording","version":2}'))
    with pytest.raises(NewerFormatError, match=r"run\.ftr was recorded by a newer"):
        _use(path)


@pytest.mark.parametrize(
    "change",
    [
        _set("header.json", b"[]"),
        _set("header.json", b"\xff\x00"),
        _set("header.json", b'{"format":"factory-tui recording","version":1}'),
        _set("header.json", b"[" * 100_000),
        _header(format="another"),
        _header(events=10**12),
        _header(events=-1, blocks=[-1]),
        _header(events=61, blocks=[61]),
        _header(events=60, blocks=[30, 30], block_stations=[[], []]),
        _header(blocks=[]),
        _header(failures=10**9),
        _set("times", b"\x00" * 479),
        _set("times", struct.pack("<60d", *range(60, 0, -1))),
        _set("times", struct.pack("<60d", *[float("nan")] * 60)),
        _set("times", struct.pack("<60d", *[float("inf")] * 60)),
        _set("failures", b""),
        _set("failures", b"\xff" * 400),
        _set("states/0", b"{"),
        _set("states/0", b'{"stations": 5}'),
        _set("events/0", b""),
        _set("events/0", b"\n" * 1_000_000),
        lambda parts: [parts.pop(name) for name in ("times",)].clear(),
        lambda parts: [parts.pop(name) for name in ("events/0",)].clear(),
    ],
)
def test_a_recording_that_contradicts_itself_is_named(path: Path, change: Change) -> None:
    _change(path, change)
    with pytest.raises(FactoryError, match=r"run\.ftr is not a recording of factory-tui, or damaged"):
        _use(path)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(path: Path, kind: int) -> None:
    _change(path, lambda parts: None, kind)
    with pytest.raises(FactoryError, match="damaged"):
        _use(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=of_hundred(60))
@given(cut=st.integers(0, 20_000), noise=st.binary(max_size=8), at=st.integers(0, 20_000))
def test_truncated_and_damaged_files_are_refused_or_read_and_never_crash(
    path: Path, cut: int, noise: bytes, at: int
) -> None:
    content = path.read_bytes()
    for damaged in (
        content[: cut % len(content)],
        content[: at % len(content)] + noise + content[at % len(content) + len(noise) :],
    ):
        file = path.with_name("damaged.ftr")
        file.write_bytes(damaged)
        try:
            _use(file)
        except FactoryError as error:
            assert "damaged.ftr" in error.message


@pytest.mark.parametrize("content", [b"", b"x" * 10_000, b"PK\x05\x06" + b"\x00" * 18, b"SQLite format 3\x00" * 100])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.ftr"
    path.write_bytes(content)
    with pytest.raises(FactoryError, match=r"garbage\.ftr"):
        _use(path)


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.ftr"):
        with pytest.raises(FactoryError, match="cannot be read"):
            Recording(path)


@pytest.mark.parametrize("part", ["header.json", "times", "states/0", "events/0"])
def test_a_bomb_does_not_fill_the_memory(path: Path, part: str) -> None:
    """150 MB of zeros are less than one in the file."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name, body in parts.items():
            new.writestr(name, body)
        with new.open(part, "w") as bomb:
            for _ in range(150):
                bomb.write(bytes(1_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(FactoryError, match="too large"):
            _use(path)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_lie_about_the_size_is_noticed(path: Path) -> None:
    """The directory says 10 bytes where the part unpacks to many."""
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02" + content[content.rindex(b"PK\x01\x02") + 4 : content.rindex(b"PK\x01\x02") + 6])
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    with pytest.raises(FactoryError, match="damaged"):
        _use(path)


def test_a_huge_directory_is_refused_before_it_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INDEX_BYTES", 100)
    with pytest.raises(FactoryError, match="directory is too large"):
        _use(path)


def test_names_in_the_archive_are_no_paths(path: Path, tmp_path: Path) -> None:
    _change(path, lambda parts: parts.update({"../evil": b"x", "/etc/evil": b"x"}))
    _use(path)
    assert [file.name for file in tmp_path.iterdir()] == ["run.ftr"]


def test_hostile_text_comes_out_harmless(path: Path) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\u202eevil\x9b2J\n"
    state = FloorState(stations={"s": Station("s", activity=evil, model=evil)})
    _change(path, _set("states/0", msgspec.json.encode(state)))
    event = ev.TextWritten(time=STREAM[0].time, station="ship-1", text=evil)

    def first_line(parts: dict[str, bytes]) -> None:
        lines = parts["events/0"].split(b"\n")
        parts["events/0"] = b"\n".join([msgspec.json.encode(event), *lines[1:]])

    _change(path, first_line)
    opened = Recording(path)
    shown = opened.state_at(0).stations["s"]
    assert shown.activity.isprintable() and shown.model.isprintable()
    found = opened.events(0, 1)[0]
    assert isinstance(found, ev.TextWritten)
    assert found.text.isprintable() and "evil" in found.text
    opened.close()


def test_a_task_keeps_its_lines_and_is_harmless(tmp_path: Path) -> None:
    spec = TaskSpec("one\x1b[31m\nline", "first\n\x1b]0;x\x07second", Check(("make\ntest",)))
    told = [
        ev.TaskAdded(time=1.0, task="t1", spec=spec),
        ev.CheckFinished(time=2.0, station="s", task="t1", lease=1, passed=False, output="a\n\x1b[2Jb"),
    ]
    record.write(EventList(told), tmp_path / "tasks.ftr", 1, 2)
    opened = Recording(tmp_path / "tasks.ftr")
    try:
        added, checked = opened.events(0, 2)
    finally:
        opened.close()
    assert isinstance(added, ev.TaskAdded) and isinstance(checked, ev.CheckFinished)
    assert (added.spec.title, added.spec.text) == ("one line", "first\nsecond")
    assert added.spec.check.commands == ("make\ntest",)
    assert checked.output == "a\nb"


def test_unknown_events_of_a_newer_minor_are_counted(path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        lines = parts["events/0"].split(b"\n")
        lines[5] = b'{"type":"robot_paid.1","time":3}'
        parts["events/0"] = b"\n".join(lines)

    _change(path, change)
    opened = Recording(path)
    assert opened.state_at(60).skipped == {"unknown event": 1}
    assert opened.state_at(60).seq == 60
    opened.close()
