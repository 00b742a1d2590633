"""Draws every screen into screenshots/, from the simulation with a clock that stands still: `make screenshots`."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice, product, takewhile
from pathlib import Path

import msgspec
from msgspec.structs import replace

from console.app import FactoryApp
from console.cli.commands.demo import DEMO, DEMO_OPENING
from console.links.link import Link, LinkHealth, LinkMode
from console.options import Options
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.commands import Progress
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.state import EMPTY
from sessions.headless.live_demo import LiveFactory
from sessions.journal.recording.recording import Recording
from sessions.place import place_of
from sessions.simulation import START, simulate
from sessions.simulation.__main__ import SEED
from sessions.simulation.live import story
from sessions.views.hands import IN_TERMINAL
from sessions.views.scopes.ground import Ground
from tests import ROOT
from tests.support.branches.branch import BRANCH, picture_state
from tests.support.console import NOW, StillLink
from tests.support.picture import at_rest, pressing
from tests.support.replay import StillReplay
from tests.support.stations.asked import AskedLink
from tests.support.stations.live import told
from tests.support.stations.still import our_events
from tests.support.supervisor import watched
from tests.support.triage.mixed import mixed_link

TARGET = ROOT / "screenshots"
WIDE, HALF, SMALL = (200, 60), (160, 50), (80, 24)
STATION = "proxy-01"
DOWN = ("down",) * 9
"""To the task whose check has failed."""
TOPS, AREAS = ("src", "tests"), ("api", "audit", "auth", "billing", "cache", "export", "mail", "proxy", "queue")
QUEUED_SEED, QUEUED_S = 3, 4_500.0


class Picture(msgspec.Struct, frozen=True):
    """A screen to draw: what it shows, the keys that lead there, its size."""

    link: Callable[[], Link]
    size: tuple[int, int] = WIDE
    keys: tuple[str, ...] = ()
    station: str = ""
    branch: str = ""
    at: str = ""
    """The station under the floor's cursor."""
    theme: str = "dark"
    ascii_only: bool = False
    no_colour: bool = False


def floor(stations: int = 30, mode: LinkMode = LinkMode.LIVE) -> Link:
    """The simulated factory at the moment when the demo begins."""
    events = list(islice(simulate(SEED, stations), DEMO_OPENING))
    state = fold_all(EMPTY, events)
    return StillLink(state, mode=mode, now=state.time, events=events)


def working() -> Link:
    """The same when one station is slow and a task needs a person, on a floor of which keys can be shown."""
    events = list(takewhile(lambda event: event.time < START + QUEUED_S, simulate(QUEUED_SEED)))
    state = replace(fold_all(EMPTY, events), simulated=False)
    return StillLink(state, now=state.time, events=events)


def conflicts() -> Link:
    """The same, in a mode in which nobody looks for its repository."""
    return floor(mode=LinkMode.SIMULATED)


def scanning() -> Link:
    """A first start: nothing is known yet, and transcripts are being read."""
    return StillLink(health=LinkHealth(progress=Progress("reading transcripts", 131_000_000, 312_000_000, "bytes")))


def replay() -> Link:
    return StillReplay(Recording(DEMO), seq=DEMO_OPENING)


