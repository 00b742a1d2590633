"""The operator's settings: one TOML file, all of it optional, and no silent typing mistakes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from sessions.errors import FactoryError
from sessions.floor.scopes.roles import Role
from sessions.paths import config_dir

if TYPE_CHECKING:  # most operators have set nothing about it
    from sessions.floor.triage.chosen import Chosen

FILE = "config.toml"
VARIABLE = "FACTORY_TUI_CONFIG"
"""Environment variable with the path of another settings file."""


Attention = Literal["quiet", "note", "bell", "osc9", "osc777", "title"]
"""Each word but `quiet` (no line) adds something: a line, the bell, a notification of the terminal, its title."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a model is called. The key stands in none of our files: it is looked up where it is said to be."""

    base_url: str = ""
    key_variable: str = ""
    """Environment variable with the key."""
    key_file: str = ""
    """File that holds nothing but the key; it is read at every call, so a new key needs no new start."""


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An MCP server whose tools the built-in agent may use: a command, started inside the station's boundary."""

    command: tuple[str, ...]
    environment: dict[str, str] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may set. The command line overrides it."""

    base: str = ""
    """Branch that others are measured against; empty: chosen sensibly for each repository."""
    idle_minutes: float = 10.0
    """Minutes after the last console has gone until the supervisor ends."""
    systemd_scope: bool = True
    """Start the supervisor in a scope of the user's systemd where there is one: the end of a login then spares it."""
    rest_days: float = 7.0
    """Days of silence after which a station with nothing to do is folded away on the floor; 0 is never."""
    prices: str = ""
    """File with prices that override the built-in table."""
    sessions: tuple[str, ...] = ()
    """Further places to look for transcripts."""
    theme: str = ""
    """Name of the colour theme; empty: the default one."""
    slow_link: Literal["auto", "on", "off"] = "auto"
    """Send fewer and smaller frames to the terminal."""
    attention: Attention | tuple[Attention, ...] = "note"
    """How a station that begins to need a person, and a branch that begins to collide, is told: a word or several."""
    detach: str = "ctrl+]"
    """The key that leaves the terminal of an agent: `ctrl+` and a letter, or one of `\\ ] ^ _`."""

    model: str = ""
    """The model of the built-in agent where none is asked for, as litellm names it: `anthropic/claude-sonnet-4-5`."""
    endpoints: dict[str, Endpoint] = {}
    """By how the names of their models begin; the longest one holds."""
    servers: dict[str, Server] = {}
    """MCP servers, by name."""
    roles: dict[str, Role] = {}
    """By role what its stations begin with where nothing else is said."""

    triage: dict[str, object] = {}
    """Who is told what needs a person, and which presets settle it: with `rules` and `causes` see `queue`."""
    rules: tuple[dict[str, object], ...] = ()
    causes: tuple[dict[str, object], ...] = ()

    @property
    def queue(self) -> Chosen:
        """What is set about what needs a person."""
        from sessions.floor.triage.chosen import parsed

        return parsed(self.triage, self.rules, self.causes, "the settings")

    def endpoint(self, model: str) -> Endpoint:
        """Where this model is called."""
        fitting = [start for start in self.endpoints if model.startswith(start)]
        return self.endpoints[max(fitting, key=len)] if fitting else Endpoint()

    @property
    def attentions(self) -> frozenset[str]:
        """The words of `attention`."""
        return frozenset((self.attention,) if isinstance(self.attention, str) else self.attention)

    @property
    def detach_key(self) -> bytes:
        """What a terminal sends for `detach`; nothing where it names no such key."""
        plus, key = self.detach[:5].lower(), self.detach[5:].upper()
        return bytes([ord(key) - 0x40]) if plus == "ctrl+" and len(key) == 1 and key in _DETACHES else b""

    @property
    def prices_path(self) -> Path | None:
        """The prices file, if one is set."""
        return Path(self.prices).expanduser() if self.prices else None

    @property
    def session_paths(self) -> tuple[Path, ...]:
        """The further places, with `~` resolved."""
        return tuple(Path(place).expanduser() for place in self.sessions)


_DETACHES = "ABCDEFGKLNOPQRSTUVWXYZ\\]^_"
"""Keys that with ctrl are no other key of a terminal."""

