"""What is read for meters alone comes to the same as everything that is read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.asking.figures import used_of
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import By
from sessions.observe import feeds
from sessions.observe.files import discover
from sessions.observe.observer import Observer, Reading
from sessions.observe.seats import Seats
from sessions.observe.sums import BLOCK, SumReader
from tests.support.observe import OTHER, SESSION, FlatPrice, Json, append, encode, line, prompt, reply, usage, write

Figures = dict[str, tuple[object, ...]]


def events_of(root: Path, read: Reading, seats: Seats | None = None) -> list[ev.Event]:
    places = discover.places([root], only=True)
    observer = Observer(places, seats or Seats(only=True), FlatPrice(), read=read)
    return [event for batch in observer.scan() for event in batch.events]


def figures_of(events: list[ev.Event], but: By | None = None) -> Figures:
    """Everything that `meters` can say of them."""
    state: FloorState = fold_all(EMPTY, events)
    return {
        f"{by}/{key}": (m.tokens, m.calls, round(m.cost, 6), m.unpriced, m.undercounted, m.certainty, m.sessions)
        for by in By
        if by is not but
        for key, m in used_of(state, by).groups.items()
    }


def both(root: Path) -> Figures:
    """What both ways of reading come to; they must agree."""
    seats = Seats(only=True)
    events = events_of(root, SumReader().read, seats)
    but = By.STATION if seats.unforeseen else None
    quick = figures_of(events, but)
    assert quick == figures_of(events_of(root, feeds.read), but)
    return quick


COUNT = st.integers(0, 3_000)
STOP = st.sampled_from([None, "tool_use", "end_turn"])
DETAILS: list[Json] = [
    {},
    {"service_tier": "priority"},
    {"cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}},
    {"output_tokens_details": {"thinking_tokens": 3}},
    {"server_tool_use": {"web_search_requests": 2}},
    {"iterations": [{"type": "message", "input_tokens": 1, "output_tokens": 2}]},
    {"iterations": [{"type": "advisor_message", "model": "other", "input_tokens": 9, "output_tokens": 9}]},
]
TEXT: st.SearchStrategy[list[Json]] = st.sampled_from(["Done.", "x" * 4_000, ""]).map(
    lambda text: [{"type": "text", "text": text}] if text else []
)
ODD: list[Json] = [
    {"requestId": None},
    {"gitBranch": ""},
    {"timestamp": "yesterday"},
    {"timestamp": "2199-01-01T00:00:00Z"},
    {"timestamp": 7},
    {"message": {"usage": "much"}},
    {"isSidechain": True, "agentId": "ab12"},
]


@st.composite
def replies(draw: st.DrawFn) -> Json:
    used = usage(draw(COUNT), draw(COUNT), draw(COUNT), draw(COUNT), **draw(st.sampled_from(DETAILS)))
    call = draw(st.sampled_from(["m1", "m2", "m3"]))
    model = draw(st.sampled_from(["claude-opus-4-6"] * 6 + ["?free", "<synthetic>"]))
    more: Json = draw(st.sampled_from(ODD)) if draw(st.integers(0, 9)) == 0 else {}
    branch = draw(st.sampled_from(["api"] * 4 + ["docs"]))
    second = draw(st.floats(0, 100_000))
    told = reply(call, used, second, draw(TEXT), model, draw(STOP))
    return {**told, "gitBranch": branch, **more}


@st.composite
def nested(draw: st.DrawFn) -> Json:
    """A sub-agent's call as its parent tells it, with or without a file of its own."""
    inner = reply(draw(st.sampled_from(["m1", "n1", "n2"])), usage(1, 2, 3, draw(COUNT)), draw(st.floats(0, 9_000)))
    data = {"message": inner, "type": "agent_progress", "agentId": draw(st.sampled_from(["kept1", "gone1"]))}
    return line("progress", 5, data=data)


LINES = st.lists(
    st.one_of(
        replies(), replies(), replies(), nested(), st.integers(0, 9_000).map(lambda second: prompt("go", second))
    ),
    max_size=14,
)


def _own(entry: Json, uuid: str) -> Json:
    return {"uuid": uuid} if isinstance(entry["uuid"], str) else {}


def _is_nested(entry: Json, agent: str) -> bool:
    data = entry.get("data")
    return isinstance(data, dict) and data["agentId"] == agent


def _inner(entry: Json) -> Json:
    data = entry["data"]
    assert isinstance(data, dict)
    return dict(data["message"])


RAW = st.sampled_from([b"", b'{"torn": "input_tokens', b"\0\0\0", b'{"usage": {"input_tokens" : 1}}', b"[1]"])


