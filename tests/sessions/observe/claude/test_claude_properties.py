"""Whatever stands in Claude Code files, however they are cut and ordered: no crash, and the same sums."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.tokens import Tokens
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.contract import Desk
from tests.support.observe import OTHER, SESSION, Json, desk, encode, line, prompt, reply, result, tool, usage, used_of

COUNT = st.integers(0, 10**6)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=8)
TEMPLATES: list[Json] = [
    prompt("go", 1),
    reply("m1", usage(1, 2, 3, 4), 2, content=[tool("Edit", file_path="/a"), {"type": "text", "text": "x"}]),
    result(second=3),
    line("system", 4, subtype="api_error", error={"message": "x"}, retryInMs=1, retryAttempt=1, maxRetries=2),
    line("progress", 5, data={"type": "hook_progress"}),
    {"type": "summary", "summary": "title"},
]
KEYS = sorted({key for template in TEMPLATES for key in template} | {"subtype", "error", "isMeta", "summary"})


def feed(lines: list[bytes], at: Desk, cuts: list[int], name: str = SESSION) -> Tokens:
    """Feed the lines in pieces; between the pieces only what is saved survives."""
    total, memory, begin = Tokens(), b"", 0
    for end in [*sorted(cut % (len(lines) + 1) for cut in cuts), len(lines)]:
        transcript = ClaudeTranscript(Path(f"/logs/{name}.jsonl"), at, memory)
        total += used_of(transcript.feed(lines[begin:end], begin))
        memory, begin = transcript.save(), end
    return total


@given(st.lists(st.binary(max_size=200) | VALUE.map(lambda value: json.dumps(value).encode())))
def test_arbitrary_lines_never_raise(lines: list[bytes]) -> None:
    feed(lines, desk(), [1])


@given(st.sampled_from(TEMPLATES), st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=4))
def test_lines_with_arbitrary_fields_never_raise(template: Json, other: Json) -> None:
    feed(encode([prompt("go"), {**template, **other}]), desk(), [])


@given(st.sampled_from(TEMPLATES), st.integers(0, 2_000), st.binary(max_size=6), st.integers(0, 20))
def test_damaged_lines_never_raise(template: Json, at: int, damage: bytes, removed: int) -> None:
    (raw,) = encode([template])
    feed([*encode([prompt("go")]), raw[:at] + damage + raw[at + removed :]], desk(), [])


USAGES = st.lists(st.tuples(st.sampled_from("abcd"), COUNT, COUNT, COUNT, COUNT, COUNT), max_size=25)


@given(USAGES, st.lists(st.integers(0, 50), max_size=4))
def test_the_last_line_of_a_call_counts_wherever_the_file_is_cut(
    stated: list[tuple[str, int, int, int, int, int]], cuts: list[int]
) -> None:
    lines: list[Json] = []
    last: dict[str, Tokens] = {}
    for call, fresh, minutes, hour, read, output in stated:
        split = {"ephemeral_5m_input_tokens": minutes, "ephemeral_1h_input_tokens": hour}
        lines.append(reply(call, usage(fresh, minutes + hour, read, output, cache_creation=split)))
        last[call] = Tokens(fresh, minutes, hour, read, output)
    assert feed(encode(lines), desk(), cuts) == sum(last.values(), Tokens())


@st.composite
def families(draw: st.DrawFn) -> tuple[list[list[Json]], int]:
    """A session, forks of it made at any line, and the output of all their calls."""
    calls = 0
    sizes: dict[str, int] = {}

    def more(session: str) -> list[Json]:
        nonlocal calls
        lines: list[Json] = []
        for growth in draw(st.lists(st.lists(st.integers(0, 90), min_size=1, max_size=4), max_size=4)):
            calls, output = calls + 1, 0
            for step in growth:
                output += step
                lines.append(reply(f"m{calls}", usage(output=output), calls, session=session))
            sizes[f"m{calls}"] = output
        return lines

    files = [more(SESSION)]
    for number in range(draw(st.integers(0, 3))):
        origin = draw(st.sampled_from(files))
        cut = draw(st.integers(0, len(origin)))
        name = f"{number}{OTHER[1:]}"
        files.append([{**entry, "sessionId": name} for entry in origin[:cut]] + more(name))
    return files, sum(sizes.values())


@given(families(), st.randoms(use_true_random=False), st.lists(st.integers(0, 30), max_size=3))
def test_forks_count_once_in_any_order(family: tuple[list[list[Json]], int], random: Random, cuts: list[int]) -> None:
    files, output = family
    order = list(enumerate(files))
    random.shuffle(order)
    at = desk()
    total = sum((feed(encode(lines), at, cuts, f"{number}{OTHER[1:]}") for number, lines in order), Tokens())
    assert total.output == output
