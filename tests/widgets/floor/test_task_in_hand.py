"""The task that a station has in hand: on its card, below the wall, and beside its conversation."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskSpec
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane
from tests.support.console import NOW, state_of
from tests.support.picture import text_of
from tests.support.stations.still import our_events
from widgets.floor.card import card
from widgets.floor.preview import preview_lines
from widgets.parts.ours import ours_lines

TITLE = "Make the pool retry what failed before a byte was sent"


def after(state: FloorState, *events: ev.Event) -> FloorState:
    for event in events:
        state = fold(state, event)
    return state


def taking(kind: type[ev.TakingEvent], **more: object) -> ev.Event:
    return kind(time=NOW, station="worker", task="t1", lease=1, **more)  # type: ignore[arg-type]


BEFORE = after(
    state_of(our_events()),
    ev.TaskAdded(time=NOW, task="t1", spec=TaskSpec(TITLE)),
    ev.StationEnlisted(time=NOW, station="worker"),
)


def pane_of(book: PaneBook, state: FloorState) -> Pane:
    return next(pane for pane in book.panes(state, NOW) if pane.key == "station:worker")


def test_it_is_told_on_the_card_in_place_of_a_branch_that_is_named_as_the_station() -> None:
    book = PaneBook()
    free = replace(pane_of(book, BEFORE), branch="station/worker")
    assert "station/worker" in text_of(card(free, 60, 1, NOW))[1]
    taken = after(BEFORE, taking(ev.TaskTaken))
    pane = replace(pane_of(book, taken), branch="station/worker")
    assert "Make the pool retry what failed" in text_of(card(pane, 60, 1, NOW))[1]
    assert "t1 “Make the pool retry" in "\n".join(text_of(preview_lines(pane, 120, 6, NOW)))
    checking = after(taken, taking(ev.TaskClaimed))
    assert pane_of(book, checking).ours != pane.ours, "a fact about its task alone makes its pane another"
    pane = replace(pane_of(book, checking), branch="station/worker")
    assert "its check runs" in text_of(card(pane, 60, 1, NOW))[1]
    bounced = after(checking, taking(ev.CheckFinished, passed=False), taking(ev.TaskBounced, reason="no"))
    pane = replace(pane_of(book, bounced), branch="station/worker")
    assert "bounced 1×" in text_of(card(pane, 60, 1, NOW))[1]
    done = after(bounced, taking(ev.TaskClaimed), taking(ev.TaskFinished))
    assert pane_of(book, done).ours == pane_of(PaneBook(), BEFORE).ours


def test_a_branch_of_another_name_stays_in_sight() -> None:
    pane = replace(pane_of(PaneBook(), after(BEFORE, taking(ev.TaskTaken))), branch="topic/pool")
    assert "topic/pool" in text_of(card(pane, 60, 1, NOW))[1]


def test_it_is_told_beside_the_conversation() -> None:
    told = "\n".join(text_of(ours_lines(BEFORE, pane_of(PaneBook(), BEFORE), NOW, 60)))
    assert "task       takes tasks from the queue whenever it is" in told
    taken = after(BEFORE, taking(ev.TaskTaken), taking(ev.TaskClaimed))
    told = "\n".join(text_of(ours_lines(taken, pane_of(PaneBook(), taken), NOW, 60)))
    assert "task       t1 Make the pool retry what failed" in told
    assert "its check runs" in told
