"""Rollouts that hold more than their own calls: children with copies of their parent's history, and late settings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import STANDARD, Terms, Tokens
from sessions.observe.codex.memory import RolloutState
from sessions.observe.codex.transcript import CodexTranscript
from sessions.observe.codex.usage import Ledger
from sessions.observe.contract import Desk
from tests.sessions.observe.codex.test_codex import (
    FORK,
    THREAD,
    USAGE,
    Usage,
    event,
    line,
    meta,
    raw,
    read,
    record,
    token_count,
    total,
    wanted,
)
from tests.support.transcript import Book, Seats, calls, desk, spent

PARENT, CHILD = THREAD, FORK
ONE, TWO, OWN = (200, 800, 50, 0), (300, 900, 60, 0), (500, 800, 40, 0)
SPAWN = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT, "depth": 1, "agent_nickname": "Atlas"}}}


def turn(name: str, second: float, model: str = "gpt-5.5") -> bytes:
    return line("turn_context", {"cwd": "/w", "approval_policy": "never", "model": model, "turn_id": name}, second)


def child(second: float = 7.0, **more: object) -> bytes:
    return meta(CHILD, second, source=SPAWN, parent_thread_id=PARENT, **more)


def files(*rollouts: Sequence[bytes]) -> list[ev.Event]:
    """The events of rollouts that are read one after another by one observer."""
    surroundings = desk()
    return [found for lines in rollouts for found in read(lines, surroundings, str(lines[0][-60:]))]


def test_counts_that_a_child_copied_are_its_parents_which_tells_them_by_records() -> None:
    parent = [
        meta(), turn("t1", 1), event("task_started", 1.5, turn_id="t1"),
        record("r1", ONE, [ONE]), token_count([ONE], 5), record("r2", TWO, [ONE, TWO]), token_count([ONE, TWO], 6),
    ]  # fmt: skip
    spawned = [
        child(), meta(), event("task_started", 1.5, turn_id="t1"), token_count([ONE], 5), token_count([ONE, TWO], 6),
        event("task_started", 7.5, turn_id="s1"), turn("s1", 8), record("rc", OWN, [OWN]), token_count([OWN], 12),
    ]  # fmt: skip
    for order in ([parent, spawned], [spawned, parent]):
        found = files(*order)
        assert calls(found) == 3
        assert spent(found) == wanted([ONE, TWO, OWN])


def test_a_first_total_that_already_holds_the_parents_adds_only_its_own_call() -> None:
    spent_before = (200_000, 2_800_000, 50_000, 0)
    lines = [child(0, forked_from_id=PARENT), event("task_started", 0.5, turn_id="s1"), turn("s1", 1)]
    found = read([*lines, token_count([spent_before, OWN], 5), token_count([spent_before, OWN, TWO], 15)])
    assert calls(found) == 2
    assert spent(found) == wanted([OWN, TWO])


def test_a_copied_total_in_front_of_the_first_turn_is_no_call() -> None:
    """Made like a rollout of 0.148 with `fork_turns`: the ids of turns begin with the time, and so does the child's."""
    old, new = "01a1fef9-1000-7691-8b4f-4e1aeef57ad2", "01a1fef9-3000-7691-8b4f-4e1aeef57ad2"
    thread = "01a1fef9-2000-7691-8b4f-4e1aeef57ad2"
    lines = [
        meta(thread, 7, source=SPAWN, parent_thread_id=PARENT, forked_from_id=PARENT),
        event("user_message", 7, message="copied"), token_count([ONE, TWO], 7),
        event("task_started", 7, turn_id=old), event("task_started", 7.03, turn_id=new), turn(new, 7.05),
        token_count([ONE, TWO, OWN], 7.2),
    ]  # fmt: skip
    found = read(lines, name=thread)
    assert (calls(found), spent(found)) == (1, wanted([OWN]))


def test_lines_below_the_number_where_a_childs_history_starts_are_copies() -> None:
    def numbered(*lines: bytes) -> list[bytes]:
        return [text.replace(b'","type"', b'","ordinal":%d,"type"' % i, 1) for i, text in enumerate(lines)]

    lines = numbered(
        child(7, subagent_history_start_ordinal=6), meta(PARENT, 7), turn("t1", 7), token_count([ONE], 7),
        event("task_complete", 7, turn_id="t1"), event("task_started", 7.1, turn_id="s1"), turn("s1", 8),
        record("rc", OWN, [OWN]), token_count([OWN], 12),
    )  # fmt: skip
    found = read(lines)
    assert (calls(found), spent(found)) == (1, wanted([OWN]))


def test_a_call_that_a_total_and_the_first_record_both_tell_counts_once() -> None:
    """After an upgrade the thread's totals in records may begin anew."""
    found = read([meta(), turn("t1", 1), token_count([ONE], 5), token_count([ONE, TWO], 9), record("r2", TWO, [TWO])])
    assert (calls(found), spent(found)) == (2, wanted([ONE, TWO]))


