"""Prices: the table without litellm's import, names, tiers, caches, and the operator's file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor.tokens import Terms, Tokens
from sessions.models.names import names_of
from sessions.models.prices import Prices
from sessions.models.rows import Row, price_of
from sessions.models.table import ABOUT, SHIPPED, find_litellm_table, shortened, write

COUNTS = st.integers(0, 10**9)
TOKENS = st.builds(Tokens, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
ROW = msgspec.json.Decoder(Row)
TIERED = {
    "input_cost_per_token": 1e-6,
    "output_cost_per_token": 10e-6,
    "cache_read_input_token_cost": 0.1e-6,
    "input_cost_per_token_above_200k_tokens": 2e-6,
    "output_cost_per_token_above_200k_tokens": 20e-6,
    "max_input_tokens": 1_000_000,
}


def prices(**rows: Mapping[str, object]) -> Prices:
    """Prices from a small table of one's own."""
    known = Prices({}, None)
    known.__dict__["_rows"] = {name: msgspec.Raw(msgspec.json.encode(row)) for name, row in rows.items()}
    return known


def test_prices_are_known_without_importing_litellm() -> None:
    program = (
        "import sys; from sessions.models.prices import Prices; from sessions.floor.tokens import Tokens\n"
        "assert Prices.load().cost('claude-opus-4-6', Tokens(1_000_000)) == 5.0; assert 'litellm' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_shipped_table_is_the_one_inside_litellm(tmp_path: Path) -> None:
    """`make prices` after a change of the pinned version. No model that has a price there is without it here."""
    models = write(tmp_path / "prices.json")
    assert (tmp_path / "prices.json").read_bytes() == SHIPPED.read_bytes()
    source = find_litellm_table()
    assert source is not None
    shipped, whole = (msgspec.json.decode(path.read_bytes(), type=dict[str, Row]) for path in (SHIPPED, source))
    assert len(shipped) == models + 1
    for name in shipped.keys() - {ABOUT}:
        assert price_of(shipped[name], "claude" in name) == price_of(whole[name], "claude" in name)
    text = {name for name, row in whole.items() if row.get("mode") in (b'"chat"', b'"responses"')}
    assert text - shipped.keys() <= {"sample_spec"}


def test_the_shipped_table_leaves_out_what_is_no_price_of_text() -> None:
    rows: dict[str, dict[str, object]] = {
        "a": {"mode": "chat", "input_cost_per_token": 1.0, "supports_vision": True, "input_cost_per_image": 2.0},
        "drawn": {"mode": "image_generation", "input_cost_per_token": 1.0},
        "silent": {"mode": "chat", "supports_vision": True},
    }
    assert shortened(rows) == {"a": {"input_cost_per_token": 1.0}}


def test_a_table_that_is_missing_leaves_every_model_unpriced_and_is_told(tmp_path: Path) -> None:
    known = Prices({}, tmp_path / "none.json")
    assert known.cost("claude-opus-4-6", Tokens(1)) is None
    assert "missing or damaged" in known.describe()
    assert Prices.load().describe().startswith("litellm 1.106.2: ")


def test_cache_prices_of_a_known_model() -> None:
    known = Prices.load()
    million = 1_000_000
    assert known.cost("claude-opus-4-6", Tokens(cache_write_5m=million)) == pytest.approx(6.25)
    assert known.cost("claude-opus-4-6", Tokens(cache_write_1h=million)) == pytest.approx(10.0)
    assert known.cost("claude-opus-4-6", Tokens(cache_read=million)) == pytest.approx(0.5)
    assert known.cost("claude-opus-4-6", Tokens(output=million, thinking=500_000)) == pytest.approx(25.0)


def test_writes_without_a_price_follow_the_rule_of_anthropic() -> None:
    row: dict[str, object] = {"input_cost_per_token": 4e-6, "output_cost_per_token": 8e-6}
    known = prices(**{"claude-x": row, "other": row})
    assert known.cost("claude-x", Tokens(cache_write_5m=1_000_000)) == pytest.approx(5.0)
    assert known.cost("claude-x", Tokens(cache_write_1h=1_000_000)) == pytest.approx(8.0)
    assert known.cost("claude-x", Tokens(cache_read=1_000_000)) == pytest.approx(0.4)
    assert known.cost("other", Tokens(cache_write_5m=1_000_000)) == pytest.approx(4.0)
    assert known.cost("other", Tokens(cache_read=1_000_000)) == pytest.approx(4.0)


def test_a_long_context_costs_more_for_the_whole_call() -> None:
    known = prices(model=TIERED)
    assert known.cost("model", Tokens(input=200_000, output=1_000)) == pytest.approx(0.2 + 0.01)
    assert known.cost("model", Tokens(input=100_000, cache_read=100_001, output=1_000)) == pytest.approx(
        0.2 + 100_001 * 0.1e-6 + 0.02
    )


SERVED = {
    **TIERED,
    "output_cost_per_reasoning_token": 12e-6,
    "input_cost_per_token_priority": 3e-6,
    "output_cost_per_token_priority": 30e-6,
    "input_cost_per_token_flex": 0.5e-6,
    "output_cost_per_token_flex": 5e-6,
    "cache_read_input_token_cost_flex": 0.02e-6,
    "input_cost_per_token_batches": 0.5e-6,
    "output_cost_per_token_batches": 5e-6,
    "input_cost_per_token_above_200k_tokens_batches": 0.9e-6,
    "input_cost_per_token_ultrafast": 6e-6,
    "output_cost_per_token_ultrafast": 60e-6,
    "input_cost_per_token_above_200k_tokens_ultrafast": 13e-6,
    "provider_specific_entry": {"us": 1.1, "fast": 2, "made_up_schema": "x"},
    "regional_processing_uplift_multiplier_eu": 1.25,
    "search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_medium": 0.02},
}
SMALL, LONG = Tokens(input=1_000), Tokens(input=300_000)


