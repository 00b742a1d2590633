"""What was written and not sent outlives the console, whichever key ended it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console import drafts
from console.app import FactoryApp
from console.links.live import LiveLink
from console.screens.floor.screen import FloorScreen
from console.screens.forms.start import UNTOLD
from sessions.floor.commands import PromptStation, StartStation
from sessions.place import place_of
from tests.console.screens.floor.played import play, press
from tests.console.screens.hands.test_verbs import done, go, link
from tests.support.console import HOSTILE
from tests.support.picture import text
from tests.support.stations.asked import AskedLink


@pytest.mark.parametrize("ending", ["escape", "ctrl+c", "ctrl+q"])
def test_a_request_and_a_task_are_there_in_the_next_console_until_they_are_sent(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "console/repo.drafts"

    async def first(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"mend", "escape")
        await go(screen, pilot, "worker")
        await press(pilot, "i", *"draft", ending)

    async def second(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i")
        assert "draft" in text(app)
        await press(pilot, "enter")
        await done(pilot)
        await press(pilot, "c", "enter")
        await done(pilot)

    it = AskedLink()
    it.drafts = path
    play(first, it)
    assert drafts.read(path) == {UNTOLD: "mend", "worker": "draft"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    it.sent.clear()
    play(second, it)
    assert it.sent == [PromptStation("worker", "draft"), StartStation("builtin", "mend")]
    assert [*path.parent.iterdir()] == []


def test_nothing_is_written_where_nothing_was_typed(tmp_path: Path) -> None:
    it = link()
    it.drafts = tmp_path / "console/repo.drafts"

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "i", "escape")

    play(test, it)
    assert not it.drafts.parent.exists()


def test_another_console_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "console/repo.drafts"
    drafts.keep(path, {}, {"a": "one", "b": "two"})
    drafts.keep(path, {}, {"c": "of another"})
    drafts.keep(path, {"a": "one", "b": "two"}, {"a": "one, and more"})
    assert drafts.read(path) == {"c": "of another", "a": "one, and more"}
    drafts.keep(path, drafts.read(path), {})
    assert not path.exists()


def test_it_stays_small_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "console/repo.drafts"
    drafts.keep(path, {}, {"long": "x" * (drafts.MOST_CHARS + 1), **{str(i): HOSTILE for i in range(drafts.MOST + 5)}})
    kept = drafts.read(path)
    assert [*kept] == [str(i) for i in range(5, drafts.MOST + 5)]
    assert "\x1b" not in "".join(kept.values())


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"a": 1}', b"\xff\x00", b"[" * 9_999])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "repo.drafts"
    path.write_bytes(damage)
    assert drafts.read(path) == {}
    drafts.keep(path, {}, {"a": "one"})
    assert drafts.read(path) == {"a": "one"}


def test_they_lie_beside_the_last_floor_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    git = tmp_path / "v1.2" / ".git"
    for part in ("objects", "refs"):
        (git / part).mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    floor = place_of(git.parent).last_floor
    assert LiveLink(git.parent).drafts == floor.parent / f"{floor.stem}.drafts"