_KINDS = {
    "base": "a text",
    "idle_minutes": "a number of minutes, 0 or more",
    "rest_days": "a number of days, 0 or more",
    "systemd_scope": "true or false",
    "prices": "the path of a file",
    "sessions": "a list of paths",
    "theme": "a text",
    "slow_link": '"auto", "on" or "off"',
    "detach": "ctrl+ and a letter other than h, i, j, m, or one of \\ ] ^ _",
    "model": "the name of a model, such as anthropic/claude-sonnet-4-5",
    "endpoints": 'tables such as [endpoints."openai/"] with base_url, key_variable, key_file',
    "servers": 'tables such as [servers.NAME] with command = ["PROGRAM", "WORD"]',
    "roles": "tables such as [roles.test] with write, read, tools, network, hosts, exclusive, "
    "budget = { tokens = 1_000_000, dollars = 5.0, minutes = 90, turns = 20 }",
    "triage": "a table [triage] with standing, on_attention, desktop, webhook, quiet, every, silent",
    "rules": "tables [[rules]] with name, act, and kind or cause; also role, station, times, backoff, text, to, model",
    "causes": "tables [[causes]] with name, cause, pattern; also where",
    "attention": '"quiet", "note", "bell", "osc9", "osc777" or "title", or a list of these such as ["bell", "title"]',
}
"""What each key takes, in the words of an error message."""


def load(path: Path | None = None) -> Settings:
    """The settings of the file at `path`, or of the operator's own (see `settings_path`).

    Without a file the defaults hold, unless the file was asked for by name.
    """
    named = path is not None or VARIABLE in os.environ
    path = path or settings_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if named:
            raise FactoryError(f"there is no settings file {path}", f"make one or unset {VARIABLE}") from None
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise FactoryError(f"the settings file {path} cannot be read ({error})", "see its mode and encoding") from None
    return parse(text, str(path))


def settings_path() -> Path:
    """Where the operator's settings lie: `FACTORY_TUI_CONFIG`, or `config.toml` in the configuration directory."""
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else config_dir() / FILE


SEEN_BY = ("HOME", "XDG_CONFIG_HOME", VARIABLE, "CLAUDE_CONFIG_DIR", "CODEX_HOME", "TZ")
"""Environment variables by which a factory is seen differently."""


def fingerprint() -> str:
    """Of the settings of this process, and of what else it sees a factory by: another where these may be others."""
    import zlib

    path = settings_path()
    try:
        found = path.stat()
        file = f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"
    except OSError:
        file = "none"
    told = "\0".join([str(path), file, *(os.environ.get(name, "") for name in SEEN_BY)])
    return f"{zlib.crc32(os.fsencode(told)):08x}"


def parse(text: str, name: str) -> Settings:
    """The settings written in `text`; `name` is its file, for error messages."""
    # Most operators have no such file, and their first paint does not wait for these.
    import difflib
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FactoryError(f"{name} is no valid TOML ({error})", "correct that line") from None
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    values: dict[str, object] = {}
    for key, value in table.items():
        if key not in types:
            near = difflib.get_close_matches(key, types, 1)
            cure = f"did you mean {near[0]!r}?" if near else f"it may hold: {', '.join(types)}"
            raise FactoryError(f"{name} has an unknown key {key!r}", cure)
        if key == "roles":
            values[key] = _roles(value, name)
            continue
        try:
            values[key] = msgspec.convert(value, types[key])
        except msgspec.ValidationError:
            raise FactoryError(f"{name}: {key} cannot be {value!r}", f"give it {_KINDS[key]}") from None
    settings = msgspec.convert(values, Settings)
    for key, number in (("idle_minutes", settings.idle_minutes), ("rest_days", settings.rest_days)):
        if not 0 <= number < float("inf"):
            raise FactoryError(f"{name}: {key} cannot be {number}", f"give it {_KINDS[key]}")
    if settings.triage or settings.rules or settings.causes:
        from sessions.floor.triage.chosen import parsed

        parsed(settings.triage, settings.rules, settings.causes, name)
    if not settings.detach_key:
        raise FactoryError(f"{name}: detach cannot be {settings.detach!r}", f"give it {_KINDS['detach']}")
    return settings


def _roles(value: object, name: str) -> dict[str, Role]:
    """The presets, each looked at by itself, so that the mistake is named. Raises `FactoryError`."""
    from sessions.floor.scopes.sets import trouble

    if not isinstance(value, dict):
        raise FactoryError(f"{name}: roles cannot be {value!r}", f"give it {_KINDS['roles']}")
    found: dict[str, Role] = {}
    for role, table in value.items():
        try:
            found[role] = preset = msgspec.convert(table, Role)
        except msgspec.ValidationError as error:
            reason = str(error).replace(" - at `$", ": ").replace("`", "'").rstrip("'").replace(": .", ", at ")
            raise FactoryError(f"{name}: roles.{role}: {reason}", f"give it {_KINDS['roles']}") from None
        for what, patterns in (("write", preset.write), ("read", preset.read)):
            if patterns is not None and (reason := trouble(patterns)):
                raise FactoryError(
                    f"{name}: roles.{role}: {what}: {reason}", "see the README for how scopes are written"
                )
        most = preset.budget
        if most is not None and not all(0 <= getattr(most, what) < float("inf") for what in most.__struct_fields__):
            raise FactoryError(f"{name}: roles.{role}: a budget is numbers of 0 or more", f"give it {_KINDS['roles']}")
    return found
