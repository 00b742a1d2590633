"""The operator's own login of an agent, as far as a station may have it: what opens its model now, and nothing that
renews it. Such a refresh token is good for one use, and whoever uses it first logs all others out, the operator too.
"""

from __future__ import annotations

import base64
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.stations.contract import Kind

LEAST_S = 300.0
"""A login that ends sooner is none to begin with."""
LARGEST = 1 << 20
CODEX_FILE = ".codex/auth.json"
_CLAUDE = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
_CODEX = ("OPENAI_API_KEY", "CODEX_API_KEY")
AGAIN = "then end the supervisor with `factory-tui stop`, and start the station again"
"""A supervisor has the environment of whoever started it."""
_CURES = {
    _CLAUDE: f"set ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN from `claude setup-token`, {AGAIN}",
    _CODEX: f"set OPENAI_API_KEY, or log in with `codex login`, {AGAIN}",
}
_OF = {"claude": _CLAUDE, "claude-agent-acp": _CLAUDE, "codex": _CODEX, "codex-acp": _CODEX}


class Login(msgspec.Struct, frozen=True):
    """What a station is given of it."""

    environment: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    """Path below its home, and text."""
    notice: str = ""
    """What the operator should know of it: that there is none, and the cure, or when it ends."""


class _Claude(msgspec.Struct, rename="camel"):
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0
    """Milliseconds since 1970."""


class _ClaudeFile(msgspec.Struct):
    login: _Claude = msgspec.field(default_factory=_Claude, name="claudeAiOauth")


class _Tokens(msgspec.Struct):
    access_token: str = ""
    refresh_token: str = ""
    id_token: msgspec.Raw = msgspec.Raw(b'""')
    account_id: str | None = None


class _CodexFile(msgspec.Struct):
    key: str | None = msgspec.field(default=None, name="OPENAI_API_KEY")
    tokens: _Tokens | None = None
    last_refresh: str | None = None


def login_of(kind: Kind | None, environment: Mapping[str, str], home: Path, now: float | None = None) -> Login:
    """The login of a kind, where the operator's environment has no key for it, and its station no login of its own."""
    names = _OF.get(kind.name if kind is not None else "", ())
    if not names or any(environment.get(name) for name in names):
        return Login()
    now = time.time() if now is None else now
    variable, folder, file, look = _PLACES[names]
    if _own(_read(home / folder / file, os.O_NOFOLLOW)):
        return Login()
    place = Path(environment.get(variable) or Path(environment.get("HOME") or Path.home(), folder))
    return look(_read(place / file), now) or Login(notice=f"it has no login here: {_CURES[names]}")


def _claude(body: bytes, now: float) -> Login | None:
    try:
        login = msgspec.json.decode(body, type=_ClaudeFile).login
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    ends = login.expires_at / 1_000
    if not login.access_token or ends < now + LEAST_S:
        return None
    notice = _until(ends, "CLAUDE_CODE_OAUTH_TOKEN from `claude setup-token` lasts")
    return Login({"CLAUDE_CODE_OAUTH_TOKEN": login.access_token}, notice=notice)


def _codex(body: bytes, now: float) -> Login | None:
    try:
        login = msgspec.json.decode(body, type=_CodexFile)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    if login.key:
        return Login({"OPENAI_API_KEY": login.key})
    tokens = login.tokens
    if tokens is None or not tokens.access_token or (ends := _expires(tokens.access_token)) < now + LEAST_S:
        return None
    kept = {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": tokens.id_token,
            "access_token": tokens.access_token,
            "refresh_token": "",
            "account_id": tokens.account_id,
        },
        # Without a time it would renew what it has at once.
        "last_refresh": login.last_refresh or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
    }
    return Login(files={CODEX_FILE: msgspec.json.encode(kept).decode()}, notice=_until(ends, "OPENAI_API_KEY lasts"))


_PLACES = {
    _CLAUDE: ("CLAUDE_CONFIG_DIR", ".claude", ".credentials.json", _claude),
    _CODEX: ("CODEX_HOME", ".codex", "auth.json", _codex),
}
"""Where each keeps it: the variable that names the directory, its name in a home, the file, and what reads it."""


def _until(ends: float, better: str) -> str:
    clock = time.strftime("%Y-%m-%d %H:%M", time.localtime(ends))
    return f"it has your login until {clock} and cannot renew it: resume it then; {better}"


def _own(body: bytes) -> bool:
    """Whether somebody has logged in at the station's terminal: what it is given here renews nothing."""
    try:
        claude, codex = msgspec.json.decode(body, type=_ClaudeFile), msgspec.json.decode(body, type=_CodexFile)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return False
    return bool(claude.login.refresh_token or codex.key or (codex.tokens and codex.tokens.refresh_token))


def _expires(token: str) -> float:
    """When a JSON web token ends; 0 when it does not say."""
    try:
        part = token.split(".")[1]
        said = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict[str, object])
    except (IndexError, ValueError, msgspec.DecodeError, msgspec.ValidationError):
        return 0.0
    ends = said.get("exp")
    return float(ends) if isinstance(ends, int | float) else 0.0


def _read(path: Path, flags: int = 0) -> bytes:
    """A file as far as it is one; `flags` are for a place in which an agent writes too."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
    except OSError:
        return b""
    with open(handle, "rb") as file:  # noqa: PTH123 - by its descriptor
        return file.read(LARGEST) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
