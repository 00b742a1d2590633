"""What an agent needs of the operator's machine to run inside a boundary: directories to read, and its own login."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

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
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHEBANG = 256


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


def _addresses(keys: Mapping[str, str]) -> list[SplitResult]:
    return [urlsplit(value) for name, value in keys.items() if name.endswith("_BASE_URL")]


class Programs(msgspec.Struct, frozen=True):
    """The program of a kind."""

    directories: tuple[Path, ...] = ()
    """Which must be readable, with the program's package and what interprets it."""
    path: tuple[Path, ...] = ()
    """In which it, and what interprets it, are found by name."""


def programs_of(kind: Kind | None, options: Mapping[str, str], environment: Mapping[str, str]) -> Programs:
    """What the program of a kind needs; nothing where it has none of its own."""
    try:
        words = shlex.split(options.get("command", ""))
    except ValueError:
        words = []
    preset = getattr(kind, "preset", kind)
    program: str = words[0] if words else getattr(preset, "program", "")
    directories: list[Path] = []
    path: list[Path] = []
    while program and (found := shutil.which(program, path=environment.get("PATH") or os.defpath)):
        path.append(Path(found).parent)
        file = _followed(Path(found), directories)
        directories.append(_room(file))
        interpreter = _interpreter(file)
        program = interpreter if interpreter != program else ""
    return Programs(tuple(dict.fromkeys(directories)), tuple(dict.fromkeys(path)))


def _followed(file: Path, directories: list[Path]) -> Path:
    """The file that a link leads to; the directories on the way are added."""
    directories.append(file.parent)
    while file.is_symlink():
        file = file.parent / file.readlink()
        directories.append(file.parent.resolve())
    return file.resolve()


def _room(file: Path) -> Path:
    """The package that a program belongs to: all its modules, or its virtual environment."""
    parts = file.parts
    if "node_modules" in parts:
        return Path(*parts[: parts.index("node_modules") + 1])
    if (file.parent.parent / "pyvenv.cfg").is_file():
        return file.parent.parent
    return file.parent


def _interpreter(file: Path) -> str:
    """What a script names in its first line."""
    try:
        with file.open("rb") as opened:
            line = opened.read(_SHEBANG).partition(b"\n")[0]
    except OSError:
        return ""
    if not line.startswith(b"#!"):
        return ""
    words = os.fsdecode(line[2:]).split()
    if words and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else sys.executable
