"""All rules that tell causes, in the order in which they are asked: the first that matches tells it. Values."""

from __future__ import annotations

from sessions.floor.triage.causes import programs, providers
from sessions.floor.triage.causes.rule import Rule

RULES: tuple[Rule, ...] = (
    *providers.AUTH,
    *providers.CONTEXT,
    *providers.LIMITS,
    *providers.SPENT,
    *programs.ENVIRONMENT,
    *providers.PROVIDERS,
    *programs.CONFLICTS,
    *programs.TESTS,
    *programs.BUILDS,
    *programs.CRASHES,
    *programs.TOOLS,
)
