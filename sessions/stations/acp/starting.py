"""Conversations begun and gone on with: in a process of their own, or in one with others that share its boundary."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

from acp.exceptions import RequestError
from acp.meta import AGENT_METHODS
from msgspec.structs import replace

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor.events import SessionClaimed
from sessions.floor.identity import UsageSource
from sessions.floor.scope import HeldBy
from sessions.models.prices import Prices
from sessions.observe.factory import lines as ft
from sessions.stations.acp.conversation import Conversation
from sessions.stations.acp.fields import Fields, fields, listed, text
from sessions.stations.acp.preset import Preset
from sessions.stations.acp.quirks import Span
from sessions.stations.acp.reading import Reading
from sessions.stations.acp.replay import Replay
from sessions.stations.acp.transcript import Keeping, Past, past_of
from sessions.stations.acp.usage.metering import Metering
from sessions.stations.acp.usage.records import RECORDS
from sessions.stations.acp.wire.link import AUTH_REQUIRED, Answer, Link, Patience, open_link, refused
from sessions.stations.contract import Brief, LostSessionError, Tell
from sessions.stations.hosting.transcript import Transcript
from sessions.stations.keeping.marks import MARK, STATION
from sessions.text import clean

_OWN = (STATION, MARK)
"""What differs between stations that share all else."""

_Key = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class Starting:
    """Starts the agents of one preset in this process."""

    def __init__(self, preset: Preset, patience: Patience | None = None) -> None:
        self._preset, self._patience = preset, patience or Patience()
        self._links: dict[_Key, Link] = {}
        self._turns: dict[_Key, asyncio.Lock] = {}
        self._pricing = Prices.load(settings.load().prices_path)

    async def start(self, brief: Brief, argv: tuple[str, ...], tell: Tell) -> Conversation:
        """See `Conversing.start`."""
        preset = self._preset
        environment = {**dict(preset.environment), **brief.environment}
        prepared = preset.prepare(brief, environment) if preset.prepare is not None else {}
        environment |= prepared
        words = (*brief.wrap, *argv)
        alone = preset.quirks.alone or brief.options.get("share") == "no"
        key = (words, tuple(sorted(item for item in environment.items() if item[0] not in _OWN)))
        log = Path(f"{brief.transcript}.stderr")
        if alone:
            link = await open_link(preset, words, environment, brief.directory, log, self._patience)
        else:
            async with self._turns.setdefault(key, asyncio.Lock()):
                shared = self._links.get(key)
                if shared is None or not shared.alive:
                    shared = await open_link(preset, words, environment, brief.directory, log, self._patience)
                    self._links[key] = shared
                link = shared
        try:
            # A model that its environment names already is none that it offers to choose.
            asked = replace(brief, model="") if prepared else brief
            return await self._converse(asked, link, environment, tell)
        except RequestError as error:
            raise refused(preset, error, "opens no conversation") from error
        finally:
            if link.idle:
                await link.close()

    async def _converse(self, brief: Brief, link: Link, environment: Mapping[str, str], tell: Tell) -> Conversation:
        path, session = Path(brief.transcript), brief.session
        with link.opening():  # from here on nobody takes the process for one without use
            past = await asyncio.to_thread(past_of, path, session) if session else Past()
            if self._preset.quirks.login_first:
                await self._log_in(link, environment)
            answer: Answer = {}
            if not session:
                answer = await self._open(link, AGENT_METHODS["session_new"], self._opening(brief), environment)
            session = session or text(answer.get("sessionId"))
            if not session:
                raise FactoryError(f"{self._preset.title} opened a conversation without an id", "see what it wrote")
            found = RECORDS.get(self._preset.quirks.record)
            record = found(brief.home, environment, session) if found else None
            metering = Metering(self._preset.quirks, self._pricing, past.calls)
            metering.model = brief.model or current_model(answer)
            reading = Reading(self._preset.quirks, metering, brief.directory)
            keeping = Keeping(Transcript(path))
            conversation = Conversation(
                self._preset,
                brief,
                link,
                reading,
                record,
                keeping,
                tell,
                self._patience,
                past,
            )
            conversation.telling.session = session
            if brief.session:
                try:
                    if record is not None:
                        await asyncio.to_thread(record.prepare)
                    conversation.replay = replay = Replay()
                    link.seat(session, conversation)
                    try:
                        answer = await self._again(brief, link, replay, past, environment)
                    except BaseException:
                        await link.leave(session)
                        raise
                except BaseException:
                    keeping.close()
                    raise
                metering.model = metering.model or current_model(answer)
            exact = self._preset.quirks.span is not Span.NOTHING or record is not None
            usage = UsageSource.OWNER if exact else UsageSource.TRANSCRIPT
            keeping.opened(self._opened(brief, link, session, metering.model))
            tell([SessionClaimed(**conversation.telling.who(), usage=usage), conversation.opened()])
            if not brief.session:
                link.seat(session, conversation)
        try:
            await self._settle(brief, link, session, answer)
        except BaseException:
            await conversation.close()
            raise
        conversation.catch_up()
        conversation.go_on()
        return conversation

    def _opened(self, brief: Brief, link: Link, session: str, model: str) -> ft.Session:
        """What the transcript says of it from here on."""
        return ft.Session(
            time=time.time(),
            session=session,
            kind=self._preset.name,
            version=link.version,
            model=model,
            directory=brief.directory,
        )

    async def _log_in(self, link: Link, environment: Mapping[str, str]) -> bool:
        """Have it take the key in its environment, where there is one that it knows how to take."""
        offered = {text(method.get("id")) for method in listed(link.greeting.get("authMethods"))}
        for variable, method in self._preset.quirks.logins:
            if environment.get(variable) and method in offered:
                await link.request(AGENT_METHODS["authenticate"], {"methodId": method}, self._patience.opening)
                return True
        return False

    async def _open(
        self, link: Link, method: str, params: Mapping[str, object], environment: Mapping[str, str]
    ) -> Answer:
        """Have a conversation opened; an agent that asks for a login first is given what there is."""
        try:
            return await link.request(method, params, self._patience.opening)
        except RequestError as error:
            if error.code != AUTH_REQUIRED or not await self._log_in(link, environment):
                raise
        return await link.request(method, params, self._patience.opening)

    def _opening(self, brief: Brief) -> dict[str, object]:
        opening: dict[str, object] = {"cwd": brief.directory, "mcpServers": []}
        if options := self._preset.quirks.options:
            opening["_meta"] = {"claudeCode": {"options": {**options, "title": title_of(brief)}}}
        return opening

    async def _again(
        self, brief: Brief, link: Link, replay: Replay, past: Past, environment: Mapping[str, str]
    ) -> Answer:
        """Go on with a conversation, if it is the one that is meant. Raises `LostSessionError`."""
        asked = {**self._opening(brief), "sessionId": brief.session}
        title = self._preset.title
        if link.offers("loadSession"):
            method = AGENT_METHODS["session_load"]
        elif link.offers("sessionCapabilities", "resume"):
            method = AGENT_METHODS["session_resume"]
        else:
            raise LostSessionError(f"{title} cannot go on with a conversation", "a new one is begun in the same place")
        try:
            answer = await self._open(link, method, asked, environment)
        except RequestError as error:
            if error.code == AUTH_REQUIRED:
                raise
            reason = refused(self._preset, error, "has the conversation no more")
            raise LostSessionError(reason.message, "a new one is begun in the same place") from error
        if text(answer.get("sessionId")) not in ("", brief.session):
            raise LostSessionError(f"{title} opened another conversation", "a new one is begun in the same place")
        if method == AGENT_METHODS["session_resume"]:
            await self._listed(brief, link)
        elif past.last and not await replay.tells(past.last, self._patience.replaying, self._preset.quirks.late):
            what = "tells another one" if replay.words else "tells nothing of it"
            raise LostSessionError(
                f"{title} {what} under the id of the conversation", "a new one is begun in the same place"
            )
        return answer

    async def _listed(self, brief: Brief, link: Link) -> None:
        """An agent that resumes in silence must at least know the conversation."""
        if link.offers("sessionCapabilities", "list"):
            answer = await link.request(AGENT_METHODS["session_list"], {"cwd": brief.directory}, self._patience.opening)
            if any(item.get("sessionId") == brief.session for item in listed(answer.get("sessions"))):
                return
        raise LostSessionError(
            f"{self._preset.title} does not show that it has the conversation", "a new one is begun in the same place"
        )

    async def _settle(self, brief: Brief, link: Link, session: str, answer: Fields) -> None:
        """Give it its name, its model and its mode."""
        if link.offers("sessionCapabilities", "title"):
            with contextlib.suppress(RequestError):  # without one it would ask a model for it
                await link.request(
                    "session/set_title", {"sessionId": session, "title": title_of(brief)}, self._patience.opening
                )
        if brief.model and not self._preset.quirks.model_flag:
            await self._option(link, session, answer, "model", brief.model)
        bounded = brief.held.by is not HeldBy.ADVISORY
        if mode := brief.options.get("mode", "") or (bounded and self._preset.quirks.bounded_mode):
            await self._mode(link, session, answer, mode)

    async def _option(self, link: Link, session: str, answer: Fields, category: str, value: str) -> None:
        option = next((item for item in listed(answer.get("configOptions")) if item.get("category") == category), None)
        offered = [text(item.get("value")) for item in listed((option or {}).get("options"))]
        if option is None or (offered and value not in offered):
            choice = f"it offers {clean(', '.join(offered), 300)}" if offered else "leave the choice to the agent"
            raise FactoryError(f"{self._preset.title} has no {category} {clean(value, 60)!r}", choice)
        params = {"sessionId": session, "configId": text(option.get("id")), "value": value}
        await link.request(AGENT_METHODS["session_set_config_option"], params, self._patience.opening)

    async def _mode(self, link: Link, session: str, answer: Fields, mode: str) -> None:
        offered = [text(item.get("id")) for item in listed(fields(answer, "modes").get("availableModes"))]
        if not offered:
            await self._option(link, session, answer, "mode", mode)
            return
        if mode not in offered:
            choice = f"it offers {clean(', '.join(offered), 300)}"
            raise FactoryError(f"{self._preset.title} has no mode {clean(mode, 60)!r}", choice)
        params = {"sessionId": session, "modeId": mode}
        await link.request(AGENT_METHODS["session_set_mode"], params, self._patience.opening)


def title_of(brief: Brief) -> str:
    """What a conversation is called among the agent's own."""
    return clean(" ".join(filter(None, (brief.role, brief.station))), 60) or "station"


def current_model(answer: Fields) -> str:
    """The model that a conversation was opened with, where the agent says so."""
    for option in listed(answer.get("configOptions")):
        if option.get("category") == "model":
            return clean(text(option.get("currentValue")), 100)
    return clean(text(fields(answer, "models").get("currentModelId")), 100)
