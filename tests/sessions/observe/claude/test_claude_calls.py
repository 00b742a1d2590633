"""Which lines of a Claude Code transcript are one model call, whose it is, and what it adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.tokens import STANDARD, Certainty, Terms, Tokens
from sessions.observe.claude import lines as cl
from sessions.observe.claude.memory import MAX_REPLIES, OpenReply
from sessions.observe.claude.replies import call_of
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.contract import Desk
from sessions.observe.files.discover import SearchRoot, kind_of, places, walk
from sessions.observe.observer import Observer
from sessions.observe.seats import Seats
from sessions.views.status import TOOL_CADENCE_S, status_at
from tests.support.observe import (
    BEGIN,
    FlatPrice,
    Json,
    desk,
    encode,
    line,
    only,
    prompt,
    read,
    reply,
    result,
    tool,
    usage,
)
from tests.support.transcript import Book

S1, S2 = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"
OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"


def floor(*lines: Json) -> FloorState:
    return fold_all(EMPTY, read(*lines))


WORDS: Json = {"type": "text", "text": "Done."}


def gateway(
    uuid: str,
    output: int,
    parent: str | None = None,
    use: Json = WORDS,
    message: str = "msg_mock",
    context: int = 1,
    helper: str = "",
) -> Json:
    """A reply as a gateway passes it on that calls every message the same and names no request."""
    found = {**reply(message, usage(context, output=output), content=[use]), "uuid": uuid, "parentUuid": parent}
    del found["requestId"]
    return {**found, "isSidechain": bool(helper), "agentId": helper or None}


def test_without_the_id_of_a_request_a_reply_is_known_by_its_first_line() -> None:
    surroundings = desk()
    one = read(prompt("a"), gateway("u1", 3), name=f"{S1}.jsonl", at=surroundings)
    other = read(prompt("a"), gateway("v1", 3), name=f"{S2}.jsonl", at=surroundings)
    copy = read(prompt("a"), gateway("u1", 3), name="fork.jsonl", at=surroundings)
    total = fold_all(EMPTY, [*one, *other, *copy]).total
    assert (total.calls, total.tokens.output) == (2, 6)


def test_replies_of_one_session_that_a_gateway_calls_the_same_are_told_apart_by_what_is_given_between() -> None:
    state = floor(
        prompt("a"),
        gateway("u1", 3),
        gateway("u2", 5, "u1"),  # the same reply goes on
        result(),
        gateway("u3", 7, "u2"),  # and still does, though a tool came back in between
        prompt("b"),
        gateway("u4", 11, "p"),
        gateway("u5", 11, "u4"),
    )
    assert (state.total.calls, state.total.tokens.output) == (2, 18)


def test_of_replies_whose_lines_are_being_read_the_newest_are_known() -> None:
    """They are kept with the mark of how far the file was read."""
    replies: dict[str, OpenReply] = {}
    for number in range(3 * MAX_REPLIES):
        call_of(replies, cl.Line(uuid=f"u{number}"), cl.Message(id=f"m{number}"), "")
    assert [*replies] == [f"/m{number}" for number in range(2 * MAX_REPLIES, 3 * MAX_REPLIES)]


def test_tools_of_one_reply_that_come_back_between_its_lines_leave_it_one_call() -> None:
    one, two, three = (tool("Read", name) for name in ("t1", "t2", "t3"))
    lines = [prompt("a"), gateway("u1", 1, use=one), result("t1"), gateway("u2", 9, "r1", two), result("t2")]
    assert (floor(*lines).total.calls, floor(*lines).total.tokens.output) == (1, 9)
    assert floor(*lines, gateway("u3", 9, "r2", three)).total.calls == 1
    for other in (gateway("u3", 5, "r2", three), gateway("u3", 9, "r2", three, context=400), gateway("u3", 9, "r2")):
        assert floor(*lines, other).total.calls == 2, "an output begun anew, a larger context, words first"


def test_replies_of_helpers_in_the_same_file_do_not_part_a_reply() -> None:
    one, two = tool("Read", "t1"), tool("Read", "t2")
    lines = [prompt("a"), gateway("u1", 3, use=one), gateway("s1", 5, None, one, "msg_other", helper="a1")]
    lines += [gateway("u2", 3, "u1", two), gateway("s2", 5, "s1", two, "msg_other", helper="a1")]
    lines += [{**result("t1"), "isSidechain": True, "agentId": "a1"}, gateway("u3", 3, "x")]
    assert (floor(*lines).total.calls, floor(*lines).total.tokens.output) == (2, 8)


def test_a_call_belongs_as_a_whole_to_the_model_that_served_it() -> None:
    begun = reply("m1", usage(10, 100, 50_000, 1), model=OPUS, stop=None)
    served = reply("m1", usage(20, 900, 40_000, 260), 1, model=SONNET)
    transcript, apart = ClaudeTranscript(Path("/logs/a.jsonl"), desk()), list[ev.Event]()
    for found in (begun, served):
        apart += transcript.feed(encode([found]), 0)
    for events in (read(begun, served), apart):
        state = fold_all(EMPTY, events)
        assert state.models[SONNET].tokens == state.total.tokens == Tokens(20, 900, 0, 40_000, 260)
        assert (state.models[SONNET].calls, state.total.calls) == (1, 1)
        assert state.total.cost == pytest.approx(state.models[SONNET].cost)
        before = state.models.get(OPUS)
        assert before is None or (before.calls, before.tokens, before.undercounted) == (0, Tokens(), 0)


def iteration(kind: str, model: str | None = None, **counts: int) -> Mapping[str, object]:
    return {"type": kind, "model": model, **counts}


def test_an_advisor_is_billed_beside_the_reply_at_its_own_model() -> None:
    iterations = [
        iteration("message", input_tokens=2, cache_read_input_tokens=90_000, output_tokens=80),
        iteration("advisor_message", OPUS, input_tokens=1_000, output_tokens=50),
        iteration("message", input_tokens=2, cache_read_input_tokens=92_000, output_tokens=120),
    ]
    state = floor(reply("m1", usage(4, 0, 182_000, 200, iterations=iterations), model=SONNET))
    assert state.models[OPUS].tokens == Tokens(1_000, output=50)
    assert state.models[SONNET].tokens == Tokens(4, cache_read=182_000, output=200)
    (station,) = state.stations.values()
    assert (station.context, station.model) == (92_122, SONNET)
    repeated = reply("m1", usage(4, 0, 182_000, 200, iterations=iterations), model=SONNET)
    assert floor(repeated, repeated).total.calls == 2


def test_a_compaction_without_a_model_is_the_replys_and_figures_that_hold_all_are_not_added_to() -> None:
    iterations = [iteration("compaction", input_tokens=500, output_tokens=20), iteration("message", input_tokens=3)]
    assert floor(reply("m1", usage(3, iterations=iterations))).total.tokens == Tokens(503, output=20)
    assert floor(reply("m1", usage(503, output=20, iterations=iterations))).total.tokens == Tokens(503, output=20)


@pytest.mark.parametrize("odd", ["x", 7, [7], [{"type": 3}], {}, None])
def test_details_of_an_odd_shape_cost_no_tokens(odd: object) -> None:
    found = reply("m1", usage(3, output=4, iterations=odd, service_tier=odd, speed=odd, server_tool_use=odd))
    assert floor(found).total.tokens == Tokens(3, output=4)


class Asked:
    """Prices that remember on what terms they were asked."""

    def __init__(self) -> None:
        self.terms: list[Terms] = []

    def cost(self, model: str, tokens: Tokens, terms: Terms = STANDARD) -> float | None:
        self.terms.append(terms)
        return 1.0

    def window(self, model: str) -> int:
        return 0


def test_a_call_is_priced_on_the_terms_on_which_it_was_served() -> None:
    pricing = Asked()
    searched = {"web_search_requests": 3}
    served = usage(1, service_tier="priority", speed="fast", inference_geo="us", server_tool_use=searched)
    read(reply("m1", served), at=Desk(Seats(), Book(), pricing))
    assert pricing.terms[0] == Terms("priority", "fast", "us", 3)


def nested(call: str, output: int, **more: object) -> Json:
    """A sub-agent's reply inside a progress line."""
    told = {**reply(call, usage(5, output=output), stop=None), **more}
    data = {"type": "agent_progress", "agentId": "a1", "message": told}
    return line("progress", 6, data=data, toolUseID="t1")


