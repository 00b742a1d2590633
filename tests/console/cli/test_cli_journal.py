"""`journal size` and `journal prune`, end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import NOON, Machine, stopping, usage

SOON = "4102444800"
"""A time that has not come: all that was heard is before it."""
CALLS = 1_200
"""More events than a block holds."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return with_calls(Machine(tmp_path))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = with_calls(Machine(tmp_path_factory.mktemp("shared"), shared=True))
    yield made
    made.end()


def with_calls(machine: Machine) -> Machine:
    machine.session("s-main", machine.repo.path, "main", [usage(n, 1_000, 0, 50) for n in range(1, CALLS + 1)])
    return machine


def test_size_tells_what_takes_the_room(shared: Machine) -> None:
    lines = shared.run("events", "--json").out.splitlines()
    shared.end()  # which packs what there is
    size = shared.run("journal", "size", "--json").json
    assert (size["version"], size["events"], size["last_seq"]) == (1, len(lines), len(lines))
    kinds = {kind["kind"]: kind["events"] for kind in size["kinds"]}  # type: ignore[attr-defined]
    assert kinds["tokens_used.1"] >= CALLS
    assert sum(kinds.values()) == len(lines)
    tables = {table["name"]: table for table in size["tables"]}  # type: ignore[attr-defined]
    assert (tables["packed"]["rows"], tables["events"]["rows"]) == (-(-len(lines) // 1_024), 0)
    told = shared.run("journal", "size")
    assert told.code == 0
    assert f"{len(lines):,} events, since" in told.out and "tokens_used.1" in told.out


def test_prune_says_what_it_would_do_and_does_not(shared: Machine) -> None:
    before = shared.run("events", "--json").out
    done = shared.run("journal", "prune", "--before", SOON, "--dry-run")
    assert (done.code, "no recording keeps" in done.out) == (0, True)
    plan = shared.run("journal", "prune", "--before", SOON, "--dry-run", "--json").json
    assert (plan["done"], plan["events"], plan["limits"][0]["last"]) == (False, 0, 0)  # type: ignore[index]
    assert shared.run("events", "--json").out == before


@pytest.mark.parametrize("supervised", [False, True])
def test_what_is_kept_goes_and_every_answer_is_right(machine: Machine, tmp_path: Path, supervised: bool) -> None:
    meters, status = machine.run("meters", "--json").out, machine.run("status", "--json").json
    events = machine.run("events", "--json").out.splitlines()
    file = tmp_path / "old.ftr"
    if supervised:
        with machine.following() as told, stopping(machine):
            next(told)
            pruned = machine.run("journal", "prune", "--before", SOON, "--keep", str(file), "--json").json
    else:
        pruned = machine.run("journal", "prune", "--before", SOON, "--keep", str(file), "--json").json
    cut = len(events) // 1_024 * 1_024
    assert cut and (pruned["done"], pruned["events"], pruned["last_seq"]) == (True, cut, cut)
    assert pruned["kept"] == str(file)
    later = machine.run("events", "--since", str(cut), "--json").out.splitlines()
    hand = [event for line in later if "command" in (event := json.loads(line)["event"])]
    assert [event["type"] for event in hand[:2]] == ["prune_wanted.1", "command_done.1"]
    assert (hand[0]["last"], hand[0]["kept"], hand[0]["command"]) == (cut, True, hand[1]["command"])
    assert machine.run("meters", "--json").out == meters
    after = machine.run("status", "--json").json
    assert (after["total"], after["stations"]) == (status["total"], after["stations"])
    done = machine.run("events", "--json")
    assert f"events up to {cut:,} were pruned" in done.err
    assert json.loads(done.out.splitlines()[0])["seq"] == cut + 1
    assert done.out.splitlines()[: len(events) - cut] == events[cut:]
    kept = machine.run("replay", str(file), "--seq", str(cut), "--json").json
    assert kept["total"]["calls"] > 1_000  # type: ignore[index]
    since = machine.run("meters", "--since", str(NOON), "--json")
    assert "only known in all" in since.err
    gone = machine.run("replay", "journal", "--seq", "5", "--json")
    assert gone.code == 1 and "were pruned" in gone.err
    assert machine.run("replay", "last", "--at", "end", "--json").json["total"] == status["total"]


def test_wrong_words_are_told(shared: Machine, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    for words, why in (
        (("journal",), "what"),
        (("journal", "grow"), "unknown"),
        (("journal", "prune"), "--before"),
        (("journal", "prune", "--before", SOON, "--keep", str(tmp_path / "mine")), "already"),
    ):
        done = shared.run(*words)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert why in done.err or "required" in done.err
