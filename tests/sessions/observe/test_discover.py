"""Transcripts are found where agents keep them and where the operator says, whatever else lies there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sessions.observe.files.discover import PROCESSES, SearchRoot, Source, Unreadable, kind_of, places, walk
from tests.support.observe import SESSION, prompt, write


def found(*where: SearchRoot) -> list[str]:
    return sorted(str(source.path.name) for place in where for source in walk(place) if isinstance(source, Source))


def test_known_places_follow_the_environment(tmp_path: Path) -> None:
    known = {(str(place.path.relative_to(tmp_path)), place.kind) for place in places(environment={}, home=tmp_path)}
    assert known == {
        (".claude/projects", "claude"),
        (".config/claude/projects", "claude"),
        (".claude/sessions", PROCESSES),
        (".config/claude/sessions", PROCESSES),
        (".codex/sessions", "codex"),
        (".codex/archived_sessions", "codex"),
        (".openclaw/agents", "openclaw"),
    }
    moved = {"CLAUDE_CONFIG_DIR": f"{tmp_path}/a,{tmp_path}/b", "CODEX_HOME": f"{tmp_path}/c"}
    paths = [str(place.path.relative_to(tmp_path)) for place in places(environment=moved, home=tmp_path)]
    assert paths[2:4] == ["a/sessions", "b/sessions"]
    assert paths[:2] == ["a/projects", "b/projects"]
    assert paths[4:] == ["c/sessions", "c/archived_sessions", ".openclaw/agents"]


def test_named_places_come_first_and_can_be_the_only_ones(tmp_path: Path) -> None:
    (only,) = places([tmp_path], only=True)
    assert only == SearchRoot(tmp_path, "", True)
    both = places([tmp_path / ".claude/projects"], environment={}, home=tmp_path)
    assert both[0].explicit
    assert len(both) == 7
    (tmp_path / "projects").mkdir()
    assert SearchRoot(tmp_path / "sessions", PROCESSES, True) in places([tmp_path], only=True)


def test_the_kind_is_told_by_the_first_lines(tmp_path: Path) -> None:
    claude = write(tmp_path / "a", [prompt("go")])
    assert kind_of(claude) == "claude"
    contents = {
        b'{"type":"summary","summary":"x","leafUuid":"y"}\n': "claude",
        b'{ "timestamp": "x", "type": "session_meta", "payload": {"id": "y"} }\n': "codex",
        b'{"id":"x","timestamp":"y","instructions":null}\n': "codex",
        b'{"type":"session","version":3,"id":"x","timestamp":"y","cwd":"/z"}\n': "openclaw",
        b"\n\nnot one\n": "",
        b"\0" * 100: "",
        b"": "",
        b'{"first":"' + b"x" * 200_000 + b'"}\n' + claude.read_bytes(): "claude",
        b'{"first":"' + b"x" * 200_000: "",
    }
    for content, kind in contents.items():
        path = tmp_path / "file"
        path.write_bytes(content)
        assert kind_of(path) == kind
    with closing(sqlite3.connect(tmp_path / "db.sqlite")) as database:
        database.execute("create table transcript_events (session_id)")
    assert kind_of(tmp_path / "db.sqlite") == "openclaw"


def test_only_transcripts_are_found_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path / f"p/{SESSION}.jsonl", [])
    write(tmp_path / f"p/{SESSION}/subagents/workflows/wf_1/agent-a.jsonl", [])
    write(tmp_path / "p/notes.txt", [])
    write(tmp_path / "p/x.trajectory.jsonl", [])
    (tmp_path / "p/loop").symlink_to(tmp_path)
    (tmp_path / "p/nowhere.jsonl").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "p/pipe.jsonl")
    assert found(SearchRoot(tmp_path, "claude")) == [f"{SESSION}.jsonl", "agent-a.jsonl"]
    assert found(SearchRoot(tmp_path / "p/notes.txt")) == ["notes.txt"]
    assert found(SearchRoot(tmp_path / "missing")) == []


def test_what_was_typed_into_claude_is_no_transcript(tmp_path: Path) -> None:
    """It lies beside the transcripts, and each turn adds a line: as one of a transcript it has an unexpected shape."""
    typed: dict[str, object] = {
        "display": "mend it",
        "pastedContents": {},
        "timestamp": 1_795_974_545_875,
        "sessionId": SESSION,
    }
    write(tmp_path / ".claude/projects/-srv/a.jsonl", [])
    write(tmp_path / ".claude/history.jsonl", [typed])
    write(tmp_path / "mine/history.jsonl", [])
    asked = SearchRoot(tmp_path / ".claude", "", True)
    assert found(asked) == ["a.jsonl"]
    assert [*walk(asked, tmp_path / ".claude/history.jsonl")] == []
    assert found(SearchRoot(tmp_path / "mine")) == ["history.jsonl"]


def test_a_subagents_file_names_its_session(tmp_path: Path) -> None:
    write(tmp_path / f"{SESSION}/subagents/agent-a.jsonl", [])
    (source,) = walk(SearchRoot(tmp_path, "claude"))
    assert isinstance(source, Source)
    assert (source.session, source.subagent) == (SESSION, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0)
    (trouble,) = walk(SearchRoot(tmp_path))
    assert isinstance(trouble, Unreadable)
    assert trouble.path == tmp_path / "locked"


@pytest.mark.parametrize("linked", ["", "projects", "projects/one", "projects/one/a.jsonl"])
def test_no_link_in_the_home_of_a_station_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: str
) -> None:
    """A station would have all that the operator has read, and its meters count what is not its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write(tmp_path / "operator/projects/one/a.jsonl", [prompt("go")])
    home = tmp_path / "state/factory-tui/repo-1/places/s1/home"
    link = home / ".claude" / linked
    link.parent.mkdir(parents=True)
    root = SearchRoot(home / ".claude/projects", explicit=True)
    link.symlink_to(tmp_path / "operator" / linked)
    assert found(root) == []
    link.unlink()
    write(home / ".claude/projects/one/a.jsonl", [prompt("go")])
    assert found(root) == ["a.jsonl"]