def test_a_sub_agents_call_that_stands_only_in_a_progress_line_was_made() -> None:
    lines = [prompt("go"), reply("m1", usage(10, output=10)), nested("n1", 99), nested("n1", 99)]
    (station,) = fold_all(EMPTY, read(*lines)).stations.values()
    assert (station.meter.calls, station.meter.tokens.output) == (2, 109)
    assert station.meter.undercounted == 1


def test_a_sub_agents_call_that_stands_in_its_own_file_too_counts_once() -> None:
    parent = [prompt("go"), nested("n1", 1)]
    own = [reply("n1", usage(5, output=1), 5, stop=None), reply("n1", usage(5, output=99), 6)]
    agent = f"{S1}/subagents/agent-a1.jsonl"
    for order in ([(parent, f"{S1}.jsonl"), (own, agent)], [(own, agent), (parent, f"{S1}.jsonl")]):
        surroundings = desk()
        events = [found for lines, name in order for found in read(*lines, name=name, at=surroundings)]
        total = fold_all(EMPTY, events).total
        assert (total.calls, total.tokens.output) == (1, 99)
    assert total.certainty == "exact", "by its own file, which is read first"


STATEMENT = st.tuples(
    st.sampled_from(["m1", "m2"]), st.sampled_from([OPUS, SONNET, "unknown"]), st.booleans(),
    st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 200_000),
)  # fmt: skip