@pytest.mark.parametrize(
    "named", [turn("t1", 9), event("thread_settings_applied", 9, thread_settings={"model": "gpt-5.5"})]
)
def test_a_call_before_the_model_was_named_belongs_to_it(named: bytes) -> None:
    state = fold_all(EMPTY, read([meta(), token_count([ONE], 5), named, token_count([ONE, TWO], 12)]))
    named_meter, nameless = state.models["gpt-5.5"], state.models[""]
    assert (named_meter.calls, named_meter.tokens) == (2, wanted([ONE, TWO]))
    assert (nameless.calls, nameless.tokens, nameless.unpriced) == (0, Tokens(), 0)
    assert state.total.unpriced == 0


class Tiers:
    """Prices that tell by which terms they were asked."""

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        return {"priority": 2.0, "flex": 0.5}.get(terms.tier, 1.0)

    def window(self, model: str) -> int:
        return 0


def test_a_call_costs_what_the_tier_that_served_it_asks() -> None:
    surroundings = Desk(Seats(), Book(), Tiers())
    served = line("token_usage_record", {"response_id": "r0", "usage": raw(ONE), "service_tier": "priority"})
    asked = event("thread_settings_applied", 1, thread_settings={"model": "gpt-5.5", "service_tier": "flex"})
    refused = line("token_usage_record", {"response_id": "r2", "usage": raw(ONE), "service_tier": "default"})
    found = read([meta(), turn("t", 0), served, asked, record("r1", TWO, [TWO]), refused], surroundings)
    assert [e.cost for e in found if isinstance(e, ev.TokensUsed)] == [2.0, 0.5, 1.0]


@given(st.lists(USAGE, min_size=1, max_size=6), st.lists(st.lists(USAGE, max_size=4), max_size=3), st.data())
def test_any_family_counts_each_call_once_and_no_group_is_negative(
    own: list[Usage], children: list[list[Usage]], data: st.DataObject
) -> None:
    """A parent with children that copied any part of its counts, with and without its turns, read in any order."""
    parent = [meta(), turn("t1", 1), event("task_started", 1.5, turn_id="t1")]
    parent += [token_count(own[: i + 1], 5) for i in range(len(own))]
    rollouts = [(PARENT, parent)]
    for number, usages in enumerate(children):
        thread = f"01a1fef9-9{number}00-78b1-8f93-4e1aeef57ad2"
        copied = own[: data.draw(st.integers(0, len(own)))]
        lines = [meta(thread, 60, source=SPAWN, parent_thread_id=PARENT)]
        if copied:
            lines += [meta(PARENT, 60), event("task_started", 1.5, turn_id="t1")]
            lines += [token_count(copied[: i + 1], 5) for i in range(len(copied))]
        goes_on = copied if data.draw(st.booleans()) else []
        # A total that is told again as it was is no call; nobody can tell a first one of just that size from it.
        assume(goes_on or not (copied and usages) or total(copied) != usages[0])
        lines += [event("task_started", 70, turn_id=f"s{number}"), turn(f"s{number}", 70)]
        lines += [token_count([*goes_on, *usages[: i + 1]], 75 + i) for i in range(len(usages))]
        rollouts.append((thread, lines))
    surroundings, found = desk(), list[ev.Event]()
    for thread, lines in data.draw(st.permutations(rollouts)):
        found += CodexTranscript(Path(f"rollout-{thread}.jsonl"), surroundings).feed(lines, 0)
    every = [usage for usages in (own, *children) for usage in usages]
    assert (calls(found), spent(found)) == (len(every), wanted(every))
    used = [e.tokens for e in found if isinstance(e, ev.TokensUsed)]
    for tokens in accumulate(used, Tokens.__add__, initial=Tokens()):
        assert min(tokens.input, tokens.cache_read, tokens.output, tokens.thinking) >= 0


@pytest.mark.parametrize(
    ("last", "reason", "guess"),
    [
        ("<proposed_plan>\n# Plan\n</proposed_plan>", "a plan to approve", False),
        ("Done.\n\nShall I push the branch?", "Shall I push the branch?", True),
    ],
)
def test_a_turn_that_ends_with_a_plan_or_a_question_needs_a_person(last: str, reason: str, guess: bool) -> None:
    said = event("agent_message", 3, message=last)
    ended = event("task_complete", 4, turn_id="t1", last_agent_message=last)
    for lines in ([said, ended], [ended], [said, event("task_complete", 4, turn_id="t1")]):
        found = read([meta(), event("task_started", 1, turn_id="t1"), turn("t1", 1), *lines])
        assert isinstance(found[-1], ev.PersonNeeded)
        assert (found[-1].reason, found[-1].guess) == (reason, guess)


