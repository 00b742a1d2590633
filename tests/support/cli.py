"""A machine of its own for the command line: a repository with worktrees, transcripts of agents, nobody's settings."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sessions.journal.lock import holder
from tests import ROOT
from tests.support.branches.git import TestRepository, environment
from tests.support.swift.called import called

COMMAND = (sys.executable, "-m", "console")
PATIENCE_S = 60
NOON = 1_763_726_400.0
"""2025-11-21 12:00:00 UTC."""
MODEL = "claude-sonnet-4-6"


_MADE: list[Machine] = []


def end_all() -> None:
    """Leave nothing behind on any machine."""
    while _MADE:
        _MADE.pop().end()


def usage(input: int, write: int, read: int, output: int) -> dict[str, object]:
    """The usage of a call as Claude Code writes it, with all cache writes for one hour."""
    return {
        "input_tokens": input,
        "cache_creation_input_tokens": write,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": write},
        "output_tokens": output,
    }


class Machine:
    """A home directory with agents' transcripts, and a repository with a branch in a worktree."""

    def __init__(self, directory: Path, *, shared: bool = False) -> None:
        """One that is `shared` by several tests is not ended with each of them: whoever made it does that."""
        self.home = directory / "home"
        self.projects = self.home / ".claude/projects"
        self.projects.mkdir(parents=True)
        self.repo = TestRepository(directory / "api")
        self.repo.commit({"a.txt": "one\n"}, "first")
        self.tree = self.repo.worktree(directory / "api-wt", "feature/pool")
        self.repo.commit({"b.txt": "two\n"}, "second", cwd=self.tree)
        (self.tree / "c.txt").write_text("not committed\n")
        self.env = environment(
            HOME=str(self.home),
            XDG_STATE_HOME=str(directory / "state"),
            XDG_CONFIG_HOME=str(directory / "config"),
            PYTHONPATH=str(ROOT),
            TERM="xterm-256color",
            LC_ALL="C.UTF-8",
        )
        for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "NO_COLOR", "FACTORY_TUI_CONFIG", "XDG_RUNTIME_DIR"):
            self.env.pop(name, None)
        if not shared:
            _MADE.append(self)

    def end(self) -> None:
        """End what commands have started and left: supervisors, which wait for the next command."""
        for lock in Path(self.env["XDG_STATE_HOME"]).glob("*/*/journal.db.lock"):
            pid = holder(lock)
            with suppress(ProcessLookupError):
                if pid:
                    handle = os.pidfd_open(pid)
                    os.kill(pid, signal.SIGTERM)
                    select.select([handle], [], [], PATIENCE_S)
                    os.close(handle)

    def run(self, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
        """Run one command without a terminal, in this process."""
        return Done(*called(words, cwd or self.repo.path, {**self.env, **(env or {})}))

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        """Run one command without a terminal, in a process of its own, as an operator does."""
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.repo.path,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def following(self, *words: str) -> Iterator[Iterator[dict[str, object]]]:
        """The events as `events --follow` tells them, which starts a supervisor; `stopping` ends that."""
        command = [*COMMAND, "events", "--json", "--follow", *words]
        with subprocess.Popen(
            command, cwd=self.repo.path, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as follow:
            assert follow.stdout is not None
            yield (json.loads(line)["event"] for line in follow.stdout)
            follow.terminate()

    def session(
        self, name: str, directory: Path, branch: str, calls: list[dict[str, object]], at: float = NOON
    ) -> Path:
        """Write a transcript of one request and some model calls, each stated twice as Claude Code does."""
        path = self.projects / str(directory).replace("/", "-") / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = list(transcript(name, directory, branch, calls, at))
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(path, (at + 60, at + 60))
        return path


class Done:
    """How a command ended, and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> dict[str, object]:
        """The one object that a successful command printed."""
        assert self.code == 0, self.err
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def transcript(
    session: str, directory: Path, branch: str, calls: list[dict[str, object]], at: float
) -> Iterator[dict[str, object]]:
    """The lines of a Claude Code session."""
    common = {
        "sessionId": session,
        "cwd": str(directory),
        "gitBranch": branch,
        "version": "2.1.330",
        "isSidechain": False,
    }
    request = {"role": "user", "content": "Make the pool retry"}
    yield {**common, "type": "user", "uuid": f"{session}-0", "timestamp": _stamp(at), "message": request}
    for number, spent in enumerate(calls, 1):
        message = {
            "id": f"msg_{session}_{number}",
            "role": "assistant",
            "type": "message",
            "model": MODEL,
            "content": [{"type": "text", "text": f"step {number}"}],
            "usage": {**spent, "output_tokens": 1},
            "stop_reason": None,
        }
        line = {**common, "type": "assistant", "requestId": f"req_{session}_{number}", "message": message}
        yield {**line, "uuid": f"{session}-{number}a", "timestamp": _stamp(at + number)}
        message = {**message, "usage": spent, "stop_reason": "end_turn"}
        yield {**line, "uuid": f"{session}-{number}b", "timestamp": _stamp(at + number), "message": message}


def _stamp(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@contextmanager
def stopping(machine: Machine) -> Iterator[Machine]:
    """The machine, and no supervisor left on it afterwards."""
    try:
        yield machine
    finally:
        machine.run("stop")