@given(st.lists(STATEMENT, max_size=12), st.data())
def test_no_group_is_ever_negative_and_the_last_statement_holds(
    said: Sequence[tuple[str, str, bool, int, int, int, int]], data: st.DataObject
) -> None:
    lines = [
        reply(call, usage(fresh, written, fresh, output), second, model=model, stop="end_turn" if ended else None)
        for call, model, ended, fresh, written, output, second in said
    ]
    transcript, state, at = ClaudeTranscript(Path("/logs/a.jsonl"), desk()), EMPTY, 0
    while at < len(lines):
        step = data.draw(st.integers(1, 4))
        for event in transcript.feed(encode(lines[at : at + step]), 0):
            state = fold(state, event)
            meters = [*state.models.values(), *state.days.values(), *state.branch_meters.values(), state.total]
            for meter in meters:
                t = meter.tokens
                assert min(t.input, t.cache_write_5m, t.cache_read, t.output, meter.calls, meter.undercounted) >= -0
                assert meter.cost >= -1e-9
        at += step
    last = {call: (model, Tokens(new, written, 0, new, output)) for call, model, _, new, written, output, _ in said}
    assert state.total.tokens == sum((tokens for _, tokens in last.values()), Tokens())
    assert state.total.calls == len(last)
    for model in {model for model, _ in last.values()}:
        assert state.models[model].tokens == sum((t for m, t in last.values() if m == model), Tokens())


FILES = (f"{S1}.jsonl", f"{S2}.jsonl", f"{S1}/subagents/agent-x.jsonl")


