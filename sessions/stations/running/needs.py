"""What an agent needs of the operator's machine to run inside a boundary: directories to read, and its own login."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sessions import settings
from sessions.stations.boundary.needed import needed
from sessions.stations.contract import Kind

KEYS: Mapping[str, tuple[str, ...]] = {
    "claude-agent-acp": (
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_MODEL",
        "CLAUDE_CODE_OAUTH_TOKEN",
    ),
    "codex-acp": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CODEX_API_KEY"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"),
    "opencode": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "qwen": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
    "vibe": ("MISTRAL_API_KEY",),
}
"""Environment variables that a kind which does not say so itself needs for its own login."""
MODEL_HOSTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("claude", "claude-agent-acp"), ("api.anthropic.com",)),
    **dict.fromkeys(("codex", "codex-acp"), ("api.openai.com", "chatgpt.com", "auth.openai.com")),
    "gemini": ("generativelanguage.googleapis.com",),
    "vibe": ("api.mistral.ai",),
}
"""Where a kind reaches its model, when the operator names no other address."""
PROVIDERS: Mapping[str, str] = {
    **dict.fromkeys(("claude", "claude-agent-acp"), "anthropic"),
    **dict.fromkeys(("codex", "codex-acp"), "openai"),
    "gemini": "google",
    "vibe": "mistral",
}
"""Whose models a kind calls, when the operator names neither a model with its provider nor an address."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def keys_of(kind: Kind | None, environment: Mapping[str, str]) -> dict[str, str]:
    """What a kind needs of the operator's environment for its own login; no other key enters a boundary."""
    names: tuple[str, ...] = getattr(kind, "keys", KEYS.get(kind.name if kind is not None else "", ()))
    return {name: environment[name] for name in names if environment.get(name)}


def model_of(keys: Mapping[str, str]) -> str:
    """Where a model is reached that the operator has named an address of on this machine, as `host:port`."""
    for url in _addresses(keys):
        if url.scheme == "http" and url.hostname in LOOPBACK and url.port:
            return f"{url.hostname}:{url.port}"
    return ""


def hosts_of(kind: Kind | None, keys: Mapping[str, str]) -> tuple[str, ...]:
    """The hosts of a kind's model: those that the operator has named, else the usual ones of the kind."""
    named = {url.hostname for url in _addresses(keys) if url.hostname}
    if named:
        return tuple(sorted(named.difference(LOOPBACK)))
    return MODEL_HOSTS.get(kind.name if kind is not None else "", ())


def provider_of(kind: Kind, model: str, options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """Who answers for the models of such a station, in a word: its starts are paced together; "" where nobody does."""
    named = options.get("base_url", "")
    if kind.name == "builtin":
        chosen = settings.load()
        model = model or chosen.model
        named = named or chosen.endpoint(model).base_url
    address = urlsplit(named) if named else next(iter(_addresses(keys_of(kind, environment))), None)
    if address is not None and address.netloc:
        return address.netloc.rpartition("@")[2]
    maker, slash, _ = model.partition("/")
    if slash:
        return maker
    return "" if kind.name == "command" else PROVIDERS.get(kind.name, kind.name)


def _addresses(keys: Mapping[str, str]) -> list[SplitResult]:
    return [urlsplit(value) for name, value in keys.items() if name.endswith("_BASE_URL")]


def program_of(kind: Kind | None) -> str:
    """The program that its agents are; "" for a kind that has none of its own, or any."""
    found: str = getattr(getattr(kind, "preset", kind), "program", "")
    return found


def programs_of(kind: Kind | None, options: Mapping[str, str], environment: Mapping[str, str]) -> tuple[Path, ...]:
    """What the program of a kind needs, and what interprets it; nothing where it has none of its own."""
    try:
        words = shlex.split(options.get("command", ""))
    except ValueError:
        words = []
    program = words[0] if words else program_of(kind)
    return needed(program, environment.get("PATH")) if program else ()
