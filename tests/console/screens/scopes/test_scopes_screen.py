"""The scopes screen in a terminal: what it shows, where keys go, and what it costs to do nothing."""

from __future__ import annotations

import unicodedata

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkMode
from console.screens.scopes.screen import ScopesScreen
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Asks
from sessions.journal.past.past import EventList
from tests.console.screens.scopes.played import OPTIONS, play, press
from tests.support.console import HOSTILE, NOW, StillLink, factory_state
from tests.support.picture import at_rest, text
from tests.support.replay import StillReplay
from tests.support.stations.asked import AskedLink
from tests.support.stations.still import asking, our_events


def last(app: FactoryApp) -> str:
    return text(app).splitlines()[-1]


def test_the_tree_says_who_may_write_where_and_the_detail_all_of_a_place() -> None:
    link = AskedLink([*our_events(), asking("fixer", "q9", NOW - 5, paths=("docs/**",), asks=Asks.SCOPE)])

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        for words in ("165 files", "6 stations may write", "160 shared", "5 free", "2 tried outside", "1 asked for",
                      "docs/ 2", "nobody", "src/ 160", "≡ asker", "worker 120", "11 places to look at"):  # fmt: skip
            assert words in shown
        assert "granted, and never written" in shown
        assert "worker  src/**" in shown
        screen.go_to("docs/")
        shown = text(app)
        for words in ("no station of ours may write here", "tried outside of a scope", "worker  index.md", "asked for",
                      "fixer  **  waits for an answer"):  # fmt: skip
            assert words in shown
        screen.go_to("src/gen/")
        shown = text(app)
        for words in ("asker  may write all  since 15m by ann@box", "never wrote here", "asker × fixer  40 files",
                      "stuck  held; it might again"):  # fmt: skip
            assert words in shown
        assert len(list(app.screen.walk_children(with_self=True))) <= 8

    play(test, link, (200, 60))


def test_keys_go_in_and_out_of_directories() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "end", "k", "k")
        assert screen.place == "src/proxy/"
        await press(app, pilot, "left")
        assert screen.place == "src/"
        await press(app, pilot, "left")
        assert "src/pool/" not in {row.path for row in screen.rows}
        await press(app, pilot, "right", "right", "enter", "j")
        assert screen.place == "src/api/a_0.py"
        await press(app, pilot, "h", "h", "h", "h", "home")
        assert screen.place == ""
        await press(app, pilot, "Z", "Z")
        assert [row.path for row in screen.rows if row.depth > 1] == []
        await press(app, pilot, "z")
        assert "src/api/" in {row.path for row in screen.rows}
        await press(app, pilot, "pagedown", "pageup", "right_square_bracket", "left_square_bracket")
        assert screen.place == ""
        await press(app, pilot, "escape")
        assert app.screen is not screen

    play(test)


def test_what_is_pressed_at_once_is_for_the_place_that_the_keys_lead_to() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await pilot.press("end", "k", "k", "minus")
        await at_rest(pilot)
        assert "take src/proxy/ from asker" in text(app)

    play(test)


def test_the_next_place_to_look_at_and_the_next_path_that_is_searched() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "n")
        assert (screen.place, "no station may write here" in last(app)) == (".github/", True)
        await press(app, pilot, "n")
        assert (screen.place, "tried to write here" in last(app)) == (".github/ci.yml", True)
        await press(app, pilot, "N", "N")
        assert screen.place == "tests/"
        await press(app, pilot, "slash", *"pool", "enter")
        assert screen.place == "tests/test_pool.py"  # from here on
        await press(app, pilot, "n")
        assert screen.place == "docs/pool.md"
        await press(app, pilot, "n")
        assert screen.place == "src/pool/"
        await press(app, pilot, "escape", "n")
        assert screen.place == "src/proxy/"
        await press(app, pilot, "slash", *"nowhere", "enter")
        assert "no path contains “nowhere”" in last(app)

    play(test)


def test_keys_of_stations_are_for_the_one_at_hand() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/pool/")
        assert screen.hands().stations == ("asker",)
        await press(app, pilot, "tab", "tab")
        assert screen.hands().stations == ("helper",)
        screen.go_to("src/gen/")
        assert screen.hands().stations == ("asker",)  # helper has no part in it
        screen.go_to("src/pool/")
        assert screen.hands().stations == ("helper",)
        await press(app, pilot, "shift+tab", "S")
        assert "of fixer, safe" in text(app)
        await press(app, pilot, "escape", "y", "p")
        assert "copied: src/pool/" in last(app)
        await press(app, pilot, "y", "e")
        assert "copied: factory-tui scope --export" in last(app)

    play(test, link)