@pytest.mark.parametrize(
    ("tokens", "terms", "cost"),
    [
        (SMALL, Terms(tier="standard"), 1e-3),
        (SMALL, Terms(tier="some day"), 1e-3),
        (SMALL, Terms(tier="priority"), 3e-3),
        (SMALL, Terms(tier="fast"), 3e-3),
        (SMALL, Terms(tier="flex"), 0.5e-3),
        (SMALL, Terms(tier="batch"), 0.5e-3),
        (Tokens(cache_read=1_000), Terms(tier="flex"), 0.02e-3),
        (Tokens(cache_read=1_000), Terms(tier="batch"), 0.05e-3),
        (Tokens(cache_read=1_000), Terms(tier="priority"), 0.1e-3),
        (Tokens(output=1_000, thinking=1_000), Terms(), 12e-3),
        (Tokens(output=1_000, thinking=1_000), Terms(tier="priority"), 30e-3),
        (LONG, Terms(), 0.6),
        (LONG, Terms(tier="priority"), 0.6),
        (LONG, Terms(tier="flex"), 0.3),
        (LONG, Terms(tier="batch"), 0.27),
        (LONG, Terms(tier="ultrafast"), 3.9),
        (Tokens(200_001, output=1_000), Terms(tier="flex"), 0.200001 + 10e-3),
        (SMALL, Terms(speed="fast"), 2e-3),
        (SMALL, Terms(speed="fast", region="US", tier="batch"), 1.1e-3),
        (SMALL, Terms(region="us"), 1.1e-3),
        (SMALL, Terms(region="eu"), 1.25e-3),
        (SMALL, Terms(region="global"), 1e-3),
        (SMALL, Terms(region="not_available"), 1e-3),
        (SMALL, Terms(region="mars"), 1e-3),
        (SMALL, Terms(searches=3), 61e-3),
        (SMALL, Terms(searches=3, speed="fast"), 62e-3),
    ],
)
def test_the_terms_of_a_call_decide_what_it_costs(tokens: Tokens, terms: Terms, cost: float) -> None:
    assert prices(m=SERVED).cost("m", tokens, terms) == pytest.approx(cost)
    assert prices(m=TIERED).cost("m", SMALL, terms) == pytest.approx(1e-3), "a row that states no such price"


def test_every_place_but_the_global_one_may_cost_more() -> None:
    known = prices(m={**TIERED, "regional_endpoint_uplift_multiplier": 1.5})
    assert known.cost("m", SMALL, Terms(region="europe-west4")) == pytest.approx(1.5e-3)
    assert known.cost("m", SMALL, Terms(region="global")) == pytest.approx(1e-3)


def test_a_search_with_a_model_of_anthropic_costs_what_it_asks_for_all() -> None:
    known = prices(**{"claude-x": TIERED, "other": TIERED})
    assert known.cost("claude-x", SMALL, Terms(searches=2)) == pytest.approx(1e-3 + 0.02)
    assert known.cost("other", SMALL, Terms(searches=2)) == pytest.approx(1e-3)


