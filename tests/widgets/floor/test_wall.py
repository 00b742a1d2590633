"""The wall: what it sends, what it keeps still, and how the cursor moves. Counts, not milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from console.terminal.theme import make_look
from sessions.floor.state import Status
from sessions.views.floor.arrange import Group
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from tests.support.console import HOSTILE, NOW, factory_state
from widgets.floor.rows import widths_of
from widgets.floor.wall import Wall

LOOK = make_look("dark", ascii_only=False, colour=True)


class Clock:
    """A monotonic clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class Recorded(Wall):
    """A wall that notes what it asks to be sent."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(LOOK, clock=clock)
        self.asked: list[Region] = []
        self.whole = 0

    def refresh(self, *regions: Region, **how: Any) -> Recorded:
        self.asked.extend(regions)
        self.whole += not regions
        # A refresh that lays the screen out is the dearest there is.
        self.whole += bool(how.get("layout"))
        super().refresh(*regions, **how)
        return self


class Stage(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.wall = Recorded(self.clock)
        self.messages: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.wall

    def on_wall_cursor_moved(self, message: Wall.CursorMoved) -> None:
        self.messages.append(message.key)

    def on_wall_opened(self) -> None:
        self.messages.append("opened")


@asynccontextmanager
async def stage(size: tuple[int, int] = (200, 57)) -> Any:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        yield app, app.wall, pilot


def on_stage(
    test: Callable[[Stage, Recorded, Pilot[None]], Coroutine[Any, Any, None]], size: tuple[int, int] = (200, 57)
) -> None:
    async def play() -> None:
        async with stage(size) as (app, wall, pilot):
            await test(app, wall, pilot)

    asyncio.run(play())


def fifty() -> list[Pane]:
    return PaneBook().panes(factory_state(50, 50), NOW)


def group(panes: list[Pane]) -> list[Group]:
    return [Group("", tuple(panes))]


def lines(wall: Wall) -> list[str]:
    return [wall.render_line(y).text for y in range(wall.size.height)]


def test_fifty_panes_are_seen_at_once() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom = 1
        wall.show(group(fifty()), NOW)
        await pilot.pause()
        text = "\n".join(lines(wall))
        assert all(pane.name in text for pane in fifty())

    on_stage(play)


def test_what_has_not_changed_is_not_sent() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom = 1
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        wall.asked, wall.whole = [], 0
        app.clock.at += 5
        wall.show(group(panes), NOW)
        assert (wall.asked, wall.whole) == ([], 0)

    on_stage(play)


def test_columns_stay_where_they_are_until_something_longer_comes_or_panes_are_sorted() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        panes = fifty()
        long = replace(panes[3], name="a-name-longer-than-all-others")
        wall.show(group([*panes[:3], long, *panes[4:]]), NOW)
        await pilot.pause()
        assert wall.widths.station == len(long.name)
        wall.whole = 0
        wall.show(group(panes), NOW)
        assert (wall.widths.station, wall.whole) == (len(long.name), 0), "nothing jumps from tick to tick"
        wall.show(group(panes[::-1]), NOW)
        assert wall.widths == widths_of(panes)
        wall.show(group([*panes[:0:-1], replace(panes[0], model="a-model-of-a-longer-name")]), NOW)
        assert wall.widths.model == len("a-model-of-a-longer-name")
        assert "a-model-of-a-longer-name" in "".join(lines(wall))

    on_stage(play)


def test_only_the_changed_cells_are_sent_and_the_screen_is_not_laid_out() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom = 1
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        before = lines(wall)
        wall.asked, wall.whole = [], 0
        layouts = app.screen._layout_updates
        app.clock.at += 1.0
        panes[7] = replace(panes[7], cost=9.87, activity="Edit src/hosts.py")
        wall.show(group(panes), NOW)
        await pilot.pause()
        after = lines(wall)
        changed = {
            (x, y) for y, (a, b) in enumerate(zip(before, after, strict=True))
            for x, (c, d) in enumerate(zip(a, b, strict=True)) if c != d
        }  # fmt: skip
        sent = {(x, y) for r in wall.asked for y in range(r.y, r.bottom) for x in range(r.x, r.right)}
        assert wall.whole == 0
        assert changed
        assert changed <= sent
        assert len(sent) <= 5 * 40
        assert app.screen._layout_updates == layouts

    on_stage(play)


def test_figures_take_turns_and_a_new_status_does_not_wait() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom, wall.turn_s = 1, 1.0
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        app.clock.at += 0.5
        soon = list(panes)
        soon[7] = replace(panes[7], activity="soon")
        soon[8] = replace(panes[8], status=Status.STALE, activity="at once")
        wall.show(group(soon), NOW)
        assert "at once" in "\n".join(lines(wall))
        assert "soon" not in "\n".join(lines(wall))
        app.clock.at += 0.5
        wall.show(group(soon), NOW)
        assert "soon" in "\n".join(lines(wall))

    on_stage(play)


def test_a_storm_of_changes_stays_within_the_budget() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom, wall.budget = 1, 3_000
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        seconds, start = 20, wall.cells_sent
        for tick in range(seconds * 4):
            app.clock.at += 0.25
            panes = [replace(p, activity=f"{tick} " * 20, cost=float(tick)) for p in panes]
            wall.show(group(panes), NOW)
        assert 0 < (wall.cells_sent - start) / seconds < 3_500
        drawn = "\n".join(lines(wall))
        oldest = min(int(p) for p in drawn.split() if p.isdigit() and len(p) == 2)
        assert oldest > 0, "every pane had its turn"

    on_stage(play)


def test_the_cursor_moves_by_two_panes_worth_of_cells() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom = 1
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        wall.asked, wall.whole = [], 0
        wall.move("down")
        assert wall.cursor_slot == 5
        assert wall.whole == 0
        assert sum(region.area for region in wall.asked) <= 2 * 5 * 40
        for way, slot in (("right", 6), ("left", 5), ("up", 0), ("end", 49), ("home", 0)):
            wall.move(way)
            assert wall.cursor_slot == slot
        await pilot.pause()
        assert app.messages[:2] == [panes[0].key, panes[5].key]

    on_stage(play)


def test_the_cursor_stays_with_its_pane_wherever_it_goes() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        panes = fifty()
        wall.show(group(panes), NOW)
        wall.go_to(panes[3].key)
        wall.show(group(panes[::-1]), NOW)
        assert wall.cursor is panes[3]
        assert wall.cursor_slot == 46
        wall.show(group(panes[10:]), NOW)
        assert wall.cursor is panes[10]
        wall.show([], NOW)
        assert wall.cursor is None

    on_stage(play)


def test_a_long_wall_scrolls_with_the_cursor_and_draws_what_comes_into_view() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        first = fifty()[0]
        panes = [replace(first, key=f"station:{i}", name=f"many-{i:04d}") for i in range(5_000)]
        wall.show(group(panes), NOW)
        await pilot.pause()
        assert "many-0000" in lines(wall)[0]
        assert len(wall._drawn) <= 24, "only what is seen is drawn"
        wall.move("end")
        await pilot.pause()
        assert "many-4999" in lines(wall)[-1]
        wall.move("pageup")
        await pilot.pause()
        assert wall.cursor_slot == 4_999 - 24
        wall.move("home")
        await pilot.pause()
        assert "many-0000" in lines(wall)[0]

    on_stage(play, (80, 24))


def test_panes_that_come_and_go_lay_nothing_out_and_leave_nothing_behind() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        panes = fifty()
        wall.show(group(panes[:10]), NOW)
        await pilot.pause()
        wall.whole, layouts = 0, app.screen._layout_updates
        wall.show(group(panes[:12]), NOW)
        await pilot.pause()
        assert panes[11].name in lines(wall)[11]
        wall.show(group(panes[:9]), NOW)
        await pilot.pause()
        assert [line.strip() for line in lines(wall)[9:]] == [""] * (len(lines(wall)) - 9)
        assert wall.whole == 0
        assert app.screen._layout_updates == layouts

    on_stage(play, (80, 24))


def test_groups_have_headings() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        panes = fifty()
        wall.show([Group("ship", tuple(panes[:2])), Group("test", tuple(panes[2:4]))], NOW)
        await pilot.pause()
        shown = lines(wall)
        assert shown[0].startswith(" ─ ship ── 2 ─") or shown[0].startswith(" ─ ship ─ 2 ─")
        assert panes[0].name in shown[1]
        assert " test " in shown[3]

    on_stage(play, (80, 24))


def test_the_mouse_selects_and_opens() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.zoom = 1
        panes = fifty()
        wall.show(group(panes), NOW)
        await pilot.pause()
        await pilot.click(Wall, offset=(85, 7))
        assert wall.cursor is panes[7]
        await pilot.click(Wall, offset=(85, 7), times=2)
        await pilot.pause()
        assert app.messages[-1] == "opened"
        await pilot.click(Wall, offset=(199, 56))
        assert wall.cursor is panes[7]

    on_stage(play)


def test_every_size_can_be_drawn() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        wall.show(group(fifty()), NOW)
        for size in ((40, 10), (1, 1), (5, 3), (300, 100), (80, 24), (20, 5)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for zoom in range(3):
                wall.zoom = zoom
                wall.move("end")
                await pilot.pause()
                assert {wall.render_line(y).cell_length for y in range(wall.size.height)} <= {wall.size.width}

    on_stage(play)


def test_foreign_text_is_drawn_as_letters() -> None:
    async def play(app: Stage, wall: Recorded, pilot: Pilot[None]) -> None:
        from sessions.floor import events as ev
        from tests.support.console import state_of

        state = state_of([
            ev.StationOpened(time=1, station=HOSTILE, kind="claude", branch=HOSTILE, directory=HOSTILE),
            ev.PersonNeeded(time=2, station=HOSTILE, reason=HOSTILE),
            ev.BranchChanged(time=3, branch=HOSTILE, subject=HOSTILE, author=HOSTILE),
        ])  # fmt: skip
        for zoom in range(3):
            wall.zoom = zoom
            wall.show(group(PaneBook().panes(state, NOW)), NOW)
            await pilot.pause()
            for y in range(wall.size.height):
                strip = wall.render_line(y)
                assert strip.cell_length == wall.size.width
                assert not set(strip.text) & set("\x1b\x07\x9b\u202e\u202c\u200b\u200d\ufe0f")
                assert all(segment.style and not segment.style.link and not segment.style.meta for segment in strip)
        assert "[red]x[/]" in "\n".join(lines(wall))

    on_stage(play, (120, 30))
