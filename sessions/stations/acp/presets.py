"""The agents that are known: how each is found, started and read. Any other is started by `acp` with its command."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sessions.stations.acp.kind import AcpKind
from sessions.stations.acp.preset import Preset, Registry
from sessions.stations.acp.quirks import Quirks, Span
from sessions.stations.conformance.tried import ROOT, URL, Tried
from sessions.stations.contract import Ability, Brief

_ALL = frozenset({Ability.INTERRUPT, Ability.PERMISSIONS, Ability.RESUME, Ability.USAGE, Ability.MODEL})
_SHARED = _ALL | {Ability.SHARED}

_KEYS = ("CODEX_API_KEY", "OPENAI_API_KEY")
_OPENCODE_TRIED = json.dumps(
    {
        "model": "tried/scripted",
        "permission": {"bash": "ask"},
        "provider": {
            "tried": {
                "npm": "@ai-sdk/openai-compatible",
                "options": {"baseURL": URL, "apiKey": "sk-scripted"},
                "models": {"scripted": {"tool_call": True, "limit": {"context": 128_000, "output": 8_000}}},
            }
        },
    }
)
_VIBE_TRIED = f"""active_model = "tried"
enable_telemetry = false
enable_update_checks = false
[[providers]]
name = "tried"
api_base = "{URL}"
api_key_env_var = "OPENAI_API_KEY"
backend = "generic"
[[models]]
name = "scripted"
provider = "tried"
alias = "tried"
"""


def _codex(brief: Brief, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Codex heeds no address of a model in its environment: a provider of that address is configured instead."""
    address, key = environment.get("OPENAI_BASE_URL"), next((name for name in _KEYS if environment.get(name)), "")
    if not address or not key or "CODEX_CONFIG" in environment:
        return {}
    named = {"name": "named", "base_url": address, "wire_api": "responses", "env_key": key}
    config: dict[str, object] = {"model_provider": "named", "model_providers": {"named": named}}
    if brief.model:
        config["model"] = brief.model
    return {"CODEX_CONFIG": json.dumps(config)}


CLAUDE = AcpKind(
    Preset(
        name="claude-agent-acp",
        title="Claude Code (ACP)",
        program="claude-agent-acp",
        package="@agentclientprotocol/claude-agent-acp",
        tested="0.100.0",
        node=22,
        login="set ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN from `claude setup-token`",
        # A station reaches its model and little else: what else it calls for would only be waited for.
        environment=(("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"), ("DISABLE_AUTOUPDATER", "1")),
        abilities=_ALL,
        tried=Tried("", tool="Bash", arguments={"command": "touch tried", "description": "Try"}),
        quirks=Quirks(
            # It would predict the next request after each turn: a call for something that nobody here looks at.
            options={"promptSuggestions": False}
        ),
    )
)
CODEX = AcpKind(
    Preset(
        name="codex-acp",
        title="Codex (ACP)",
        program="codex-acp",
        package="@agentclientprotocol/codex-acp",
        tested="2.6.0",
        node=20,
        login="set OPENAI_API_KEY or CODEX_API_KEY, or log in with `codex login`",
        prepare=_codex,
        abilities=_SHARED,
        tried=Tried(
            options={"mode": "read-only"},
            tool="exec_command",
            arguments={"cmd": "touch tried", "sandbox_permissions": "require_escalated", "justification": "Try"},
        ),
        quirks=Quirks(
            told_each=True,
            alone=False,
            bounded_mode="agent-full-access",
            logins=tuple((name, "api-key") for name in _KEYS),
        ),
    )
)
GEMINI = AcpKind(
    Preset(
        name="gemini",
        title="Gemini CLI",
        program="gemini",
        words=("--acp",),
        package="@google/gemini-cli",
        tested="0.61.0",
        node=20,
        login="set GEMINI_API_KEY",
        environment=(("GEMINI_CLI_NO_RELAUNCH", "true"),),
        abilities=_SHARED,
        tried=Tried(
            "gemini-2.5-pro",
            files={".gemini/settings.json": '{"security":{"auth":{"selectedType":"gemini-api-key"}}}'},
            environment={"GOOGLE_GEMINI_BASE_URL": ROOT},
            tool="run_shell_command",
            arguments={"command": "touch tried", "description": "Try"},
        ),
        quirks=Quirks(
            record="gemini",
            late=True,
            alone=False,
            logins=(("GEMINI_API_KEY", "gemini-api-key"),),
            login_first=True,
            model_flag="-m",
        ),
    )
)
OPENCODE = AcpKind(
    Preset(
        name="opencode",
        title="opencode",
        program="opencode",
        words=("acp",),
        package="opencode-ai",
        tested="1.18.33",
        login="set OPENAI_API_KEY or ANTHROPIC_API_KEY",
        environment=(
            ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            # It would ask a model for a title, and keep no record of what that used.
            ("OPENCODE_CONFIG_CONTENT", '{"agent":{"title":{"disable":true}}}'),
        ),
        abilities=_SHARED,
        tried=Tried(
            "",
            files={".config/opencode/opencode.json": _OPENCODE_TRIED},
            tool="bash",
            arguments={"command": "touch tried", "description": "Try"},
        ),
        quirks=Quirks(span=Span.REQUEST, record="opencode", alone=False, tool_first=True),
    )
)
VIBE = AcpKind(
    Preset(
        name="vibe",
        title="Mistral Vibe",
        program="vibe-acp",
        package="mistral-vibe",
        registry=Registry.PYPI,
        tested="3.0.2",
        login="set MISTRAL_API_KEY",
        # It would ask a model for a title, outside of what it tells to have used.
        environment=(("VIBE_SESSION_LOGGING__GENERATE_TITLES", "false"),),
        abilities=_SHARED,
        tried=Tried(
            "", {"mode": "ask"}, {".vibe/config.toml": _VIBE_TRIED}, tool="bash", arguments={"command": "touch tried"}
        ),
        quirks=Quirks(span=Span.SESSION, alone=False),
    )
)
QWEN = AcpKind(
    Preset(
        name="qwen",
        title="Qwen Code",
        program="qwen",
        words=("--acp",),
        package="@qwen-code/qwen-code",
        tested="0.24.4",
        node=22,
        login="set OPENAI_API_KEY and OPENAI_MODEL, and OPENAI_BASE_URL where it is another server",
        abilities=_ALL,
        tried=Tried(
            "",
            {"mode": "default"},
            {".qwen/settings.json": '{"security":{"auth":{"selectedType":"openai"}}}'},
            {"OPENAI_MODEL": "scripted"},
            tool="run_shell_command",
            arguments={"command": "touch tried", "description": "Try", "is_background": False},
        ),
        quirks=Quirks(untold=True, logins=(("OPENAI_API_KEY", "openai"),), login_first=True),
    )
)
OPENCLAW = AcpKind(
    Preset(
        name="openclaw",
        title="OpenClaw",
        program="openclaw",
        words=("acp",),
        package="openclaw",
        tested="2026.9.6",
        ran=False,
        node=24,
        login="start its gateway, and give `openclaw acp` its address with the option `command`",
        abilities=_ALL - {Ability.USAGE},
        quirks=Quirks(span=Span.NOTHING),
    )
)
ANY = AcpKind(
    Preset(
        name="acp",
        title="any agent of the Agent Client Protocol",
        program="",
        abilities=_ALL,
        quirks=Quirks(),
    )
)