def test_a_turn_that_ends_with_a_statement_needs_nobody() -> None:
    said = event("agent_message", 3, message="Should it be faster? Yes, it is now.")
    found = read([meta(), event("task_started", 1, turn_id="t1"), said, event("task_complete", 4, turn_id="t1")])
    assert isinstance(found[-1], ev.TurnFinished)


@pytest.mark.parametrize("kind", ["security_risk_score", "inter_agent_communication", "realtime_item", "brand_new"])
def test_known_types_of_lines_are_passed_over_and_new_ones_counted(kind: str) -> None:
    found = read([meta(), line(kind, {"type": "x"})])
    assert [e.reason for e in found if isinstance(e, ev.SourceSkipped)] == ["unknown type"] * (kind == "brand_new")


def test_a_thread_that_goes_back_to_a_version_without_records_counts_every_call() -> None:
    """And so does one whose first record comes behind a total of the same size."""
    done: list[Usage] = [ONE, TWO, OWN]
    up = [token_count(done[:1], 5), record("r2", TWO, done[:2]), token_count(done[:2], 7)]
    down = [token_count(done, 9), token_count(done, 9), token_count([*done, ONE], 11)]
    found = read([meta(), turn("t1", 1), *up, *down])
    assert (calls(found), spent(found)) == (4, wanted([*done, ONE]))
    same = read(
        [meta(), turn("t1", 1), token_count([ONE], 5), record("r2", ONE, [ONE, ONE]), token_count([ONE] * 2, 9)]
    )
    assert (calls(same), spent(same)) == (2, wanted([ONE, ONE]))


def test_totals_that_fall_back_among_records_are_no_call() -> None:
    """A thread that is rolled back tells an earlier total again."""
    told = [record("r1", ONE, [ONE]), token_count([ONE], 5), record("r2", TWO, [ONE, TWO]), token_count([ONE, TWO], 7)]
    found = read([meta(), turn("t1", 1), *told, token_count([ONE], 9)])
    assert (calls(found), spent(found)) == (2, wanted([ONE, TWO]))


@given(
    st.lists(USAGE, max_size=4), st.lists(st.tuples(USAGE, st.booleans()), max_size=6), st.lists(USAGE, max_size=4),
    st.booleans(),
)  # fmt: skip
def test_a_thread_that_gets_and_loses_records_counts_every_call_once(
    before: list[Usage], between: list[tuple[Usage, bool]], after: list[Usage], late: bool
) -> None:
    """Without records, with records (some calls, compactions, stand in no total), and without them again."""
    made = [*before, *(usage for usage, _ in between), *after]
    # At a change a call is known by its size alone.
    assume(len({usage[:3] for usage in made}) == len(made))
    lines, done = [meta(), turn("t1", 1)], list[Usage]()
    for usage in before:
        done.append(usage)
        lines.append(token_count(done, 2))
    for number, (usage, compaction) in enumerate(between):
        stated = record(f"r{number}", usage, [usage])
        if compaction and 0 < number < len(between) - 1:
            lines.append(stated)
            continue
        done.append(usage)
        # The first record after the change may come behind the total that tells its call.
        pair = [stated, token_count(done, 3)]
        lines += reversed(pair) if late and not number else pair
    for usage in after:
        done.append(usage)
        lines.append(token_count(done, 4))
    found = read(lines)
    assert (calls(found), spent(found)) == (len(made), wanted(made))


def test_a_child_that_was_put_away_repeats_neither_its_own_calls_nor_its_parents() -> None:
    old, new = "01a1fef9-1000-7691-8b4f-4e1aeef57ad2", "01a1fef9-3000-7691-8b4f-4e1aeef57ad2"
    thread = "01a1fef9-2000-7691-8b4f-4e1aeef57ad2"
    for copied in (old, "t1"):
        parent = [meta(), event("task_started", 1, turn_id=copied), turn(copied, 1), record("r1", ONE, [ONE])]
        lines = [
            meta(thread, 7, source=SPAWN, parent_thread_id=PARENT, forked_from_id=PARENT), token_count([ONE], 7),
            event("task_started", 7, turn_id=copied), token_count([ONE, TWO], 7),
            event("task_started", 7.03, turn_id=new), turn(new, 7.05), token_count([ONE, TWO, OWN], 9),
        ]  # fmt: skip
        found = files([*parent, record("r2", TWO, [ONE, TWO])], lines, lines, lines)
        assert (calls(found), spent(found)) == (3, wanted([ONE, TWO, OWN]))


