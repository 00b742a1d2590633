"""The branch screen over a real repository: commits, uncommitted work, files and lines, and what is not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.app import FactoryApp
from console.link import LinkMode
from console.options import Options
from console.screens.branch import BranchScreen
from tests.console_support import StillLink
from tests.git_support import unchanged
from tests.pair_support import apart, colliding, floor_of
from tests.picture_support import at_rest, text

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)


def shown(link: StillLink, name: str, *keys: str, size: tuple[int, int] = (200, 60)) -> str:
    """The screen of a branch after some keys."""

    async def run() -> str:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await at_rest(pilot)
            await app.open_branch(name)
            await at_rest(pilot)
            assert isinstance(app.screen, BranchScreen)
            for key in keys:
                await pilot.press(key)
                await at_rest(pilot)
            return text(app)

    return asyncio.run(run())


@pytest.mark.parametrize("size", [(200, 60), (120, 40)])
def test_it_shows_commits_files_and_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    apart(monkeypatch, tmp_path / "state")
    made = colliding(tmp_path / "repo")
    link = StillLink(floor_of(made))
    seen = list[str]()
    unchanged(made.path, lambda: seen.append(shown(link, "one", size=size)))
    for word in ("everything since main", "work on one", "Ada Author", "M pool.py", "+2", "@@ -4,8 +4,8 @@",
                 "- line 7", "+ retries = 3", "⚔ two"):  # fmt: skip
        assert word in seen[0]


def test_uncommitted_work_is_shown_and_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    made = colliding(tmp_path / "repo")
    tree = tmp_path / "tree"
    made.git("worktree", "add", "--quiet", str(tree), "one")
    made.write({"new \x1b[31mfile": "fresh\x1b]52;c;x\x07 words\n"}, tree)
    link = StillLink(floor_of(made))
    seen = list[str]()
    unchanged(tree, lambda: seen.append(shown(link, "one", "down")))
    assert "uncommitted" in seen[0]
    assert "fresh words" in seen[0]
    assert "\x1b" not in seen[0]


def test_where_there_is_no_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    link = StillLink(floor_of(colliding(tmp_path / "repo")), mode=LinkMode.SIMULATED)
    assert "A simulated factory has no repository" in shown(link, "one", size=(80, 24))


def test_a_branch_that_is_gone_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    assert "not there" in shown(StillLink(floor_of(colliding(tmp_path / "repo"))), "gone")


def test_the_repository_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(monkeypatch, tmp_path / "state")
    made = colliding(tmp_path / "repo")
    trap = tmp_path / "trap"
    script = tmp_path / "run"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for key in ("diff.external", "diff.own.textconv", "diff.own.command", "filter.own.clean", "gpg.program"):
        made.git("config", key, str(script))
    made.git("config", "log.showSignature", "true")
    (made.path / ".git" / "info" / "attributes").write_text("* diff=own filter=own\n")
    assert "retries = 3" in shown(StillLink(floor_of(made)), "one")
    assert not trap.exists()
