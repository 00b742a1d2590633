"""Tries whether a kind of agent holds what the contract asks for: a real host, a real agent, a work tree of its own.

The model is the scripted provider on loopback, where the kind can be pointed at one; its answers go by what is asked.
What is tried with an agent that speaks of its own accord is its prompts' own affair: a kind may say in `checks` what to
ask it, by the name of the check (`say`, `wait`, `ask`).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sessions.errors import FactoryError
from sessions.simulation.provider.script import Call, Script, Step
from sessions.simulation.provider.server import Logged, Provider
from sessions.stations import kinds
from sessions.stations.conformance.checks import PATIENCE_S, Checks, Tell
from sessions.stations.conformance.trial import ASK, SAY, WAIT, Ear, Trial
from sessions.stations.conformance.tried import Tried, pointed
from sessions.stations.contract import Brief, Conversing, InTerminal, Signal
from sessions.stations.hosting.client import Host, argv
from sessions.stations.running.beneath import write_beneath

ANSWER = "All is well."
_NONE: Mapping[str, str] = {}


def script_for(tried: Tried) -> Script:
    """What the provider answers."""
    asked = {
        SAY: Step(text=ANSWER),
        WAIT: Step(text="waiting ", repeat=5_000, piece=8, pace=0.05),
        ASK: Step(text="May I?", calls=(Call(tried.tool, dict(tried.arguments)),)),
    }
    return Script(default=(Step(text=ANSWER),), asked=asked)


def check(name: str, tell: Tell, model: str = "", options: Mapping[str, str] = _NONE) -> bool:
    """Try a kind; `tell` is told of each thing as it comes. True when all holds. Raises `FactoryError` if none can be.

    With a `model` the agent's own provider is used, and not the scripted one. `options` are of the kind.
    """
    kind = kinds.load(name)
    kinds.refuse_unknown(kind, options)
    checks = Checks(tell)
    if isinstance(kind, InTerminal):
        with tempfile.TemporaryDirectory(prefix="factory-tui-check-") as place:
            _in_terminal(kind, checks, _brief(Path(place), {}, "", options))
    elif isinstance(kind, Conversing):
        asyncio.run(_conversing(name, kind, checks, model, options))
    return checks.well


SCRIPT = script_for(Tried())


async def _conversing(name: str, kind: Conversing, checks: Checks, model: str, options: Mapping[str, str]) -> None:
    log: list[Logged] = []
    tried: Tried = getattr(kind, "tried", Tried())
    provider = Provider(script_for(tried), log.append)
    with tempfile.TemporaryDirectory(prefix="factory-tui-check-", ignore_cleanup_errors=True) as place:
        at = Path(place)
        try:
            url = "" if model else await provider.listen()
            async with _host(name, at, url) as ear:
                given = {**scripted(url), **pointed(tried.environment, url)} if url else {}
                brief = _brief(at, given, model or tried.model, {**tried.options, **options})
                for file, text in pointed(tried.files, url).items() if url else ():
                    write_beneath(at / "home", file, text)
                await Trial(kind, ear, brief, log).run(checks)
        finally:
            await provider.close()


def _in_terminal(kind: InTerminal, checks: Checks, brief: Brief) -> None:
    """What can be tried of a kind that only says what to start and what signals mean."""

    async def launch() -> str:
        what = kind.launch(brief, Path(brief.home) / "outbox")
        assert what.argv, "it starts nothing"
        outside = [path for path in what.files if Path(path).is_absolute() or ".." in Path(path).parts]
        assert not outside, f"it writes outside its home: {outside}"
        return " ".join(what.argv)[:60]

    async def strange() -> str:
        """A hook of its agent that it was not written for, and the word of somebody inside: each tells something."""
        hooked: dict[str, object] = {"hook_event_name": "NoSuchSignal", "a": [None, {}]}
        for payload in (hooked, {"text": "all done"}):
            told = kind.heard(Signal("check", brief.station, "NoSuchSignal", 1.0, payload), "")
            assert told, "it is dropped in silence"
        return ""

    async def all_of() -> None:
        await checks.look("says what to start", launch())
        await checks.look("counts what it does not know", strange())

    asyncio.run(all_of())


@asynccontextmanager
async def _host(name: str, at: Path, url: str) -> AsyncIterator[Ear]:
    """A host process for the kind, with no other login than that of the scripted provider."""
    (at / "config.toml").write_text("")
    environment = {**os.environ, **scripted(url), **({"FACTORY_TUI_CONFIG": str(at / "config.toml")} if url else {})}
    socket = at / "host.sock"
    process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
        argv([name], socket, at / "host.log", PATIENCE_S),
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
    )
    try:
        ear = Ear(await _connected(process, socket))
        try:
            yield ear
        finally:
            await ear.close()
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _connected(process: subprocess.Popen[bytes], socket: Path) -> Host:
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            with suppress(OSError):
                return await Host.connect(socket)
            await asyncio.sleep(0.05)
    raise FactoryError("the host does not start", "see what it says above")


def scripted(url: str) -> dict[str, str]:
    """What points agents at the scripted provider, whose keys open nothing; nothing without one."""
    if not url:
        return {}
    root = url.removesuffix("/v1")
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY"), "sk-scripted")
    addresses = {"OPENAI_BASE_URL": url, "OPENAI_API_BASE": url, "ANTHROPIC_BASE_URL": root}
    return {**keys, **addresses, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}


def _brief(at: Path, model: Mapping[str, str], name: str, options: Mapping[str, str] = _NONE) -> Brief:
    """A work tree with one commit, a home, and a mark by which its processes are found again."""
    work, home = at / "work", at / "home"
    for directory in (work, home):
        directory.mkdir()
    quiet = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (
        ("init", "-q"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-mone"),
    ):
        subprocess.run(["git", *words], cwd=work, env=quiet, check=True)
    mark = f"check:{os.getpid()}:{os.urandom(6).hex()}"
    return Brief(
        station="check",
        directory=str(work),
        home=str(home),
        transcript=str(at / "transcript.jsonl"),
        environment={**quiet, **model, "FACTORY_TUI_STATION": "check", "FACTORY_TUI_MARK": mark},
        model=name,
        options={**options, **({"base_url": model["OPENAI_BASE_URL"]} if model else {})},
    )
