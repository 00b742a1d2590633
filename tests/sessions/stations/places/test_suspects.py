"""What a repository would have run is asked about, by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.stations.places.layout import Place
from sessions.stations.places.suspects import Allowed, Effect, judged, listing
from tests.sessions.stations.places.world import World


@pytest.fixture
def place(world: World) -> Place:
    world.repo.commit({"AGENTS.md": "Be kind.\n", "docs/AGENTS.md": "Here too.\n", ".vscode/tasks.json": "{}"})
    return world.place()


def paths(world: World, place: Place) -> list[str]:
    return [each.path for each in judged(world.state_dir, place).held]


def test_everything_that_runs_opens_or_tells_is_listed(world: World, place: Place) -> None:
    files = {
        ".claude/settings.json": "{}", ".claude/settings.local.json": "{}", ".mcp.json": "{}", ".envrc": "x",
        ".codex/config.toml": "x", ".gemini/settings.json": "{}", ".venv/pyvenv.cfg": "x", "src/CLAUDE.md": "x",
        "node_modules/x/AGENTS.md": "not looked at", "src/settings.json": "{}", ".factory-tui.toml": "",
    }  # fmt: skip
    world.repo.write(files, cwd=place.work)
    found = {each.path: each.effect for each in listing(place.work)}
    assert found == {
        ".claude/settings.json": Effect.RUNS, ".claude/settings.local.json": Effect.RUNS, ".mcp.json": Effect.RUNS,
        ".codex/config.toml": Effect.RUNS, ".gemini/settings.json": Effect.RUNS, ".envrc": Effect.OPENS,
        ".venv/pyvenv.cfg": Effect.OPENS, ".vscode/tasks.json": Effect.OPENS, ".factory-tui.toml": Effect.OPENS,
        "AGENTS.md": Effect.TELLS, "docs/AGENTS.md": Effect.TELLS, "src/CLAUDE.md": Effect.TELLS,
    }  # fmt: skip


def test_what_the_repository_tells_is_no_news_and_what_it_runs_is(world: World, place: Place) -> None:
    assert paths(world, place) == []
    world.repo.write({".mcp.json": "{}"}, cwd=place.work)
    assert paths(world, place) == [".mcp.json"]


def test_an_agent_that_edits_them_is_held_at_its_next_start_until_each_is_allowed(world: World, place: Place) -> None:
    """Case 26."""
    world.repo.write({"AGENTS.md": "Obey me.\n", ".claude/settings.json": '{"hooks": {}}'}, cwd=place.work)
    assert paths(world, place) == [".claude/settings.json", "AGENTS.md"]
    allowed = Allowed(world.state_dir)
    allowed.allow(judged(world.state_dir, place).held, "me")
    assert paths(world, place) == []
    assert (world.state_dir / "allowed.json").stat().st_mode & 0o777 == 0o600
    # By content: what was allowed at another path or with other words is not.
    world.repo.write({"AGENTS.md": "Obey me more.\n", ".claude/settings.local.json": '{"hooks": {}}'}, cwd=place.work)
    assert paths(world, place) == [".claude/settings.local.json", "AGENTS.md"]
    world.repo.write({"AGENTS.md": "Obey me.\n", ".claude/settings.local.json": None}, cwd=place.work)
    assert paths(world, place) == []
    (place.work / ".claude" / "settings.json").chmod(0o755)
    assert paths(world, place) == [".claude/settings.json"]
    allowed.withdraw(["AGENTS.md"])
    assert "AGENTS.md" in paths(world, place)


def test_what_a_kind_can_leave_alone_holds_it_back_only_where_an_agent_may_have_written_it(world: World) -> None:
    world.repo.commit({".mcp.json": "{}", ".codex/config.toml": "x", "AGENTS.md": "Be kind."})
    trunk, place = world.head("refs/heads/main"), world.place()

    def told(place: Place) -> tuple[list[str], list[str]]:
        found = judged(world.state_dir, place, (".codex/**",), trunk)
        return [each.path for each in found.held], [each.path for each in found.left]

    assert told(place) == ([".codex/config.toml"], [".mcp.json"])
    world.repo.write({".mcp.json": '{"mcpServers": {}}', "AGENTS.md": "Obey."}, cwd=place.work)
    assert told(place) == ([".codex/config.toml", ".mcp.json", "AGENTS.md"], [])
    # Also in the place of another station, which begins at what the first one has committed.
    world.repo.git("checkout", "--quiet", "-b", "theirs")
    world.repo.commit({".mcp.json": '{"mcpServers": {}}', "AGENTS.md": "Obey."})
    second = world.place("s2", base="theirs")
    assert told(second) == ([".codex/config.toml", ".mcp.json", "AGENTS.md"], [])
    trunk = world.head("refs/heads/theirs")  # the operator has taken it in
    assert told(second) == ([".codex/config.toml"], [".mcp.json"])


def test_links_out_are_known_by_what_they_say_and_not_followed(world: World, place: Place) -> None:
    target = world.root / "target"
    target.write_text("{}")
    (place.work / ".mcp.json").symlink_to(target)
    (place.work / ".claude").symlink_to(world.root)
    (first,) = [each for each in listing(place.work) if each.path == ".mcp.json"]
    target.write_text('{"other": 1}')
    assert first in listing(place.work)
    (place.work / ".mcp.json").unlink()
    (place.work / ".mcp.json").symlink_to("elsewhere")
    assert first not in listing(place.work)


def test_a_store_that_cannot_be_read_allows_nothing(world: World, place: Place) -> None:
    world.repo.write({".mcp.json": "{}"}, cwd=place.work)
    Allowed(world.state_dir).allow(listing(place.work), "me")
    Path(world.state_dir / "allowed.json").write_text("[")
    assert paths(world, place) == [".mcp.json"]


def test_another_repository_inside_is_not_entered(world: World, place: Place) -> None:
    inner = place.work / "vendor"
    inner.mkdir()
    world.repo.git("init", "--quiet", cwd=inner)
    world.repo.write({"AGENTS.md": "x"}, cwd=inner)
    assert "vendor/AGENTS.md" not in {each.path for each in listing(place.work)}


def test_nothing_hides_in_a_crowd(world: World, place: Place) -> None:
    world.repo.write({f"a/{number}/x.py": "" for number in range(500)} | {".zz/x": "", ".claude/settings.json": "{}"},
                     cwd=place.work)  # fmt: skip
    assert paths(world, place) == [".claude/settings.json"]


def test_a_link_is_no_way_around(world: World, place: Place) -> None:
    """A directory of settings may be a link into the scope, and so may a file: what they lead to counts."""
    world.repo.write({"src/evil/settings.json": "{}", "src/x.json": "{}"}, cwd=place.work)
    (place.work / ".claude").symlink_to("src/evil")
    (place.work / ".mcp.json").symlink_to("src/x.json")
    assert paths(world, place) == [".claude", ".mcp.json"]
    Allowed(world.state_dir).allow(judged(world.state_dir, place).held, "me")
    assert paths(world, place) == []
    world.repo.write({"src/x.json": '{"mcpServers": {}}'}, cwd=place.work)
    assert paths(world, place) == [".mcp.json"]
    world.repo.write({"src/evil/settings.local.json": "{}"}, cwd=place.work)
    assert paths(world, place) == [".claude", ".mcp.json"]


def test_what_is_as_on_the_trunk_is_told_apart_whatever_it_is_called(world: World) -> None:
    names = [f"{name}/AGENTS.md" for name in ("a", "b missing", "c\nd", "e", "f", "g")]
    world.repo.commit({name: f"say {name}\n\n" for name in names} | {"e/AGENTS.md": ""}, "more")
    place = world.place()
    assert paths(world, place) == []
    world.repo.write({"a/AGENTS.md": "say b\n", "new/AGENTS.md": "", "c\nd/CLAUDE.md": "x"}, cwd=place.work)
    (place.work / "f/AGENTS.md").unlink()
    (place.work / "g/AGENTS.md").unlink()
    (place.work / "g/AGENTS.md").symlink_to("../e/AGENTS.md")
    assert paths(world, place) == ["a/AGENTS.md", "c\nd/CLAUDE.md", "g/AGENTS.md", "new/AGENTS.md"]
