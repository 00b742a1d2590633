"""Commands that open the screens: the live floor, the demo, and a replay."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from console.cli import importing
from console.cli.call import Call
from console.cli.parser import THEMES
from console.links.link import Link
from console.options import Options
from console.terminal import slowlink
from sessions import paths, settings
from sessions.errors import FactoryError, UsageError

KEYMAP = "keymap.toml"
"""The operator's keys, beside the settings."""
DEMO = Path(__file__).parent.parent / "demo.ftr"
"""The bundled recording of a simulated factory; see `make demo-recording`."""
DEMO_STATIONS, DEMO_BRANCHES, DEMO_SEED = 30, 48, 1
DEMO_OPENING = 16_384
"""Where the bundled recording begins to play: everything is going on, and a block begins, so no event is folded."""


def live(call: Call) -> int:
    """The floor of a repository, as it is now."""
    _need_terminal("`factory-tui status` prints the floor without one")
    with importing():
        from console.cli.source import check_places
        from console.links.live import LiveLink
        from sessions.supervisor.process import Options

    check_places(call.sessions)
    places = tuple(str(place.absolute()) for place in call.sessions)
    return _show(LiveLink(call.repo, Options(base=call.base, sessions=places)), call)


def demo(call: Call) -> int:
    """A simulated factory: the bundled recording, or with options a live simulation."""
    _need_terminal("`factory-tui replay FILE --at TIME --json` prints a recording without one")
    if call.stations is call.branches is call.rate is call.seed is None:
        return _show(bundled_link(), call)
    from console.links.demo import DemoLink

    return _show(
        DemoLink(
            DEMO_STATIONS if call.stations is None else call.stations,
            DEMO_BRANCHES if call.branches is None else call.branches,
            call.rate,
            DEMO_SEED if call.seed is None else call.seed,
        ),
        call,
    )


def bundled_link() -> Link:
    """The bundled recording, playing from where its floor is full."""
    from console.links.replay import ReplayLink
    from sessions.journal.recording.recording import Recording

    past = Recording(DEMO)
    return ReplayLink(past, seq=DEMO_OPENING, playing=True)


def replay(call: Call) -> int:
    """A past, on the screens or as JSON."""
    from console.cli.source import past_of, place_in

    if not call.json:
        _need_terminal("with --json it prints the floor as of --at TIME or --seq N")
    past = past_of(call)
    place = place_in(past, call)
    if call.json:
        from console.cli.ask import print_status

        seq, now = place if place is not None else (past.span.last_seq, past.span.last_time)
        try:
            print_status(past.state_at(seq), now, as_json=True)
        finally:
            past.close()
        return 0
    from console.links.replay import ReplayLink

    return _show(ReplayLink(past, seq=None if place is None else place[0]), call)


def _show(link: Link, call: Call) -> int:
    """Run the screens until the operator leaves them."""
    gc.disable()  # until the first paint: up to then all is made to stay, and looking for garbage in it delays it
    options = _options(call)
    if options.slow_link:
        slowlink.prepare()
    with importing():
        from console.cli.screens import run

    return run(link, options)


def _options(call: Call) -> Options:
    """How the screens are to look: the call's words over the operator's settings."""
    chosen = settings.load()
    check_theme(chosen)
    slow = {"auto": None, "on": True, "off": False}[chosen.slow_link]
    return Options(
        theme=call.theme or chosen.theme,
        ascii_only=True if call.ascii else None,
        slow_link=True if call.slow_link else slow,
        attention=chosen.attentions,
        rest_days=chosen.rest_days,
        keymap=keymap_path(),
        remembered=paths.console_path(),
    )


def check_theme(chosen: settings.Settings) -> None:
    """Raises `FactoryError` with the file, the key and the cure when the settings name a theme that does not exist."""
    if chosen.theme and chosen.theme not in THEMES:
        cure = f"give it one of {', '.join(THEMES)}"
        raise FactoryError(f"{settings.settings_path()}: theme cannot be {chosen.theme!r}", cure)


def keymap_path() -> Path:
    """Where the operator's keymap lies, if there is one."""
    return paths.config_dir() / KEYMAP


def _need_terminal(instead: str) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the floor needs a terminal", f"run it in one; {instead}")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageError(f"this terminal cannot place its cursor (TERM={os.environ.get('TERM', '')})", instead)
