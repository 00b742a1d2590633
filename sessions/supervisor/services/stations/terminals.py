"""Stations whose agents are programs in terminals, which the keeper holds."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.reports import RUNS, Report
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.state import Status
from sessions.stations import kinds
from sessions.stations.contract import Ability, Brief, InTerminal, Launch, LostSessionError, Remembering, Stated
from sessions.stations.contract import Signal as Told
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.looking.attached import Terminals as Looking
from sessions.stations.keeping.values import KeeperLostError, Size, Start
from sessions.stations.places.layout import place_of
from sessions.stations.running.beneath import write_beneath
from sessions.stations.running.fitting import Fitted, recalled, remember
from sessions.stations.terminal.command import unseen
from sessions.stations.terminal.saying import Conversation
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.supervisor.services.stations.refusals import Refusals
from sessions.supervisor.services.stations.runner import LOST, Begun, Runner
from sessions.text import clean, clean_lines

log = logging.getLogger(__name__)

KEEPER = "keeper"
"""The host of every station in a terminal."""
FIRST = Size(120, 40)
"""Of a terminal that nobody looks at yet."""
END_S = 30.0
"""A program that has not ended by then, long after it was killed, never will."""
LAST = 4_000
"""Bytes that are looked through for the last words of a program."""
_TELLING = (Status.WORKING, Status.IDLE, Status.NEEDS_ME, Status.FAILED)
"""What an agent tells of itself, and no rest of it."""
Ended = Callable[[str, str], Awaitable[None]]
"""Is told which station has ended, and how."""
Watch = Callable[[Sequence[Path]], Awaitable[None]]
"""Has transcripts in these places read, also what is added to them."""


class Terminals(Runner):
    """They live as long as the keeper does, whatever becomes of the supervisor."""

    def __init__(self, crew: Crew, outbox: Callable[[str], Path], ended: Ended, watch: Watch) -> None:
        """`outbox` tells where a station puts its signals."""
        self._crew, self._outbox, self._ended, self._watch = crew, outbox, ended, watch
        self.looking = Looking(self._found)
        """Who is attached."""
        self._refusals = Refusals(crew)
        self._conversations: dict[str, Conversation] = {}
        self._prompting: dict[str, asyncio.Lock] = {}
        self._listening: asyncio.Task[None] | None = None
        self._ending: dict[str, asyncio.Event] = {}
        """Stations that are ended on purpose, and whether they have."""

    async def find(self, stations: list[str]) -> set[str]:
        if not stations:
            return set()
        keeper = await self._keeper()
        alive = {child.id for child in keeper.children() if child.exit is None} & {*stations}
        for station in alive:
            launch = await asyncio.to_thread(self._launch_of, station)
            await self._watch(_transcripts(self._place(station), launch))
        return alive

    async def begin(self, kind: str, fitted: Fitted, anew: bool = True) -> Begun:
        station = fitted.brief.station
        keeper = await self._keeper()
        await self._forget(keeper, station)
        agent, brief, reason = self._kind(station), fitted.brief, ""
        if brief.session and not await asyncio.to_thread(_remembers, agent, brief):
            if not anew:
                raise LostSessionError("the conversation is not in its home any more", "resume it: it begins another")
            brief, reason = replace(brief, session=""), f"{LOST}: begun afresh in the same place"
        task = self._crew.aside.words(station, self._crew.owned(station).text)
        brief = replace(brief, prompt=brief.prompt if brief.session else task)
        launch = agent.launch(brief, self._outbox(station))
        await asyncio.to_thread(_prepare, Path(brief.home), launch)
        await asyncio.to_thread(remember, self._crew.factory, fitted, agent)
        if launch.session:
            await self._crew.record(ev.SessionClaimed(session=launch.session, **now(station)))
        await self._watch(_transcripts(Path(brief.home), launch))
        self._conversations.pop(station, None)
        self._conversation(station)  # it hears of the beginning
        child = await keeper.start(
            Start(
                id=station,
                argv=fitted.boundary.wrap(launch.argv),
                environment={**brief.environment, **launch.environment},
                directory=Path(brief.directory),
                size=FIRST,
                refusals=Ability.HOOKS not in agent.abilities,
            )
        )
        if Ability.HOOKS not in agent.abilities:  # nothing else will ever say so
            await self._crew.record(ev.AgentReported(state=Report.WORKING, reason=RUNS, **now(station)))
        reason = "; ".join(filter(None, (reason, launch.notice)))
        return Begun(child.pid, child.started, KEEPER, reason, prompted=_given(brief.prompt, launch))

    async def was_given_its_task(self, station: str) -> bool:
        text = self._crew.owned(station).text
        launch = await asyncio.to_thread(self._launch_of, station, text)
        return _given(text, launch)

    async def prompt(self, station: str, prompt: str, text: str) -> None:
        # What its agent does is looked at when it has taken what was said before: at work, it is told nothing more.
        async with self._prompting.setdefault(station, asyncio.Lock()):
            await self._prompt(station, prompt, text)

    async def _prompt(self, station: str, prompt: str, text: str) -> None:
        seen = self._crew.seen(station)
        conversation = self._conversation(station)
        report = seen.report
        stated = await self._stated(station)  # it knows of more than its hooks tell, such as a panel that is open
        lags = stated is Report.IDLE and conversation.has_just_taken
        if stated not in (None, Report.WORKING) and not lags:  # it says so for a moment longer than its turn lasts
            report = stated
        asks, attached = bool(self._crew.owned(station).questions), self.looking.somebody(station)

        async def idle() -> bool:
            return await self._stated(station) is Report.IDLE and not self.looking.somebody(station)

        keeper = await self._keeper()
        typed, when = keeper.typed(station, prompt)  # by a supervisor that died before it knew that it was taken

        def moved(parts: int) -> bool:
            told = self._crew.seen(station).evidence
            return typed >= parts and told.since > when and told.status in _TELLING

        await conversation.prompt(text, seen.session, report, asks, attached, idle, prompt, moved)

    async def _stated(self, station: str) -> Report | None:
        """What its agent says of itself in its home, if it does."""
        kind = self._kind(station)
        if not isinstance(kind, Stated):
            return None
        return await asyncio.to_thread(kind.state, self._place(station), self._crew.seen(station).session)

    async def interrupt(self, station: str, command: str = "") -> None:
        if not self._kind(station).interrupt():
            raise FactoryError("what ends its turn is not known", "attach and press ctrl+c, or stop it")
        await self._conversation(station).interrupt()

    async def answer(self, asked: ev.AnswerWanted) -> None:
        raise FactoryError("it does not wait for that answer any more", "look at what it does now")

    async def assign(
        self, station: str, scope: Scope, budget: Budget, command: str = "", brief: Brief | None = None
    ) -> bool:
        return True  # its hook reads the station's file at each use of a tool

    async def end(self, station: str) -> None:
        await self._forget(await self._keeper(), station)

    async def pause(self, station: str) -> None:
        """Halt it and everything that it started: none of it uses any processor."""
        await (await self._keeper()).pause(station)

    async def go_on(self, station: str) -> None:
        await (await self._keeper()).resume(station)

    def heard(self, told: Told) -> None:
        """A signal of a station, after it was committed."""
        if (conversation := self._conversations.get(told.station)) is not None:
            conversation.heard(told)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if (keeper := self._crew.open_keeper) is not None:
            living = self._crew.living()
            for child in keeper.children():
                if child.exit is not None and child.id not in living:  # the journal has how it ended
                    keeper.let_go(child.id)

    # The keeper

    async def _keeper(self) -> Keeper:
        keeper = await self._crew.keeper()
        if self._listening is None or self._listening.done():
            keeper.refused = self._refusals.hear
            self._listening = asyncio.create_task(self._listen(keeper))
        return keeper

    async def _listen(self, keeper: Keeper) -> None:
        try:
            async for ended in keeper.exits():
                station, exit_ = ended.id, ended.exit
                if (ending := self._ending.get(station)) is not None:
                    ending.set()
                elif station in self._crew.state.owned:
                    how = _signal(exit_.signal) if exit_.signal else f"it ended with {exit_.code}"
                    if exit_.signal or exit_.code:
                        await self._ended(station, how + await self._last_words(keeper, station))
                    else:
                        await self._ended(station, "")
        except KeeperLostError:
            log.warning("the keeper has gone, and with it every terminal")
            for station in self._crew.living():
                if self._crew.owned(station).host == KEEPER:
                    await self._ended(station, "the keeper of its terminal has gone")

    async def _last_words(self, keeper: Keeper, station: str) -> str:
        """The last line that a program wrote before it ended."""
        try:
            lines = clean_lines((await keeper.kept(station)).data[-LAST:].decode("utf-8", "replace"))
        except FactoryError:
            return ""
        said = next((line.strip() for line in reversed(lines) if line.strip()), "")
        known = self._crew.owned(station)
        bounded = known.held is not None and known.held.by is HeldBy.BUBBLEWRAP
        return (f": {clean(said)}" if said else "") + (unseen(dict(known.options)) if bounded else "")

    async def _forget(self, keeper: Keeper, station: str) -> None:
        """End what was started for it, if it runs, and let its name be free."""
        child = next((child for child in keeper.children() if child.id == station), None)
        if child is None:
            return
        ending = self._ending[station] = asyncio.Event()
        try:
            if child.exit is None:
                await keeper.end(station)
                async with asyncio.timeout(END_S):
                    await ending.wait()
            await keeper.forget(station)
        except TimeoutError as error:
            raise FactoryError(f"its process {child.pid} does not end", "see `factory-tui doctor`") from error
        finally:
            del self._ending[station]

    # Stations

    def _found(self, station: str) -> tuple[Keeper, str]:
        """Where the terminal of a station with this name or id is."""
        state = self._crew.state
        known = next((id for id, seen in state.stations.items() if station in (id, seen.name)), "")
        owned = state.owned.get(known)
        if owned is None:
            raise FactoryError("it was not started by this factory", "look where it runs")
        if owned.life not in (Life.RUNNING, Life.PAUSED):
            raise FactoryError(f"it is {owned.life.value}", "resume it first")
        keeper = self._crew.open_keeper
        if owned.host != KEEPER or keeper is None:
            raise FactoryError("it has no terminal", "its conversation is on its screen")
        return keeper, known

    def _kind(self, station: str) -> InTerminal:
        kind = kinds.load(self._crew.seen(station).kind)
        if not isinstance(kind, InTerminal):
            raise FactoryError(f"{kind.name} does not run in a terminal", "it converses with a host")
        return kind

    def _place(self, station: str) -> Path:
        return place_of(self._crew.factory.state_dir, station).home

    def _launch_of(self, station: str, prompt: str = "") -> Launch:
        """How it was started, but for its session: where it writes its transcripts does not depend on that."""
        brief = replace(recalled(self._crew.factory, station, self._kind(station)).brief, prompt=prompt)
        return self._kind(station).launch(brief, self._outbox(station))

    def _conversation(self, station: str) -> Conversation:
        if station not in self._conversations:

            async def write(data: bytes, once: str, part: int) -> None:
                await (await self._keeper()).write(station, data, once, part)

            async def run(argv: Sequence[str]) -> int:
                return await self._run(station, argv)

            self._conversations[station] = Conversation(self._kind(station), write, run)
        return self._conversations[station]

    async def _run(self, station: str, argv: Sequence[str]) -> int:
        """Run a command inside the station's boundary, and return its exit code."""
        fitted = await asyncio.to_thread(recalled, self._crew.factory, station, self._kind(station))
        launch = self._kind(station).launch(fitted.brief, self._outbox(station))
        environment: Mapping[str, str] = {**fitted.brief.environment, **launch.environment}
        process = await asyncio.create_subprocess_exec(
            *fitted.boundary.wrap(argv),
            env=dict(environment),
            cwd=fitted.brief.directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:  # whoever wanted it waits no longer
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise


def _remembers(kind: InTerminal, brief: Brief) -> bool:
    """Whether the conversation of a brief is still there, as far as its kind can tell."""
    return not isinstance(kind, Remembering) or kind.remembers(Path(brief.home), brief.session)


def _given(prompt: str, launch: Launch) -> bool:
    """Whether a program is started with its first request, as a word or in its environment."""
    return bool(prompt) and prompt in (*launch.argv, *launch.environment.values())


def _prepare(home: Path, launch: Launch) -> None:
    """Write the files that the agent is set up by, into its own home."""
    for name, text in launch.files.items():
        write_beneath(home, name, text)


def _transcripts(home: Path, launch: Launch) -> list[Path]:
    """Where it writes its conversations, and what it says of itself."""
    return [home / name for name in launch.transcripts]


def _signal(number: int) -> str:
    try:
        return f"it was ended by {signal.Signals(number).name}"
    except ValueError:
        return f"it was ended by signal {number}"
