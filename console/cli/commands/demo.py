"""`demo`: a simulated factory, recorded or live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.command import Command, Look
from console.cli.imports import importing
from console.cli.output import say
from sessions.errors import UsageError
from sessions.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.cli.words import Parser
    from console.links.link import Link

DEMO = Path(__file__).parents[2] / "demo.ftr"
"""The bundled recording of a simulated factory; see `make demo-recording`."""
DEMO_STATIONS, DEMO_BRANCHES, DEMO_SEED = 30, 48, 1
LIVE, MOST_LIVE = 8, 40
DEMO_OPENING = 16_384
"""Where the bundled recording begins to play: everything is going on, and a block begins, so no event is folded."""


class Demo(Command, frozen=True, kw_only=True):
    """Open the bundled recording, or with options a live simulation."""

    stations: int | None = None
    branches: int | None = None
    rate: float | None = None
    seed: int | None = None
    live: bool = False
    look: Look = Look()

    @classmethod
    def words(cls, parser: Parser) -> None:
        from console.cli.words import rate, whole

        parser.add_argument(
            "--live",
            action="store_true",
            help="run real stations (8, up to 40) with a scripted model, in a repository that is thrown away",
        )
        parser.add_argument("--stations", type=whole(1, 5_000), metavar="N", help="how many agents")
        parser.add_argument(
            "--branches", type=whole(1, 5_000), metavar="M", help="how many branches, the base included"
        )
        parser.add_argument("--rate", type=rate, metavar="EVENTS_PER_SECOND", help="default: the pace of real agents")
        parser.add_argument("--seed", type=whole(0, 2**63), metavar="S", help="another factory for each number")
        parser.look()

    def run(self) -> int:
        with importing():
            from console.cli.show import need_terminal, show

        need_terminal("`factory-tui replay FILE --at TIME --json` prints a recording without one")
        return self._lived(show) if self.live else show(self._link(), self.look)

    def _lived(self, show: Callable[[Link, Look], int]) -> int:
        """Real stations, as long as the console is open."""
        if not (self.branches is self.rate is self.seed is None) or not 1 <= (self.stations or LIVE) <= MOST_LIVE:
            raise UsageError(f"--live takes --stations from 1 to {MOST_LIVE}, and no other option", "leave them out")
        with importing():
            from console.links.live import LiveLink
            from sessions.headless.live_demo import LiveFactory
            from sessions.simulation.live.story import parts

        with LiveFactory(parts(self.stations or LIVE)) as factory:
            say("A live factory begins: everything is real but the words of the model, which follow a script.")
            factory.begin()
            code = show(LiveLink(factory.repo, factory.options), self.look)
            say("The live factory ends, and is thrown away.")
        for trouble in factory.troubles:
            say(f"  {clean(trouble, 300)}")
        return code

    def _link(self) -> Link:
        if self.stations is self.branches is self.rate is self.seed is None:
            return bundled_link()
        from console.links.demo import DemoLink

        return DemoLink(
            DEMO_STATIONS if self.stations is None else self.stations,
            DEMO_BRANCHES if self.branches is None else self.branches,
            self.rate,
            DEMO_SEED if self.seed is None else self.seed,
        )


def bundled_link() -> Link:
    """The bundled recording, playing from where its floor is full."""
    from console.links.replay import ReplayLink
    from sessions.journal.recording.recording import Recording

    past = Recording(DEMO)
    return ReplayLink(past, seq=DEMO_OPENING, playing=True)
