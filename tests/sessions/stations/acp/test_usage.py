"""Usage of agents that count each their own way, made events that add up."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.lines import Who
from sessions.stations.acp.quirks import Quirks, Span
from sessions.stations.acp.usage.counts import rows_of, tokens_of
from sessions.stations.acp.usage.metering import Call, Metering
from sessions.stations.acp.usage.records import Gemini, Opencode
from tests.support.agents.foreign import anything
from tests.support.agents.pricing import Flat

WHO = Who(time=1.0, source="acp:1", station="s", session="1")


def said(**counts: int) -> dict[str, int]:
    return counts


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        # as claude-agent-acp, codex-acp, opencode and vibe tell one and the same
        (
            {
                "inputTokens": 2_460,
                "outputTokens": 78,
                "cachedReadTokens": 900,
                "cachedWriteTokens": 300,
                "totalTokens": 3_738,
            },
            Tokens(2_460, 300, 0, 900, 78),
        ),
        (
            {
                "inputTokens": 3_210,
                "outputTokens": 78,
                "thoughtTokens": 10,
                "cachedReadTokens": 900,
                "totalTokens": 4_188,
            },
            Tokens(3_210, 0, 0, 900, 78, 10),
        ),
        (
            {"inputTokens": 640, "outputTokens": 16, "thoughtTokens": 5, "cachedReadTokens": 900, "totalTokens": 1_561},
            Tokens(640, 0, 0, 900, 21, 5),
        ),
        (
            {"inputTokens": 3_060, "outputTokens": 78, "cachedReadTokens": 900, "totalTokens": 3_138},
            Tokens(2_160, 0, 0, 900, 78),
        ),
        ({"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}, Tokens(10, output=5)),
        ({"input_tokens": 3_400, "output_tokens": 78}, Tokens(3_400, output=78)),
    ],
)
def test_the_total_tells_what_the_parts_hold(said: dict[str, int], tokens: Tokens) -> None:
    assert tokens_of(said) == (tokens, True)
    assert tokens.total == said.get("totalTokens", tokens.total)


def test_parts_that_do_not_add_up_are_no_certain_thing() -> None:
    tokens, sure = tokens_of({"inputTokens": 10, "outputTokens": 5, "cachedReadTokens": 3, "totalTokens": 99})
    assert (tokens, sure) == (Tokens(10, cache_read=3, output=5), False)


@given(st.tuples(*[st.integers(0, 1 << 40)] * 4), st.booleans(), st.booleans())
def test_any_way_of_counting_comes_to_its_own_total(
    parts: tuple[int, int, int, int], cached_apart: bool, thought_apart: bool
) -> None:
    fresh, read, out, thought = parts
    given_ = fresh if cached_apart else fresh + read
    said = {
        "inputTokens": given_,
        "outputTokens": out if thought_apart else out + thought,
        "cachedReadTokens": read,
        "thoughtTokens": thought,
        "totalTokens": fresh + read + out + thought,
    }
    tokens, sure = tokens_of(said)
    assert sure
    assert tokens.total == said["totalTokens"]
    assert tokens.thinking == thought


@given(anything)
def test_nothing_foreign_breaks_it(said: object) -> None:
    if isinstance(said, dict):
        for row in rows_of(said):
            assert row.tokens.total > 0
        metering = Metering(Quirks(), Flat())
        metering.began()
        metering.updated(said, WHO, in_turn=True)
        metering.called(said, WHO)
        metering.finished(said, WHO)


def added(events: list[ev.TokensUsed]) -> Tokens:
    return sum((event.tokens for event in events), Tokens())


@pytest.mark.parametrize("first", [True, False])
def test_a_call_that_is_told_in_two_ways_counts_once(first: bool) -> None:
    """By itself, and by how full the context is: whichever comes first."""
    usage = {"inputTokens": 800, "outputTokens": 100, "cachedReadTokens": 100, "totalTokens": 1_000}
    metering = Metering(Quirks(), Flat())
    metering.began()
    told: list[ev.TokensUsed] = []
    for number in (1, 2):
        if first:
            told += metering.called(usage, WHO)
        told += metering.updated({"used": 1_000 * number, "size": 9_000}, WHO, in_turn=True)
        if not first:
            told += metering.called(usage, WHO)
        metering.came_back()
    told += metering.finished({"usage": {**usage, "totalTokens": 2_000}}, WHO)
    assert added(told) == Tokens(1_600, cache_read=200, output=200)
    assert sum(event.calls for event in told) == 2


@given(
    st.lists(st.tuples(st.integers(1, 1 << 30), st.booleans()), max_size=20),
    st.tuples(*[st.integers(0, 1 << 30)] * 3),
    st.booleans(),
)
def test_estimates_are_taken_back_for_what_is_said_in_the_end(
    updates: list[tuple[int, bool]], end: tuple[int, int, int], told_each: bool
) -> None:
    metering = Metering(Quirks(told_each=told_each), Flat())
    metering.model = "known"
    metering.began()
    told: list[ev.TokensUsed] = []
    for used, tool in updates:
        told += metering.updated({"used": used}, WHO, in_turn=True)
        if tool:
            metering.came_back()
    fresh, read, out = end
    said = {"inputTokens": fresh, "cachedReadTokens": read, "outputTokens": out, "totalTokens": fresh + read + out}
    last = metering.finished({"usage": said}, WHO)
    if not any(end):  # it says nothing: the estimates stay
        assert last == []
        return
    told += last
    assert added(told) == Tokens(fresh, cache_read=read, output=out)
    assert sum(event.cost or 0.0 for event in told) == pytest.approx(sum(end))
    assert sum(event.calls for event in told if event.certainty is Certainty.ESTIMATED) == 0


def test_a_turn_that_never_ends_has_been_told_in_sum() -> None:
    """As Claude Code tells two calls: the first grows, a tool comes back, the second grows."""
    metering = Metering(Quirks(), Flat())
    metering.began()
    told: list[ev.TokensUsed] = []
    for used in (1_521, 1_577):
        told += metering.updated({"used": used, "size": 200_000}, WHO, in_turn=True)
    metering.came_back()
    for used in (2_141, 2_161, 2_161):
        told += metering.updated({"used": used}, WHO, in_turn=True)
    assert added(told) == Tokens(input=1_577 + 584, cache_read=1_577)
    assert sum(event.calls for event in told) == 2
    assert {event.certainty for event in told} == {Certainty.ESTIMATED}
    assert (told[-1].context, told[-1].window) == (2_161, 200_000)


def test_a_running_total_counts_from_where_the_process_began() -> None:
    def meta(prompt: int, completion: int, cached: int) -> dict[str, object]:
        return {"_meta": {"promptTokens": prompt, "completionTokens": completion, "cachedTokens": cached, "steps": 1}}

    metering = Metering(Quirks(span=Span.SESSION), Flat())
    assert metering.updated({**meta(6_200, 156, 1_800), "cost": {"amount": 0.5}}, WHO, in_turn=False) == []
    metering.began()
    assert metering.updated(meta(6_200, 156, 1_800), WHO, in_turn=True) == []
    told = metering.updated({**meta(7_800, 213, 1_800), "cost": {"amount": 0.75}}, WHO, in_turn=True)
    told += metering.updated(meta(9_420, 234, 2_700), WHO, in_turn=True)
    told += metering.finished({"usage": {"inputTokens": 9_420, "totalTokens": 9_654}}, WHO)
    assert added(told) == Tokens(2_320, cache_read=900, output=78)
    assert [event.cost for event in told] == [0.25, None]


def test_what_an_agent_paid_is_told_once() -> None:
    metering = Metering(Quirks(), Flat())
    metering.model = "known"
    costs = []
    for turn, amount in enumerate((0.02, 0.05, 0.01), 1):  # the last one in a process that counts from nothing again
        metering.began()
        metering.updated({"used": 10 * turn, "cost": {"amount": amount, "currency": "USD"}}, WHO, in_turn=True)
        told = metering.finished({"usage": {"inputTokens": 7, "totalTokens": 7}}, WHO)
        costs.append(round(sum(event.cost or 0.0 for event in told if event.certainty is Certainty.REPORTED), 6))
    assert costs == [0.02, 0.03, 0.01]


def test_a_record_is_told_once_each_and_takes_the_estimates_place() -> None:
    metering = Metering(Quirks(record="gemini"), Flat(), known=["a"])
    metering.began()
    told = metering.updated({"used": 50}, WHO, in_turn=True)
    calls = [Call("a", Tokens(1)), Call("b", Tokens(2), "known"), Call("c", Tokens(4))]
    told += metering.recorded(calls[:2], WHO)
    told += metering.recorded(calls, WHO)
    assert added(told) == Tokens(6)
    assert [(event.call, event.cost) for event in told if event.certainty is Certainty.EXACT] == [
        ("b", 2.0),
        ("c", None),
    ]


def chat(home: Path, session: str, minute: str, *lines: object) -> Path:
    folder = home / ".gemini/tmp/work/chats"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"session-{minute}-{session[:8]}.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in ({"sessionId": session}, *lines)) + "\n{torn")
    return file


SESSION = "d104f4e1-8598-494b-8cf4-3e6b06ab2fc4"
USED = {"input": 1_700, "output": 57, "cached": 900, "thoughts": 3, "tool": 0, "total": 1_757}


def test_geminis_record_is_read(tmp_path: Path) -> None:
    line = {"id": "m", "type": "gemini", "tokens": USED, "model": "gemini-2.5-pro"}
    chat(tmp_path, SESSION, "2026-11-29T13-12", line, line, {"id": "n", "tokens": {"input": "x"}}, {"tokens": USED})
    chat(tmp_path, SESSION[:8] + "-another", "2026-11-29T13-11", line)
    calls = Gemini(str(tmp_path), {}, SESSION).read()
    assert calls == [Call("m", Tokens(800, cache_read=900, output=60, thinking=3), "gemini-2.5-pro")]
    assert Gemini(str(tmp_path), {}, "unknown").read() is None


def test_geminis_record_of_this_minute_is_kept_from_being_overwritten(tmp_path: Path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M")
    new, old = chat(tmp_path, SESSION, now), chat(tmp_path, SESSION, "2026-01-01T00-00")
    Gemini(str(tmp_path), {}, SESSION).prepare()
    assert not new.exists()
    assert old.exists()
    assert len(list(new.parent.iterdir())) == 2


def test_a_record_that_is_no_plain_file_is_left_alone(tmp_path: Path) -> None:
    file = chat(tmp_path, SESSION, "2026-11-29T13-12", {"id": "m", "tokens": USED})
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert Gemini(str(tmp_path), {}, SESSION).read() is None


def test_opencodes_record_is_read_with_its_sub_agents(tmp_path: Path) -> None:
    folder = tmp_path / ".local/share/opencode"
    folder.mkdir(parents=True)
    record = Opencode(str(tmp_path), {}, "ses_1")
    assert record.read() is None
    counts = {"input": 640, "output": 16, "reasoning": 5, "cache": {"read": 900, "write": 0}}
    said = {"role": "assistant", "modelID": "m", "tokens": counts}
    with sqlite3.connect(folder / "opencode.db") as database:
        database.execute("create table session (id text, parent_id text)")
        database.execute("create table message (id text, session_id text, time_created int, data text)")
        database.executemany(
            "insert into session values (?, ?)", [("ses_1", None), ("ses_2", "ses_1"), ("ses_3", None)]
        )
        rows = [
            ("a", "ses_1", 1, json.dumps(said)),
            ("b", "ses_2", 2, json.dumps(said)),
            ("c", "ses_3", 3, json.dumps(said)),
            ("d", "ses_1", 4, json.dumps({"role": "user"})),
        ]
        database.executemany("insert into message values (?, ?, ?, ?)", rows)
    database.close()
    tokens = Tokens(640, cache_read=900, output=21, thinking=5)
    assert record.read() == [Call("a", tokens, "m"), Call("b", tokens, "m")]
    (folder / "opencode.db").write_bytes(b"no database")
    assert record.read() is None
