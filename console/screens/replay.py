"""The floor of a past with its timeline below: everything on the screen is as of the moment shown."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from time import monotonic
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from console.actions import REPLAY
from console.replay_link import ReplayLink
from console.screens.base import bindings
from console.screens.floor import FloorScreen
from sessions.errors import FactoryError
from sessions.journal import places
from sessions.text import clean
from widgets.cells import Line
from widgets.prompt import Typing
from widgets.timeline import SHORT, TALL, TALL_FROM, Position, Slot, Timeline


class ReplayScreen(FloorScreen, inherit_bindings=False):
    """The floor screen over a `ReplayLink`."""

    WHERE: ClassVar[str] = REPLAY
    CSS_PATH = "replay.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(REPLAY)]

    def __init__(self) -> None:
        super().__init__()
        self._going: Typing | None = None
        self._drawn: object = None
        self._slots = 0

    def below_wall(self) -> Iterable[Widget]:
        yield Timeline(self.look)

    @property
    def replay(self) -> ReplayLink:
        link = self.factory.link
        assert isinstance(link, ReplayLink)
        return link

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def on_resize(self, event: events.Resize) -> None:
        self.timeline.styles.height = TALL if event.size.height >= TALL_FROM else SHORT
        super().on_resize(event)

    # Sampling

    def sample(self) -> None:
        """A tick: the floor as of the moment, and the timeline when the moment has moved."""
        super().sample()
        if self.is_current and self.replay.view is not self._drawn:
            self._drawn = self.replay.view
            self.draw_timeline()

    def draw(self) -> None:
        super().draw()
        if self.is_mounted and self.size:
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
                speed=view.player.speed,
                playing=view.player.playing,
                skips_silence=view.player.skips_silence,
                lagging=view.lagging,
                utc_offset=view.state.utc_offset,
                trouble=self.replay.health.trouble,
            )
        )
        if timeline.slots != self._slots:
            self._slots = timeline.slots
            self.run_worker(self._read_density(self._slots), group="density", exclusive=True)

    async def _read_density(self, slots: int) -> None:
        try:
            density = await asyncio.to_thread(self.replay.density, slots)
        except (FactoryError, OSError, sqlite3.Error) as error:
            self.say(f"cannot read the timeline: {clean(str(error), 80)}")
            return
        self.timeline.set_slots([Slot(slot.events, slot.failures) for slot in density])

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        self.replay.seek_fraction(message.fraction)

    def restyle(self) -> None:
        super().restyle()
        self.timeline.look = self.look

    # Going to a place

    def question(self) -> Line:
        return self._going.line(places.HELP) if self._going else super().question()

    def on_key(self, event: events.Key) -> None:
        if self._going is None:
            super().on_key(event)
            return
        self.last_key = monotonic()
        event.stop()
        if event.key in ("enter", "escape"):
            text, self._going = self._going.text, None
            if event.key == "enter" and text.strip():
                self._go_to(text)
        else:
            self._going.type(event.key, event.character)
        self.draw_footer()

    def on_paste(self, event: events.Paste) -> None:
        if self._going is None:
            super().on_paste(event)
            return
        event.stop()
        self._going.paste(event.text)
        self.draw_footer()

    def _go_to(self, text: str) -> None:
        try:
            self.replay.go_to(text)
        except FactoryError as error:
            self.say(clean(str(error), 160))

    def action_go_to(self) -> None:
        self._going = Typing("go to")

    def action_transport(self, control: str, *steps: int) -> None:
        """One of the link's controls; what can be asked for is in the registry."""
        getattr(self.replay, control)(*steps)
