"""Standing rules, what they would have done, and the rules that tell causes, for programs or for people."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.cli.output import count, moment, say, table
from sessions.floor.state import FloorState, name_of
from sessions.floor.triage.causes.rule import Rule
from sessions.floor.triage.chosen import Chosen
from sessions.floor.triage.standing import PRESETS, Standing, Would
from sessions.headless.line import text
from sessions.text import clean

VERSION = 1


class RuleShape(msgspec.Struct, frozen=True, kw_only=True):
    """A standing rule; a line each."""

    version: int = VERSION
    on: bool
    preset: bool
    rule: Standing


class WouldShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would have done; a line each."""

    version: int = VERSION
    time: float
    on: bool
    rule: str
    act: str
    times: int
    case: str
    station: str
    kind: str
    cause: str
    title: str


class CauseShape(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that tells a cause; a line each, in the order in which they are asked."""

    version: int = VERSION
    name: str
    cause: str
    where: tuple[str, ...]
    words: tuple[str, ...]
    source: str


def print_rules(chosen: Chosen, as_json: bool) -> None:
    """All of them, with those that are off."""
    off = [each for each in PRESETS if each not in chosen.standing]
    rules = [*((each, True) for each in chosen.standing), *((each, False) for each in off)]
    if as_json:
        for rule, on in rules:
            say(text(RuleShape(on=on, preset=rule in PRESETS, rule=rule)))
        return
    table(
        ("rule", "", "about", "does"), ((r.name, "on" if on else "off", _about(r), _does(r)) for r, on in rules), left=4
    )
    if off:
        say()
        say('switch one on in the settings: [triage] standing = ["retry-rate-limit"]; --dry-run says what it would do')


def _about(rule: Standing) -> str:
    kind = rule.kind.value.replace("_", " ") if rule.kind is not None else "any kind"
    cause = f" by {rule.cause.value}" if rule.cause is not None else ""
    whose = "".join(
        f", {what} {glob}" for what, glob in (("role", rule.role), ("station", rule.station)) if glob != "*"
    )
    return kind + cause + whose


def _does(rule: Standing) -> str:
    wait = f", after {rule.backoff:g} s, then twice as long" if rule.backoff else ""
    times = f" {rule.times} times" if rule.times > 1 else ""
    more = "".join(f", {word} {value}" for word, value in (("to", rule.to), ("model", rule.model)) if value)
    return rule.act.value + times + wait + more


def print_would(state: FloorState, found: Sequence[Would], on: frozenset[str], as_json: bool) -> None:
    """What they would have done."""
    if as_json:
        for each in found:
            say(text(_shape(each, each.rule in on)))
        return
    if not found:
        say("nothing: there was no case that a rule is about")
        return
    lines = (
        (moment(each.time), each.rule, "on" if each.rule in on else "off", name_of(state, each.case.station),
         f"{each.act.value} (time {each.times}): {each.case.title}")
        for each in found
    )  # fmt: skip
    table(("when", "rule", "", "station", "would"), lines, left=5, told=True)
    say()
    say(f"{count(len(found), 'act')}; counted anew after an hour, as what a station got done between is not looked at")


def _shape(each: Would, on: bool) -> WouldShape:
    return WouldShape(
        time=each.time,
        on=on,
        rule=each.rule,
        act=each.act.value,
        times=each.times,
        case=each.case.id,
        station=each.case.station,
        kind=each.case.kind.value,
        cause=each.case.cause.value,
        title=each.case.title,
    )


def print_causes(rules: Sequence[Rule], as_json: bool) -> None:
    """The rules in the order in which they are asked."""
    if as_json:
        for rule in rules:
            where = tuple(each.value for each in rule.where)
            shape = CauseShape(
                name=rule.name, cause=rule.cause.value, where=where, words=rule.words, source=rule.source
            )
            say(text(shape))
        return
    lines = (
        (rule.name, rule.cause.value, ", ".join(rule.where), clean(rule.source, 60), " | ".join(rule.words))
        for rule in rules
    )
    table(("rule", "cause", "said by", "from", "words"), lines, left=5, told=True)
