"""Makes Claude Code transcripts of the shape that fleets write, and measures how fast they are scanned.

The shape is what counts for a scan: per call two lines, tool results that hold their text twice, and far more
progress lines than anything else. Of the bytes, tool results are half, progress a third and replies a seventh; of the
lines, replies are 18 and tool results 12 in a hundred; `tests.bench.shapes` has the others. The text is noise from a
fixed seed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sessions.floor.events import TokensUsed
from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe.files.discover import CLAUDE, SearchRoot
from sessions.observe.observer import Batch, Observer
from sessions.observe.seats import Seats
from tests.bench import shapes

VERSION = "2.1.39"
SESSION_BYTES = 3_200_000
BEGIN = 1_770_000_000.0
MODEL = "claude-opus-4-6"
_WORDS = ("def", "return", "value", "floor", "journal", "with", "None", "import", "test", "=", "1", "(", ")", ":", "{")
_SIGNS = ("✓", "│", "—", "done")
_TOOLS = ("Bash", "Edit", "Read", "Grep", "Write", "Glob")


class Writer:
    """Writes one session's lines, and knows what its calls have used."""

    def __init__(self, seed: int, directory: str, branch: str, begin: float) -> None:
        self.random = random.Random(seed)
        self.session = str(UUID(int=self.random.getrandbits(128), version=4))
        self.clock = begin
        self.used: dict[str, tuple[int, int, int, int]] = {}
        """By call: fresh input, cache write, cache read, output, as last stated."""
        self._where = f'"userType":"external","cwd":{json.dumps(directory)},"sessionId":"{self.session}"'
        self._where += f',"version":"{VERSION}","gitBranch":{json.dumps(branch)}'
        self._directory = directory
        words = self.random.choices((_WORDS, _SIGNS), (0.96, 0.04), k=3_500)
        pool = "\n".join(" ".join(self.random.choices(some, k=7)) for some in words)
        self._noise = json.dumps(pool, ensure_ascii=False)[1:-1]
        self._context = 12_000

    def text(self, size: int) -> str:
        """About `size` bytes of escaped JSON text."""
        at = self.random.randrange(max(1, len(self._noise) - size))
        # An escape that is cut in half would not be JSON.
        return self._noise[at : at + size].lstrip("n").rstrip("\\")

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def stamp(self, passed: float = 0.4) -> str:
        self.clock += passed
        return datetime.fromtimestamp(self.clock, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def head(self, agent: str = "") -> str:
        side = (
            f'"isSidechain":true,{self._where},"agentId":"{agent}"' if agent else f'"isSidechain":false,{self._where}'
        )
        return f'{{"parentUuid":"{self.uuid()}",{side}'

    def prompt(self, text: str) -> str:
        message = f'"message":{{"role":"user","content":{json.dumps(text)}}}'
        return f'{self.head()},"type":"user",{message},"uuid":"{self.uuid()}","timestamp":"{self.stamp(5.0)}"}}'

    def reply(self, agent: str = "") -> Iterator[str]:
        """One call: some text, a tool or two, their progress and results."""
        number = self.random.getrandbits(64)
        call, request = f"msg_{number:016x}", f"req_{number:016x}"
        written = self.random.randrange(100, 2_000)
        output = self.random.randrange(1, 12)
        likely = (("text", 0.65), ("thinking", 0.1), ("tool", 0.25))
        steps = [*(step for step, chance in likely if self.random.random() < chance), "tool"]
        for index, step in enumerate(steps, 1):
            # Most lines repeat the usage of the moment when the reply began; the last one may know better.
            output += self.random.randrange(1, 400) if index == len(steps) and self.random.random() < 0.5 else 0
            self.used[f"{call}:{request}"] = (3, written, self._context, output)
            use = f"toolu_{self.random.getrandbits(64):016x}"
            block = self._block(step, use)
            usage = (
                f'"usage":{{"input_tokens":3,"cache_creation_input_tokens":{written},'
                f'"cache_read_input_tokens":{self._context},"cache_creation":{{"ephemeral_5m_input_tokens":{written},'
                f'"ephemeral_1h_input_tokens":0}},"output_tokens":{output},"service_tier":"standard"}}'
            )
            yield (
                f'{self.head(agent)},"message":{{"model":"{MODEL}","id":"{call}","type":"message","role":"assistant",'
                f'"content":[{block}],"stop_reason":null,"stop_sequence":null,{usage}}},"requestId":"{request}",'
                f'"type":"assistant","uuid":"{self.uuid()}","timestamp":"{self.stamp(1.5)}"}}'
            )
            if step == "tool":
                yield from self._progress(use, agent)
                yield self._result(use, agent)
                yield from shapes.beside(self, agent)
        self._context = (self._context + written) % 160_000

    def _block(self, step: str, use: str) -> str:
        if step == "text":
            return f'{{"type":"text","text":"{self.text(min(int(self.random.lognormvariate(4.5, 1.6)), 4_000))}"}}'
        if step == "thinking":
            thought = self.text(shapes.size(self, 1_700, 25_000))
            return f'{{"type":"thinking","thinking":"{thought}","signature":"{self.text(300)}"}}'
        tool = self.random.choice(_TOOLS)
        given = f'"command":"{self.text(60)}"' if tool == "Bash" else f'"file_path":"{self._directory}/a{use[-2:]}.py"'
        return f'{{"type":"tool_use","id":"{use}","name":"{tool}","input":{{{given},"content":"{self.text(650)}"}}}}'

    def _progress(self, use: str, agent: str) -> Iterator[str]:
        for hook in ("PreToolUse", "PostToolUse", "PostToolUse", "PostToolUse", "PostToolUse"):
            told = (
                f'"hookEvent":"{hook}","hookName":"{hook}:Bash","command":"{self._directory}/.claude/hooks/tell.sh -q"'
            )
            data = f'{{"type":"hook_progress",{told}}}'
            yield self._progress_line(data, use, agent)
        if self.random.random() < 0.75:
            shown = f'"output":"{self.text(200)}","fullOutput":"{self.text(1_000)}"'
            data = f'{{"type":"bash_progress",{shown},"elapsedTimeSeconds":2}}'
            yield self._progress_line(data, use, agent)
        if self.random.random() < 0.33:
            said = f'"role":"user","content":[{{"type":"text","text":"{self.text(3_300)}"}}]'
            data = f'{{"message":{{"type":"user","message":{{{said}}}}},"type":"agent_progress","agentId":"a"}}'
            yield self._progress_line(data, use, agent)

    def _progress_line(self, data: str, use: str, agent: str) -> str:
        return (
            f'{self.head(agent)},"slug":"made-up-name","type":"progress","data":{data},"parentToolUseID":"{use}",'
            f'"toolUseID":"{use}","timestamp":"{self.stamp(0.2)}","uuid":"{self.uuid()}"}}'
        )

    def _result(self, use: str, agent: str) -> str:
        size = int(self.random.lognormvariate(7.6, 1.2))
        text = self.text(min(size, 60_000))
        given, kept = f'"{text}"', f'{{"stdout":"{text}","stderr":""}}'
        if self.random.random() < shapes.PICTURE:
            given = shapes.picture(self)
            kept = f'{{"type":"image","file":{given[1:-1]}}}'
        return (
            f'{self.head(agent)},"type":"user","message":{{"role":"user","content":[{{"tool_use_id":"{use}",'
            f'"type":"tool_result","content":{given},"is_error":false}}]}},"uuid":"{self.uuid()}",'
            f'"timestamp":"{self.stamp(0.5)}","toolUseResult":{kept}}}'
        )


def make(root: Path, megabytes: int, seed: int = 7) -> Tokens:
    """Write a projects folder of about `megabytes` below `root`; returns the tokens that its calls have used."""
    total, left, number = Tokens(), megabytes * 1_000_000, 0
    while left > 0:
        directory, branch = f"/srv/factory/worktrees/station-{number % 30:02d}", f"station/{number % 30:02d}"
        writer = Writer(seed + number, directory, branch, BEGIN + number * 40_000)
        folder = root / directory.replace("/", "-")
        left -= _session(folder, writer, min(left, SESSION_BYTES))
        total += sum(
            (Tokens(fresh, written, 0, read, out) for fresh, written, read, out in writer.used.values()), Tokens()
        )
        number += 1
    return total


def _session(folder: Path, writer: Writer, size: int) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{writer.session}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < size:
            file.write(writer.prompt("Please do the next thing and run the tests") + "\n")
            for _ in range(12):
                file.writelines(line + "\n" for line in writer.reply())
    agents = folder / writer.session / "subagents"
    agents.mkdir(parents=True)
    with (agents / "agent-a1b2c3d.jsonl").open("w", encoding="utf-8") as file:
        for _ in range(6):
            file.writelines(line + "\n" for line in writer.reply("a1b2c3d"))
    return path.stat().st_size


class _FlatPrice:
    """Ten dollars a million, so that a scan pays for pricing as it does in earnest."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        return tokens.total * 1e-5

    def window(self, model: str) -> int:
        return 200_000


def scan_rate(folder: Path, expected: Tokens) -> dict[str, float | int | str | bool]:
    """Scan made-up transcripts twice on one core: as if for the first time, and with the marks of the first.

    The files are in the page cache both times; what is measured is the program, not the disk. Seconds are of the
    wall clock, MB are 10^6 bytes; `cpu_mb_per_s` counts only the time that this one thread had a core.
    """
    size = bytes_in(folder)
    began, cpu = time.perf_counter(), time.process_time()
    batches = _scan(folder, {})
    cold, cpu = time.perf_counter() - began, time.process_time() - cpu
    marks = {key: mark for batch in batches for key, mark in batch.marks.items()}
    began = time.perf_counter()
    again = _scan(folder, marks)
    second = time.perf_counter() - began
    used = sum((e.tokens for batch in batches for e in batch.events if isinstance(e, TokensUsed)), Tokens())
    return {
        "megabytes": round(size / 1e6),
        "files": len(marks),
        "events": sum(len(batch.events) for batch in batches),
        "cold_s": cold,
        "cold_mb_per_s": size / 1e6 / cold,
        "again_s": second,
        "again_events": sum(len(batch.events) for batch in again),
        "exact": used == expected,
        "cpu_mb_per_s": size / 1e6 / cpu,
    }


def bytes_in(folder: Path) -> int:
    """The size of all transcripts below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*.jsonl"))


def _scan(root: Path, marks: dict[str, bytes]) -> list[Batch]:
    return list(Observer([SearchRoot(root, CLAUDE)], Seats(), _FlatPrice(), marks).scan())