@given(LINES, LINES, st.integers(0, 14), RAW, st.booleans(), st.booleans())
def test_sums_are_those_of_all_events(
    first: list[Json], second: list[Json], copied: int, odd: bytes, spaced: bool, ended: bool
) -> None:
    # A fork copies lines with their ids, and then goes on with a request of its own.
    first = [{**each, **_own(each, f"first-{n}")} for n, each in enumerate(first)]
    second = [
        {**each, **_own(each, f"second-{n}")} for n, each in enumerate([prompt("on"), *second, prompt("end", 300_000)])
    ]
    with TemporaryDirectory() as name:
        folder = Path(name) / "projects" / "-srv-repo-api"
        write(folder / f"{SESSION}.jsonl", first)
        # What a session tells of a sub-agent's calls stands in the sub-agent's own file, too, where that was kept.
        own = [_inner(each) for each in [*first, *second] if _is_nested(each, "kept1")]
        kept = [{**each, "isSidechain": True, "agentId": "kept1"} for each in [*own, *second[:2]]]
        write(folder / SESSION / "subagents" / "agent-kept1.jsonl", kept)
        fork = [{**each, "sessionId": OTHER} for each in [*first[:copied], *second]]
        lines = [json.dumps(each).encode() for each in fork] if spaced else encode(fork)
        raw = b"\n".join([*lines, odd]) + (b"\n" if ended else b"")
        (folder / f"{OTHER}.jsonl").write_bytes(raw)
        both(Path(name))


def test_calls_that_are_one_to_every_meter_are_one_event(tmp_path: Path) -> None:
    lines = [reply(f"m{n}", usage(1, 2, 3, 4), n / 10) for n in range(100)]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), *lines])
    told = [e for e in events_of(tmp_path, SumReader().read) if isinstance(e, ev.TokensUsed)]
    assert [(event.calls, event.tokens.total) for event in told] == [(100, 1_000)]
    assert both(tmp_path)["station/api"][1] == 100


def _progress(call: str, second: float, branch: str = "api") -> Json:
    inner = reply(call, usage(1, 2, 3, 4), second)
    data = {"message": inner, "type": "agent_progress", "agentId": "gone1"}
    return line("progress", second, data=data, gitBranch=branch)


def test_calls_of_a_sub_agent_without_a_file_are_summed_with_the_others(tmp_path: Path) -> None:
    own = [reply("m1", usage(1), 1), reply("m1", usage(1), 1)]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), *own, _progress("n1", 2)])
    told = [e for e in events_of(tmp_path, SumReader().read) if isinstance(e, ev.TokensUsed)]
    assert sum(event.calls for event in told) == 2
    assert not any(event.call for event in told), "the file was left to its full reader"
    assert both(tmp_path)["station/api"][1] == 2


@pytest.mark.parametrize("grown", [usage(2, 0, 0, 5), usage(1, 0, 0, 9), usage(1, 3, 0, 5), usage(1, 0, 7, 5)])
def test_what_a_call_is_said_to_have_used_last_counts_whatever_of_it_grew(tmp_path: Path, grown: Json) -> None:
    lines = [reply("m1", usage(1, 0, 0, 5), 1), reply("m1", grown, 1), _progress("n1", 2)]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), *lines])
    told = [e for e in events_of(tmp_path, SumReader().read) if isinstance(e, ev.TokensUsed)]
    assert not any(event.call for event in told), "the file was left to its full reader"
    both(tmp_path)


@pytest.mark.parametrize("odd", [{"message": None}, {"message": {"id": "m2"}}])
def test_an_answer_that_holds_no_usage_of_its_own_counts_nothing(tmp_path: Path, odd: Json) -> None:
    lines = [reply("m1", usage(1), 1), {**line("assistant", 2, usage=usage(9), requestId="r"), **odd}]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), *lines])
    assert both(tmp_path)["station/api"][1] == 1


def test_progress_at_the_beginning_of_a_file_says_only_where_it_is(tmp_path: Path) -> None:
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [_progress("n1", 1), reply("m1", usage(1), 2)])
    assert both(tmp_path)["station/api"][1] == 1


def test_a_line_that_repeats_a_call_may_yet_name_another_branch(tmp_path: Path) -> None:
    lines = [reply("m1", usage(1), 1), {**reply("m1", usage(1), 1), "gitBranch": "docs"}, _progress("n1", 2)]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), *lines])
    assert both(tmp_path)["branch/docs"][1] == 1


@pytest.mark.parametrize("size", [100, BLOCK - 500, BLOCK, 3 * BLOCK + 7])
def test_lines_of_any_length_are_read(tmp_path: Path, size: int) -> None:
    long: list[Json] = [{"type": "text", "text": "x" * size}]
    lines = [prompt("go"), reply("m1", usage(1), 1), reply("m2", usage(2), 2, long), reply("m3", usage(4), 3)]
    write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", lines, end=b"")
    assert both(tmp_path)["station/api"][1] == 3


def test_a_torn_last_line_waits(tmp_path: Path) -> None:
    path = write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), reply("m1", usage(1), 1)])
    (torn,) = encode([reply("m2", usage(1), 2)])
    with path.open("ab") as file:
        file.write(torn[:-1])
    assert both(tmp_path)["station/api"][1] == 1


def test_a_pipe_of_a_transcripts_name_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "projects" / "-srv"
    write(folder / f"{SESSION}.jsonl", [prompt("go"), reply("m1", usage(1), 1)])
    os.mkfifo(folder / f"{OTHER}.jsonl")
    assert both(tmp_path)["station/api"][1] == 1


def test_figures_differ_where_the_calls_do(tmp_path: Path) -> None:
    """The comparison above can fail."""
    path = write(tmp_path / "projects" / "-srv" / f"{SESSION}.jsonl", [prompt("go"), reply("m1", usage(1), 1)])
    before = both(tmp_path)
    append(path, [reply("m2", usage(1), 2)])
    assert both(tmp_path) != before
