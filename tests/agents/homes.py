"""What real agents need to run against the scripted model server: a home, a clean environment, dummy keys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from sessions.stations.acp import presets
from sessions.stations.acp.kind import AcpKind
from sessions.stations.contract import Brief
from tests.agents.install import AGENTS, PACKAGES, bin_of
from tests.support.agents.provider import SCRIPT, Provider

Environment = dict[str, str]


class Real(msgspec.Struct, frozen=True):
    """A real agent, ready to be started."""

    kind: AcpKind
    brief: Brief

    def again(self, session: str) -> Brief:
        """What it is started with to go on."""
        return msgspec.structs.replace(self.brief, session=session)


class Sort(msgspec.Struct, frozen=True):
    """How one agent is set up."""

    kind: AcpKind
    prepare: Callable[[Path, str], Environment]
    """Fills its home, for a model server at an address; what its environment must have."""
    options: Mapping[str, str] = {}
    """With which it asks before it writes."""
    model: str = ""


def _claude(home: Path, url: str) -> Environment:
    return {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "sk-dummy",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }


def _codex(home: Path, url: str) -> Environment:
    (home / ".codex").mkdir()
    (home / ".codex/config.toml").write_text(
        'model = "gpt-5-codex"\nmodel_provider = "scripted"\n'
        f'[model_providers.scripted]\nname = "scripted"\nbase_url = "{url}/v1"\n'
        'wire_api = "responses"\nenv_key = "SCRIPTED_KEY"\n'
    )
    return {"CODEX_HOME": str(home / ".codex"), "SCRIPTED_KEY": "dummy"}


def _gemini(home: Path, url: str) -> Environment:
    (home / ".gemini").mkdir()
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}}}
    (home / ".gemini/settings.json").write_text(json.dumps(settings))
    return {"GEMINI_API_KEY": "dummy", "GOOGLE_GEMINI_BASE_URL": url}


def _opencode(home: Path, url: str) -> Environment:
    (home / ".config/opencode").mkdir(parents=True)
    model = {"name": "Fake 1", "tool_call": True, "limit": {"context": 128_000, "output": 8_000}}
    options = {"baseURL": f"{url}/v1", "apiKey": "dummy"}
    fake = {"npm": "@ai-sdk/openai-compatible", "name": "Fake", "options": options, "models": {"fake-1": model}}
    settings = {"provider": {"fake": fake}, "model": "fake/fake-1", "permission": {"edit": "ask", "bash": "ask"}}
    (home / ".config/opencode/opencode.json").write_text(json.dumps(settings))
    return {}


def _qwen(home: Path, url: str) -> Environment:
    (home / ".qwen").mkdir()
    settings = {"security": {"auth": {"selectedType": "openai"}}}
    (home / ".qwen/settings.json").write_text(json.dumps(settings))
    return {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "dummy", "OPENAI_MODEL": "fake-1"}


def _vibe(home: Path, url: str) -> Environment:
    (home / ".vibe").mkdir()
    (home / ".vibe/config.toml").write_text(
        'active_model = "fake"\nenable_telemetry = false\nenable_update_checks = false\n'
        f'[[providers]]\nname = "scripted"\napi_base = "{url}/v1"\napi_key_env_var = "SCRIPTED_KEY"\n'
        'backend = "generic"\n[[models]]\nname = "fake-1"\nprovider = "scripted"\nalias = "fake"\n'
    )
    return {"SCRIPTED_KEY": "dummy"}


SORTS = {
    "claude-agent-acp": Sort(presets.CLAUDE, _claude),
    "codex-acp": Sort(presets.CODEX, _codex, {"mode": "read-only"}),
    "gemini": Sort(presets.GEMINI, _gemini, model="gemini-2.5-pro"),
    "opencode": Sort(presets.OPENCODE, _opencode),
    "qwen": Sort(presets.QWEN, _qwen, {"mode": "default"}),
    "vibe-acp": Sort(presets.VIBE, _vibe, {"mode": "ask"}),
}
"""By the name of the program."""


def path_of(name: str) -> str:
    """A PATH with the agent; skips by name where it is not installed."""
    if not SCRIPT.exists():
        pytest.skip("the scripted model server lies beside the repository, and is absent")
    if not (bin_of(name) / name).exists():
        pytest.skip(f"{PACKAGES[name]} is not installed: python -m tests.agents.install {name}")
    path = os.pathsep.join((str(bin_of("node")), str(bin_of(name)), "/usr/bin", "/bin"))
    usable = SORTS[name].kind.usable({"PATH": path})
    if not usable.ok:  # such as a Node that is too old, where no other was brought
        pytest.skip(f"{PACKAGES[name]} cannot be used: {usable.reason}")
    return path


@contextmanager
def real(name: str, served: Provider) -> Iterator[Real]:
    """A real agent, with a place of its own and no boundary; skipped by name where it is not installed."""
    path, sort = path_of(name), SORTS[name]
    # Codex makes no helpers below the system's directory for temporary files.
    place = Path(tempfile.mkdtemp(prefix="place-", dir=AGENTS))
    try:
        home, work = place / "home", place / "work"
        home.mkdir()
        work.mkdir()
        environment = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", **sort.prepare(home, served.url)}
        git = ("git", "-c", "user.name=t", "-c", "user.email=t@t")
        for words in (("init", "-q", "-b", "main"), ("commit", "-q", "--allow-empty", "-m", "begin")):
            subprocess.run([*git, *words], cwd=work, env={"PATH": path, "HOME": str(home)}, check=True)
        brief = Brief(
            station="ship-1",
            directory=str(work),
            home=str(home),
            transcript=str(place / "ship-1.jsonl"),
            environment=environment,
            model=sort.model,
            options=sort.options,
        )
        yield Real(sort.kind, brief)
    finally:
        shutil.rmtree(place, ignore_errors=True)
