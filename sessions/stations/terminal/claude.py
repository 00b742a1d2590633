"""Claude Code in a terminal. Measured with 2.1.332."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor.reports import Report
from sessions.stations.contract import CONTRACT, Ability, Brief, Launch, Say, Usable
from sessions.stations.signals import hook
from sessions.stations.terminal import hooked, programs, reported
from sessions.stations.terminal.saying import pasted

EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PostToolUseFailure",
    "Notification",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "StopFailure",
    "PreCompact",
    "SessionEnd",
)
"""What is listened to. `PostToolBatch` and `MessageDisplay` tell nothing more, and `WorktreeCreate` would change it."""
SETTINGS = ".factory-tui/claude-settings.json"
LOCAL, SERVERS = ".claude/settings.local.json", ".mcp.json"
AS_IT_WAS = "echo 'settings are taken up at the next start, when they are allowed' >&2; exit 2"
"""Its answer when settings change while it runs: what the agent writes there gives it no hooks and no permissions."""
PROJECTS = ".claude/projects/.keep"
"""By the directory that it lies in, its home is known for that of Claude Code, also before it has written anything."""
_ASIDE = b"\x13"
"""Ctrl-S puts what stands in its input aside; after the next prompt it puts that back. An empty input stays empty."""
LONGEST_ARGUMENT = 100_000
"""Bytes; the kernel takes 128 kB in one argument."""


class Claude(hooked.Hooked):
    """The kind `claude`."""

    contract = CONTRACT
    name = "claude"
    title = "Claude Code"
    program = "claude"
    tried_with = "2.1.332"
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
    keys = (
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_MODEL",
        "CLAUDE_CODE_OAUTH_TOKEN",
    )
    """Environment variables that it needs for its own login, and no others of the operator's."""
    runs = ()
    options: Mapping[str, str] = {
        "ask": "tools that it asks for, such as Bash,WebFetch",
        "command": "the program, in place of claude",
        "permissions": "its permission mode",
    }

    def usable(self, environment: Mapping[str, str]) -> Usable:
        return programs.usable("claude", "npm install -g @anthropic-ai/claude-code", environment)

    def launch(self, brief: Brief, outbox: Path) -> Launch:
        session = brief.session or str(uuid.uuid4())
        settings = f"{brief.home}/{SETTINGS}"
        argv = [brief.options.get("command", "claude"), "--resume" if brief.session else "--session-id", session]
        argv += ["--settings", settings, "--permission-mode", brief.options.get("permissions", "default")]
        argv += _trusting(brief)
        if brief.model:
            argv += ["--model", brief.model]
        if brief.prompt and len(brief.prompt.encode()) <= LONGEST_ARGUMENT:
            argv += ["--", brief.prompt]
        return Launch(
            argv=tuple(argv),
            environment={
                "HOME": brief.home,
                "DISABLE_AUTOUPDATER": "1",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                hook.OUTBOX: str(outbox),
                hook.AGENT: self.name,
            },
            files={SETTINGS: _settings(brief), ".claude.json": _onboarded(brief), PROJECTS: ""},
            session=session,
            notice=_notice(brief),
            transcripts=(".claude",),
        )

    def remembers(self, home: Path, session: str) -> bool:
        return reported.any_of(home / ".claude" / "projects", f"{session}.jsonl", depth=1)

    def state(self, home: Path, session: str) -> Report | None:
        """Also that a turn was interrupted, or that a panel is open, which no hook tells."""
        return reported.reported(home / ".claude" / "sessions", session)

    def say(self, text: str, session: str) -> Say:
        """Typed; what stands in its input meanwhile is aside, whether somebody typed it or it is the prompt of a turn
        that was interrupted early."""
        if text.lstrip().startswith("/"):
            raise FactoryError("what begins with / is a command of its own", "attach and type it; or begin with a word")
        # Blanks around it: ! and # at the beginning are keys, and a name after @ opens a list that Enter chooses from.
        return Say(keys=(_ASIDE, pasted(f" {text.strip()} "), b"\r"))


def _settings(brief: Brief) -> str:
    hooks = hooked.hooks(brief.environment.get(hook.HOOK, "factory-tui hook"), EVENTS)
    hooks |= hooked.hooks(AS_IT_WAS, ("ConfigChange",))
    return json.dumps({"hooks": hooks}, indent=1)


def _trusting(brief: Brief) -> list[str]:
    """What of the repository it does not read, as it would run programs by it. `CLAUDE.md` belongs to its settings."""
    local = [path for path in brief.untrusted if path == LOCAL]
    project = [path for path in brief.untrusted if path == ".claude" or (path.startswith(".claude/") and path != LOCAL)]
    sources = ["user", *["project"] * (not project), *["local"] * (not local and not project)]
    return ["--setting-sources", ",".join(sources), *["--strict-mcp-config"] * (SERVERS in brief.untrusted)]


def _notice(brief: Brief) -> str:
    left = [path for path in brief.untrusted if path == SERVERS or path.split("/")[0] == ".claude"]
    return f"leaves alone what is not allowed of the repository (factory-tui trust): {' '.join(left)}" if left else ""


def _onboarded(brief: Brief) -> str:
    """The answers to what it asks a newcomer: the place is the factory's own, and so is the trust in it."""
    key = brief.environment.get("ANTHROPIC_API_KEY", "")
    return json.dumps(
        {
            "hasCompletedOnboarding": True,
            "theme": "dark",
            "customApiKeyResponses": {"approved": [key[-20:]] if key else [], "rejected": []},
            "projects": {brief.directory: {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}},
        }
    )


CLAUDE = Claude()
