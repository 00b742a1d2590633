"""What a Codex agent did: the model calls it made, what it said, the tools it used."""

from __future__ import annotations

import msgspec

from sessions.floor import events as ev
from sessions.floor.tokens import Terms, Tokens
from sessions.observe import usage as usages
from sessions.observe.codex import lines as cx
from sessions.observe.codex.memory import MAX_UNNAMED, Unnamed, question_of
from sessions.observe.codex.session import Session
from sessions.observe.codex.usage import Count, Totals
from sessions.observe.questions import PLAN, asked_by
from sessions.observe.tools import patched_files, tool_detail
from sessions.observe.words import safe
from sessions.redact import redact
from sessions.text import clean


class ItemReader:
    """Reads usage, items and the ends of tools."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen = session, session.seen

    def record(self, payload: msgspec.Raw) -> None:
        record = cx.decode_record(payload)
        self._count(self._seen.ledger.by_record(record, self._call), record.service_tier)

    def _call(self, totals: Totals) -> str:
        """The identity of a call that has no id of its own: where it stands in the conversation, and the totals."""
        begun = f"#{self._seen.ledger.resets}" if self._seen.ledger.resets else ""
        return f"codex:{self._seen.marker}{begun}:" + ".".join(map(str, totals))

    def _count(self, count: Count | None, served: str | None) -> None:
        """Tell a call. `served` is the service tier that answered it, where that is stated."""
        if count is None or self._copies_calls():
            return
        seen, pricing = self._seen, self._session.desk.pricing
        tier = safe(served or "") or seen.tier
        stated = usages.state(self._session.desk.book, seen.recent, count.call, count.tokens)
        if count.known:
            self._served(served)
        elif seen.unserved is not None and seen.unserved.call != safe(count.call):
            seen.unserved = None
        if stated is None or count.known:
            return
        if seen.known and stated.calls:
            seen.copying = False  # rollouts without ids of turns tell by this only that something is new
        told = Unnamed(seen.clock, safe(count.call), count.tokens, tier, count.certainty)
        seen.unserved = told if seen.model and stated.calls and not served else None
        if not seen.model and stated.calls:
            seen.unnamed = [*seen.unnamed[1 - MAX_UNNAMED :], told]
        self._session.say(
            ev.TokensUsed(
                **self._session.who(),
                tokens=stated.added,
                call=safe(count.call),
                calls=stated.calls,
                model=seen.model,
                branch=seen.branch,
                subagent=seen.agent,
                cost=usages.price(pricing, seen.model, count.tokens, stated, Terms(tier)),
                certainty=count.certainty,
                context=0 if seen.agent else count.context,
                window=seen.window or pricing.window(seen.model),
            )
        )

    def _served(self, tier: str | None) -> None:
        """The line at hand repeats the latest call, and may state which tier served it when that one did not."""
        seen, cost = self._seen, self._session.desk.pricing.cost
        call, seen.unserved = seen.unserved, None
        if call is None or not tier:
            return
        price = cost(seen.model, call.tokens, Terms(safe(tier)))
        before = cost(seen.model, call.tokens, Terms(call.tier))
        if price is not None and before is not None and price != before:
            self._session.say(
                ev.TokensUsed(
                    **self._session.who(call.time),
                    tokens=Tokens(),
                    call=call.call,
                    calls=0,
                    model=seen.model,
                    branch=seen.branch,
                    subagent=seen.agent,
                    cost=price - before,
                    certainty=call.certainty,
                )
            )

    def _copies_calls(self) -> bool:
        """Whether the call at hand was made by another session, which tells of it in its own file.

        A fork's copies count under the name that its parent gives them, for the parent's file may be gone; a
        sub-agent's parent is the station itself.
        """
        seen = self._seen
        return seen.theirs() and (bool(seen.agent) or seen.copied_turns)

    def token_count(self, event: cx.EventMsg) -> None:
        if event.info is not None:
            self._seen.window = event.info.model_context_window or self._seen.window
            count = self._seen.ledger.by_total(event.info, self._call, copied=self._seen.theirs())
            if count is None:
                self._served(event.service_tier)
            self._count(count, event.service_tier)
        reached = event.rate_limits.rate_limit_reached_type if event.rate_limits else None
        if reached and self._session.speaks():
            self._session.say(ev.MachineAwaited(**self._session.who(), reason=clean(f"rate limit: {reached}")))

    def item(self, payload: msgspec.Raw) -> None:
        item = cx.decode_item(payload)
        if item.type == "message":
            if item.role == "assistant":
                self.wrote(cx.flat(item.content))
        elif item.type in cx.CALLS:
            self.called(item)
        elif item.type in cx.OUTPUTS:
            text = cx.output_text(item.output)
            self.came_back(item.call_id or "", cx.failed_output(text), text)
        else:
            self._session.other(f"response_item/{item.type}", item.type)

    def agent_message(self, event: cx.EventMsg) -> None:
        self.wrote(event.message or "")

    def command_ended(self, event: cx.EventMsg) -> None:
        failed = event.exit_code not in (None, 0) or event.success is False
        self.came_back(event.call_id or "", failed, f"exit code {event.exit_code}" if event.exit_code else "failed")

    def wrote(self, text: str) -> None:
        said, text = text, redact(clean(text))
        if text and text != self._seen.text and self._session.speaks():
            self._seen.text = text
            if self._seen.asks != PLAN:
                self._seen.asks = asked_by(said)
            self._session.say(ev.TextWritten(**self._session.who(), text=text))

    def called(self, item: cx.ResponseItem) -> None:
        seen, call = self._seen, safe(item.call_id or "")
        if not seen.begin_tool(call) or seen.copied():
            return
        tool, arguments = safe(item.name) or item.type.removesuffix("_call"), cx.call_arguments(item)
        files = [seen.within(name) for name in patched_files(arguments)]
        detail = ", ".join(files) or tool_detail(arguments)
        call = "" if seen.agent else call
        self._session.say(
            ev.ToolCalled(
                **self._session.who(),
                tool=tool,
                call=call,
                detail=clean(detail),
                file=files[0] if files else "",
                more_files=tuple(files[1:]),
            )
        )
        if tool == "request_user_input":
            self._session.person(question_of(arguments))
        elif seen.person and arguments.get("sandbox_permissions") == "require_escalated":
            # Requests for approval are not written; that this call needs one is.
            self._session.person(f"approval: {detail}", guess=True)

    def came_back(self, call: str, failed: bool, detail: str) -> None:
        """A tool's end is told up to three times; a failure told later still counts, once."""
        seen, call = self._seen, safe(call)
        if seen.end_tool(call, failed) and not seen.copied():
            call = "" if seen.agent else call
            self._session.say(
                ev.ToolFinished(**self._session.who(), call=call, failed=failed, detail=clean(detail) if failed else "")
            )
