"""Has a wish about stations carried out, and says what it came to."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.cli.output import progress, say
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.floor.commands import AnyWish
from sessions.text import clean

VERSION = 1


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a wish came to, for programs; a line each."""

    version: int = VERSION
    ok: bool
    station: str = ""
    """The id of the station that it was about, or that came of it."""
    reason: str = ""
    cure: str = ""


def obey_all(repo: Path, wishes: dict[str, AnyWish], done: str, as_json: bool) -> int:
    """Have wishes carried out, one after the other, each by the name of its station; returns the exit code.

    `done` says what was done to one, after its name. One that is refused keeps no other from being done.
    """
    from sessions.headless.line import text
    from sessions.headless.supervised import Supervised

    outcomes: list[Outcome] = []
    with Supervised(repo) as supervised, progress() as supervised.progress:
        for name, wish in wishes.items():
            try:
                about = supervised.obey(wish)
                outcomes.append(Outcome(ok=True, station=about or name))
            except FactoryError as error:
                outcomes.append(Outcome(ok=False, station=name, reason=error.message, cure=error.cure))
    failed = [each for each in outcomes if not each.ok]
    if as_json:
        for each in outcomes:
            say(text(each))
    elif len(outcomes) == 1 and failed:
        raise FactoryError(failed[0].reason, failed[0].cure)
    else:
        for each in outcomes:
            name = clean(each.station, 80)
            say(f"{name} {done}".strip() if each.ok else f"{name}: {clean(each.reason, 500)}: {clean(each.cure, 500)}")
    return EXIT_FAILURE if failed else 0
