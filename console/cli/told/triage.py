"""What needs a person, for programs or for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.cli.output import age, count, moment, say, table
from sessions.floor.state import FloorState, name_of
from sessions.floor.triage import wakes
from sessions.floor.triage.case import Case
from sessions.floor.triage.groups import Row, rows
from sessions.headless.line import text
from sessions.headless.triage import shape as jsonshape
from sessions.text import clean

NOT_JUDGED = "nothing is known to need you; a supervisor looks for it as long as somebody has the floor open"
NAMED = 3


def print_queue(state: FloorState, now: float, as_json: bool, snoozed: bool = False) -> None:
    """The queue, the most urgent first."""
    shape = jsonshape.queue(state, now, snoozed)
    if as_json:
        say(text(shape))
        return
    found = rows(state, now, snoozed=snoozed)
    if not found:
        nothing = "nothing is out of sight" if snoozed else "nothing needs you"
        say(nothing if shape.judged else NOT_JUDGED)
    else:
        say("out of sight:" if snoozed else cases_counted(shape.counts))
        say()
        heads = ("case", "kind", "cause", "station", "for", "what")
        table(heads, (_cells(state, row, now) for row in found), left=6, told=True)
    if shape.snoozed and not snoozed:
        say()
        say(f"{count(shape.snoozed, 'case')} more out of sight: factory-tui triage list --snoozed")


def cases_counted(counts: Mapping[str, int]) -> str:
    """How many there are of each kind."""
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items())


def _cells(state: FloorState, row: Row, now: float) -> tuple[str, ...]:
    case = row.first
    names = [name_of(state, station) for station in row.stations]
    who = ", ".join(names[:NAMED]) + f" and {len(names) - NAMED} more" * (len(names) > NAMED)
    many = f"{len(row.cases)} × " if len(row.cases) > 1 else ""
    return (
        case.id,
        case.kind.value.replace("_", " "),
        case.cause.value,
        who,
        age(now - case.since),
        many + _title(case, now),
    )


def _title(case: Case, now: float) -> str:
    plan = f" ({case.plan}: {case.plan_act.value} in {age(max(0.0, case.plan_at - now))})" if case.plan else ""
    note = f" ({case.note})" if case.note else ""
    return case.title + plan + note


def print_case(state: FloorState, case: Case, now: float, as_json: bool) -> None:
    """All that is known of one, and what can be done about it."""
    if as_json:
        say(text(jsonshape.one(state, case, now)))
        return
    from sessions.floor.triage.acts import choices

    say(f"{case.id}: {clean(case.title, 200)}")
    for word, said in _lines(state, case, now):
        say(f"  {word:10}{clean(said, 300)}")
    for each in choices(state, case, now):
        if each.why_not:
            said = f"not now: {each.why_not}{f': {each.cure}' if each.cure else ''}"
        else:
            said = each.words + f" ({each.lacks})" * bool(each.lacks)
        say(f"  {each.act.value:10}{clean(said, 300)}")
    say()


def _lines(state: FloorState, case: Case, now: float) -> Iterator[tuple[str, str]]:
    cause = f"{case.cause.value}, by the rule {case.rule!r}" if case.rule else case.cause.value
    yield "kind", case.kind.value.replace("_", " ")
    yield "cause", cause
    if case.station:
        yield "station", name_of(state, case.station)
    yield "since", f"{moment(case.since)}, for {age(now - case.since)}"
    for line in case.evidence:
        yield "seen", line
    if case.note:
        yield "note", case.note
    if case.plan:
        yield "plan", f"{case.plan} will {case.plan_act.value} at {moment(case.plan_at)}"
    if case.snoozed > now:
        yield "snoozed", f"until {moment(case.snoozed)}{f', or until {wakes.words(case.wakes)}' if case.wakes else ''}"


def print_settled(state: FloorState, now: float, as_json: bool) -> None:
    """What left the queue last."""
    shape = jsonshape.gone(state, now)
    if as_json:
        say(text(shape))
        return
    if not shape.settled:
        say("nothing has left the queue" if jsonshape.judged(state) else NOT_JUDGED)
        return
    lines = (
        (each.case.id, age(now - each.time), each.act or "by itself", each.who or "-", each.why or each.case.title)
        for each in shape.settled
    )
    table(("case", "ago", "how", "by", "why"), lines, left=5, told=True)