def test_only_rows_in_view_are_made_however_many_there_are() -> None:
    link = AskedLink()
    link.files = [f"d{n % 40}/e{n % 7}/f{n}.py" for n in range(5_000)]

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "z", "z", "z")
        assert len(screen.rows) > 5_000
        drawn = screen.view.drawn
        await press(app, pilot, "end")
        assert screen.view.drawn - drawn <= 2 * screen.view.rows
        drawn = screen.view.drawn
        await press(app, pilot, "up")
        assert screen.view.drawn - drawn <= screen.view.rows

    play(test, link)


def test_a_quiet_screen_sends_nothing_and_a_new_scope_only_what_changed() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        link.clock = NOW + 3_600
        screen.sample()
        await at_rest(pilot)
        ground, layouts = screen.ground, screen._layout_updates
        frames: list[object] = []
        app._display = lambda *frame: frames.append(frame)  # type: ignore[method-assign]
        link.clock += 2
        screen.sample()
        await pilot.pause()
        assert frames == []
        said = ev.TextWritten(time=NOW + 1, source="builtin", station="asker", session="s-asker", text="on it")
        link.state = fold_all(link.state, [said])
        screen.sample()
        await pilot.pause()
        assert screen.ground is ground  # nothing that it is made of is another
        wrote = ev.ToolCalled(time=NOW + 2, source="builtin", station="asker", session="s-asker", tool="Edit",
                              file="/state/places/asker/work/src/api/a_0.py")  # fmt: skip
        link.state = fold_all(link.state, [wrote])
        screen.making._took = 0.0
        screen.sample()
        await at_rest(pilot)
        assert screen.ground is not ground
        assert screen.ground is not None
        assert screen.ground.node("src/api/").touched == 1
        assert screen._layout_updates == layouts

    play(test, link)


def assert_harmless(shown: str) -> None:
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in shown if letter != "\n")


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 12)])
def test_hostile_names_are_harmless_at_every_size(size: tuple[int, int]) -> None:
    link = AskedLink()
    name = HOSTILE.replace("/", "_")
    link.state = replace(
        link.state,
        stations={id: replace(it, called=HOSTILE[:300] + id) for id, it in link.state.stations.items()},
    )
    link.files = [f"{name[:200]}/a.py", f"src/{name}", "表" * 90 + "/深い.py", "長い" * 40 + "/x.py"]

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "z", "end", "plus", "down")
        assert_harmless(text(app))
        await press(app, pilot, "escape", "home", "minus", "enter")
        assert_harmless(text(app))
        await press(app, pilot, "escape", "w")
        shown = text(app)
        assert_harmless(shown)
        assert {len(line.encode("utf-16-le")) > 0 for line in shown.splitlines()} == {True}

    play(test, link, size)


def test_without_stations_and_without_a_repository_it_says_so() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        assert "no repository here: only what is known on the floor" in shown
        assert "no station of ours lives, so nobody holds a scope" in shown
        await press(app, pilot, "plus")
        assert "assign: a simulated factory obeys nobody" in last(app)

    play(test, StillLink(mode=LinkMode.SIMULATED), (160, 40))


def test_those_only_observed_are_told_with_what_they_wrote() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/")
        assert "only observed  wrote" in text(app)
        await press(app, pilot, "plus")
        assert "this factory runs no stations yet" in last(app)

    play(test, StillLink(factory_state(8, 8)), (160, 40))


def test_a_replay_shows_the_scopes_of_its_moment() -> None:
    events = sorted(our_events(), key=lambda event: event.time)
    link = StillReplay(EventList(events, "a past"), seq=4)

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        assert "REPLAY" in text(app)
        before = screen.ground
        for _ in range(40):
            await press(app, pilot, "full_stop")
            link.tick()
        screen.making._took = 0.0
        screen.sample()
        await at_rest(pilot)
        assert screen.ground is not before
        assert "stations may write" in text(app)

    play(test, link)


def test_without_colour_and_in_ascii_everything_is_there() -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        assert shown.isascii()
        assert "= asker" in shown
        assert "v src/ 160" in shown

    play(test, AskedLink(), options=replace(OPTIONS, ascii_only=True, no_colour=True))


def test_another_base_has_its_files_read_and_nobody_who_answers_leaves_what_was_known() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        async def made() -> None:
            screen.making._took = 0.0
            screen.sample()
            await at_rest(pilot)

        link.files = ["only.py"]
        link.state = replace(link.state, base_head="5a5a5a5a")
        await made()
        assert "only.py" in text(app)
        link.unheard = True
        link.state = replace(link.state, base_head="6b6b6b6b")
        await made()
        assert "only.py" in text(app)
        link.unheard, link.files = False, ["other.py"]
        link.state = replace(link.state, verdicts={})
        await made()
        assert "other.py" in text(app)

    play(test, link)
