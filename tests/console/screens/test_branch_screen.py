"""The branch screen on a real repository: what it lists, what it shows of it, and that it follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkHealth, LinkMode
from console.options import Options
from console.screens.branch.rows import collision_lines, file_row, message_lines, part_row
from console.screens.branch.screen import BranchScreen
from console.screens.floor.screen import FloorScreen
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question
from sessions.floor import events as ev
from sessions.floor.branches.contents import BranchContents, Commit, FileChange, Files, Part
from sessions.floor.conflicts import FileConflict, Outcome, Verdict
from sessions.floor.fold.fold import fold_all
from sessions.watching.blind import not_watched
from tests.support.branches.branch import BRANCH, Place
from tests.support.console import HOSTILE, NOW, StillLink, factory_state
from tests.support.picture import text, worked
from widgets.draw.cells import line_width, plain

Play = Callable[[FactoryApp, BranchScreen, Pilot[None]], Coroutine[Any, Any, None]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Place(tmp_path)


async def settle(app: FactoryApp, pilot: Pilot[None], *keys: str) -> None:
    for key in keys or ("",):
        if key:
            await pilot.press(key)
        await pilot.pause()
        await worked(app)
        await pilot.pause()


def play(test: Play, link: StillLink, size: tuple[int, int] = (160, 50), branch: str = BRANCH) -> None:
    async def run() -> None:
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await app.open_branch(branch)
            await settle(app, pilot)
            assert isinstance(app.screen, BranchScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
def test_what_keeps_the_floor_from_being_up_to_date_is_said_with_its_cure(place: Place, size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, _: BranchScreen, __: Pilot[None]) -> None:
        assert "83 folders not watched: sudo sysctl fs.inotify" in text(app)

    health = LinkHealth(trouble=not_watched("83 folders", 28, 10.0))
    play(test, StillLink(place.state(), health=health), size)


def test_commits_files_and_lines_are_shown(place: Place) -> None:
    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        for said in (
            "2 since the base", "all of it together", "not committed", "Take retries from settings", "Count on",
            "b/漢字.txt", "- retries = 3", "+ retries = settings.retries", "+ zwei", "+ not committed", "in ../wt",
        ):  # fmt: skip
            assert said in shown, said
        await settle(app, pilot, "down", "down")
        shown = text(app)
        assert "Because it matters." in shown
        assert "+ zwei" in shown
        assert "settings.retries" not in shown
        await settle(app, pilot, "enter", "down")
        assert screen.files.cursor == 1
        assert "漢字" in text(app)
        await settle(app, pilot, "enter")
        assert screen.patch.has_focus

    play(test, StillLink(place.state()))


def test_the_repository_and_the_index_stay_as_they_are(place: Place) -> None:
    before = {path: path.read_bytes() for path in (place.repo.path / ".git").rglob("*") if path.is_file()}

    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        await settle(app, pilot, "down", "down", "down")

    play(test, StillLink(place.state()))
    after = {path: path.read_bytes() for path in (place.repo.path / ".git").rglob("*") if path.is_file()}
    assert after == before


def test_it_follows_the_branch_and_keeps_what_is_selected(place: Place) -> None:
    link = StillLink(place.state())

    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        await settle(app, pilot, "down", "down", "down")
        chosen = screen.parts[screen.commits.cursor].key
        place.repo.commit({"d.txt": "new\n"}, "Another one", cwd=place.tree)
        link.state = place.state()
        screen.draw_news()
        await settle(app, pilot)
        assert "Another one" in text(app)
        assert screen.parts[screen.commits.cursor].key == chosen
        link.state = fold_all(link.state, [ev.BranchRemoved(time=NOW + 1, branch=BRANCH)])
        screen.draw_news()
        await settle(app, pilot)
        assert "Another one" in text(app)

    play(test, link)


def test_searching_and_going_from_file_to_file(place: Place) -> None:
    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        await settle(app, pilot, "slash", *"retries", "enter")
        assert screen.pattern
        assert screen.patch.has_focus
        await settle(app, pilot, "escape")
        assert not screen.pattern
        await settle(app, pilot, "n", "n", "n", "n", "n")
        assert "there is no further file" in text(app)
        await settle(app, pilot, "escape", "escape")
        assert isinstance(app.screen, FloorScreen)

    play(test, StillLink(place.state()))


def test_one_panel_at_a_time_on_a_small_terminal(place: Place) -> None:
    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        assert "Count on" in text(app)
        assert "+ zwei" not in text(app)
        for panel in ("files", "collisions", "diff"):
            await settle(app, pilot, "tab")
            assert screen.situation().at_hand
            assert panel in text(app)
        assert "+ zwei" in text(app)
        await settle(app, pilot, "escape")
        assert "+ zwei" not in text(app)
        await settle(app, pilot, "n")
        assert "+ zwei" in text(app)

    play(test, StillLink(place.state()), size=(80, 24))


@pytest.mark.parametrize("branch", ["main", "not-here"])
def test_the_base_and_a_branch_that_is_gone_say_so(place: Place, branch: str) -> None:
    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        assert ("the base" if branch == "main" else "There is no such branch any more.") in text(app)

    play(test, StillLink(place.state()), branch=branch)


def test_a_simulated_factory_has_no_files(place: Place) -> None:
    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        assert "A simulated factory has no files to read." in text(app)

    link = StillLink(factory_state(3, 6))
    link.mode = LinkMode.SIMULATED
    play(test, link, branch="topic/older-03")


def test_enter_on_a_branch_and_d_on_a_station_open_it() -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(factory_state(2, 6)), Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(app, pilot, "D")
            assert isinstance(app.screen, BranchScreen)
            await settle(app, pilot, "q", "end", "enter")
            assert isinstance(app.screen, BranchScreen)
            await settle(app, pilot, "q", "home", "enter", "D")
            assert isinstance(app.screen, BranchScreen)

    asyncio.run(run())


NAMES = st.sampled_from(["a.py", "src/" + "long" * 30 + "/b.py", "漢字/字.txt", HOSTILE[:300]])
COUNTS = st.one_of(st.none(), st.integers(0, 10**7))


@given(NAMES, COUNTS, COUNTS, st.integers(1, 220))
def test_every_row_fits(name: str, added: int | None, removed: int | None, cells: int) -> None:
    from sessions.text import clean

    file = FileChange(clean(name, 400), added=added, removed=removed)
    files = Files(("", "b"), (file,), 1, added or 0, removed or 0)
    commit = Commit("a" * 40, (), "Somebody", NOW - 90, clean(name, 400))
    work = BranchContents("a" * 40, "", (commit,), 1)
    for i in (0, 1):
        assert line_width(file_row(files, i, cells, "")) == cells
    for part in (Part("all", ("", "b")), Part(commit.name, ("", "b"), commit)):
        assert line_width(part_row(part, work, NOW, cells, " on cursor")) == cells


def test_collisions_say_with_whom_and_where() -> None:
    verdict = Verdict("a", "b", Outcome.CONFLICT, (FileConflict("src/x.py", "content", 12),))
    lines = [plain(line) for line in collision_lines([("b", verdict)], "main", True, 60)]
    assert lines[0].split() == ["⚔", "b", "1", "file,", "12", "lines"]
    assert "src/x.py" in lines[1]
    assert "merges with the base" in plain(collision_lines([], "main", True, 80)[0])
    assert "not been compared" in plain(collision_lines([], "main", False, 80)[0])


def test_a_commits_message_is_harmless_and_bounded() -> None:
    lines = message_lines(HOSTILE + "\n" * 500)
    assert 0 < len(lines) <= 200
    assert all(line.text.isprintable() for line in lines)
    assert message_lines("  \n") == []


class DeafLink(StillLink):
    """Nobody hears what is asked, at first."""

    deaf = True

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        if not self.deaf:
            return super().ask(question, heard)
        asked = Asked(heard)
        asked.end(UnheardError("no supervisor is connected"))
        return asked


def test_what_nobody_heard_is_asked_again_once_somebody_does(place: Place) -> None:
    link = DeafLink(place.state(), health=LinkHealth(connected=False))

    async def test(app: FactoryApp, screen: BranchScreen, pilot: Pilot[None]) -> None:
        assert "It cannot be read: no supervisor is connected" in text(app)
        link.deaf, link.health = False, LinkHealth()
        screen.sample()
        await settle(app, pilot)
        assert "2 since the base" in text(app)

    play(test, link)
