"""What agents in terminals are started with: their own conversation, hooks, login, and nothing in the repository."""

from __future__ import annotations

import json
import subprocess
import tomllib
import uuid
from pathlib import Path

import pytest

from sessions.floor.scope import Held, HeldBy
from sessions.stations import kinds
from sessions.stations.contract import Brief, InTerminal, Launch
from sessions.stations.signals.hook import AGENT, HOOK, OUTBOX
from sessions.stations.terminal.claude import CLAUDE, SETTINGS
from sessions.stations.terminal.codex import CODEX

ODD = '/srv/pl"ace\\x/w\u00e4rk'
"""A directory that JSON and TOML must both quote."""


def launched(
    kind: InTerminal,
    session: str = "",
    prompt: str = "",
    by: HeldBy = HeldBy.BUBBLEWRAP,
    untrusted: tuple[str, ...] = (),
    **environment: str,
) -> Launch:
    brief = Brief(
        station="ship",
        directory=ODD,
        home="/srv/home",
        transcript="",
        environment={
            HOOK: "/srv/tools/python hook.py hook",
            "ANTHROPIC_API_KEY": "sk-" + "x" * 30,
            "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
            **environment,
        },
        session=session,
        prompt=prompt,
        model="big",
        held=Held(by),
        untrusted=untrusted,
    )
    return kind.launch(brief, Path("/srv/out/ship"))


def option(launch: Launch, name: str) -> str:
    return launch.argv[launch.argv.index(name) + 1]


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_both_are_known_kinds_in_a_terminal(name: str) -> None:
    kind = kinds.load(name)
    assert isinstance(kind, InTerminal)
    assert kind.name == name


def test_claude_begins_and_goes_on_with_the_conversation_that_we_chose() -> None:
    first = launched(CLAUDE, prompt="--help me")
    assert str(uuid.UUID(option(first, "--session-id"))) == first.session
    assert first.argv[-2:] == ("--", "--help me")
    assert option(first, "--model") == "big"
    again = launched(CLAUDE, session=first.session)
    assert option(again, "--resume") == again.session == first.session
    assert "--session-id" not in again.argv
    assert "--" not in again.argv


def test_claude_asks_no_newcomers_questions_and_runs_our_hooks() -> None:
    launch = launched(CLAUDE)
    known = json.loads(launch.files[".claude.json"])
    assert known["projects"][ODD]["hasTrustDialogAccepted"]
    assert known["customApiKeyResponses"]["approved"] == ["x" * 20]
    path = option(launch, "--settings").removeprefix("/srv/home/")
    hooks = json.loads(launch.files[path])["hooks"]
    commands = {entry[0]["hooks"][0]["command"] for name, entry in hooks.items() if name != "ConfigChange"}
    assert commands == {"/srv/tools/python hook.py hook"}
    for waits in ("PermissionRequest", "PreToolUse"):
        assert hooks[waits][0]["hooks"][0]["timeout"] > 86_400
    assert (launch.environment[OUTBOX], launch.environment[AGENT]) == ("/srv/out/ship", "claude")


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ({"OPENAI_API_KEY": "k"}, ("http://127.0.0.1:9/v1", "OPENAI_API_KEY")),
        ({"CODEX_API_KEY": "k", "OPENAI_BASE_URL": ""}, ("https://api.openai.com/v1", "CODEX_API_KEY")),
        ({"OPENAI_BASE_URL": ""}, None),
    ],
)
def test_codex_asks_for_no_login_where_there_is_a_key(given: dict[str, str], provider: tuple[str, str] | None) -> None:
    config = tomllib.loads(launched(CODEX, **given).files[".codex/config.toml"])  # type: ignore[arg-type]
    found = config.get("model_providers", {}).get(config.get("model_provider"))
    assert (found and (found["base_url"], found["env_key"])) == provider


def test_codex_has_a_home_of_its_own() -> None:
    launch = launched(CODEX, prompt="go")
    assert launch.environment["CODEX_HOME"] == "/srv/home/.codex"
    config = tomllib.loads(launch.files[".codex/config.toml"])
    assert config["projects"][ODD]["trust_level"] == "trusted"
    assert config["model_providers"]["factory"]["base_url"] == "http://127.0.0.1:9/v1"
    assert (config["sandbox_mode"], config["approval_policy"]) == ("danger-full-access", "on-request")
    assert "PermissionRequest" in json.loads(launch.files[".codex/hooks.json"])["hooks"]
    assert "--dangerously-bypass-hook-trust" in launch.argv
    assert launch.argv[-2:] == ("--", "go")
    again = launched(CODEX, session="s1")
    assert again.argv[1:3] == ("resume", "s1")
    assert again.session == "s1"


@pytest.mark.parametrize(
    ("untrusted", "sources", "servers"),
    [
        ((), "user,project,local", True),
        ((".mcp.json", ".codex/config.toml"), "user,project,local", False),
        ((".claude/settings.local.json",), "user,project", True),
        ((".claude/hooks/x.sh", ".mcp.json"), "user", False),
    ],
)
def test_claude_reads_of_the_repository_what_is_allowed(
    untrusted: tuple[str, ...], sources: str, servers: bool
) -> None:
    launch = launched(CLAUDE, untrusted=untrusted)
    assert option(launch, "--setting-sources") == sources
    assert ("--strict-mcp-config" not in launch.argv) is servers
    left = [path for path in untrusted if not path.startswith(".codex")]
    assert all(path in launch.notice for path in left)
    assert bool(launch.notice) is bool(left)


def test_claude_takes_up_no_settings_that_are_written_while_it_runs() -> None:
    (entry,) = json.loads(launched(CLAUDE).files[SETTINGS])["hooks"]["ConfigChange"]
    done = subprocess.run(["/bin/sh", "-c", entry["hooks"][0]["command"]], capture_output=True, check=False)
    assert (done.returncode, b"next start" in done.stderr) == (2, True)


def test_where_the_kernel_holds_nothing_codex_keeps_its_own_sandbox() -> None:
    launch = launched(CODEX, by=HeldBy.ADVISORY)
    assert tomllib.loads(launch.files[".codex/config.toml"])["sandbox_mode"] == "workspace-write"


@pytest.mark.parametrize("kind", [CLAUDE, CODEX])
def test_a_prompt_that_no_argument_can_hold_is_left_for_later(kind: InTerminal) -> None:
    assert "--" not in launched(kind, prompt="x" * 200_000).argv


@pytest.mark.parametrize(("kind", "name"), [(CLAUDE, "claude"), (CODEX, "codex")])
def test_what_is_missing_is_told_with_the_cure(tmp_path: Path, kind: InTerminal, name: str) -> None:
    told = kind.usable({"PATH": str(tmp_path)})
    assert not told.ok
    assert "npm install" in told.cure
    package = tmp_path / "lib" / "package"
    (package / "bin").mkdir(parents=True)
    (package / "package.json").write_text('{"version": "9.8.7"}')
    (package / "bin" / "run").write_text("")
    (package / "bin" / "run").chmod(0o755)
    (tmp_path / name).symlink_to(package / "bin" / "run")
    told = kind.usable({"PATH": str(tmp_path)})
    assert (told.ok, told.version) == (True, "9.8.7")
