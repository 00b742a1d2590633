"""The matrix as a widget: what it sends, where its cursor stays, and the mouse. Counts, not milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from console.terminal.theme import make_look
from sessions.floor.fold.fold import fold_all
from sessions.views.conflicts.matrix import Matrix
from sessions.views.conflicts.view import ConflictView, Scene
from tests.support.branches.floor import clash, conflict_state
from widgets.conflicts.matrix import MatrixView
from widgets.conflicts.matrix_shape import Spot

LOOK = make_look("dark", ascii_only=False, colour=True)


class Recorded(MatrixView):
    """A matrix that notes what it asks to be sent."""

    def __init__(self) -> None:
        super().__init__(LOOK)
        self.asked: list[Region] = []
        self.whole = 0

    def refresh(self, *regions: Region, **how: Any) -> Recorded:
        self.asked.extend(regions)
        self.whole += not regions
        self.whole += bool(how.get("layout"))
        super().refresh(*regions, **how)
        return self


class Stage(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.matrix = Recorded()
        self.opened = 0

    def compose(self) -> ComposeResult:
        yield self.matrix

    def on_matrix_view_opened(self) -> None:
        self.opened += 1


def on_stage(
    test: Callable[[Stage, Recorded, Pilot[None]], Coroutine[Any, Any, None]], size: tuple[int, int] = (136, 34)
) -> None:
    async def play() -> None:
        app = Stage()
        async with app.run_test(size=size) as pilot:
            await test(app, app.matrix, pilot)

    asyncio.run(play())


def scene(branches: int = 50) -> Scene:
    return ConflictView().look(conflict_state(31, branches))


def text(matrix: MatrixView) -> str:
    return "\n".join(matrix.render_line(y).text for y in range(matrix.size.height))


def test_fifty_branches_are_on_one_screen_of_one_node() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        shown = scene().matrix
        matrix.set_matrix(shown)
        await pilot.pause()
        for row in shown.rows:
            assert row.label in text(matrix)
        assert list(matrix.children) == []

    on_stage(play, (136, 58))


def test_what_has_not_changed_is_not_sent() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        shown = scene().matrix
        matrix.set_matrix(shown)
        await pilot.pause()
        matrix.asked, matrix.whole = [], 0
        matrix.set_matrix(shown)
        matrix.draw()
        assert (matrix.asked, matrix.whole) == ([], 0)

    on_stage(play)


def test_one_verdict_sends_its_two_cells() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        state, view = conflict_state(31, 50), ConflictView()
        before = view.look(state).matrix
        matrix.set_matrix(before)
        await pilot.pause()
        free = next(
            (row, column)
            for row in range(20, 50)
            for column in range(row + 5, 50)
            if not before.at(row, column)
        )  # fmt: skip
        matrix.asked, matrix.whole = [], 0
        pair = (before.rows[free[0]].name, before.rows[free[1]].name)
        matrix.set_matrix(view.look(fold_all(state, [clash(*pair)])).matrix)
        assert matrix.whole == 0
        assert sum(region.area for region in matrix.asked) <= 8

    on_stage(play)


def test_moving_the_cursor_sends_a_cross_and_no_more() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        matrix.set_matrix(scene().matrix)
        await pilot.pause()
        matrix.asked, matrix.whole = [], 0
        matrix.move("down")
        assert matrix.whole == 0
        assert 0 < sum(region.area for region in matrix.asked) < 400

    on_stage(play)


def test_the_cursor_stays_with_its_branches() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        before = scene().matrix
        matrix.set_matrix(before)
        matrix.go_to(Spot(7, 3))
        pair = matrix.pair
        size = len(before.rows)
        turned = Matrix(before.rows[::-1], before.cells[::-1], before.every)
        matrix.set_matrix(turned)
        assert matrix.cursor == Spot(size - 8, size - 4)
        assert matrix.pair == pair
        matrix.set_matrix(Matrix(before.rows[:2], bytes(4), 50))
        assert matrix.cursor.row < 2

    on_stage(play)


def test_the_cursor_goes_round_all_conflicts() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        shown = scene(12).matrix
        matrix.set_matrix(shown)
        seen = set()
        for _ in range(shown.conflicts):
            assert matrix.next_clash(1)
            seen.add((matrix.cursor.row, matrix.cursor.column))
        assert seen == set(shown.worst())
        first = matrix.cursor
        matrix.next_clash(1)
        matrix.next_clash(-1)
        assert matrix.cursor == first

    on_stage(play)


def test_the_next_worse_has_more_lines() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        shown = scene(12)
        matrix.set_matrix(shown.matrix)
        lines = []
        for _ in range(shown.matrix.conflicts):
            assert matrix.next_worse(shown.verdicts)
            assert matrix.row
            assert matrix.column
            key = sorted((matrix.row.name, matrix.column.name))
            found = [v for v in shown.verdicts.values() if sorted((v.a, v.b or v.a)) == key and v.lines]
            lines.append(max(v.lines for v in found))
        assert max(lines) == max(v.lines for v in shown.verdicts.values())
        matrix.set_matrix(Matrix(shown.matrix.rows, bytes(len(shown.matrix.cells)), 12))
        assert not matrix.next_worse({})
        assert not matrix.next_clash(1)

    on_stage(play)


def test_keys_move_by_cells_and_pages() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        matrix.set_matrix(ConflictView().look(conflict_state(50, 200)).matrix)
        places = []
        for way in ("down", "right", "up", "left", "pagedown", "pageup", "end", "home", "up", "left"):
            matrix.move(way)
            places.append((matrix.cursor.row, matrix.cursor.column))
        page = places[4][0]
        assert places == [
            (1, 0), (1, 1), (0, 1), (0, 0), (page, 0), (0, 0), (199, 199), (0, 0), (0, 0), (0, 0)
        ]  # fmt: skip
        assert 20 < page < 80

    on_stage(play)


def test_a_click_goes_to_a_cell_and_a_second_one_in() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        matrix.set_matrix(scene().matrix)
        await pilot.pause()
        fit = matrix.shape
        await pilot.click(matrix, offset=(fit.left + 2 * 9, fit.head + 4))
        assert matrix.cursor == Spot(4, 9)
        matrix.zoom(True)
        fit = matrix.shape
        await pilot.click(matrix, offset=(fit.left + 2 * 9, fit.head + 4))
        assert matrix.cursor == Spot(8, 9)
        await pilot.click(matrix, offset=(fit.left + 2 * 9, fit.head + 4), times=2)
        assert app.opened >= 1
        await pilot.click(matrix, offset=(1, 0))
        assert matrix.cursor.column == 9

    on_stage(play)


def test_signs_and_colour_hold_the_same() -> None:
    async def play(app: Stage, matrix: Recorded, pilot: Pilot[None]) -> None:
        matrix.set_matrix(scene(12).matrix)
        await pilot.pause()
        assert "▀" not in text(matrix)
        assert "█" in text(matrix)
        matrix.zoom(True)
        assert "█" not in text(matrix)
        assert "▀" in text(matrix)
        matrix.look = make_look("dark", ascii_only=True, colour=False)
        matrix.draw()
        assert text(matrix).isascii()

    on_stage(play)
