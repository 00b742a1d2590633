"""A past as the screens' source of truth: plays, pauses, steps and seeks on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from console.links.link import LinkHealth, LinkMode, unheard
from console.links.own_desk import OwnDesk
from sessions.errors import FactoryError
from sessions.floor.axis import Axis
from sessions.floor.commands import AnyWish, Reply
from sessions.floor.events import Event, StationEvent
from sessions.floor.state import FloorState
from sessions.journal.past.past import Density, Past
from sessions.journal.past.quiet import along, axis_of
from sessions.journal.past.replay import Player, begins_turn, clamp, next_where, previous_where

if TYPE_CHECKING:
    from sessions.asking.asked import Asked
    from sessions.asking.question import A, Question
    from sessions.views.floor.last import LastFloor

TICK_S = 0.1
"""How often a playing replay moves on."""
BUDGET_S = 0.05
"""Work on one tick; a past too dense for the speed is played as fast as this allows."""
_CHUNK = 1_000
_FOLD_LIMIT = 5_000
"""Up to so many events forward are folded one after the other; beyond, a checkpoint is nearer."""

Move = Callable[[Player], Player]


class View(msgspec.Struct, frozen=True):
    """What a replay shows at one instant, swapped whole."""

    player: Player
    state: FloorState
    lagging: bool = False
    """The past is too dense for the speed: it plays slower than asked."""
    event: Event | None = None
    """While it stands still: the event it stands at."""
    sought: bool = False
    """That event was looked for, as a failure is."""
    missed: str = ""
    """What was looked for and is not there."""


class ReplayLink:
    """A `Link` over a past, with transport controls. Controls return at once; the view follows within a tick."""

    mode = LinkMode.REPLAY
    last = None

    def __init__(
        self,
        past: Past,
        *,
        seq: int | None = None,
        speed: int = 1,
        playing: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Shows the past after event `seq` (its first event when None)."""
        self.title = past.title
        self.span = past.span
        self._past = past
        self._clock = clock
        self._reading = threading.Lock()
        self._desk = OwnDesk(lambda: self.state, self._lines_of)
        seq = clamp(self.span, self.span.first_seq if seq is None else seq)
        state = past.state_at(seq)
        player = Player(self.span, seq, state.time or self.span.first_time, clock(), speed, quiet_from=state.time)
        self._view = View(player.play(clock()) if playing else player, state)
        self._view = replace(self._view, event=self._event_at(self._view.player))
        self._near = state
        self._sought, self._missed = False, ""
        self._trouble = ""
        self._moves: deque[tuple[bool, Move]] = deque()
        self._changed: Callable[[], None] = unheard
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def view(self) -> View:
        return self._view

    @property
    def player(self) -> Player:
        return self._view.player

    @property
    def drafts(self) -> None:
        """Nobody is asked for anything here."""

    @property
    def state(self) -> FloorState:
        return self._view.state

    @property
    def health(self) -> LinkHealth:
        return LinkHealth(connected=not self._trouble, trouble=self._trouble)

    def now(self) -> float:
        return self._view.player.moment

    def keep(self, floor: LastFloor) -> None:
        """A past is the same the next time."""

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="replay", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and let go of the past."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._desk.close()
        with self._reading:
            self._past.close()

    def again(self) -> None:
        """No supervisor feeds a replay."""

    def attach(self, station: str) -> str:
        return "a replay shows what was: there is no terminal any more"

    async def send(self, wish: AnyWish, together: str = "") -> Reply:
        return Reply(False, "this is a replay: what happened cannot be changed", "esc and q leave it")

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        return self._desk.ask(question, heard)

    def _lines_of(self, station: str, before: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """As of the moment shown."""
        from sessions.asking.desk import lines_of

        before = min(before, self._view.player.seq + 1)
        with self._reading:
            return lines_of(self._past.events_of(station, before, limit))

    def timeline(self, slots: int, *, skips_silence: bool) -> tuple[Axis, Sequence[Density]]:
        """The timeline and what happened along it; it may read the disk: call it from a worker."""
        with self._reading:
            axis = axis_of(self._past, slots, skips_silence=skips_silence)
            return axis, along(self._past, axis)

    # Controls

    def toggle(self) -> None:
        """Play or pause; at the end, play again from the beginning."""
        self._move(self._toggled)

    def pause(self) -> None:
        self._move(Player.pause)

    def faster(self, steps: int) -> None:
        self._move(lambda player: player.faster(steps))

    def toggle_silence(self) -> None:
        self._move(lambda player: player.skipping(not player.skips_silence))

    def step(self, events: int, station: str = "") -> None:
        """Go `events` forward, or back, and pause; with a station to the next event, or the one before, of its own."""
        if station:
            self._step_to(events, lambda event: _is_of(event, station), "nothing happens here")
        else:
            self._move(lambda player: self._at(player.pause(), player.seq + events))

    def step_turn(self, turns: int, station: str = "") -> None:
        """Go to where the next turn (of a station) began, or the one before (negative), and pause."""
        self._step_to(
            turns,
            lambda event: begins_turn(event) and (not station or _is_of(event, station)),
            "no turn begins here" if station else "no turn begins",
        )

    def step_failure(self, failures: int) -> None:
        """Go to the next failure, or the one before (negative), and pause."""
        find = self._past.failure_after if failures > 0 else self._past.failure_before
        missed = "nothing fails " + _way(failures)
        self._move(lambda player: self._found(player.pause(), find(player.seq), missed))

    def seek_seq(self, seq: int) -> None:
        self._move(lambda player: self._at(player, seq), absolute=True)

    def seek_time(self, moment: float) -> None:
        self._move(lambda player: self._at_time(player, moment), absolute=True)

    def seek_fraction(self, fraction: float, axis: Axis | None = None) -> None:
        """Go to a place of the timeline, 0 to 1; without an axis time passes evenly along it."""
        self.seek_time((axis or Axis(self.span.first_time, self.span.last_time)).time(fraction))

    def go_to(self, text: str) -> None:
        """Go to a place as an operator writes it; raises `UsageError` with the cure when it is none."""
        from sessions.journal.past import places

        place = places.parse(text, self.span, self.now(), self.state.zone)
        if place.seq is not None:
            self.seek_seq(place.seq)
        elif place.moment is not None:
            self.seek_time(place.moment)

    def _step_to(self, steps: int, wanted: Callable[[Event], bool], missed: str) -> None:
        find = next_where if steps > 0 else previous_where
        missed = f"{missed} {_way(steps)}"
        self._move(lambda player: self._found(player.pause(), find(self._past, player.seq, wanted), missed))

    def _move(self, move: Move, absolute: bool = False) -> None:
        self._moves.append((absolute, move))
        self._wake.set()

    # On the thread

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(TICK_S if self._view.player.playing else None)
            self._wake.clear()
            try:
                with self._reading:
                    self.tick()
            except Exception as error:  # whatever it is, the thread must not end in silence: the screen says why
                self._trouble = f"the past cannot be read: {error}"
                self._view = replace(self._view, player=self._view.player.pause())
            self._changed()

    def tick(self) -> None:
        """Do what was asked since the last tick, then let time pass. The thread calls it; so may a test."""
        player = self._view.player
        self._sought, self._missed = False, ""
        for move in self._waiting_moves():
            player = move(player)
        view = self._play(player, self._state_at(player.seq))
        self._near = view.state
        self._view = replace(view, event=self._event_at(view.player), sought=self._sought, missed=self._missed)

    def _event_at(self, player: Player) -> Event | None:
        if player.playing or player.seq < self.span.first_seq:
            return None
        return next(iter(self._past.events(player.seq - 1, 1)), None)

    def _waiting_moves(self) -> list[Move]:
        """What was asked, in order; of seeks in a row only the last, so that dragging does not pile up work."""
        taken: list[tuple[bool, Move]] = []
        while self._moves:
            absolute, move = self._moves.popleft()
            if absolute and taken and taken[-1][0]:
                taken.pop()
            taken.append((absolute, move))
        return [move for _, move in taken]

    def _play(self, player: Player, state: FloorState) -> View:
        from sessions.floor.fold.fold import fold_all  # the first paint needs none

        clock = self._clock()
        deadline = time.perf_counter() + BUDGET_S
        while player.playing:
            events = self._past.events(player.seq, _CHUNK)
            if not events and not player.at_end:
                raise FactoryError(f"the past ends at event {player.seq:,}, earlier than it says")
            after = player.played(clock, [event.time for event in events])
            state = fold_all(state, events[: after.seq - player.seq])
            player = after
            if player.clock >= clock:
                break
            if time.perf_counter() > deadline:
                return View(replace(player, clock=clock), state, lagging=True)
        return View(player, state)

    def _state_at(self, seq: int) -> FloorState:
        near = self._near
        if near.seq < seq <= near.seq + _FOLD_LIMIT:
            from sessions.floor.fold.fold import fold_all

            self._near = fold_all(near, self._past.events(near.seq, seq - near.seq))
        elif near.seq != seq:
            self._near = self._past.state_at(seq)
        return self._near

    def _at(self, player: Player, seq: int) -> Player:
        seq = clamp(self.span, seq)
        state = self._state_at(seq)
        return player.sought(seq, state.time or self.span.first_time, self._clock())

    def _at_time(self, player: Player, moment: float) -> Player:
        moment = min(self.span.last_time, max(self.span.first_time, moment))
        return player.sought(self._past.seq_at(moment), moment, self._clock())

    def _found(self, player: Player, seq: int | None, missed: str) -> Player:
        self._sought, self._missed = seq is not None, missed if seq is None else ""
        return player if seq is None else self._at(player, seq)

    def _toggled(self, player: Player) -> Player:
        if player.playing:
            return player.pause()
        if player.at_end:
            player = self._at(player, self.span.first_seq)
        return player.play(self._clock())


def _way(steps: int) -> str:
    return "after this moment" if steps > 0 else "before this moment"


def _is_of(event: Event, station: str) -> bool:
    return isinstance(event, StationEvent) and event.station == station
