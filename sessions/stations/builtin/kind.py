"""The built-in agent as a kind."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor.scope import Budget
from sessions.models.calling import Target, loading
from sessions.models.prices import Prices
from sessions.settings import Settings
from sessions.stations.builtin.agent import BuiltIn
from sessions.stations.builtin.history import History
from sessions.stations.builtin.meter import priced
from sessions.stations.contract import CONTRACT, Ability, Agent, Brief, LostSessionError, Tell, Usable
from sessions.stations.hosting.transcript import Transcript, read
from sessions.stations.hosting.voice import Voice
from sessions.text import clean

NEEDED = ("litellm", "mcp")
INSTALL = "install factory-tui with its extra `models`: pipx install --force '.[models,agents]' in its checkout"
KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "xai": "XAI_API_KEY",
    "groq": "GROQ_API_KEY",
}
"""Where providers' keys usually are, by how the names of their models begin."""


class Kind:
    """Conversations on litellm, with tools inside the boundary."""

    contract = CONTRACT
    name = "builtin"
    title = "the built-in agent"
    abilities = frozenset(
        {
            Ability.INTERRUPT,
            Ability.PERMISSIONS,
            Ability.RESUME,
            Ability.USAGE,
            Ability.SHARED,
            Ability.MODEL,
            Ability.REBINDS,
        }
    )
    goes_on = True
    runs = ()
    options: Mapping[str, str] = {
        "ask": "tools that it asks for, such as run,edit",
        "base_url": "where its model is reached",
    }

    def usable(self, environment: Mapping[str, str]) -> Usable:
        version = ""
        try:
            needed()
            version = f"litellm {importlib.metadata.version('litellm')}"
            chosen = settings.load()
            target_of(chosen.model, {}, chosen, environment)
        except FactoryError as error:
            return Usable(False, version, error.message, error.cure)
        return Usable(True, version)

    def needs(self) -> None:
        needed()

    def afford(self, model: str, budget: Budget) -> None:
        if budget.dollars:
            chosen = settings.load()
            priced(Prices.load(chosen.prices_path), model or chosen.model, budget)

    async def start(self, brief: Brief, tell: Tell) -> Agent:
        needed()
        chosen = settings.load()
        model = brief.model or chosen.model
        target_of(model, brief.options, chosen, os.environ)
        path = Path(brief.transcript)
        history = await asyncio.to_thread(_history, path)
        if brief.session and history.session != brief.session:
            history = await asyncio.to_thread(_gone_back, path, brief.session, history)
        if brief.session and history.session != brief.session:
            what = f"its transcript is of {history.session!r}" if history.session else "it has no transcript"
            raise LostSessionError(
                f"the conversation {clean(brief.session, 60)!r} is not there: {what}", "begin a new one"
            )
        if not brief.session and history.session:
            await asyncio.to_thread(_put_by, path)
            history = History()
        voice = Voice(brief.station, self.name, tell, Transcript(path))
        prices = await asyncio.to_thread(Prices.load, chosen.prices_path)
        # What takes seconds begins now, and is waited for by the first call of a model.
        loading()

        def target() -> Target:
            return target_of(model, brief.options, settings.load(), os.environ)

        agent = BuiltIn(brief, voice, history, target, prices, chosen.servers)
        agent.open(uuid.uuid4().hex)
        return agent


def _history(path: Path) -> History:
    history = History()
    for line in read(path):
        history.add(line)
    return history


def _put_by(path: Path) -> None:
    """Keep a conversation beside the one that begins in its place."""
    path.replace(path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}"))


def _gone_back(path: Path, session: str, present: History) -> History:
    """An earlier conversation, in place of the present one, which is kept beside it; that where it is not there."""
    for other in path.parent.glob(f"{path.name}.*"):
        history = _history(other)
        if history.session == session:
            if path.exists():
                _put_by(path)
            other.replace(path)
            return history
    return present


def needed() -> None:
    """Raises `FactoryError` where something is not installed without which no model is called."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise FactoryError(f"the built-in agent needs {' and '.join(missing)}, not installed here", INSTALL)


def target_of(model: str, options: Mapping[str, str], chosen: Settings, environment: Mapping[str, str]) -> Target:
    """Where a model is called, and with which key. Raises `FactoryError` where one of them is missing."""
    if not model:
        raise FactoryError("no model is chosen", f"name one at the start, or set model in {settings.settings_path()}")
    endpoint = chosen.endpoint(model)
    base = options.get("base_url", "") or endpoint.base_url
    variable = endpoint.key_variable or KEYS.get(model.partition("/")[0], "")
    if endpoint.key_file:
        try:
            key = Path(endpoint.key_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise FactoryError(f"the key file {endpoint.key_file} cannot be read", "see its path and mode") from error
    else:
        key = environment.get(variable, "") if variable else ""
    if not key and base:
        key = "none"  # a server of one's own, which asks for none; litellm wants one
    if not key and variable:
        # A variable counts as it was when the host began, which outlives supervisors.
        cure = f"set {variable} before anything of the factory runs, or name a key_file in {settings.settings_path()}"
        raise FactoryError(f"there is no key for {clean(model, 80)}", cure)
    return Target(model, base, key)


KIND = Kind()
