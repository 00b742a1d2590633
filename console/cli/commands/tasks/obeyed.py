"""Has wishes about tasks carried out, and says what each came to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from console.cli.output import progress, say
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.floor.commands import AnyWish
from sessions.text import clean

VERSION = 1


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a wish about a task came to, for programs; a line each."""

    version: int = VERSION
    ok: bool
    task: str = ""
    """Its id; of several that were added that of the first. Of one that nobody knows the word that named it."""
    words: str = ""
    """What was done."""
    reason: str = ""
    """Why it was not done; or, where it is well as it is, that there was nothing to do."""
    cure: str = ""


def obey(repo: Path, wishes: Mapping[str, AnyWish], as_json: bool) -> int:
    """Have wishes carried out, one after the other, each by the word for its task; returns the exit code.

    One that is refused keeps no other from being done. All of them are undone together.
    """
    from sessions.headless.supervised import RefusedError, Supervised
    from sessions.operator import one_key

    outcomes: list[Outcome] = []
    key = one_key() if len(wishes) > 1 else ""
    with Supervised(repo) as supervised, progress() as supervised.progress:
        for name, wish in wishes.items():
            try:
                reply = supervised.reply(wish, key)
                outcomes.append(Outcome(ok=True, task=reply.about or name, words=reply.words, reason=reply.reason))
            except FactoryError as error:
                about = error.about if isinstance(error, RefusedError) else ""
                outcomes.append(Outcome(ok=False, task=about or name, reason=error.message, cure=error.cure))
    if len(outcomes) == 1 and not outcomes[0].ok and not as_json:
        raise FactoryError(outcomes[0].reason, outcomes[0].cure)
    for each in outcomes:
        tell(each, as_json)
    return 0 if all(each.ok for each in outcomes) else EXIT_FAILURE


def tell(each: Outcome, as_json: bool) -> None:
    """Say what one wish came to."""
    from sessions.headless.line import text

    if as_json:
        say(text(each))
    elif each.ok:
        say(clean(each.words or each.reason or f"{each.task}: done", 500))
    else:
        words = (clean(each.task, 80), clean(each.reason, 500), clean(each.cure, 500))
        say(": ".join(filter(None, words)))
