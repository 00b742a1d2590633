"""Slow links: noticed from the writer's backlog, and answered by drawing less."""

from __future__ import annotations

import queue
from types import SimpleNamespace

from console.terminal.slowlink import BACKLOG, FAST, SLOW, SLOW_TICKS, WATCHED, LinkWatch, backlog_of, prepare


def test_a_link_that_keeps_up_stays_fast() -> None:
    watch = LinkWatch(None)
    assert all(watch.may_draw(BACKLOG - 1) for _ in range(100))
    assert not watch.turned_slow()
    assert watch.rhythm == FAST


def test_a_backlog_stops_drawing_and_makes_the_link_slow_once() -> None:
    watch = LinkWatch(None)
    turned = []
    for _ in range(SLOW_TICKS + 3):
        assert not watch.may_draw(BACKLOG)
        turned.append(watch.turned_slow())
    assert turned.count(True) == 1
    assert watch.rhythm == SLOW


def test_a_hiccup_is_no_slow_link() -> None:
    watch = LinkWatch(None)
    for _ in range(20):
        for backlog in (BACKLOG, *[0] * 9):
            watch.may_draw(backlog)
        assert not watch.turned_slow()
    for backlog in (BACKLOG, *[0] * (WATCHED - SLOW_TICKS + 1), *[BACKLOG] * (SLOW_TICKS - 1)):
        watch.may_draw(backlog)
    assert not watch.turned_slow(), "the first wait is too long ago"
    watch.may_draw(BACKLOG)
    assert watch.turned_slow()


def test_what_the_operator_asked_for_is_kept() -> None:
    assert LinkWatch(True).rhythm == SLOW
    never = LinkWatch(False)
    for _ in range(100):
        never.may_draw(30)
    assert not never.turned_slow()


def test_the_backlog_is_read_from_the_writer_thread() -> None:
    waiting: queue.Queue[str] = queue.Queue()
    waiting.put("frame")
    assert backlog_of(SimpleNamespace(_writer_thread=SimpleNamespace(_queue=waiting))) == 1
    assert backlog_of(SimpleNamespace()) == 0
    assert backlog_of(None) == 0


def test_textual_is_told_before_it_is_imported_and_the_operator_s_own_wish_wins() -> None:
    environment = {"TEXTUAL_FPS": "5"}
    prepare(environment)
    assert environment == {"TEXTUAL_FPS": "5", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
    plain: dict[str, str] = {}
    prepare(plain)
    assert plain == environment | {"TEXTUAL_FPS": "10"}


def test_fewer_colours_are_sent_only_where_there_are_more() -> None:
    environment = {"COLORTERM": "truecolor"}
    prepare(environment)
    assert environment["TEXTUAL_COLOR_SYSTEM"] == "256"
