"""The panels beside a conversation: what they show, and how they share the height."""

from __future__ import annotations

from collections.abc import Sequence

from console.screens.station.session import StationLog
from sessions.floor import events as ev
from sessions.floor.state import FloorState, Station
from sessions.floor.zone import Zone
from sessions.views.floor.panes import Pane
from widgets.draw.cells import Line
from widgets.draw.look import Look
from widgets.draw.numbers import money, rate
from widgets.draw.plot import SCALE, plot
from widgets.parts import facts
from widgets.parts.ours import ours_lines
from widgets.parts.panel import Panel, rule

PANELS = ("station", "plot", "files", "events")
_METERS = (
    ("tokens/s", False, False),
    ("$/h", True, False),
    ("tokens/s, last hour", False, True),
    ("$/h, last hour", True, True),
)
"""Title, dollars instead of tokens, only the last hour."""
HOUR = 3_600.0
DAY = 86_400.0
AGENTS = 6
_NARROW, _BROAD = 52, 64
"""Cells of the panels beside the conversation, at least and at most."""
_IN_CONVERSATION = (ev.TurnStarted, ev.TextWritten, ev.ToolCalled, ev.ToolFinished)
"""Events that the conversation shows: the panel has the others."""


def side_cells(cells: int) -> int:
    """How wide the panels are on a screen `cells` wide: the conversation is the main thing."""
    return max(_NARROW, min(_BROAD, cells * 2 // 5))


class StationSide:
    """Four panels. `draw` gives them their lines; `arrange` their heights."""

    def __init__(self, look: Look) -> None:
        self.panels = (
            Panel(look, "station", id="station"),
            Panel(look, "plot", id="plot"),
            Panel(look, "files", id="files"),
            Panel(look, "events", tail=True, id="events"),
        )
        self._meter = 0
        self._wanted = (23, 8)
        """Lines that the first and the third panel could use, their titles included."""

    def next_meter(self) -> None:
        self._meter = (self._meter + 1) % len(_METERS)

    def clear(self) -> None:
        """There is no station at the moment shown."""
        for panel in self.panels:
            panel.clear()

    def draw(self, state: FloorState, station: Station, pane: Pane, log: StationLog, now: float, cells: int) -> bool:
        """Show the station as of `now` in panels of `cells`; True when they want other heights than before."""
        about, over_time, files, told = self.panels
        about.set_body(lambda cells, _: _about(state, station, pane, log, now, cells))
        self._draw_plot(over_time, log, state.zone, now)
        written = station.files
        note = f"{len(written)} written" if written else ""
        files.set_body(lambda cells, _: facts.files(written, station.directory, cells), written, note)
        made_of = (log.last_seq, log.reached, state.zone)
        told.set_body(lambda cells, _: facts.event_lines(_untold(log), state.zone, cells), made_of)
        # Counted here and not asked of the panels: one that has no height has made no lines yet.
        wanted = (len(_about(state, station, pane, log, now, cells)) + 2, max(1, len(written)) + 2)
        changed, self._wanted = wanted != self._wanted, wanted
        return changed

    def _draw_plot(self, panel: Panel, log: StationLog, zone: Zone, now: float) -> None:
        title, in_dollars, last_hour = _METERS[self._meter]
        series = log.dollars if in_dollars else log.tokens
        start, end = series.span
        if last_hour:
            start, end = now // 60 * 60 + 60 - HOUR, now // 60 * 60 + 60

        def lines(cells: int, rows: int) -> Sequence[Line]:
            slots = cells - SCALE - 2
            if end <= start or rows < 2 or slots < 1:
                return [(("   no tokens were used yet", "faint"),)]
            values = [value * (HOUR if in_dollars else 1.0) for value in series.rates(start, end, slots)]
            times = (_minute(moment, zone, dated=end - start > DAY) for moment in (start, end))
            return plot(values, rows, money if in_dollars else rate, *times)

        panel.title = title
        panel.set_body(lines, (log.last_seq, log.reached, self._meter, start, end, zone), "m shows another")

    def arrange(self, height: int, only: int | None) -> None:
        """Share `height` lines between the panels, or give all of it to one of them."""
        for i, (panel, lines) in enumerate(zip(self.panels, self._shares(height), strict=True)):
            shown = lines > 0 if only is None else i == only
            if panel.display != shown:
                panel.display = shown
            wanted = "1fr" if only is not None or i == len(self.panels) - 1 else str(lines)
            if str(panel.styles.height) != wanted:
                panel.styles.height = wanted

    def _shares(self, height: int) -> tuple[int, int, int, int]:
        """Lines for each panel, a blank one at its end. The station's figures come first, files are the first to go."""
        about = min(self._wanted[0], height)
        left = height - about
        over_time = 0 if left < 12 else min(12, max(7, left // 4))
        left -= over_time
        files = 0 if left < 9 else min(self._wanted[1], max(4, left // 3))
        return about, over_time, files, left - files


def _untold(log: StationLog) -> list[ev.Event]:
    """The events that the conversation beside them does not show."""
    return [noted.event for noted in log.events if not isinstance(noted.event, _IN_CONVERSATION)]


def _minute(moment: float, zone: Zone, dated: bool) -> str:
    """`12:04`, or `11-21 12:04` where the day is not plain."""
    shown = zone.local(moment)
    return shown.strftime("%m-%d %H:%M" if dated else "%H:%M") if shown else "--:--"


def _about(state: FloorState, station: Station, pane: Pane, log: StationLog, now: float, cells: int) -> list[Line]:
    """The first panel: the station, its meters, its sub-agents."""
    session = state.sessions.get(station.session)
    lines = facts.head(pane, station.session, session, now, cells)
    if own := ours_lines(state, pane, now, cells):
        lines += [(), rule("life and boundary", cells), *own]
    lines += [(), rule("meters", cells), *facts.meters(pane, cells, now)]
    if log.agents:
        lines += [(), rule("sub-agents", cells), *facts.sub_agents(log.agents, cells)[:AGENTS]]
    return lines
