"""Codex in a terminal. Measured with 0.171.0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor.scope import HeldBy
from sessions.stations.contract import CONTRACT, Ability, Brief, Launch, Say, Usable
from sessions.stations.signals import hook
from sessions.stations.terminal import hooked, programs, reported

EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "Stop",
    "Interrupt",
)
HOME = ".codex"
LONGEST_ARGUMENT = 100_000
KEYS = ("OPENAI_API_KEY", "CODEX_API_KEY")
ADDRESS = "https://api.openai.com/v1"


class Codex(hooked.Hooked):
    """The kind `codex`."""

    contract = CONTRACT
    name = "codex"
    title = "Codex"
    program = "codex"
    tried_with = "0.171.0"
    abilities = frozenset(
        {
            Ability.INTERRUPT,
            Ability.PERMISSIONS,
            Ability.RESUME,
            Ability.USAGE,
            Ability.MODEL,
            Ability.ATTACH,
            Ability.HOOKS,
        }
    )
    keys = (*KEYS, "OPENAI_BASE_URL")
    runs = (".codex", ".codex/**")
    """Where these are it asks in its terminal whether to run them, or it runs them: there is no third way."""
    options: Mapping[str, str] = {
        "ask": "tools that it asks for, such as Bash",
        "command": "the program, in place of codex",
        "sandbox": "its own sandbox",
    }

    def usable(self, environment: Mapping[str, str]) -> Usable:
        return programs.usable("codex", "npm install -g @openai/codex", environment)

    def launch(self, brief: Brief, outbox: Path) -> Launch:
        argv = [brief.options.get("command", "codex")]
        if brief.session:
            argv += ["resume", brief.session]
        argv += ["--dangerously-bypass-hook-trust", "--no-daemon", "-C", brief.directory]
        if brief.model:
            argv += ["-m", brief.model]
        if brief.prompt and len(brief.prompt.encode()) <= LONGEST_ARGUMENT:
            argv += ["--", brief.prompt]
        return Launch(
            argv=tuple(argv),
            environment={
                "HOME": brief.home,
                "CODEX_HOME": f"{brief.home}/{HOME}",
                hook.OUTBOX: str(outbox),
                hook.AGENT: self.name,
            },
            files={f"{HOME}/config.toml": _config(brief), f"{HOME}/hooks.json": _hooks(brief)},
            session=brief.session,
            transcripts=(f"{HOME}/sessions",),
        )

    def remembers(self, home: Path, session: str) -> bool:
        return reported.any_of(home / HOME / "sessions", f"-{session}.jsonl", depth=3)

    def say(self, text: str, session: str) -> Say:
        """Through its own queue, which a running one looks at every few seconds: nothing is typed."""
        if not session:
            raise FactoryError("it has no conversation yet", "start it with a prompt")
        if len(text.encode()) > LONGEST_ARGUMENT:
            raise FactoryError("the prompt is too long", "put it into a file in its work tree, and name that")
        return Say(argv=("codex", "queue", f"--thread={session}", f"--message={text}"))


def _hooks(brief: Brief) -> str:
    command = brief.environment.get(hook.HOOK, "factory-tui hook")
    return json.dumps({"hooks": hooked.hooks(command, EVENTS)}, indent=1)


def _config(brief: Brief) -> str:
    """The kernel's boundary is ours: its own sandbox inside it would need what that does not give."""
    lines = [
        f"sandbox_mode = {_text(_sandbox(brief))}",
        'approval_policy = "on-request"',
        "check_for_update_on_startup = false",
    ]
    key = next((name for name in KEYS if brief.environment.get(name)), "")
    base = brief.environment.get("OPENAI_BASE_URL", "")
    if key or base:  # it takes no key from its environment by itself, and asks in its terminal to be logged in
        lines += ['model_provider = "factory"']
    lines += ["", f"[projects.{_text(brief.directory)}]", 'trust_level = "trusted"']
    if key or base:
        lines += ["", "[model_providers.factory]", 'name = "factory"', f"base_url = {_text(base or ADDRESS)}"]
        lines += ['wire_api = "responses"', *([f"env_key = {_text(key)}"] if key else [])]
    return "\n".join(lines) + "\n"


def _sandbox(brief: Brief) -> str:
    """Its own sandbox is off inside ours, which holds more and in which it would not start."""
    if own := brief.options.get("sandbox", ""):
        return own
    return "workspace-write" if brief.held.by is HeldBy.ADVISORY else "danger-full-access"


def _text(value: str) -> str:
    """A string of TOML: one of JSON is one, but for what is escaped in two halves."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


CODEX = Codex()