@given(st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from(["api", "web"]), STATEMENT), max_size=10))
def test_no_group_is_negative_whatever_several_files_say_of_a_call(
    said: Sequence[tuple[str, str, tuple[str, str, bool, int, int, int, int]]],
) -> None:
    surroundings, state = desk(), EMPTY
    files = {name: ClaudeTranscript(Path("/logs") / name, surroundings) for name in FILES}
    for name, branch, (call, model, ended, fresh, written, output, second) in said:
        stop, used = "end_turn" if ended else None, usage(fresh, written, fresh, output)
        told = reply(call, used, second, model=model, stop=stop, gitBranch=branch, isSidechain="/" in name)
        for event in files[name].feed(encode([told]), 0):
            state = fold(state, event)
            stations = [station.meter for station in state.stations.values()]
            for meter in [*state.models.values(), *state.days.values(), *state.branch_meters.values(), *stations]:
                t = meter.tokens
                assert min(t.input, t.cache_write_5m, t.cache_read, t.output, meter.calls, meter.undercounted) >= 0
                assert meter.cost >= -1e-9
    assert state.total.calls == len({call for _, _, (call, *_) in said})


def test_what_a_copy_added_it_may_take_back_and_nothing_else() -> None:
    surroundings = desk()
    one, other = (ClaudeTranscript(Path("/logs") / name, surroundings) for name in FILES[:2])
    events = one.feed(encode([reply("m1", usage(5, output=10))]), 0)
    for output, whole in ((30, 30), (20, 20), (4, 10)):
        events += other.feed(encode([reply("m1", usage(2, output=output))]), 0)
        total = fold_all(EMPTY, events).total
        assert (total.tokens, total.calls) == (Tokens(5, output=whole), 1)
        assert total.cost == pytest.approx((5 + whole) / 1e6)


def test_a_history_that_is_written_again_is_no_second_request() -> None:
    first = [prompt("one", 0), reply("m1", usage(output=10), 5)]
    again = [{**prompt("one", 60), "uuid": "other"}, reply("m1", usage(output=10), 60)]
    state = floor(*first, *again, prompt("two", 61), reply("m2", usage(output=20), 65))
    (station,) = state.stations.values()
    assert (station.turns, station.meter.calls, station.meter.tokens.output) == (2, 2, 30)


def test_tools_of_a_history_that_is_written_again_were_used_once() -> None:
    def told(second: int) -> list[Json]:
        use = reply("m1", usage(output=10), second, content=[tool("Edit", "t1", file_path="/srv/repo/api/a.py")])
        lines = [prompt("one", second), use, result("t1", second=second), reply("m2", usage(output=2), second)]
        return [{**found, "uuid": f"{second}-{i}"} for i, found in enumerate(lines)]

    more = [prompt("two", 61), reply("m3", usage(), 62, content=[tool("Bash", "t2", command="ls")])]
    (station,) = floor(*told(0), *told(60), *more).stations.values()
    assert (station.turns, station.tools, station.files, station.meter.calls) == (2, 2, {"a.py": 1}, 3)


def test_the_same_words_asked_twice_are_two_requests() -> None:
    lines = [prompt("go on", 0), reply("m1", usage(), 5), {**prompt("go on", 9), "uuid": "b"}]
    (station,) = floor(*lines, reply("m2", usage(), 12)).stations.values()
    assert station.turns == 2
    (station,) = floor(*lines).stations.values()
    assert (station.turns, station.evidence.status) == (2, Status.WORKING)


def state_of(*lines: Json) -> tuple[Status, bool, str]:
    (station,) = floor(*lines).stations.values()
    return station.evidence.status, station.evidence.guess, station.evidence.reason


def test_a_line_of_thinking_alone_does_not_end_the_turn() -> None:
    thinking: list[Json] = [{"type": "thinking", "thinking": "", "signature": "x"}]
    lines = [prompt("write"), reply("m1", usage(output=9), 2, content=thinking, stop="end_turn")]
    assert state_of(*lines)[0] is Status.WORKING
    assert state_of(*lines, reply("m1", usage(output=9), 92, stop="end_turn"))[0] is Status.IDLE


