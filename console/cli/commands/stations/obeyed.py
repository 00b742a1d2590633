"""Has wishes about stations carried out, and says what each came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from console.cli.output import progress, say
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.floor.commands import AnyWish
from sessions.floor.decide.decision import Refusal
from sessions.text import clean

VERSION = 1


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a wish came to, for programs; a line each."""

    version: int = VERSION
    ok: bool
    station: str = ""
    """The id of the station that it was about, or that came of it; of one refused at once the word that named it."""
    reason: str = ""
    """Why it was not done; or, where it is well as it is, that there was nothing to do."""
    cure: str = ""
    waits: str = ""
    """What its start waits for, which may take long: it begins by itself when that is over."""
    kept: tuple[str, ...] = ()
    """Of one that was removed, the refs that keep work of it."""
    branch_gone: str = ""
    """The branch that went with it, since it had no commit of its own."""


def obey_all(
    repo: Path,
    wishes: Mapping[str, AnyWish],
    done: str,
    as_json: bool,
    more: Callable[[str], str] | None = None,
    facts: Callable[[str], Mapping[str, Any]] | None = None,
) -> int:
    """Have wishes carried out, one after the other, each by the word for its station; returns the exit code.

    `done` says what was done to one, after its name, and `more` adds to that, by its id; for programs `facts` does, as
    fields of its outcome. One that is refused keeps no other from being done.
    """
    from sessions.headless.supervised import RefusedError, Supervised

    outcomes: list[Outcome] = []
    with Supervised(repo) as supervised, progress() as supervised.progress:
        for name, wish in wishes.items():
            try:
                reply = supervised.reply(wish)
                outcomes.append(Outcome(ok=True, station=reply.about or name, reason=reply.reason, waits=reply.waits))
            except FactoryError as error:
                about = error.about if isinstance(error, RefusedError) else ""
                outcomes.append(Outcome(ok=False, station=about or name, reason=error.message, cure=error.cure))
    if len(outcomes) == 1 and not outcomes[0].ok and not as_json:
        raise FactoryError(outcomes[0].reason, outcomes[0].cure)
    for each in outcomes:
        if each.ok and not as_json and not each.reason:
            added = more(each.station) if more is not None else ""
            say(f"{clean(each.station, 80)} {clean(each.waits, 500) or done}{clean(added, 500)}".strip())
        else:
            tell(replace(each, **facts(each.station)) if facts is not None and each.ok else each, as_json)
    return 0 if all(each.ok for each in outcomes) else EXIT_FAILURE


def tell_all(found: Mapping[str, str | Refusal], show: Callable[[str], None], as_json: bool) -> int:
    """Show each station, by its id, and of every word that names none why; returns the exit code."""
    refused = [(word, each) for word, each in found.items() if isinstance(each, Refusal)]
    if len(found) == len(refused) == 1 and not as_json:
        raise FactoryError(refused[0][1].reason, refused[0][1].cure)
    for each in found.values():
        if isinstance(each, str):
            show(each)
    for word, refusal in refused:
        tell(Outcome(ok=False, station=word, reason=refusal.reason, cure=refusal.cure), as_json)
    return EXIT_FAILURE if refused else 0


def tell(each: Outcome, as_json: bool) -> None:
    """Say what one wish came to."""
    from sessions.headless.line import text

    if as_json:
        say(text(each))
    else:
        words = (clean(each.station, 80), clean(each.reason, 500), clean(each.cure, 500))
        say(": ".join(filter(None, words)))
