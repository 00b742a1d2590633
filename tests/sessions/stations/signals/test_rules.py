"""What an agent is told before it acts says the same as the language of scopes, about the file that is really meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions.floor.patterns import matches
from sessions.stations.signals import hook, rules
from tests.sessions.floor.scopes.test_patterns import LISTS, PATHS
from tests.sessions.floor.scopes.truth import TRUTH
from tests.support.stations.signals import names


def station(root: Path, *write: str, **more: object) -> dict[str, object]:
    return {"mode": "safe", "root": str(root), "write": list(write), **more}


def use(path: str, tool: str = "Write", **more: object) -> dict[str, object]:
    return {"tool_name": tool, "tool_input": {"file_path": path}, **more}


def decided(payload: dict[str, object], station: dict[str, object]) -> str:
    return rules.verdict(payload, station)[0]


@pytest.mark.parametrize(("texts", "path", "allowed"), TRUTH)
def test_the_published_table_holds(tmp_path: Path, texts: str, path: str, allowed: bool) -> None:
    assert decided(use(path), station(tmp_path, *texts.split(" "))) == ("" if allowed else "deny")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LISTS, PATHS)
def test_it_says_what_the_language_says(tmp_path: Path, texts: tuple[str, ...], path: str) -> None:
    says = decided(use(str(tmp_path / path)), station(tmp_path, *texts))
    assert says == ("" if matches(texts, path) else "deny")


def test_what_is_outside_is_named_from_the_work_tree(tmp_path: Path) -> None:
    root = tmp_path / "work"
    (root / "src").mkdir(parents=True)
    (root / "away").symlink_to("/")
    bounds = station(root, "src/**", read=["src/**"])
    for path, named in (
        (str(root / "docs/a"), "docs/a"),
        ("../docs/a", "docs/a"),
        (str(root / "away/etc/x"), "away/etc/x"),
        ("/etc/x", "/etc/x"),
    ):
        assert rules.verdict(use(path, cwd=str(root / "src")), bounds)[2] == [named]
    assert rules.verdict(use(str(root / "docs/a"), "Read"), bounds)[2] == ["docs/a"]
    said: dict[str, object] = {
        "tool_response": f"sh: 1: cannot create {root}/docs/a: Read-only file system",
        "cwd": str(root),
    }
    assert rules.refused(said, bounds) == ["docs/a"]


def test_links_are_followed_and_lead_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "work"
    (root / "src").mkdir(parents=True)
    (root / "src" / "out").symlink_to(tmp_path / "elsewhere")
    (root / "src" / "docs").symlink_to("../docs")
    (root / "away").symlink_to("/")
    bounds = station(root, "src/**", own=[str(tmp_path / "home")])
    assert decided(use("src/out"), bounds) == "deny"
    assert decided(use("src/docs/a"), bounds) == "deny"
    assert decided(use("away/etc/passwd"), bounds) == "deny"
    assert decided(use("src/a\0b"), bounds) == "deny"
    (tmp_path / "name").symlink_to(root)
    assert decided(use(str(tmp_path / "name" / "src" / "a")), bounds) == ""
    assert decided(use("src/a", cwd=str(tmp_path / "name")), bounds) == ""
    assert decided(use("a", cwd=str(root / "src")), bounds) == ""
    assert decided(use("a", cwd=str(root)), bounds) == "deny"


def test_its_own_home_is_its_own(tmp_path: Path) -> None:
    bounds = station(tmp_path / "work", "src/**", own=[str(tmp_path / "home")])
    assert decided(use(str(tmp_path / "home" / ".claude" / "plans" / "a.md")), bounds) == ""
    assert decided(use(str(tmp_path / "home" / ".." / "other")), bounds) == "deny"


def test_every_file_of_a_patch_counts(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-a\n+b\n*** Add File: docs/b.md\n+c\n*** End Patch\n"
    for given_ in ({"command": patch}, {"input": patch}, {"command": ["apply_patch", patch]}):
        said = rules.verdict({"tool_name": "apply_patch", "tool_input": given_}, station(tmp_path, "src/**"))
        assert (said[0], said[2]) == ("deny", ["docs/b.md"])
    moved = patch.replace("docs/b.md", "src/b.md").replace("@@", "*** Move to: lib/a.py\n@@")
    said = rules.verdict({"tool_name": "Bash", "tool_input": {"command": moved}}, station(tmp_path, "src/**"))
    assert said[2] == ["lib/a.py"]
    written = {"file_path": "src/test_patch.py", "content": patch}
    assert decided({"tool_name": "Write", "tool_input": written}, station(tmp_path, "src/**")) == ""


def test_the_refusal_says_how_to_ask_and_quotes_nothing_foreign(tmp_path: Path) -> None:
    _, reason, _ = rules.verdict(use("docs/a.md"), station(tmp_path, "src/**"))
    assert "factory-tui ask scope 'docs/a.md' --why 'the reason'" in reason
    _, reason, _ = rules.verdict(use("docs/'; rm -rf x"), station(tmp_path, "src/**"))
    assert "factory-tui ask scope GLOB" in reason


def test_what_needs_no_question_and_what_needs_one(tmp_path: Path) -> None:
    bounds = station(tmp_path, "src/**", edits=True, tools=["Grep"], ask=["Bash"])
    assert decided(use("src/a"), bounds) == "allow"
    assert decided(use("docs/a"), bounds) == "deny"
    assert decided({"tool_name": "Grep", "tool_input": {}}, bounds) == "allow"
    assert decided({"tool_name": "Bash", "tool_input": {"command": "ls"}}, bounds) == "ask"
    assert decided({"tool_name": "WebFetch", "tool_input": {}}, bounds) == ""


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("factory-tui hook TASK_COMPLETE", "allow"),
        ("factory-tui hook TASK_COMPLETE --text 'all $(green) `x` \"y\"; rm'", "allow"),
        ('factory-tui ask scope "docs/**" --why "the guide"', "allow"),
        ("factory-tui hook A --text=half", "allow"),
        ("factory-tui hook A; rm -rf x", "ask"),
        ("factory-tui hook A && ls", "ask"),
        ("factory-tui hook A\nrm x", "ask"),
        ("factory-tui hook A\n", "ask"),
        ("factory-tui hook $(rm x)", "ask"),
        ('factory-tui hook A --text "$(rm x)"', "ask"),
        ('factory-tui hook A --text "`rm x`"', "ask"),
        ('factory-tui hook A --text "\\" ; rm x "', "ask"),
        ("factory-tui hook A --text '' | sh", "ask"),
        ("factory-tui hook A > /etc/passwd", "ask"),
        ("factory-tui hook A &", "ask"),
        ("factory-tui stop", "ask"),
        ("x=1 factory-tui hook A", "ask"),
        ("factory-tuix hook A", "ask"),
        ("factory-tui hook *", "ask"),
        ("factory-tui hook ~/x", "ask"),
        ("factory-tui hook {a,b}", "ask"),
        ("", "ask"),
    ],
)
def test_to_speak_with_the_factory_needs_no_permission(tmp_path: Path, command: str, says: str) -> None:
    """Agents are told to, and would ask each time; nothing else slips through with it."""
    bounds = station(tmp_path, "src/**", ask=["Bash"])
    assert decided({"tool_name": "Bash", "tool_input": {"command": command}}, bounds) == says
    assert decided({"tool_name": "Shell", "tool_input": {"command": command}}, bounds) == ""


def test_what_may_be_read(tmp_path: Path) -> None:
    bounds = station(tmp_path, "**", read=["src/**"])
    assert decided(use("src/a", "Read"), bounds) == ""
    assert decided(use("secret/a", "Read"), bounds) == "deny"
    assert decided(use("secret/a", "Read"), station(tmp_path, "**", read=["**"])) == ""


def test_a_full_station_and_none_at_all_are_not_told(tmp_path: Path) -> None:
    assert decided(use("docs/a"), {**station(tmp_path, "src/**"), "mode": "full"}) == ""
    assert decided(use("docs/a"), {}) == ""


@pytest.mark.parametrize("body", ["", "{", "[]", '{"mode": "safe", "root": "/", "write": ["["]}'])
def test_a_boundary_that_cannot_be_read_lets_nothing_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    file = tmp_path / "station.json"
    file.write_text(body)
    monkeypatch.setenv(hook.STATION_FILE, str(file))
    assert hook._verdict(use("/a"))[0] == "deny"


def test_a_rule_that_cannot_be_meant_denies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "station.json"
    file.write_text(json.dumps(station(tmp_path, "../x")))
    monkeypatch.setenv(hook.STATION_FILE, str(file))
    assert hook._verdict(use("src/a"))[0] == "deny"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["tool_name", "tool_input", "cwd", "x"]),
        st.recursive(
            st.none() | st.text(max_size=9) | st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["file_path", "path", "command", "y"]), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_no_payload_breaks_it(tmp_path: Path, payload: dict[str, object]) -> None:
    decision, _, paths = rules.verdict(payload, station(tmp_path, "src/**"))
    assert decision in ("", "deny")
    assert all(isinstance(path, str) for path in paths)
    assert names(tmp_path) == []


def test_what_it_is_to_be_asked_about_it_is_asked_about_inside_its_scope_too(tmp_path: Path) -> None:
    bounds = station(tmp_path, "src/**", edits=True, tools=["Grep"], ask=["write", " Grep"])
    assert decided(use("src/a"), bounds) == decided({"tool_name": "Grep", "tool_input": {}}, bounds) == "ask"
    assert decided(use("docs/a"), bounds) == "deny"
    assert decided(use("src/a", "Edit"), bounds) == "allow"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("cat > src/a.md <<'END'\nall $(green) `x`\n'quoted'\nEND", "allow"),
        ("cat > src/a.md << 'END'\nEND\n", "allow"),
        ("cat > docs/a.md <<'END'\nx\nEND", "deny"),
        ("cat > src/../a <<'END'\nx\nEND", "deny"),
        ("cat > src/a.md <<END\n$(rm x)\nEND", ""),
        ("cat > src/a.md <<'END'\nx\nEND\nrm x\nEND", ""),
        ("cat > src/a.md <<'END'\nEND\nrm x\nEND", ""),
        ("cat > src/a.md <<'END'\nx\nEND\nrm x", ""),
        ("cat > src/a.md <<'END'; rm x\nx\nEND", ""),
        ("cat > src/a.md <<'END' | sh\nx\nEND", ""),
        ("cat > 'src/a.md <<'END'\nx\nEND", ""),
        ("cat > $HOME/a <<'END'\nx\nEND", ""),
        ("cat > ~/a <<'END'\nx\nEND", ""),
        ("cat > src/a src/b <<'END'\nx\nEND", ""),
        ("cat >> src/a <<'END'\nx\nEND", ""),
    ],
)
def test_a_shell_that_does_nothing_but_write_a_file_is_like_a_tool_that_writes_it(
    tmp_path: Path, command: str, says: str
) -> None:
    bounds = station(tmp_path, "src/**", edits=True)
    assert decided({"tool_name": "Bash", "tool_input": {"command": command}}, bounds) == says


def test_a_temporary_name_beside_a_file_of_the_scope_is_no_violation(tmp_path: Path) -> None:
    bounds = station(tmp_path, "README.md", "src/*.py")

    def refused(path: str) -> list[str]:
        error = f"EROFS: read-only file system, open '{path}'"
        return rules.refused({"tool_response": "", "error": error, "cwd": str(tmp_path)}, bounds)

    for name in ("README.md.tmp.2.efca2b791162", "README.md.tmp.efca2b79", ".README.md.swp", "src/a.py~"):
        assert refused(str(tmp_path / name)) == []
    for name in ("LICENSE", "LICENSE.tmp.2.efca2b791162", "docs/README.md.tmp.2.efca2b791162", "README.md.orig"):
        assert refused(str(tmp_path / name)) == [name]


@pytest.mark.parametrize(
    ("scope", "asked", "has"),
    [
        ("src/**", "src/**", True),
        ("src/**", "src/", True),
        ("src/**", "src/pool/**", True),
        ("src/**", "src/pool/a.py", True),
        ("src/**", "src/a docs/a", False),
        ("src/**", "src", False),
        ("src/**", "srcs/**", False),
        ("src/**", "**", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/*.py", True),
        ("src/*.py", "src/**", False),
        ("**", "src/**", True),
        ("**", ".claude/**", False),
        ("**", ".claude/settings.json", False),
        ("** !docs/**", "docs/a", False),
        ("** !docs/**", "src/a", True),
        ("** !docs/**", "src/**", False),
    ],
)
def test_what_a_scope_has_already(tmp_path: Path, scope: str, asked: str, has: bool) -> None:
    bounds = station(tmp_path, *scope.split(" "), pinned=[".claude"])
    assert rules.has(asked.split(" "), bounds) is has
    assert not rules.has(asked.split(" "), {"broken": True})
