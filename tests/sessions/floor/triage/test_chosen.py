"""What an operator sets about the queue, and what is refused of it, in words."""

from __future__ import annotations

import pytest

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor.triage import chosen
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.causes.rule import Said, Where, cause_of
from sessions.floor.triage.causes.rules import RULES
from sessions.floor.triage.chosen import Told

ALL = """
[triage]
standing = ["retry-rate-limit", "hold-crash-loop"]
on_attention = ["mail", "-s", "{title}", "mara"]
desktop = true
webhook = "http://127.0.0.1:1/x"
quiet = 0
every = 1

[[rules]]
name = "flaky"
cause = "failing test"
role = "test*"
act = "retry"
times = 2
backoff = 30

[[causes]]
name = "licence"
cause = "environment"
pattern = "no licence (left|available)"
where = ["tool", "check"]
"""


def test_rules_causes_and_who_is_told_are_read() -> None:
    queue = settings.parse(ALL, "config.toml").queue
    assert [(rule.name, rule.act) for rule in queue.standing] == [
        ("flaky", Act.RETRY),
        ("retry-rate-limit", Act.RETRY),
        ("hold-crash-loop", Act.HOLD),
    ]
    assert (queue.standing[0].cause, queue.standing[0].kind, queue.standing[2].kind) == (
        Cause.FAILING_TEST,
        None,
        Kind.CRASH_LOOP,
    )
    assert (queue.told.desktop, queue.told.quiet, queue.told.on_attention[0]) == (True, 0, "mail")
    found = cause_of(queue.rules, (Said(Where.TOOL, "error: No licence left; command not found"),))
    assert (found.cause, found.rule) == (Cause.ENVIRONMENT, "licence"), "the operator's own is asked first"
    assert cause_of(queue.rules, (Said(Where.TURN, "no licence left"),)).rule == ""
    assert cause_of(queue.rules, (Said(Where.TOOL, "a licence is there"),)).rule == "a tool failed"


def test_one_of_ones_own_may_be_named_among_those_that_are_on_and_is_once() -> None:
    queue = settings.parse(ALL.replace('["retry', '["flaky", "retry'), "config.toml").queue
    assert [rule.name for rule in queue.standing] == ["flaky", "retry-rate-limit", "hold-crash-loop"]


def test_nothing_is_switched_on_by_itself() -> None:
    queue = settings.parse("", "config.toml").queue
    assert (queue.standing, queue.rules, queue.told.on_attention, queue.told.webhook) == ((), RULES, (), "")


def test_what_holds_where_nothing_is_said() -> None:
    told = settings.parse("", "config.toml").queue.told
    assert told == Told(standing=(), on_attention=(), desktop=False, webhook="", quiet=60.0, every=10.0, silent=900.0)
    words = ["notify-send", "--app-name=factory-tui", "--urgency=critical", "--", "{title}", "{text}"]
    assert [*chosen.NOTIFY_SEND] == words, "all of it is one call of a program, whatever the words begin with"


def many(count: int) -> str:
    table = '[[rules]]\nname = "r{}"\nact = "retry"\nkind = "failed"\n'
    return "".join(map(table.format, range(count)))


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("triage.quiet = 86400\ntriage.every = 86400\ntriage.silent = 86400", ""),
        ("triage.quiet = 86401", "quiet and every are seconds"),
        ("triage.quiet = -1", "quiet and every are seconds"),
        ("triage.every = 86401", "quiet and every are seconds"),
        ("triage.silent = 86401", "silent is seconds"),
        ("triage.silent = 10", ""),
        ("triage.silent = 9.9", "silent is seconds"),
        ('triage.webhook = "https://x"', ""),
        (many(100), ""),
        (many(101), "two rules have one name, or there are over 100"),
        (2 * '[[causes]]\nname = "x"\ncause = "build"\npattern = "a"\n', "two causes have one name"),
        ('[[causes]]\nname = ""\ncause = "build"\npattern = "a"', "it tells nothing"),
        ('[[causes]]\nname = "x"\ncause = "build"\npattern = "a"\nwhere = []', "it tells nothing"),
    ],
)
def test_what_may_be_set(text: str, bad: str) -> None:
    found = ""
    try:
        settings.parse(text, "config.toml")
    except FactoryError as error:
        found = str(error)
    assert (bad in found) if bad else not found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[triage]\nstanding = ["retry-all"]', "there is no standing rule 'retry-all'"),
        ("[triage]\nloud = true", "triage: Object contains unknown field 'loud'"),
        ('[triage]\nwebhook = "ftp://x"', "webhook is no address"),
        ("[triage]\nevery = 0", "quiet and every are seconds"),
        ('[[rules]]\nname = "x"', "rules, number 1: Object missing required field 'act'"),
        ('[[rules]]\nname = "x"\nact = "allow"\nkind = "permission"', "rules, number 1: no rule may allow"),
        ('[[rules]]\nname = "x"\nact = "explode"\nkind = "failed"', "rules, number 1: Invalid enum value 'explode'"),
        ('[[rules]]\nname = "x"\nact = "retry"', "say for which kind or cause"),
        (2 * '[[rules]]\nname = "x"\nact = "retry"\nkind = "failed"\n', "two rules have one name"),
        ('[[causes]]\nname = "x"\ncause = "build"\npattern = "(a+)+"', "causes, number 1: its pattern cannot be used"),
        ('[[causes]]\nname = "x"\ncause = "bad luck"\npattern = "a"', "Invalid enum value 'bad luck'"),
        ('[[causes]]\nname = "x"\ncause = "unknown"\npattern = "a"', "it tells nothing"),
        ("rules = 3", "rules cannot be 3"),
        ("triage = 3", "triage cannot be 3"),
    ],
)
def test_what_cannot_be_meant_is_said_with_where_it_stands(text: str, why: str) -> None:
    with pytest.raises(FactoryError, match=r"config\.toml") as error:
        settings.parse(text, "config.toml")
    assert why in str(error.value) and error.value.cure