def test_a_turn_that_ends_with_a_question_needs_me_as_a_guess() -> None:
    asks: list[Json] = [{"type": "text", "text": "Done.\n\nShall I push it?"}]
    asked = reply("m1", usage(output=9), 2, content=asks, stop="end_turn")
    assert state_of(prompt("go"), asked) == (Status.NEEDS_ME, True, "Shall I push it?")
    assert state_of(prompt("go"), asked, prompt("yes", 9))[0] is Status.WORKING
    assert state_of(prompt("go"), reply("m1", usage(), 2, stop="end_turn"))[0] is Status.IDLE


def behind(*more: Json) -> list[Json]:
    sent = {**result("t1", second=4), "toolUseResult": {"stdout": "", "backgroundTaskId": "b1"}}
    use = tool("Bash", "t1", command="sleep 60", run_in_background=True)
    return [prompt("go"), reply("m1", usage(), 3, content=[use]), sent, reply("m2", usage(), 6, stop="end_turn"), *more]


def test_a_command_in_the_background_goes_on_when_the_turn_is_over() -> None:
    assert state_of(*behind()) == (Status.WAITING, False, "runs in the background: sleep 60")
    told = prompt("<task-notification>\n<task-id>b1</task-id>\n<status>completed</status>\n</task-notification>", 60)
    assert state_of(*behind(told, reply("m3", usage(), 63, stop="end_turn")))[0] is Status.IDLE
    (station,) = floor(*behind()).stations.values()
    assert status_at(station, BEGIN + 6 + TOOL_CADENCE_S).status is Status.WAITING
    assert (status_at(station, BEGIN + 7 + TOOL_CADENCE_S).status, station.evidence.guess) == (Status.IDLE, False)


def test_a_command_that_did_not_go_to_the_background_is_forgotten() -> None:
    use = tool("Bash", "t1", command="sleep 60", run_in_background=True)
    lines = [prompt("go"), reply("m1", usage(), 3, content=[use]), result("t1", failed=True, second=4)]
    assert state_of(*lines, reply("m2", usage(), 6, stop="end_turn"))[0] is Status.IDLE


@pytest.mark.parametrize("directory", ["C:\\Users\\me\\work\\shop", "\\\\host\\share\\shop", "/srv/work/shop"])
def test_a_station_is_called_by_its_last_folder_on_every_system(directory: str) -> None:
    station, _ = Seats().seat("claude", "s", directory, "", 0.0, "")
    assert station == "shop"


def test_the_list_of_a_workflows_steps_is_no_transcript(tmp_path: Path) -> None:
    folder = tmp_path / S1 / "subagents/workflows/wf_1"
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").write_text('{"type":"started","agentId":"a"}\n')
    (folder / "agent-a.jsonl").write_bytes(b"\n".join(encode([reply("w", usage(output=4))])) + b"\n")
    assert [found.path.name for found in walk(SearchRoot(tmp_path))] == ["agent-a.jsonl"]


@pytest.mark.parametrize(
    "text",
    ['{\n  "sessionId": "a",\n  "messages": []\n}\n', '{"sessionId":"a","projectHash":"7e","messages":[]}\n'],
)
def test_a_session_of_gemini_is_no_transcript_of_claude(tmp_path: Path, text: str) -> None:
    path = tmp_path / "session-2026-01-10.jsonl"
    path.write_text(text)
    assert kind_of(path) == ""
    events = [e for batch in Observer(places([path], only=True), Seats(), FlatPrice()).scan() for e in batch.events]
    assert [(type(e), e.reason) for e in events if isinstance(e, ev.SourceSkipped)] == [
        (ev.SourceSkipped, "not a transcript")
    ]
    assert len(events) == 1


def test_certainty_is_that_of_the_whole_reply() -> None:
    (used,) = only(read(reply("m1", usage(output=1), stop=None), reply("m1", usage(output=1), 1)), ev.TokensUsed)
    assert isinstance(used, ev.TokensUsed)
    assert (used.certainty, used.settled, used.calls) == (Certainty.EXACT, False, 1)