def test_the_real_table_knows_the_terms_of_real_models() -> None:
    known, million = Prices.load(), Tokens(1_000_000)
    usual = known.cost("claude-opus-4-8", million)
    assert usual is not None
    assert known.cost("claude-opus-4-8", million, Terms(speed="fast")) == pytest.approx(2 * usual)
    assert known.cost("claude-opus-4-8", million, Terms(region="us")) == pytest.approx(1.1 * usual)
    hour = Tokens(cache_write_1h=1_000_000)
    assert known.cost("claude-opus-4-8", hour, Terms(tier="batch")) == pytest.approx(5.0), "multiples stack"
    assert known.cost("gpt-5.5", Tokens(1_000), Terms(tier="priority")) == pytest.approx(12.5e-3)
    assert known.cost("gpt-5.5", million, Terms(tier="flex")) == pytest.approx(5.0)


def test_thinking_has_a_price_of_its_own_where_the_table_says_so() -> None:
    row: dict[str, object] = {
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "output_cost_per_reasoning_token": 6e-6,
    }
    known = prices(m=row)
    assert known.cost("m", Tokens(output=10, thinking=4)) == pytest.approx(6 * 2e-6 + 4 * 6e-6)
    assert known.cost("m", Tokens(output=10)) == pytest.approx(10 * 2e-6)
    assert known.cost("m", Tokens(output=10, thinking=12)) == pytest.approx(10 * 6e-6)


@pytest.mark.parametrize(
    "name",
    [
        "claude-opus-4-6",
        "claude-opus-4-6-20260205",
        "claude-opus-4-6-20261231",
        "claude-opus-4-6[1m]",
        "anthropic/claude-opus-4-6",
        "anthropic/claude-opus-4.6",
        "openrouter/anthropic/claude-opus-4.6",
        "claude-opus-4-6@20260205",
        "vertex_ai/claude-opus-4-6@default",
        "anthropic.claude-opus-4-6-v1",
        "bedrock/global.anthropic.claude-opus-4-6-v1",
    ],
)
def test_other_names_of_the_same_model_at_the_same_price(name: str) -> None:
    known = Prices.load()
    assert known.cost(name, Tokens(100, 200, 300, 400, 500)) == known.cost(
        "claude-opus-4-6", Tokens(100, 200, 300, 400, 500)
    )
    assert known.window(name) == 1_000_000


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("openai/gpt-9-2026-01-01", ["openai/gpt-9", "gpt-9-2026-01-01", "gpt-9"]),
        ("MiniMax-M2-20260101", ["MiniMax-M2", "minimax/MiniMax-M2-20260101", "minimax/MiniMax-M2"]),
        ("deepseek-chat", ["deepseek/deepseek-chat"]),
        ("claude-x-9.5", ["claude-x-9-5", "anthropic.claude-x-9-5-v1:0", "vertex_ai/claude-x-9.5"]),
        ("global.anthropic.claude-x@default-v1:0", ["claude-x@default", "claude-x"]),
    ],
)
def test_a_model_is_looked_up_as_its_table_may_write_it(name: str, also: list[str]) -> None:
    found = list(names_of(name))
    assert found[0] == name
    assert [other for other in found if other in also] == also


def test_a_name_that_asks_for_the_wide_window_has_it() -> None:
    known = Prices.load()
    assert known.window("claude-sonnet-4-5") == 200_000
    assert known.window("claude-sonnet-4-5[1m]") == 1_000_000


def test_regions_of_bedrock_keep_their_own_price() -> None:
    known = Prices.load()
    assert known.cost("bedrock/us.anthropic.claude-opus-4-6-v1", Tokens(1_000_000)) == pytest.approx(5.5)
    arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-6-v1"
    assert known.cost(arn, Tokens(1_000_000)) == pytest.approx(5.5)


@pytest.mark.parametrize(
    "name", ["", "<synthetic>", "fake-1", "claude", "claude-opus-99", "gpt", "gpt-5-codexx", "opus", "sample_spec", "/"]
)
def test_a_near_name_is_no_name(name: str) -> None:
    known = Prices.load()
    assert known.cost(name, Tokens(1)) is None
    assert known.window(name) == 0


def test_a_row_that_asks_nothing_states_no_price() -> None:
    row: dict[str, object] = {"input_cost_per_token": 0, "output_cost_per_token": 0, "max_input_tokens": 5}
    known = prices(m=row)
    assert known.cost("m", Tokens(1)) is None
    assert known.window("m") == 5


