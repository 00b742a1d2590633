"""A conversation's updates, made events. Pure: what comes in says when, and nothing is looked at beside it."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.observe.lines import Skips, Who
from sessions.stations.acp.fields import Fields, fields, text
from sessions.stations.acp.quirks import Quirks
from sessions.stations.acp.tools import ENDED, Use
from sessions.stations.acp.usage.metering import Metering
from sessions.text import EXCERPT, clean

PIECE_S = 0.3
"""Words of the agent that come within so many seconds are told together, and not later."""
ALIVE_S = 5.0
"""What is no fact of its own is told as often as this."""
MOST_USES = 1_000
SAID = 4_000
"""Characters kept of what the agent said last, for the question that follows."""
_SILENT = frozenset(
    {"available_commands_update", "current_mode_update", "config_option_update", "session_info_update", "usage_update"}
    | {"user_message_chunk", "plan", "agent_thought_chunk", "compaction_update", "notice"}
)
"""Updates that are understood, and that say nothing of the work; some of them show that it goes on."""
_LIVELY = frozenset({"plan", "agent_thought_chunk"})


class Reading:
    """What is known of a conversation from its updates."""

    def __init__(self, quirks: Quirks, metering: Metering, directory: str) -> None:
        self.metering = metering
        self._quirks, self._directory = quirks, directory
        self.in_turn = False
        self.title = ""
        self.said = ""
        """What the agent said last, its end."""
        self.uses: dict[str, Use] = {}
        """By the agent's ids of them; those that are over until the next turn begins."""
        self._skips = Skips()
        self._skipped: set[str] = set()
        self._piece = ""
        """Words that were not told yet."""
        self._piece_began = 0.0
        self._message = ""
        self._alive = 0.0

    @property
    def holds(self) -> bool:
        """There are words that were not told yet."""
        return bool(self._piece)

    def began(self) -> None:
        """A turn begins."""
        self.in_turn = True
        self.said = ""
        self.uses = {call: use for call, use in self.uses.items() if not use.over}
        self.metering.began()

    def update(self, update: Fields, who: Who) -> list[ev.Event]:
        """What an update tells."""
        match text(update.get("sessionUpdate")):
            case "agent_message_chunk":
                return self._words(update, who)
            case "tool_call" | "tool_call_update":
                return [*self.rest(who), *self._tool(update, who)]
            case "usage_update":
                return [*self.rest(who), *self.metering.updated(update, who, self.in_turn)]
            case "session_info_update":
                self.title = clean(text(update.get("title"))) or self.title
                return []
            case kind if kind in _SILENT:
                return self._lively(who) if kind in _LIVELY else []
            case kind:
                return self.skip("unknown update", kind or "none", who)

    def about(self, call: Fields, who: Who) -> tuple[Use | None, list[ev.Event]]:
        """The use of a tool that a question is about, and what is told of it: some agents tell of it only so."""
        told = [*self.rest(who), *self._tool(call, who, asked=True)]
        return self.uses.get(text(call.get("toolCallId"))), told

    def refused(self, call: str) -> None:
        """A use of a tool was not allowed."""
        if call in self.uses:
            self.uses[call].failed = True

    def over(self, who: Who, broken: bool) -> list[ev.Event]:
        """The turn is over: what was held back. Where it was `broken` off, so was what had not come back."""
        self.in_turn = False
        told = self.rest(who)
        for use in self.uses.values():
            if not use.told:
                told.append(self._called(use, who))
            if not use.over:  # some agents say nothing more of what was refused
                use.over = True
                told.append(ev.ToolFinished(**who, call=use.call, failed=use.failed or broken))
        return [*told, *self.skips(who)]

    def skip(self, reason: str, detail: str, who: Who) -> list[ev.Event]:
        """Something was passed over: said at once when it is the first of its kind, else counted."""
        self._skips.add(reason, detail)
        if reason in self._skipped:
            return []
        self._skipped.add(reason)
        return self.skips(who)

    def skips(self, who: Who) -> list[ev.Event]:
        """What was passed over since this was last asked."""
        skips, self._skips = self._skips, Skips()
        return list(skips.events(who["time"], who["source"]))

    def _words(self, update: Fields, who: Who) -> list[ev.Event]:
        content, message = fields(update, "content"), text(update.get("messageId"))
        said = (
            text(content.get("text")) if content.get("type") == "text" else f"[{clean(text(content.get('type')), 30)}]"
        )
        if fields(update, "_meta", "claudeCode").get("parentToolUseId"):
            return self._lively(who)  # a sub-agent's words are not the station's
        told = self.rest(who) if message != self._message else []
        if message != self._message:
            self.said = ""
        self._message = message
        if usage := fields(update, "_meta", "usage"):
            told += [*self.rest(who), *self.metering.called(usage, who)]
        if not self._piece:
            self._piece_began = who["time"]
        self._piece = (self._piece + said)[: EXCERPT * 8]
        self.said = (self.said + said)[-SAID:]
        if who["time"] - self._piece_began >= PIECE_S:
            told += self.rest(who)
        return told

    def rest(self, who: Who) -> list[ev.Event]:
        """Words that were not told yet."""
        words, self._piece = clean(self._piece), ""
        return [ev.TextWritten(**who, text=words)] if words else []

    def _lively(self, who: Who) -> list[ev.Event]:
        if who["time"] - self._alive < ALIVE_S:
            return []
        self._alive = who["time"]
        return [ev.ActivitySeen(**who)]

    def _tool(self, update: Fields, who: Who, asked: bool = False) -> list[ev.Event]:
        call = clean(text(update.get("toolCallId")), EXCERPT)
        if not call:
            return self.skip("use of a tool without a name", "", who)
        use = self.uses.get(call)
        if use is None:
            if len(self.uses) >= MOST_USES:
                self.uses.pop(next(iter(self.uses)))
            use = self.uses[call] = Use(call)
        use.learn(update, self._directory, self._quirks.tool_first)
        told: list[ev.Event] = []
        if not use.told and (use.known or asked):
            told.append(self._called(use, who))
        if use.status in ENDED and not use.over:
            use.over = True
            self.metering.came_back()
            why = clean(use.output) if use.failed else ""
            told.append(ev.ToolFinished(**who, call=call, failed=use.failed, detail=why))
        return told

    def _called(self, use: Use, who: Who) -> ev.ToolCalled:
        use.told = True
        first, *more = use.writes or ("",)
        return ev.ToolCalled(**who, tool=use.name, call=use.call, detail=use.detail, file=first, more_files=tuple(more))
