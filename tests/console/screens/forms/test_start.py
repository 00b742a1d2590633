"""Starting a station, and spawning one: what is sent, what is said before, what is remembered, what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkMode
from console.options import Options
from console.screens import base
from console.screens.floor.screen import FloorScreen
from console.screens.forms.start import StartScreen
from sessions.asking.station_questions import AgentKind, TreePaths
from sessions.floor import events as ev
from sessions.floor.commands import Reply, StartStation
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.scopes.roles import Most, Role
from sessions.views.hands import OBSERVED
from tests.console.screens.floor.played import OPTIONS, play, press
from tests.console.screens.hands.test_verbs import done, go, last_line
from tests.support.console import HOSTILE, NOW
from tests.support.picture import text
from tests.support.stations.asked import AskedLink
from tests.support.stations.still import our_events


def at(app: FactoryApp) -> StartScreen:
    assert isinstance(app.screen, StartScreen)
    return app.screen


async def tab_to(pilot: Pilot[None], app: FactoryApp, key: str) -> None:
    for _ in range(20):
        if at(app).form.focus.key == key:
            return
        await press(pilot, "tab")
    raise AssertionError(f"there is no field {key}")


def test_the_common_case_is_a_letter_the_task_and_enter() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"mend it", "enter")
        await done(pilot)
        assert it.sent == [StartStation("builtin", "mend it")]
        assert app.screen is screen
        assert "new-one is being started" in last_line(app)

    play(test, it)


def test_every_field_says_what_it_means() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        keys = ("one\ntwo", "tab c o tab", "gpt", "tab", "topic/a", "tab", "v1.2", "tab ctrl+u", "lib/** docs/x",
                "tab tab", "Edit, Bash(git *)", "tab right tab right tab", "pypi.org", "tab right tab",
                "2M $5 1h 9 turns", "tab", "ship", "tab", "name", "enter")  # fmt: skip
        for number, words in enumerate(keys):
            if number % 2:
                await press(pilot, *words.split())
            else:
                at(app).answer_paste(words)
        await done(pilot)
        scope = Scope(("lib/**", "docs/x"), ("**",), ("Edit", "Bash(git *)"), Network.LISTED, ("pypi.org",), True)
        assert it.sent == [
            StartStation(
                kind="codex",
                text="one\ntwo",
                name="name",
                branch="topic/a",
                start="v1.2",
                role="ship",
                model="gpt",
                mode=Mode.FULL,
                scope=scope,
                budget=Budget(2_000_000, 5.0, 3_600.0, 9),
            )
        ]

    play(test, it, size=(80, 24))


def test_what_was_chosen_last_is_there_the_next_time(tmp_path: Path) -> None:
    options = replace(OPTIONS, remembered=tmp_path / "console.json")

    async def first(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        await press(pilot, *"x", "tab", "right", "shift+tab")
        await tab_to(pilot, app, "mode")
        await press(pilot, "right", "tab", *"$3")
        await press(pilot, "enter")
        await done(pilot)
        assert app.screen is screen

    async def second(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"y", "enter")
        await done(pilot)

    play(first, AskedLink(), options=options)
    it = AskedLink()
    play(second, it, options=options)
    assert it.sent == [StartStation("codex", "y", mode=Mode.FULL, budget=Budget(dollars=3.0))]


def test_the_first_kind_that_can_be_used_is_chosen_and_others_say_their_cure() -> None:
    it = AskedLink()
    broken = AgentKind(
        "builtin", "the built-in agent", (), False, "litellm is not installed", "install factory-tui[models]"
    )
    it.kinds = [broken, *it.kinds[1:]]

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        await press(pilot, *"x", "tab")
        shown = text(app)
        assert "◂ codex ▸" in shown
        assert "✗ builtin  litellm is not installed: install factory-tui[models]" in shown
        await press(pilot, "b")
        assert "◂ builtin ▸" in text(app)
        await press(pilot, "enter")
        assert it.sent == []
        assert "1 to mend" in last_line(app)

    play(test, it)


def test_a_kind_that_runs_what_it_is_told_asks_for_a_command() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        assert "command" not in at(app).form.values
        await press(pilot, *"x", "tab", "c", "c")
        assert at(app).form.values["agent"] == "command"
        await press(pilot, "enter")
        assert it.sent == []
        assert at(app).form.focus.key == "command"
        await press(pilot, *"mini -t {task}", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert (wish.kind, wish.options) == ("command", (("command", "mini -t {task}"),))

    play(test, it)


def test_what_would_be_refused_is_said_at_its_field_and_not_asked() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", "enter")
        assert "✗ write what it is to do" in text(app)
        assert "1 to mend" in last_line(app)
        await press(pilot, *"x")
        await tab_to(pilot, app, "branch")
        await press(pilot, *"station/worker")
        lines = text(app).splitlines()
        (row,) = [i for i, line in enumerate(lines) if line.startswith("▌branch")]
        assert "✗ another station works on 'station/worker'" in lines[row + 1]
        await press(pilot, "tab", "enter")
        assert it.sent == []
        assert at(app).form.focus.key == "branch"
        await press(pilot, "ctrl+u", *"new", "enter")
        await done(pilot)
        assert [type(wish) for wish in it.sent] == [StartStation]

    play(test, it, size=(80, 24))


def test_a_kind_that_lacks_a_model_alone_is_started_with_one() -> None:
    it = AskedLink()
    it.kinds = [AgentKind("builtin", "it", ("model",), False, "no model is chosen", "name one", by_model=True)]

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"x", "enter")
        assert "✗ no model is chosen: name one" in text(app)
        assert at(app).form.focus.key == "model" and it.sent == []
        await press(pilot, *"a/b", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert (wish.kind, wish.model) == ("builtin", "a/b")

    play(test, it, size=(80, 24))


def test_what_the_supervisor_refuses_loses_nothing() -> None:
    it = AskedLink()
    it.answer = Reply(False, "no \x1b[31mroom", "stop one")

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"a task", "enter")
        await done(pilot)
        assert "no room: stop one" in last_line(app)
        assert at(app).form.values["task"] == "a task"
        it.answer = Reply(True, about="x")
        await press(pilot, "enter")
        await done(pilot)
        assert len(it.sent) == 2
        assert app.screen is screen

    play(test, it)


def test_a_task_that_was_not_sent_is_there_the_next_time() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"draft", "escape")
        assert app.screen is screen
        await go(screen, pilot, "worker")
        await press(pilot, "s")
        assert at(app).form.values["task"] == ""
        await press(pilot, "escape", "c", "enter")
        await done(pilot)
        assert [wish.text for wish in it.sent if isinstance(wish, StartStation)] == ["draft"]
        await press(pilot, "c")
        assert at(app).form.values["task"] == ""

    play(test, it)


def test_a_task_of_a_hundred_kilobytes_is_pasted_and_sent_whole() -> None:
    it = AskedLink()
    long = "\n".join(f"line {i} 漢字" for i in range(6_000))

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        app.post_message(events.Paste(long))
        await pilot.pause()
        assert "line 5999" in text(app)
        await press(pilot, "up", "home", "x", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert wish.text == long.replace("line 5998", "xline 5998")

    play(test, it, size=(80, 24))


def test_a_child_begins_inside_its_parent() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "s")
        await done(pilot)
        shown = text(app)
        assert "spawn a station for worker" in shown
        assert "worker has 7k tokens 2 turns left" in shown
        await press(pilot, *"part")
        await tab_to(pilot, app, "writes")
        await press(pilot, "ctrl+u", *"docs/**")
        assert "✗ it would write what worker may not" in text(app)
        await press(pilot, "enter")
        assert it.sent == []
        await press(pilot, "ctrl+u", *"src/pool/**", "enter")
        await done(pilot)
        assert it.sent == [
            StartStation(
                "builtin",
                "part",
                parent="worker",
                scope=Scope(("src/pool/**",), network=Network.LISTED, hosts=("pypi.org",)),
                budget=Budget(tokens=3_500, turns=1),
            )
        ]
        assert TreePaths("station/worker") in it.questions

    play(test, it)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_what_a_branch_cannot_begin_at_is_to_be_mended(size: tuple[int, int]) -> None:
    it = AskedLink()
    it.absent = "nosuch"

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"mend it")
        await done(pilot)
        await tab_to(pilot, app, "from")
        await press(pilot, *"nosuch", "enter")
        await done(pilot)
        assert it.sent == []
        assert "there is no branch, tag or commit of that name" in text(app)
        assert "1 to mend" in last_line(app)
        await press(pilot, "ctrl+u", *"v1", "tab")
        await done(pilot)
        assert "to mend" not in last_line(app)
        await press(pilot, "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert wish.start == "v1"

    play(test, it, size=size)


def test_branches_models_and_paths_are_completed() -> None:
    topic = ev.BranchChanged(time=NOW, source="git", branch="topic/pool", head="a" * 40, subject="Pool")
    it = AskedLink([*our_events(), topic])

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        await press(pilot, *"x", "tab", "tab", *"son", "down", "enter", "tab")
        assert at(app).form.values["model"] == "claude-sonnet-4-6"
        await press(pilot, *"to", "right")
        assert at(app).form.values["branch"] == "topic/pool"
        assert "there already" in text(app)
        assert "from" not in at(app).form.values
        await press(pilot, "tab", "ctrl+u", *"src/p")
        shown = text(app)
        assert "src/pool/" in shown
        assert "src/proxy/" in shown
        await press(pilot, "down", "down", "enter", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert (wish.branch, wish.start, wish.scope.write) == ("topic/pool", "", ("src/proxy/**",))
        assert [q for q in it.questions if isinstance(q, TreePaths)] == [TreePaths(""), TreePaths("topic/pool")]

    play(test, it)


def test_who_else_may_write_there_is_shown_before() -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        assert "it may write 164 of 164 files  · 6 other stations may write there" in text(app)
        await tab_to(pilot, app, "writes")
        await press(pilot, "ctrl+u", *"docs/**")
        await done(pilot)
        assert "it may write 2 of 164 files  · nobody else writes there" in text(app)
        await press(pilot, "ctrl+u", *"/etc")
        await done(pilot)
        assert "✗ /etc lies outside the work tree" in text(app)
        assert "what it may write cannot be meant" in text(app)

    play(test, it)


@pytest.mark.parametrize("mode", [LinkMode.REPLAY, LinkMode.SIMULATED])
def test_no_station_is_started_in_a_past_or_a_simulation(mode: LinkMode) -> None:
    it = AskedLink()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        it.mode = mode
        for key in ("c", "s", "S"):
            await press(pilot, key)
            assert app.screen is screen
            assert "replay shows what was" in last_line(app) or "obeys nobody" in last_line(app)

    play(test, it)


def test_only_a_station_of_ours_spawns(monkeypatch: pytest.MonkeyPatch) -> None:
    it = AskedLink()
    monkeypatch.setattr(base, "UNHEARD_S", 0.0)
    monkeypatch.setattr(base, "TYPING_S", 0.0)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "seen")
        await press(pilot, "s")
        assert OBSERVED in last_line(app)
        await go(screen, pilot, "worker", "helper")
        await press(pilot, "s")
        assert "it works for one" in last_line(app)
        assert app.screen is screen

    play(test, it)


def test_hostile_names_are_harmless() -> None:
    branch = ev.BranchChanged(time=NOW, source="git", branch="topic", head="a" * 40, subject=HOSTILE)
    it = AskedLink([*our_events(), branch])
    it.kinds = [*it.kinds, AgentKind("odd", HOSTILE, (), False, HOSTILE, HOSTILE)]
    it.files = ["\\x1b[31m", "src/漢字.py"]

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        app.post_message(events.Paste(HOSTILE))
        await press(pilot, "tab", "tab", "tab", "t")
        for _ in range(12):
            await press(pilot, "tab", "down")
            assert "\x1b" not in text(app)
            assert "\u202e" not in text(app)

    play(test, it, size=(80, 24))


def test_the_field_in_hand_is_seen_however_much_is_wrong() -> None:
    it = AskedLink()
    it.answer = Reply(False, "no room at all, " * 12, "stop one")

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, "s", *"x", "enter")
        await done(pilot)
        assert "refused" in text(app)
        await tab_to(pilot, app, "branch")
        await press(pilot, *"a..b")
        await tab_to(pilot, app, "writes")
        await press(pilot, "ctrl+u", *"docs/**", "tab", "ctrl+u")
        await tab_to(pilot, app, "budget")
        await press(pilot, "ctrl+u", *"much")
        for _ in at(app).form.order:
            await press(pilot, "tab")
            focus = at(app).form.focus
            assert f"▌{focus.label}" in text(app), focus.key

    play(test, it, size=(80, 24))


def test_a_click_gives_the_keys_to_a_field() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        await done(pilot)
        lines = text(app).splitlines()
        (row,) = [i for i, line in enumerate(lines) if line.startswith(" mode")]
        await pilot.click(offset=(15, row))
        await pilot.pause()
        assert at(app).form.focus.key == "mode"
        await pilot.click(offset=(lines[row].index("budget") + 3, row))
        await pilot.pause()
        assert at(app).form.focus.key == "budget"

    play(test, AskedLink())


def test_without_a_supervisor_that_knows_kinds_it_can_still_be_filled_in() -> None:
    it = AskedLink()
    it.kinds, it.files = [], []

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"x", "tab")
        assert "< builtin >" in text(app)
        await press(pilot, "enter")
        await done(pilot)
        assert it.sent == [StartStation("builtin", "x")]

    play(test, it, options=Options("light", True, True))


def test_a_role_that_is_preset_fills_what_nobody_wrote() -> None:
    it = AskedLink()
    roles = {"test": Role(write=("tests/**",), tools=("Edit",), budget=Most(turns=5)), "other": Role(write=("x/**",))}

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "c", *"mend")
        await tab_to(pilot, app, "tools")
        at(app).answer_paste("Bash")
        await tab_to(pilot, app, "role")
        await press(pilot, *"tes")
        assert at(app).form.values["writes"] == "**"
        assert "preset: writes tests/**" in text(app)
        await press(pilot, "t")
        assert "preset in the settings" in text(app)
        values = at(app).form.values
        assert (values["writes"], values["tools"], values["budget"]) == ("tests/**", "Bash", "5 turns")
        await press(pilot, "backspace")
        assert (at(app).form.values["writes"], at(app).form.values["budget"]) == ("**", "")
        await press(pilot, "t", "enter")
        await done(pilot)
        (wish,) = it.sent
        assert isinstance(wish, StartStation)
        assert (wish.scope.write, wish.scope.tools, wish.budget) == (("tests/**",), ("Bash",), Budget(turns=5))

    play(test, it, options=replace(OPTIONS, roles=roles))