def branch() -> Link:
    """A small repository, made for the picture."""
    root = Path(tempfile.mkdtemp(prefix="factory-tui-picture-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    state = picture_state(root)
    return StillLink(state, now=state.time)


def live_demo() -> Link:
    """The live demo, run for the picture: real stations, up to where each has shown what it has to show."""
    with LiveFactory(story.parts(8, pace=0.2)) as factory:
        factory.begin()
        factory.started()
        with watched(place_of(factory.repo).socket) as console:
            console.until(lambda client: told(client.state), 120.0)
            state = console.client.state
    return StillLink(state, now=state.time)


def scopes() -> Link:
    """The simulated factory with the files of its repository."""
    it = AskedLink(list(islice(simulate(SEED, 30), DEMO_OPENING)))
    it.state, it.clock = replace(it.state, simulated=False), it.state.time
    known = Ground(it.state).paths.all
    more = [f"{top}/{area}/{name}" for top, area, name in product(TOPS, AREAS, ("__init__.py", "base.py", "types.py"))]
    it.files = [*known, *more, "README.md", "docs/index.md", "LICENSE"]
    return it


def terminal() -> Link:
    """Stations of ours, of which one is in a terminal."""
    it = AskedLink()
    known = it.state.owned
    it.state = replace(it.state, owned={**known, "worker": replace(known["worker"], host=IN_TERMINAL)})
    return it


def frozen() -> Link:
    """Stations of ours, all of them at rest."""
    rest = [
        ev.LifeChanged(time=NOW, source="factory", station=station, life=Life.PAUSED, reason="the floor is frozen")
        for station, known in AskedLink().state.owned.items()
        if known.life is Life.RUNNING
    ]
    freeze = ev.FreezeWanted(time=NOW, source="console", command="freeze", frozen=True)
    return AskedLink([*our_events(), freeze, *rest])


PICTURES = {
    "floor-200x60": Picture(floor),
    "floor-50-stations": Picture(lambda: floor(50)),
    "floor-light-grouped": Picture(floor, keys=("g", "r"), theme="light"),
    "floor-colour-blind": Picture(floor, (120, 40), theme="colour-blind"),
    "floor-large": Picture(floor, HALF, keys=("z",)),
    "floor-80x24": Picture(floor, SMALL),
    "floor-80x24-ascii": Picture(floor, SMALL, ascii_only=True, no_colour=True),
    "floor-filtered": Picture(floor, (120, 40), keys=("f", "x", "n")),
    "floor-search": Picture(floor, (120, 40), keys=("slash", *"proxy")),
    "floor-empty": Picture(StillLink, (120, 40)),
    "floor-scanning": Picture(scanning, (120, 40)),
    "station-160x50": Picture(floor, HALF, station=STATION),
    "station-80x24": Picture(floor, SMALL, station=STATION),
    "branch-160x50": Picture(branch, HALF, branch=BRANCH),
    "branch-80x24": Picture(branch, SMALL, branch=BRANCH),
    "replay-160x50": Picture(replay, HALF),
    "replay-80x24": Picture(replay, SMALL),
    "conflicts-200x60": Picture(conflicts, keys=("2", "w")),
    "conflicts-80x24": Picture(conflicts, SMALL, keys=("2", "w")),
    "conflicts-light": Picture(conflicts, HALF, keys=("2", "w"), theme="light"),
    "triage-200x60": Picture(mixed_link, keys=("3", *DOWN)),
    "triage-80x24": Picture(mixed_link, SMALL, keys=("3",)),
    "scopes-200x60": Picture(scopes, keys=("7",)),
    "scopes-80x24": Picture(scopes, SMALL, keys=("7", "slash", *"src/auth", "enter")),
    "scopes-change": Picture(scopes, HALF, keys=("7", "slash", *"src/auth", "enter", "minus")),
    "tasks-200x60": Picture(working, keys=("6", "n")),
    "tasks-80x24": Picture(working, SMALL, keys=("6", "n")),
    "slowest-200x60": Picture(working, keys=("K",)),
    "slowest-80x24": Picture(working, SMALL, keys=("K",)),
    "live-demo": Picture(live_demo, HALF),
    "start": Picture(AskedLink, (120, 40), keys=("c", *"Make the pool retry", "tab", "right")),
    "scope": Picture(AskedLink, (120, 40), keys=("S", "ctrl+u", *"src/pool/** docs/*.md src/p"), at="worker"),
    "spawn-80x24": Picture(AskedLink, SMALL, keys=("s", *"Mend it"), at="worker"),
    "frozen": Picture(frozen, (120, 40)),
    "terminal": Picture(terminal, (120, 40), keys=("V",), at="worker"),
    "question-80x24": Picture(AskedLink, SMALL, keys=("n", "Q")),
    "question": Picture(floor, (120, 40), keys=("n", "Q")),
    "palette": Picture(floor, (120, 40), keys=("colon",)),
    "help": Picture(floor, (120, 40), keys=("question_mark",)),
}


async def draw(picture: Picture, link: Link) -> str:
    """The picture as SVG."""
    options = Options(picture.theme, picture.ascii_only, picture.no_colour, slow_link=False)
    app = FactoryApp(link, options)
    async with app.run_test(size=picture.size) as pilot:
        await at_rest(pilot)
        if picture.station:
            await app.open_station(picture.station)
        if picture.at and isinstance(app.screen, FloorScreen):
            app.screen.go_to_station(picture.at)
        if picture.branch:
            await app.open_branch(picture.branch)
        await pressing(*picture.keys[:1])(pilot)
        await at_rest(pilot)
        await pressing(*picture.keys[1:])(pilot)
        await at_rest(pilot)
        return app.export_screenshot(title="factory-tui")


def drawn(names: list[str]) -> Iterator[Path]:
    """Draw the named pictures, one after another."""
    TARGET.mkdir(exist_ok=True)
    for name in names:
        path = TARGET / f"{name}.svg"
        path.write_text(asyncio.run(draw(PICTURES[name], PICTURES[name].link())), encoding="utf-8")
        yield path


if __name__ == "__main__":
    os.environ.update(TEXTUAL_ANIMATIONS="none", COLORTERM="truecolor", TERM="xterm-256color", TZ="UTC")
    os.environ.pop("NO_COLOR", None)
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="factory-tui-picture-")
    atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)
    for file in drawn(sys.argv[1:] or list(PICTURES)):
        print(file)
