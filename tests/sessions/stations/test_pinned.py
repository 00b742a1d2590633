"""Settings of agents that a wide scope does not open, and a scope that names them does."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.stations.running.pinned import pinned

THERE = (".claude/settings.json", ".claude/skills/a.md", ".claude/hooks/run.sh", ".mcp.json", "src/.mcp.json", "a.py")


@pytest.mark.parametrize(
    ("write", "stays"),
    [
        ("**", (".claude", ".mcp.json")),
        ("** !.mcp.json", (".claude", ".mcp.json")),
        ("**/*.json", (".claude", ".mcp.json")),
        ("src/**", ()),
        ("** .claude/**", (".mcp.json",)),
        ("** .claude/skills/**", (".claude/hooks/run.sh", ".claude/settings.json", ".mcp.json")),
        (".claude/** !.claude/hooks/** .mcp.json", (".claude/hooks/run.sh",)),
        ("** .mcp.json .claude/**", ()),
    ],
)
def test_what_stays_as_it_is(tmp_path: Path, write: str, stays: tuple[str, ...]) -> None:
    for name in THERE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / ".gemini").symlink_to("src")  # no mount is made where a link lies
    assert pinned(tmp_path, write.split()) == stays
