"""Uses of tools: what is known of each, gathered from the pieces in which agents tell it. Pure."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sessions.observe.tools import tool_detail
from sessions.stations.acp.fields import Fields, fields, first_text, listed, text
from sessions.text import clean

ENDED = ("completed", "failed", "cancelled")
PATH = 1_000
SHOWN = 256_000
"""Characters kept of what a terminal shows."""
_WRITES = ("edit", "delete", "move")


class Use(msgspec.Struct):
    """A use of a tool."""

    call: str
    tool: str = ""
    kind: str = ""
    title: str = ""
    status: str = ""
    given: Fields = {}
    """Its arguments."""
    content: Sequence[Fields] = ()
    came: object = None
    """What it came back with, where that is not among its content."""
    shown: str = ""
    """What its terminal shows."""
    places: tuple[str, ...] = ()
    parent: str = ""
    """The use of a tool that began the sub-agent which this is of."""
    failed: bool = False
    told: bool = False
    over: bool = False

    def learn(self, update: Fields, directory: str, title_is_tool: bool) -> None:
        """Take in what an update says; what it leaves out stays."""
        meta = fields(update, "_meta")
        claude = fields(meta, "claudeCode")
        name = first_text(claude, "toolName") or first_text(meta, "tool_name", "toolName")
        name = name or text(update.get("name"))
        title = text(update.get("title"))
        if title_is_tool and not self.title:
            name = name or title
        self.tool = clean(name, 60) or self.tool
        self.kind = clean(text(update.get("kind")), 30) or self.kind
        self.title = title or self.title
        self.status = text(update.get("status")) or self.status
        given = update.get("rawInput")
        self.given = fields({"input": given} if isinstance(given, str) and given else given) or self.given
        self.content = listed(update.get("content")) or self.content
        self.parent = first_text(claude, "parentToolUseId") or text(meta.get("parentToolCallId")) or self.parent
        named = [text(place.get("path")) for place in listed(update.get("locations"))]
        named += [text(part.get("path")) for part in self.content if part.get("type") == "diff"]
        full = (os.path.normpath(Path(directory, path)) for path in named if path)
        self.places = tuple(dict.fromkeys(clean(path, PATH) for path in full))[:100] or self.places
        self.came = update.get("rawOutput") or self.came
        if shown := text(fields(meta, "terminal_output_delta").get("data")):
            self.shown = (self.shown + shown)[:SHOWN]
        ended = fields(meta, "terminal_exit")
        self.failed = self.failed or self.status == "failed" or ended.get("exit_code") not in (None, 0)

    @property
    def name(self) -> str:
        """What it is called: by the agent, else by its id, which some make of the tool's name, else by its kind."""
        if self.tool:
            return self.tool
        made, _, rest = self.call.partition("__")
        return clean(made, 60) if rest and made.isidentifier() else self.kind or "tool"

    @property
    def known(self) -> bool:
        """Enough is known of it to tell: an agent may announce it before its arguments have come."""
        return bool(self.given or self.places or self.content or self.status not in ("", "pending"))

    @property
    def detail(self) -> str:
        return tool_detail(self.given) or clean(self.title)

    @property
    def writes(self) -> tuple[str, ...]:
        """The files that it writes."""
        return self.places if self.kind in _WRITES else ()

    @property
    def differences(self) -> list[Fields]:
        """What it changes in files, as it says."""
        return [part for part in self.content if part.get("type") == "diff"]

    @property
    def output(self) -> str:
        """What it came back with."""
        said = "\n".join(said for part in self.content if (said := text(fields(part, "content").get("text"))))
        return said or self.shown or text(self.came)
