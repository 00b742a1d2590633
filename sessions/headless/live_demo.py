"""The live demo as a factory: a place of its own on the disk, a provider on loopback, and its stations started."""

from __future__ import annotations

import json
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

import sessions
from sessions import paths
from sessions.errors import FactoryError
from sessions.floor.commands import AddTasks, AnyWish
from sessions.headless.live_end import SCRIPT, SHOP
from sessions.headless.supervised import Supervised
from sessions.settings import FILE
from sessions.simulation.live import ground, story
from sessions.simulation.live.part import Part
from sessions.stations.builtin.kind import needed
from sessions.supervisor import process

PREFIX = "factory-tui-live-"
AT_ONCE = 4
WHO = "script@demo"
"""Who wants what the script does: no key of the operator's undoes it."""
SILENT_S = 60.0
"""A silence of its stations that is a case: nobody watches a demo for as long as is usual."""
PRICE = "input = 3.0\noutput = 15.0\ncache_read = 0.3\nwindow = 200000\n"
VARIABLES = {"HOME": "home", "XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config"}
"""What of the environment would lead to the operator's own factory; each becomes a directory of the demo."""
GONE = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "FACTORY_TUI_CONFIG", *process.LOCAL_GIT)


class LiveFactory:
    """Use as a context: at its end everything is ended, and nothing of it is left; so too when this process is killed.

    Raises `FactoryError` where the built-in agent cannot run, before anything is made.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        needed()
        self._parts = parts
        self.root = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
        self.repo = self.root / SHOP
        self._side: subprocess.Popen[str] | None = None
        self._url = ""
        self._starting: threading.Thread | None = None
        self._over = threading.Event()
        self._before = {name: os.environ.get(name) for name in (*VARIABLES, *GONE)}
        self.troubles: list[str] = []
        """Of stations that could not be started, in words."""

    def __enter__(self) -> Self:
        for name, directory in VARIABLES.items():
            path = self.root / directory
            path.mkdir(mode=0o700)
            os.environ[name] = str(path)
        for name in GONE:
            os.environ.pop(name, None)
        try:
            self._serve()
            self.repo.mkdir()
            ground.lay(self.repo)
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._side is not None:
            self._side.communicate()
        shutil.rmtree(self.root, ignore_errors=True)  # where that one could not
        if self._starting is not None:
            self._starting.join()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    @property
    def side(self) -> int:
        """The process beside it, which ends it."""
        return self._side.pid if self._side is not None else 0

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
            f"[triage]\nsilent = {SILENT_S:g}",
        )
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _serve(self) -> None:
        """Start the process that speaks as the models, and takes everything away when this one has gone."""
        (self.root / SCRIPT).write_bytes(msgspec.json.encode(story.script(self._parts)))
        # In a session of its own: what ends this one by the terminal, or with it, does not end that one.
        self._side = subprocess.Popen(
            [sys.executable, "-m", "sessions.headless.live_end", str(self.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            cwd=Path(sessions.__file__).parents[1],
        )
        assert self._side.stdout is not None
        self._url = self._side.stdout.readline().strip()
        if not self._url:
            raise FactoryError("the scripted models do not begin", "see whether loopback can be listened on")

    def _start(self) -> None:
        try:
            process.start(self.repo, self.options())
        except FactoryError as error:
            if not self._over.is_set():
                self.troubles.append(str(error))
            return
        self._queue_up()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._start_one, [part for part in self._parts if not part.parent]))
            list(pool.map(self._start_one, [part for part in self._parts if part.parent]))

    def _queue_up(self) -> None:
        """Put the tasks there, before anybody can take them."""
        if specs := story.tasks(self._parts):
            self._want("the queue", AddTasks(specs))

    def _start_one(self, part: Part) -> None:
        self._want(part.name, part.wish(self._url))

    def _want(self, what: str, wish: AnyWish) -> None:
        if self._over.is_set():
            return
        try:
            with Supervised(self.repo) as supervised:
                supervised.obey(wish, WHO)
        except FactoryError as error:
            if not self._over.is_set():
                self.troubles.append(f"{what}: {error}")