def test_every_row_of_the_real_table_is_understood_or_unpriced() -> None:
    rows = msgspec.json.decode(SHIPPED.read_bytes(), type=dict[str, Row])
    priced = [price_of(row, claude="claude" in name) for name, row in rows.items()]
    assert sum(price.standard.rates is not None for price in priced) > 2_000
    for price in priced:
        cost = price.cost(Tokens(1_000, 1_000, 1_000, 300_000, 1_000, 500))
        assert cost is None or cost >= 0


@given(TOKENS, TOKENS)
def test_cost_is_additive_within_a_tier_and_never_negative(a: Tokens, b: Tokens) -> None:
    known = prices(m={k: v for k, v in TIERED.items() if "above" not in k})
    one, other, both = known.cost("m", a), known.cost("m", b), known.cost("m", a + b)
    assert one is not None and other is not None and both is not None
    assert one >= 0 and both == pytest.approx(one + other)
    assert known.cost("unknown", a) is None


@given(st.text(max_size=60))
def test_any_name_is_answered(name: str) -> None:
    assert len(list(names_of(name))) == len(set(names_of(name))) <= 30
    cost = Prices({}, None).cost(name, Tokens(1))
    assert cost is None


@given(st.dictionaries(st.sampled_from([*SERVED, "tiered_pricing", "mode"]), st.none() | st.text() | st.floats()))
def test_a_damaged_row_never_raises(row: dict[str, object]) -> None:
    for terms in (Terms(), Terms("priority", "fast", "us", 2), Terms("batch", region="x")):
        cost = prices(m=row).cost("m", Tokens(300_000, 1, 1, 1, 1, 1), terms)
        assert cost is None or cost >= 0


def test_overrides_lie_over_the_table(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        '[models."claude-opus-4-6"]\ninput = 1\nwindow = 1234\n'
        '[models."house-model"]\ninput = 2.0\noutput = 4.0\n'
        '[models."own-hardware"]\ninput = 0\noutput = 0\n'
        '[models."claude-sonnet-4-5"]\nwindow = 99\n'
        '[models."gpt-5"]\noutput = 100\n'
    )
    known = Prices.load(file)
    assert known.cost("claude-opus-4-6", Tokens(1_000_000)) == pytest.approx(1.0)
    assert known.cost("claude-opus-4-6", Tokens(output=1_000_000)) == pytest.approx(25.0)
    assert known.cost("anthropic/claude-opus-4-6", Tokens(1_000_000)) == pytest.approx(1.0)
    assert known.window("claude-opus-4-6") == 1234
    assert known.cost("house-model", Tokens(1_000_000, output=1_000_000)) == pytest.approx(6.0)
    assert known.cost("own-hardware", Tokens(1_000_000)) == 0.0
    assert "5 overridden" in known.describe()
    assert known.cost("claude-opus-4-6", Tokens(1_000_000), Terms(tier="batch", searches=1)) == pytest.approx(1.01)
    usual, tokens = Prices.load(), Tokens(1_000_000, output=3_000_000, thinking=1_000_000)
    assert known.cost("claude-sonnet-4-5", tokens) == usual.cost("claude-sonnet-4-5", tokens)
    assert known.window("claude-sonnet-4-5") == 99
    assert known.cost("gpt-5", Tokens(output=3_000_000, thinking=1_000_000)) == pytest.approx(300.0)
    assert known.window("gpt-5") == usual.window("gpt-5") > 0


def test_a_file_of_overrides_that_was_named_is_there(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="there is no file of prices"):
        Prices.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("models = 3", "models is not a table"),
        ("[prices]\n", "prices is unknown"),
        ("[models.x]\ninpt = 1", 'models."x".inpt is unknown'),
        ("[models.x]\ninput = -1", 'models."x".input'),
        ("[models.x]\ninput = nan", 'models."x".input'),
        ("[models.x]\ninput = true", 'models."x".input'),
        ('[models.x]\ninput = "5"', 'models."x".input'),
        ("models.x = 1", 'models."x" is not a table'),
        ("[models\n", "is not TOML"),
        ("\x00", "is not TOML"),
    ],
)
def test_a_bad_file_of_overrides_names_file_key_and_cure(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(FactoryError) as caught:
        Prices.load(file)
    assert str(file) in str(caught.value)
    assert told in caught.value.message
    assert caught.value.cure


def test_overrides_that_are_no_text_or_no_file(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(FactoryError, match="is not TOML"):
        Prices.load(file)
    with pytest.raises(FactoryError, match="cannot read"):
        Prices.load(tmp_path)
