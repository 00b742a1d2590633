"""The conversation on the screen: it reads little, follows, folds, finds, and keeps its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from sessions.floor.zone import Zone
from sessions.observe.conversation.entries import Entry, EntryKind
from sessions.text import clean
from tests.support.console import HOSTILE
from tests.support.conversation import ConversationApp, Talk, made
from tests.support.replay import START
from widgets.draw.cells import Line, plain
from widgets.session.conversation import ConversationView
from widgets.session.session_text import KEPT

Script = Callable[[ConversationView, Talk, Pilot[None]], Awaitable[None]]
LONG = 100_000


def with_view(script: Script, length: int = LONG, size: tuple[int, int] = (100, 40)) -> None:
    """Run a script against a conversation of `length` entries on a screen of `size`."""

    async def run() -> None:
        talk = Talk(length)
        app = ConversationApp(talk)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(app.view, talk, pilot)

    asyncio.run(run())


def lines(view: ConversationView) -> list[str]:
    """What is shown, without trailing blanks and without the scroll bar."""
    return [plain(line)[: view.size.width - 2].rstrip() for line in view._lines]


def test_a_hundred_thousand_entries_are_not_read() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        assert view.count == LONG
        assert len(talk.asked) < 100
        view.to_start()
        view.go_to(LONG // 2)
        for _ in range(100):
            view.scroll(38)
        for _ in range(100):
            view.scroll(-38)
        assert view.text.decoded <= KEPT
        assert len(talk.asked) < 3_500

    with_view(script)


def test_it_follows_the_end_and_says_what_is_new_when_it_does_not() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        assert "● follow" in lines(view)[0]
        talk.length += 8
        view.grew()
        assert f"number {talk.length // 8 - 1}" in "\n".join(lines(view))
        view.scroll(-20)
        seen = lines(view)[1:]
        talk.length += 12
        view.grew()
        assert lines(view)[1:] == seen
        assert "paused, 12 new" in lines(view)[0]
        view.follow()
        assert "● follow" in lines(view)[0]
        assert lines(view)[1:] != seen

    with_view(script, 80)


def test_scrolling_to_the_end_follows_again() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.scroll(-3)
        assert not view.following
        view.move(1_000)
        view.scroll(3)
        view.go_to(talk.length - 1)
        assert view.following

    with_view(script, 80)


def test_tools_open_and_fold() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.go_to(34)
        before = lines(view)
        view.toggle()
        assert view.text.is_opened(34)
        opened = lines(view)
        assert any("│ import os" in line for line in opened)
        view.toggle()
        assert not view.text.is_opened(34)
        assert lines(view)[0] == before[0]
        assert not any("│ import os" in line for line in lines(view))

    with_view(script, 80)


def test_a_click_opens_a_tool() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        row = next(y for y, line in enumerate(lines(view)) if "▸ Read" in line)
        await pilot.click(ConversationView, offset=(20, row))
        assert any("│ import os" in line for line in lines(view))

    with_view(script, 80)


def test_the_wheel_scrolls() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.to_start()
        await pilot._post_mouse_events([MouseScrollDown], ConversationView, (20, 5))
        assert lines(view)[1].startswith(" 12:00:12")
        assert not view.following
        await pilot._post_mouse_events([MouseScrollUp], ConversationView, (20, 5))
        assert "number 0" in lines(view)[1]

    with_view(script, 80)


def test_a_found_entry_is_shown_opened_and_highlighted() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        needle = "needle in the output"
        body = (*("hay",) * 100, needle, *("hay",) * 100)
        talk.extra[43] = Entry(kind=EntryKind.RESULT, time=START, title="hay", lines=body, call="call-42")
        view.grew()
        view.mark("NEEDLE")
        view.go_to_found(43)
        assert view.cursor == 42
        assert view.found == 43
        assert any(needle in line for line in lines(view))
        styles = {style for line in view._lines for text, style in line if text == "needle"}
        assert styles == {"reverse accent"}

    with_view(script, 80)


def test_who_goes_elsewhere_searches_on_from_there() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.go_to_found(43)
        view.to_start()
        assert (view.cursor, view.found) == (0, None)
        view.go_to_found(43)
        await pilot.click(ConversationView, offset=(20, 1))
        assert view.found is None

    with_view(script, 80)


def test_moving_goes_by_entries_and_through_tall_ones_by_lines() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        talk.extra[16] = Entry(
            kind=EntryKind.PROMPT, time=START, title="x", lines=tuple(f"line {i}" for i in range(25))
        )
        view.grew()
        view.go_to(15)
        view.move(1)
        assert view.cursor == 16
        for _ in range(60):
            view.move(1)
            if view.cursor != 16:
                break
        assert view.cursor == 17
        shown = {line.strip(" ▌") for line in lines(view)}
        assert "line 24" in shown

    with_view(script, 80, (100, 12))


def test_resizing_keeps_the_place() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.go_to(50_000)
        top = view._top.entry
        for size in ((60, 40), (140, 20), (30, 30), (100, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert view._top.entry == top
            assert len(view._lines) == size[1]
            assert not view.following

    with_view(script)


def test_entries_later_than_the_moment_are_hidden() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.show_until(START + 3 * 40, Zone(3_600))
        assert view.count == 41
        assert "13:02:00" in "\n".join(lines(view))
        view.show_until(START - 1, Zone())
        assert view.count == 0
        view.show_until(None, Zone())
        assert view.count == LONG

    with_view(script)


def test_a_result_that_comes_in_before_the_view_does_not_move_it() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.scroll(-30)
        before = lines(view)[1:]
        top = view._top.entry
        kept = [talk.entry(i) for i in range(talk.length)]
        kept.insert(3, Entry(kind=EntryKind.NOTE, time=START, title="late"))
        talk.extra.update(enumerate(kept))
        talk.length += 1
        view.grew()
        assert view._top.entry == top + 1
        assert [line.strip("▌ ") for line in lines(view)[1:]] == [line.strip("▌ ") for line in before]

    with_view(script, 80)


def test_an_empty_conversation_says_what_comes() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        view.say("Nothing was said yet.", "It appears here by itself.")
        assert lines(view)[2:4] == ["  Nothing was said yet.", "  It appears here by itself."]
        for act in (view.toggle, view.follow, view.to_start, lambda: view.move(1), lambda: view.scroll(-5)):
            act()
        view.go_to(5)

    with_view(script, 0)


def test_only_lines_that_differ_are_sent() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        sent: list[int] = []
        show = view.show

        def noted(drawn: Sequence[Line]) -> int:
            sent.append(show(drawn))
            return sent[-1]

        view.show = noted  # type: ignore[assignment, method-assign]  # looks on, and does the same
        view.draw()
        view.scroll(-10)
        talk.length += 1
        view.grew()
        assert sent[0] == 0
        assert sent[1] > 500
        assert 0 < sent[2] < 50

    with_view(script, 80)


def test_hostile_text_stays_in_its_place() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        text = clean(HOSTILE)
        for i in range(80):
            entry = made(i)
            talk.extra[i] = Entry(
                kind=entry.kind, time=1e300, title=text, lines=(text,) * 3, call=entry.call, tool=text, failed=True
            )
        view.grew()
        for width in (200, 33, 3, 80):
            await pilot.resize_terminal(width, 20)
            await pilot.pause()
            assert all("\x1b" not in line for line in lines(view))
            for y in range(view.size.height):
                assert view.render_line(y).cell_length == width

    with_view(script, 80)


def test_a_source_that_loses_entries_is_not_fatal() -> None:
    async def script(view: ConversationView, talk: Talk, pilot: Pilot[None]) -> None:
        talk.length = 10
        view.go_to(LONG // 2)
        assert "this part of the session is gone" in "\n".join(lines(view))
        view.grew()
        assert view.count == 10
        assert "Please mend retry number 1" in "\n".join(lines(view))

    with_view(script)
