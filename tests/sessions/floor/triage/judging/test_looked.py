"""How what a rule finds is put into words."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.triage.judging.looked import alike, evidence, provider_of, some
from tests.support.triage.floors import failed, floor, only, ours


@pytest.mark.parametrize(
    ("count", "words"),
    [
        *((1, "1"), (9, "9"), (10, "10"), (11, "over 9"), (19, "over 9"), (20, "20"), (50, "50"), (73, "over 49")),
        *((99, "over 49"), (100, "100"), (199, "over 99"), (200, "200"), (201, "over 199"), (499, "over 199")),
        *((500, "500"), (501, "over 499"), (1_000, "1000"), (5_000, "over 999")),
    ],
)
def test_a_count_that_grows_is_told_in_steps(count: int, words: str) -> None:
    assert some(count) == words


def test_whatever_an_agent_says_is_harmless_in_a_case() -> None:
    case = only(floor(ours("api"), failed(reason="\x1b]52;c;x\x07boom\u202e\n" + "y" * 9_000)))
    assert case.title.isprintable() and len(case.title) == 100
    lines = evidence(f"{n}\u202e{200 * 'y'}" for n in range(9))
    assert len(lines) == 8 and all(line.isprintable() and len(line) == 160 for line in lines)


def test_what_is_settled_together_is_alike_but_for_numbers() -> None:
    assert alike("failed", "unknown", "pid 7 died") == alike("failed", "unknown", "pid 81 died")
    assert alike("failed", "unknown", "pid 7 died").startswith("failed:unknown:")
    assert len({alike("a", "b", "x"), alike("a", "c", "x"), alike("d", "b", "x"), alike("a", "b", "y")}) == 4


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("429 rate limit reached", "failed:rate limit:rate limit:builtin"),
        ("529 overloaded", "failed:provider:overloaded:builtin"),
        ("invalid api key", "failed:auth:key refused:builtin"),
        ("No space left on device", "failed:environment:no space"),
    ],
)
def test_what_is_about_a_provider_is_settled_by_provider(reason: str, group: str) -> None:
    assert only(floor(ours("api"), failed(reason=reason))).group == group


@pytest.mark.parametrize(
    ("model", "kind", "provider"),
    [
        ("anthropic/claude", "builtin", "anthropic"),
        ("claude-4", "codex", "codex"),
        ("", "", "agent"),
        (50 * "p" + "/m", "", 29 * "p" + "…"),
    ],
)
def test_who_answers_its_calls(model: str, kind: str, provider: str) -> None:
    seen = floor(ours("api")).stations["api"]
    assert provider_of(replace(seen, model=model, kind=kind)) == provider
