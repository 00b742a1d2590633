"""Has cases settled, one after the other, and says what each came to. What one call did is undone together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from console.cli.output import progress, say
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.floor.commands import SettleCase
from sessions.floor.triage.case import Case
from sessions.text import clean

VERSION = 1


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What it came to, for programs; a line each."""

    version: int = VERSION
    ok: bool
    case: str
    station: str
    act: str
    reason: str = ""
    cure: str = ""


def obey(repo: Path, cases: Sequence[Case], wish: SettleCase, as_json: bool) -> int:
    """Settle them all in the same way; returns the exit code. One that is refused keeps no other from being done."""
    from sessions.headless.line import text
    from sessions.headless.supervised import Supervised
    from sessions.operator import one_key

    outcomes: list[Outcome] = []
    key = one_key() if len(cases) > 1 else ""
    with Supervised(repo) as supervised, progress() as supervised.progress:
        for case in cases:
            asked = Outcome(ok=True, case=case.id, station=case.station, act=wish.act.value)
            try:
                reply = supervised.reply(replace(wish, case=case.id), key)
                outcomes.append(replace(asked, reason=reply.reason))
            except FactoryError as error:
                outcomes.append(replace(asked, ok=False, reason=error.message, cure=error.cure))
    if len(outcomes) == 1 and not outcomes[0].ok and not as_json:
        raise FactoryError(outcomes[0].reason, outcomes[0].cure)
    for each in outcomes:
        if as_json:
            say(text(each))
        else:
            done = each.act if each.ok else ""
            words = (clean(each.station or "the floor", 80), done, clean(each.reason, 500), clean(each.cure, 500))
            say(": ".join(filter(None, words)))
    return 0 if all(each.ok for each in outcomes) else EXIT_FAILURE
