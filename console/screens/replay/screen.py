"""The floor of a past with its timeline below: everything on the screen is as of the moment shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.geometry import Size
from textual.widget import Widget

from console.actions.action import ScreenSpec
from console.links.replay import ReplayLink, View
from console.screens.base import bindings
from console.screens.floor.actions import FloorSituation
from console.screens.floor.screen import FloorScreen
from console.screens.replay.actions import SPEC
from sessions.errors import FactoryError
from sessions.floor.axis import Axis
from sessions.floor.events import StationEvent
from sessions.text import clean
from widgets.draw.cells import Line, Span
from widgets.floor.timeline import Position, Slot, Timeline
from widgets.parts.prompt import Typing


def _unreadable() -> tuple[type[Exception], ...]:
    """What reading a past may raise. SQLite is imported when something was: playing a recording needs none."""
    import sqlite3

    return FactoryError, OSError, sqlite3.Error


class ReplayScreen(FloorScreen, inherit_bindings=False):
    """The floor screen over a `ReplayLink`."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    def __init__(self) -> None:
        super().__init__()
        self._going: Typing | None = None
        self._drawn: View | None = None
        self._axis: Axis | None = None
        self._asked = (0, False)
        """For how many slots the timeline was read, and whether with silences folded."""

    def below_wall(self) -> Iterable[Widget]:
        timeline = Timeline(self.look)
        timeline.fit(self.app.size.height)
        yield timeline

    @property
    def replay(self) -> ReplayLink:
        link = self.factory.link
        assert isinstance(link, ReplayLink)
        return link

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def fit(self, size: Size) -> None:
        super().fit(size)
        self.timeline.fit(size.height)

    # Sampling

    def draw_news(self) -> None:
        """The floor as of the moment, and the timeline when the moment has moved."""
        super().draw_news()
        view = self.replay.view
        if view is not self._drawn:
            before, self._drawn = self._drawn, view
            self.draw_timeline()
            if before is not None and before.player.playing is not view.player.playing:
                self.draw_footer()
            if view.missed:
                self.say(view.missed)
            elif before is not None and before.player.skips_silence is not view.player.skips_silence:
                self.say("silence is skipped" if view.player.skips_silence else "silence takes its time")
            elif view.sought and isinstance(view.event, StationEvent):
                self.wall.go_to("station:" + view.event.station)

    def draw(self) -> None:
        super().draw()
        if self.lives and self.size:
            self.draw_timeline()

    def draw_timeline(self) -> None:
        """Draw the timeline as of now; its density is read again when its width has changed."""
        timeline, view = self.timeline, self.replay.view
        timeline.set_position(
            Position(
                first_time=view.player.span.first_time,
                last_time=view.player.span.last_time,
                moment=view.player.moment,
                seq=view.player.seq,
                last_seq=view.player.span.last_seq,
                axis=self._axis,
                speed=view.player.speed,
                playing=view.player.playing,
                skips_silence=view.player.skips_silence,
                lagging=view.lagging,
                zone=view.state.zone,
                event=self._event(),
                trouble=self.replay.health.trouble,
            )
        )
        wanted = (timeline.slots, view.player.skips_silence)
        if wanted != self._asked:
            self._asked = wanted
            self.call_after_refresh(self._ask_density, *wanted)

    def _event(self) -> Sequence[Span]:
        event = self.replay.view.event
        if event is None:
            return ()
        from console.screens.replay.words import event_spans  # a replay that begins by playing does not need it

        return event_spans(event, self.replay.state)

    def _ask_density(self, slots: int, skips_silence: bool) -> None:
        self.begin(lambda: self._read_density(slots, skips_silence), group="density", exclusive=True)

    async def _read_density(self, slots: int, skips_silence: bool) -> None:
        try:
            self._axis, density = await asyncio.to_thread(self.replay.timeline, slots, skips_silence=skips_silence)
        except _unreadable() as error:
            self.say(f"cannot read the timeline: {clean(str(error), 80)}")
            return
        self.timeline.set_slots([Slot(slot.events, slot.failures) for slot in density])
        self.draw_timeline()

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        self.replay.seek_fraction(message.fraction, self._axis)

    def restyle(self) -> None:
        super().restyle()
        self.timeline.look = self.look

    # What it says of itself

    def situation(self) -> FloorSituation:
        return replace(super().situation(), playing=self.replay.view.player.playing)

    # Going to a place

    def question(self) -> Line:
        if self._going is None:
            return super().question()
        from sessions.journal.past.places import HELP

        return self._going.line(self.size.width, HELP, "enter goes   esc drops")

    async def answer(self, key: str, character: str | None) -> bool:
        if self._going is None:
            return await super().answer(key, character)
        if key in ("enter", "escape"):
            text, self._going = self._going.text, None
            if key == "enter" and text.strip():
                self._go_to(text)
        else:
            self._going.type(key, character)
        self.draw_footer()
        return True

    def answer_paste(self, text: str) -> None:
        if self._going is None:
            super().answer_paste(text)
            return
        self._going.paste(text)
        self.draw_footer()

    def _go_to(self, text: str) -> None:
        try:
            self.replay.go_to(text)
        except FactoryError as error:
            self.say(clean(str(error), 160))

    def action_go_to(self) -> None:
        self._going = Typing("go to")
