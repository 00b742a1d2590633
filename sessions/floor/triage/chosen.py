"""What an operator has set about the queue: standing rules, causes of its own, and who is told.

[triage]
standing = ["retry-rate-limit"]
desktop = true

[[rules]]
name = "flaky"
cause = "failing test"
role = "test*"
act = "retry"
times = 2
backoff = 30

[[causes]]
name = "licence server"
cause = "environment"
pattern = "no licence (left|available)"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from sessions.errors import FactoryError
from sessions.floor.progress.signs import SILENT_S
from sessions.floor.triage import standing
from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes import bounded
from sessions.floor.triage.causes.rule import ANYWHERE, Rule, Where
from sessions.floor.triage.causes.rules import RULES
from sessions.floor.triage.standing import PRESETS, Standing

T = TypeVar("T", bound=msgspec.Struct)
_AT = re.compile(r" - at `\$\.?([^`]*)`$")
"""How it is said where a mistake is."""
MOST = 100
"""Rules, and causes, that may be set."""
NOTIFY_SEND = ("notify-send", "--app-name=factory-tui", "--urgency=critical", "--", "{title}", "{text}")
"""The command of a desktop."""
SHORTEST_S = 10.0
"""Of a silence that is a case: below that every thought of a model would be one."""


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told what needs a person, beside those who look; by which presets the queue settles itself; and how long a
    station may be silent."""

    standing: tuple[str, ...] = ()
    on_attention: tuple[str, ...] = ()
    """A command and its words; it gets the cases as JSON on its standard input."""
    desktop: bool = False
    """Tell the desktop by `notify-send`."""
    webhook: str = ""
    """An address that the same JSON is sent to."""
    quiet: float = 60.0
    """Seconds after somebody has settled a case in which nobody is told: who works the queue sees it."""
    every: float = 10.0
    """The least seconds between two times that somebody is told: what comes between is told together."""
    silent: float = SILENT_S
    """The shortest silence, in seconds, of a station that should be working that is a case."""


class OwnCause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the operator's own, asked before all others."""

    name: str
    cause: Cause
    pattern: str
    where: tuple[Where, ...] = ANYWHERE


class Chosen(msgspec.Struct, frozen=True):
    """What holds."""

    rules: tuple[Rule, ...] = RULES
    """That tell causes, in the order in which they are asked."""
    standing: tuple[Standing, ...] = ()
    """That are switched on, likewise."""
    told: Told = Told()


def parsed(triage: Mapping[str, object], rules: Sequence[object], causes: Sequence[object], name: str) -> Chosen:
    """What these tables come to; `name` is their file, for error messages. Raises `FactoryError`."""
    told = _converted(triage, Told, f"{name}: triage")
    own = tuple(_rule(each, f"{name}: rules, number {at}") for at, each in enumerate(rules, 1))
    mine = tuple(_cause(each, f"{name}: causes, number {at}") for at, each in enumerate(causes, 1))
    for words, names in (("rules", [each.name for each in own]), ("causes", [each.name for each in mine])):
        if len({*names}) < len(names) or len(names) > MOST:
            raise FactoryError(f"{name}: two {words} have one name, or there are over {MOST}", "give each its own")
    if told.webhook and not told.webhook.startswith(("http://", "https://")):
        raise FactoryError(f"{name}: webhook is no address", "give it one: http://… or https://…")
    if not (0 <= told.quiet <= 86_400 and 1 <= told.every <= 86_400):
        raise FactoryError(f"{name}: quiet and every are seconds", "give them 0 to 86400, and 1 to 86400")
    if not SHORTEST_S <= told.silent <= 86_400:
        raise FactoryError(f"{name}: silent is seconds", f"give it {SHORTEST_S:g} to 86400")
    presets = {each.name: each for each in PRESETS}
    named = [word for word in told.standing if word not in {each.name for each in own}]  # one's own are on as they are
    if unknown := next((word for word in named if word not in presets), ""):
        raise FactoryError(f"{name}: there is no standing rule {unknown!r}", f"it may hold: {', '.join(presets)}")
    return Chosen((*mine, *RULES), (*own, *(presets[word] for word in named)), told)


def _rule(table: object, where: str) -> Standing:
    rule = _converted(table, Standing, where)
    if reason := standing.trouble(rule):
        raise FactoryError(f"{where}: {reason}", "see the README for what rules may do")
    return rule


def _cause(table: object, where: str) -> Rule:
    own = _converted(table, OwnCause, where)
    if reason := bounded.trouble(own.pattern):
        raise FactoryError(f"{where}: its pattern cannot be used: {reason}", "write another one")
    if not own.name or own.cause is Cause.UNKNOWN or not own.where:
        raise FactoryError(f"{where}: it tells nothing", "give it a name, a cause that is known, and somewhere to look")
    return Rule(own.name, own.cause, (own.pattern,), own.where, "the settings")


def _converted(table: object, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason = _AT.sub(r", at \1", str(error)).replace("`", "'")
        fields = ", ".join(kind.__struct_fields__)
        raise FactoryError(f"{where}: {reason}", f"it may hold: {fields}") from None
