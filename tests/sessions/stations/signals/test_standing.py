"""A station sees its own boundary: in a file for programs, in words, and as it is now."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from msgspec.structs import replace

from sessions.floor.scope import Budget, Held, HeldBy, Mode, Network, Scope
from sessions.stations.signals import rules
from sessions.stations.signals.standing import FILE, WORDS, Standing, environment, words, write
from tests.support.stations.signals import names


def standing(*globs: str, **more: object) -> Standing:
    return Standing(station="ship", directory="/w", scope=Scope(write=globs), **more)  # type: ignore[arg-type]


def test_the_file_is_what_the_hook_goes_by(tmp_path: Path) -> None:
    at = Standing(
        station="ship",
        directory=str(tmp_path / "work"),
        own=(str(tmp_path / "home"),),
        scope=Scope(write=("src/**",), tools=("Grep",)),
        edits=True,
        ask=("Bash",),
    )
    read = json.loads(write(tmp_path / "own", at).read_text())
    uses: dict[str, list[tuple[str, dict[str, object]]]] = {
        "allow": [("Write", {"file_path": "src/a"}), ("Grep", {})],
        "deny": [("Write", {"file_path": "docs/a"})],
        "ask": [("Bash", {"command": "ls"})],
        "": [("WebFetch", {})],
    }
    for decision, given in uses.items():
        for tool, arguments in given:
            assert rules.verdict({"tool_name": tool, "tool_input": arguments}, read)[0] == decision
    assert names(tmp_path / "own") == [WORDS, FILE]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "own").iterdir()} == {0o600}


def test_it_is_never_read_half_written(tmp_path: Path) -> None:
    file = write(tmp_path / "own", standing("src/**"))
    done = threading.Event()

    def change() -> None:
        for number in range(100):
            write(tmp_path / "own", standing(*(f"src/{each}/**" for each in range(number))))
        done.set()

    writer = threading.Thread(target=change)
    writer.start()
    reads = 0
    while not done.is_set() or not reads:
        assert json.loads(file.read_text())["station"] == "ship"
        reads += 1
    writer.join()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "own", standing("a"))
    (tmp_path / "else").write_text("mine")
    (tmp_path / "own" / f".{FILE}").symlink_to(tmp_path / "else")
    write(tmp_path / "own", standing("b"))
    assert (tmp_path / "else").read_text() == "mine"
    assert json.loads((tmp_path / "own" / FILE).read_text())["write"] == ["b"]


def test_the_words_say_what_holds() -> None:
    safe = words(standing("src/**", "!src/gen/**", held=Held(HeldBy.BUBBLEWRAP)))
    assert "You may write: src/** !src/gen/** (below the root of your work tree)." in safe
    assert "The kernel refuses everything else." in safe
    assert "There is no network but to your model." in safe
    assert "budget" not in safe
    assert "factory-tui ask scope 'GLOB'" in safe
    assert "Nothing but you holds that" in words(standing("src/**"))
    assert "kept back when it leaves" in words(standing("src/**", mode=Mode.FULL))
    listed = Standing(station="s", directory="/", scope=Scope(network=Network.LISTED, hosts=("a.example", "*.b")))
    assert "use no more than: a.example *.b." in words(listed)
    assert "you reach: a.example *.b." in words(replace(listed, held=Held(HeldBy.LANDLOCK)))
    assert "Use no network but your model's." in words(standing("src/**"))
    assert "Settings of agents stay as they are: .claude" in words(replace(listed, pinned=(".claude",)))


def test_the_words_say_what_is_left() -> None:
    told = words(standing("a", budget=Budget(tokens=100_000, dollars=5), left=Budget(tokens=90_000, dollars=1.2)))
    assert "Left of your budget: 90,000 tokens of 100,000 tokens, $1.20 of $5.00." in told


def test_the_words_are_harmless() -> None:
    told = words(standing("a\x1b[2Jb", *(f"d{number}" for number in range(2_000))))
    assert all(line.isprintable() for line in told.splitlines())
    assert len(told) < 4_000


def test_the_environment_says_the_same() -> None:
    given = environment(standing("src/**", "docs/**"))
    assert given == {
        "FACTORY_TUI_MODE": "safe",
        "FACTORY_TUI_SCOPE": "src/** docs/**",
        "FACTORY_TUI_NETWORK": "off",
        "FACTORY_TUI_BUDGET_LEFT": "",
        "FACTORY_TUI_ASK": "factory-tui ask scope GLOB... --why TEXT",
    }
    some = replace(standing("src/**"), budget=Budget(tokens=5_000_000, dollars=0.5), left=Budget(1_234_567, 0.25))
    assert environment(some)["FACTORY_TUI_BUDGET_LEFT"] == "tokens=1234567 dollars=0.25"
