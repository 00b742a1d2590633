"""The parts of the built-in agent that are values and functions: what it remembers, what fits, what it may spend."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor.scope import Budget, Held, HeldBy, Scope
from sessions.floor.tokens import Tokens
from sessions.models.prices import Prices
from sessions.observe.factory import lines as ft
from sessions.settings import parse
from sessions.stations.builtin import prompt
from sessions.stations.builtin.fitting import DROPPED, fitting
from sessions.stations.builtin.history import BROKEN, History
from sessions.stations.builtin.kind import target_of
from sessions.stations.builtin.meter import Meter, about, priced
from sessions.stations.builtin.permits import Permits
from sessions.stations.builtin.tools import arguments_of, detail, written
from sessions.stations.contract import Brief
from tests.sessions.stations.builtin.test_turns import valid

RUN = ft.Tool(call="c1", tool="run", arguments=msgspec.Raw(b'{"command":"make"}'), message="m1")
LINES: tuple[ft.AnyLine, ...] = (
    ft.Session(session="s"),
    ft.Prompt(id="p1", text="do"),
    ft.Turn(prompt="p1", time=1.0),
    ft.Calling(call="u1", model="m", about=9),
    ft.Usage(call="u1", tokens=Tokens(input=9)),
    ft.Text(text="so", message="m1"),
    RUN,
    ft.Tool(call="c2", tool="read", message="m1"),
    ft.Question(call="c1", question="s:c1"),
    ft.Reply(call="c1", decision="always"),
    ft.Result(call="c1", text="made"),
    ft.Prompt(id="p2", text="then"),
    ft.Result(call="c2", text="", failed=True),
    ft.Spent(share=0.8, what="tokens"),
    ft.Text(text="done", message="m2"),
    ft.End(time=3.0),
    ft.Turn(prompt="p2", time=4.0),
    ft.Tool(call="c3", tool="run", message="m3"),
    ft.End(time=5.0, interrupted=True),
)


def remembered(lines: list[ft.AnyLine]) -> History:
    history = History()
    for line in lines:
        history.add(line)
    return history


def test_a_conversation_is_made_of_its_lines() -> None:
    history = remembered([*LINES])
    assert [(m["role"], m["content"]) for m in history.messages] == [
        ("user", "do"),
        ("assistant", "so"),
        ("tool", "made"),
        ("tool", "[no output]"),
        ("assistant", "done"),
        ("user", "then"),
        ("assistant", ""),
        ("tool", BROKEN),
        ("user", "[The operator interrupted you here.]"),
    ]
    assert (history.session, history.done, history.seconds, history.turn, history.told) == (
        "s",
        1,
        3.0,
        "",
        {"tokens": 0.8},
    )
    assert history.always == [RUN] and history.prompts == {"p1", "p2"} and not history.begun


@given(st.lists(st.sampled_from(LINES), max_size=30), st.integers(0, len(LINES)))
def test_whatever_stands_in_a_transcript_a_new_turn_can_be_asked_for(some: list[ft.AnyLine], cut: int) -> None:
    for lines in ([*LINES[:cut]], some):
        history = remembered([*lines, ft.Prompt(id="new", text="go on"), ft.Turn(prompt="new")])
        assert valid(history.messages)
        assert history.messages[-1] == {"role": "user", "content": "go on"}


def test_old_results_make_room_and_every_use_keeps_one() -> None:
    messages = [{"role": "user", "content": "x"}]
    for n in range(10):
        call = {"id": str(n), "type": "function", "function": {"name": "read", "arguments": "{}"}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})  # type: ignore[dict-item]
        messages.append({"role": "tool", "tool_call_id": str(n), "content": "y" * 4_000})
    kept = fitting(messages, 6_000)
    assert about(kept) <= 6_000 < about(messages) and valid(kept)
    assert kept[2]["content"] == DROPPED and kept[-1]["content"] == "y" * 4_000
    assert fitting(messages, 0) == messages


def test_a_budget_is_told_once_for_each_step() -> None:
    told: list[tuple[float, str]] = []
    prices = Prices.load()
    meter = Meter(Budget(tokens=100, dollars=1.0), "gpt-4o", prices, lambda share, what: told.append((share, what)))
    meter.add(Tokens(input=79), 0.1)
    assert (told, meter.look(), meter.nearly) == ([], True, [])
    meter.add(Tokens(input=1), 0.1)
    assert meter.look(Tokens(output=19)) and not meter.look(Tokens(output=20))
    meter.add(Tokens(output=30), 0.1)
    assert (told, meter.nearly) == ([(0.8, "tokens"), (1.0, "tokens")], ["tokens"])
    meter.assign(Budget(tokens=1_000, dollars=9.0))
    assert meter.look() and meter.most(100) == 1_000 - 110 - 100 and meter.most(880) == -1
    meter.spent()
    assert not meter.look() and told[2:] == [(1.0, "tokens")]
    with pytest.raises(FactoryError, match="price of nobody/knows is not known"):
        priced(prices, "nobody/knows", Budget(dollars=1))


def test_a_raise_wakes_what_rests() -> None:
    async def scene() -> None:
        meter = Meter(Budget(turns=1), "m", Prices.load(), lambda share, what: None)
        meter.turns = 1
        assert not meter.look()
        waiting = asyncio.create_task(meter.more())
        await asyncio.sleep(0)
        meter.assign(Budget(turns=2))
        await asyncio.wait_for(waiting, 30)
        assert meter.look()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("scope", "held", "ask", "asks"),
    [
        (Scope(), HeldBy.BUBBLEWRAP, "", {"mcp__x"}),
        (Scope(), HeldBy.ADVISORY, "", {"mcp__x", "run"}),
        (Scope(), HeldBy.BUBBLEWRAP, "edit, read", {"mcp__x", "edit", "read"}),
        (Scope(tools=("run", "mcp__x")), HeldBy.ADVISORY, "", {"edit"}),
        (Scope(tools=("run",)), HeldBy.BUBBLEWRAP, "run", {"edit", "run", "mcp__x"}),
    ],
)
def test_what_must_be_asked(scope: Scope, held: HeldBy, ask: str, asks: set[str]) -> None:
    permits = Permits(Brief("s", "/w", "/h", "/t", scope=scope, held=Held(held), options={"ask": ask}))
    tools = ("read", "edit", "run", "mcp__x")
    assert {tool for tool in tools if permits.needs(tool, {"command": "make"})} == asks
    permits.allow("run", {"command": "make"})
    assert not permits.needs("run", {"command": "make"})
    if "run" in asks:
        assert permits.needs("run", {"command": "make install"})


def test_arguments_as_models_write_them() -> None:
    assert arguments_of('{"a":1}{"a":1}') == {"a": 1} == arguments_of('{"a":1}')
    assert arguments_of("") == {} and arguments_of("[1]") is None and arguments_of('{"a"') is None
    assert arguments_of("\ud800") is None and arguments_of("[" * 100_000) is None
    patch = "*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: b\n*** End Patch"
    assert written("apply_patch", {"patch": patch}) == ["a", "b"] and written("read", {"path": "a"}) == []
    assert detail("run", {"command": "\x1b[31mls\n-l"}) == "ls -l"


def test_the_agent_is_told_its_boundary_and_when_its_budget_ends() -> None:
    brief = Brief("s", "/w", "/h", "/t", scope=Scope(write=("src/**",)), role="test", held=Held(HeldBy.LANDLOCK))
    said = prompt.system(brief, ["tokens"])
    assert "src/**" in said and "kernel holds" in said and "no network" in said and "budget of tokens" in said
    assert "run `factory-tui ask scope GLOB... --why TEXT`" in said
    assert "budget" not in prompt.system(brief)


def test_where_a_model_is_called_and_with_which_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    text = f"""
model = "openai/gpt"
[endpoints."openai/"]
base_url = "http://one/v1"
key_variable = "MINE"
[endpoints."openai/local-"]
base_url = "http://two/v1"
key_file = "{tmp_path / "key"}"
[endpoints."gone/"]
key_file = "{tmp_path / "none"}"
"""
    chosen = parse(text, "config.toml")
    keys = {"MINE": "m", "ANTHROPIC_API_KEY": "a"}
    found = [target_of(model, {}, chosen, keys) for model in ("openai/gpt", "openai/local-x", "anthropic/c")]
    assert [(target.base_url, target.key) for target in found] == [
        ("http://one/v1", "m"),
        ("http://two/v1", "from-file"),
        ("", "a"),
    ]
    assert target_of("openai/gpt", {"base_url": "http://three"}, chosen, {}).key == "none"
    assert "from-file" not in repr(found[1])
    for model, match in (("", "no model is chosen"), ("anthropic/c", "there is no key"), ("gone/x", "cannot be read")):
        with pytest.raises(FactoryError, match=match):
            target_of(model, {}, chosen, {})
    for wrong in ('[endpoints."x"]\nbase = "y"', '[servers.x]\nargv = ["a"]', "model = 5"):
        with pytest.raises(FactoryError, match=r"cannot be"):
            parse(wrong, "config.toml")