def test_a_long_copied_history_of_a_child_is_copied_to_its_end() -> None:
    """Without the ids of turns and with times of its own, as it was written: only a pause ends it."""
    copies = [token_count([ONE] * (i + 1), 7 + i / 10) for i in range(40)]
    lines = [child(7, forked_from_id=PARENT), meta(PARENT, 7), *copies, token_count([ONE] * 40 + [OWN], 20)]
    found = read(lines)
    assert (calls(found), spent(found)) == (1, wanted([OWN]))


def test_a_tier_that_is_taken_back_is_the_standard_one() -> None:
    surroundings = Desk(Seats(), Book(), Tiers())
    lines = [meta(), turn("t", 0)]
    for number, tier in enumerate(["priority", "unnamed", None, "flex", "default"]):
        more = {} if tier == "unnamed" else {"service_tier": tier}
        lines += [
            event("thread_settings_applied", number, thread_settings={"model": "gpt-5.5", **more}),
            record(f"r{number}", ONE, [ONE] * (number + 1)),
        ]
    found = read(lines, surroundings)
    assert [e.cost for e in found if isinstance(e, ev.TokensUsed)] == [2.0, 2.0, 1.0, 0.5, 1.0]


def test_a_plan_that_is_told_apart_needs_a_person() -> None:
    plan = event("item_completed", 3, turn_id="t1", item={"type": "Plan", "id": "p", "text": "# Plan"})
    said = event("agent_message", 3, message="That is my plan.")
    lines = [plan, said, event("task_complete", 4, turn_id="t1", last_agent_message="That is my plan.")]
    found = read([meta(), event("task_started", 1, turn_id="t1"), turn("t1", 1), *lines])
    assert isinstance(found[-1], ev.PersonNeeded)
    assert (found[-1].reason, found[-1].guess) == ("a plan to approve", False)
    again = [event("task_started", 9, turn_id="t2"), event("task_complete", 10, turn_id="t2")]
    after = read([meta(), event("task_started", 1, turn_id="t1"), plan, *again])
    assert isinstance(after[-1], ev.TurnFinished)


def test_a_tier_that_only_the_repetition_of_a_call_states_decides_its_price() -> None:
    surroundings = Desk(Seats(), Book(), Tiers())

    def counted(done: Sequence[Usage], tier: str | None) -> bytes:
        info = {"total_token_usage": raw(total(done)), "last_token_usage": raw(done[-1])}
        return event("token_count", info=info, service_tier=tier)

    first = [record("r0", ONE, [ONE]), counted([ONE], "priority"), counted([ONE], "priority")]
    second = [record("r1", TWO, [ONE, TWO]), counted([ONE, TWO], None), counted([ONE, TWO], None)]
    found = read([meta(), turn("t", 0), *first, *second], surroundings)
    assert [e.cost for e in found if isinstance(e, ev.TokensUsed)] == [1.0, 1.0, 1.0]
    state = fold_all(EMPTY, found)
    assert (state.models["gpt-5.5"].cost, state.models["gpt-5.5"].calls) == (3.0, 2)


def test_a_sub_agents_sub_agent_belongs_to_the_session_that_a_person_began() -> None:
    child_of_child = {"subagent": {"thread_spawn": {"parent_thread_id": CHILD, "depth": 2, "agent_nickname": "Io"}}}
    review = {"subagent": "review"}
    for source in (child_of_child, review):
        thread = "01a1fef9-4000-7691-8b4f-4e1aeef57ad2"
        lines = [meta(thread, 9, source=source, session_id=PARENT), turn("s", 9.5), token_count([OWN], 12)]
        found = read(lines, name=thread)
        assert {e.session for e in found if isinstance(e, ev.StationEvent)} == {PARENT}


def test_a_fork_that_begins_with_its_parents_total_counts_the_call_alone() -> None:
    """Also when it answers at once, where nothing tells its lines from copies yet."""
    spent_before = (200_000, 2_800_000, 50_000, 0)
    lines = [meta(FORK, 1, forked_from_id=PARENT), token_count([spent_before, OWN], 1.5)]
    found = read([*lines, token_count([spent_before, OWN, TWO], 15)])
    assert (calls(found), spent(found)) == (2, wanted([OWN, TWO]))


def test_a_rollout_that_an_earlier_version_had_begun_to_read_goes_on() -> None:
    """It kept no totals of a thread with records."""
    ledger = Ledger(recorded=True)
    usages: list[Usage] = [ONE, TWO, OWN]
    memory = msgspec.msgpack.encode(
        RolloutState(thread=THREAD, session=THREAD, opened=True, model="m", turn="t", ledger=ledger)
    )
    transcript = CodexTranscript(Path(f"rollout-{THREAD}.jsonl"), desk(), memory)
    found = transcript.feed([token_count(usages[:2], 5), record("r3", OWN, usages), token_count(usages, 9)], 0)
    assert (calls(found), spent(found)) == (1, wanted([OWN]))
