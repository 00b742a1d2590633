"""The live demo as a factory: a place of its own on the disk, a provider on loopback, and its stations started."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import msgspec

from sessions import paths
from sessions.errors import FactoryError
from sessions.headless.supervised import Supervised
from sessions.place import place_of
from sessions.settings import FILE
from sessions.simulation.live import ground, story
from sessions.stations.hosting.client import Host
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.starting import socket_of
from sessions.supervisor import process

log = logging.getLogger(__name__)

PREFIX = "factory-tui-live-"
AT_ONCE = 4
PRICE = "input = 3.0\noutput = 15.0\ncache_read = 0.3\nwindow = 200000\n"
VARIABLES = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
"""What of the environment would lead to the operator's own factory; each becomes a directory of the demo."""
GONE = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "FACTORY_TUI_CONFIG")


class LiveFactory:
    """Use as a context: at its end everything is ended, and nothing of it is left."""

    def __init__(self, parts: Sequence[story.Part]) -> None:
        self._parts = parts
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.repo = self.root / "shop"
        self._provider: subprocess.Popen[str] | None = None
        self._starting: threading.Thread | None = None
        self._over = threading.Event()
        self._before = {name: os.environ.get(name) for name in (*VARIABLES, *GONE)}
        self.troubles: list[str] = []
        """Of stations that could not be started, in words."""

    def __enter__(self) -> Self:
        for name in VARIABLES:
            path = self.root / name.lower()
            path.mkdir(mode=0o700)
            os.environ[name] = str(path)
        for name in GONE:
            os.environ.pop(name, None)
        try:
            self.repo.mkdir()
            ground.lay(self.repo)
            self._serve()
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        try:
            if self._starting is not None:
                self._starting.join()
            if (self.repo / ".git").exists():
                process.stop(self.repo)
                asyncio.run(_ended(place_of(self.repo).state_dir))
        except FactoryError as error:
            log.warning("the demo did not end: %s", error)
        finally:
            if self._provider is not None:
                self._provider.terminate()
                self._provider.wait()
                if self._provider.stdout is not None:
                    self._provider.stdout.close()
            for name, value in self._before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            shutil.rmtree(self.root, ignore_errors=True)

    def options(self) -> process.Options:
        """What its supervisor is started with."""
        return process.Options(idle_minutes=1.0, scripted=True)

    def started(self) -> None:
        """Return when all stations were asked for."""
        if self._starting is not None:
            self._starting.join()

    def begin(self) -> None:
        """Start the stations, beside everything else."""
        self._starting = threading.Thread(target=self._start, name="live demo", daemon=True)
        self._starting.start()

    def _set_up(self) -> None:
        """Give the models prices, so that meters have something to count, and visitors a model of their own."""
        prices = self.root / "prices.toml"
        names = [story.VISITOR, *(part.name for part in self._parts)]
        prices.write_text("".join(f'[models."{name}"]\n{PRICE}\n' for name in names), encoding="utf-8")
        settings = paths.config_dir() / FILE
        settings.parent.mkdir(parents=True, exist_ok=True)
        lines = (
            f"prices = {json.dumps(str(prices))}",
            f'model = "openai/{story.VISITOR}"',
            f'[endpoints."openai/"]\nbase_url = {json.dumps(self._url)}',
        )
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _serve(self) -> None:
        """Start the provider."""
        path = self.root / "script.json"
        path.write_bytes(msgspec.json.encode(story.script(self._parts)))
        words = [sys.executable, "-m", "sessions.simulation.provider", "--script", str(path)]
        self._provider = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        assert self._provider.stdout is not None
        self._url = self._provider.stdout.readline().strip()
        if not self._url:
            raise FactoryError("the scripted model did not start", "see whether loopback can be used")

    def _start(self) -> None:
        process.start(self.repo, self.options())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._start_one, [part for part in self._parts if not part.parent]))
            list(pool.map(self._start_one, [part for part in self._parts if part.parent]))

    def _start_one(self, part: story.Part) -> None:
        if self._over.is_set():
            return
        try:
            with Supervised(self.repo) as supervised:
                supervised.obey(part.wish(self._url))
        except FactoryError as error:
            self.troubles.append(f"{part.name}: {error}")


async def _ended(state_dir: Path) -> None:
    """End all hosts, and the keeper with all that it keeps."""
    for socket in await asyncio.to_thread(lambda: sorted(state_dir.glob("host-*.sock"))):
        try:
            await (await Host.connect(socket)).end()
        except (OSError, FactoryError):
            continue
    if socket_of(state_dir).exists():
        keeper = await Keeper.open(state_dir, scoped=False)
        await keeper.stop("the demo is over")
        await keeper.close()
