"""The command inside a station: what it tells, what it says when it cannot, and that it is fast."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sessions.stations.signals import hook, tools
from tests.support.stations.signals import STATION, ended, environment, listening, names, speak

FAST_S = 0.06
"""Processor time of one call."""


def test_a_word_and_an_agents_payload(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            around = environment(tmp_path / "out")
            assert (await ended(speak(["hook", "TASK_COMPLETE", "--text", "all green"], around)))[0] == 0
            payload = {"hook_event_name": "Stop", "session_id": "s1", "tool_response": {"huge": "x" * 10_000}}
            assert (await ended(speak(["hook"], around, json.dumps(payload).encode())))[:2] == (0, "")
            await supervisor.until(lambda: len(supervisor.signals) == 2)
            first, second = supervisor.signals
            assert (first.name, first.payload) == ("TASK_COMPLETE", {"text": "all green"})
            assert (second.name, second.payload) == ("Stop", {"hook_event_name": "Stop", "session_id": "s1"})

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["hook"], b"", "no name"),
        (["hook"], b"{", "not JSON"),
        (["hook"], b"[]", "no JSON object"),
        (["hook", "A", "B"], b"", "one name"),
        (["hook", "all done"], b"", "a name is a letter"),
        (["hook", "1A"], b"", "a name is a letter"),
        (["hook", "A" * 65], b"", "a name is a letter"),
        (["hook", "A", "--text"], b"", "needs a value"),
        (["hook", "A", "--test", "x"], b"", "no option here"),
        (["ask"], b"", "say what for"),
        (["ask", "money"], b"", "say what for"),
        (["ask", "scope"], b"", "say what for"),
        (["ask", "scope", "a", "--wait", "soon"], b"", "no number of seconds"),
        (["ask", "scope", "../x"], b"", "leads upwards"),
        (["ask", "scope", "!x"], b"", "takes away"),
        (["hook", "A", "--outbox", "/nowhere"], b"", "nothing was told"),
        (["status"], b"", "and nothing else"),
    ],
)
def test_words_that_tell_nothing(tmp_path: Path, words: list[str], given: bytes, said: str) -> None:
    (tmp_path / STATION).mkdir()

    async def scene() -> None:
        code, out, error = await ended(speak(words, environment(tmp_path), given))
        # An agent takes 2 for an order: of its own hook, which gives no words, it is never the end.
        assert (code, out) == (1 if said == "nothing was told" or words == ["hook"] else 2, "")
        assert error.startswith("factory-tui: ")
        assert said in error
        assert error.count("\n") == 1

    asyncio.run(scene())
    assert names(tmp_path / STATION) == []


@pytest.mark.parametrize("words", [[], ["--help"], ["hook", "-h"], ["ask", "--help"]])
def test_inside_a_station_it_helps(tmp_path: Path, words: list[str]) -> None:
    code, out, error = asyncio.run(ended(speak(words, environment(tmp_path))))
    assert (code, error) == (0, "")
    assert out.startswith("usage: factory-tui hook NAME") and "factory-tui ask scope" in out


def test_outside_a_station_it_says_so() -> None:
    async def scene() -> None:
        code, _, error = await ended(speak(["hook", "A"], {"PATH": os.environ["PATH"]}))
        assert code == 1
        assert error.startswith("factory-tui: $FACTORY_TUI_OUTBOX is not set: this works inside a station")

    asyncio.run(scene())


def test_an_agent_is_told_its_boundary_when_it_begins(tmp_path: Path) -> None:
    (tmp_path / STATION).mkdir()
    file = tmp_path / "station.json"
    file.write_text(json.dumps({"mode": "safe", "words": "You may write src/**."}))

    async def scene() -> None:
        given = b'{"hook_event_name": "SessionStart"}'
        assert (await ended(speak(["hook"], environment(tmp_path, file), given)))[1] == "You may write src/**.\n"

    asyncio.run(scene())


def test_a_permission_is_left_to_the_terminal_when_nothing_can_be_told(tmp_path: Path) -> None:
    """The outbox is gone: the agent is told nothing, and asks as it does."""

    async def scene() -> None:
        given = b'{"hook_event_name": "PermissionRequest", "tool_name": "Bash", "tool_input": {}}'
        code, out, error = await ended(speak(["hook"], environment(tmp_path / "gone"), given))
        assert (code, out) == (1, "")
        assert "cannot be used" in error

    asyncio.run(scene())


@pytest.mark.parametrize(("tool", "said"), [("Write", "outside this station's scope"), ("Bash", "cannot be asked")])
def test_what_is_denied_stays_denied_when_nothing_can_be_told(tmp_path: Path, tool: str, said: str) -> None:
    """A hook that fails is one that has nothing against it."""
    file = tmp_path / "station.json"
    file.write_text(json.dumps({"mode": "safe", "root": str(tmp_path), "write": ["src/**"], "ask": ["Bash"]}))
    payload = {
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_input": {"file_path": "a"},
        "cwd": str(tmp_path),
    }

    async def scene() -> None:
        given = json.dumps(payload).encode()
        code, out, _ = await ended(speak(["hook"], environment(tmp_path / "gone", file), given))
        answer = json.loads(out)["hookSpecificOutput"]
        assert (code, answer["permissionDecision"]) == (0, "deny")
        assert said in answer["permissionDecisionReason"]

    asyncio.run(scene())


def test_installed_tools_run_where_nothing_else_is(tmp_path: Path) -> None:
    """With the program's own packages out of reach, by the name that agents know, with a PATH of its own."""
    kit = tools.install(tmp_path / "tools")
    (tmp_path / STATION).mkdir()
    around = dict(kit.environment(STATION, tmp_path / STATION, tmp_path / "station.json", "/usr/bin:/bin"))
    (tmp_path / "station.json").write_text(json.dumps({"mode": "safe", "root": str(tmp_path), "write": ["src/**"]}))
    found = shutil.which("factory-tui", path=around["PATH"])
    assert found == str(tmp_path / "tools" / "factory-tui")
    payload = {"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": "README"}}
    done = subprocess.run(
        ["/bin/sh", "-c", kit.command],
        input=json.dumps(payload | {"cwd": str(tmp_path)}),
        env=around,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)["hookSpecificOutput"]
    assert answer["permissionDecision"] == "deny"
    assert "README is outside this station's scope, which may write src/**" in answer["permissionDecisionReason"]
    assert (tmp_path / "tools").stat().st_mode & 0o777 == 0o700
    tools.install(tmp_path / "tools")
    subprocess.run([found, "hook", "PROGRESS"], env=around, check=True)
    assert len(names(tmp_path / STATION)) == 2


def test_it_is_fast(tmp_path: Path) -> None:
    (tmp_path / STATION).mkdir()
    argv = [sys.executable, "-I", "-S", hook.__file__, "hook", "PROGRESS", "--text", "x"]
    calls = 5
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(calls):
        subprocess.run(argv, env=environment(tmp_path), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent / calls <= FAST_S


def test_it_needs_nothing_but_the_standard_library() -> None:
    for name in ("hook", "rules"):
        code = f"import sys, runpy; runpy.run_path({hook.__file__!r}.replace('hook', {name!r})); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
        assert {"msgspec", "sessions", "asyncio", "pathlib"} & set(done.stdout.split()) == set()
