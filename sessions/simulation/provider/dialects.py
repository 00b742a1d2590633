"""How kinds of providers are spoken to: what a request holds, and how an answer is put, in one or in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from sessions.simulation.provider.script import Request, Step

Json = Mapping[str, object]
Event = tuple[str, Json | str]
"""One event of a stream: its name, "" where the dialect has none, and its data."""


class Used(msgspec.Struct, frozen=True):
    """The tokens of one call; the kinds do not overlap."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0


class Said(msgspec.Struct, frozen=True):
    """An answer that is due."""

    id: str
    model: str
    step: Step
    used: Used
    counted: bool
    """Whoever asked wants to be told the usage of a stream."""


class Dialect(Protocol):
    """One of them."""

    def answered(self, request: Json) -> int:
        """How many answers of the model the request's conversation holds."""
        ...

    def first(self, request: Json) -> str:
        """The first words of the person, which tell conversations apart."""
        ...

    def last(self, request: Json) -> str:
        """The words of the person that the request ends with; "" where it ends with something else."""
        ...

    def whole(self, said: Said) -> Json:
        """The answer at once."""
        ...

    def stream(self, said: Said) -> Iterator[Event]:
        """The answer in pieces."""
        ...

    def error(self, status: int, message: str) -> Json: ...


def items(request: Json, name: str) -> list[Json]:
    """A list of objects in the request; what is none of them is passed over."""
    found = request.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def spoken(content: object) -> str:
    """The text of a message's content."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def requests_of(request: Json) -> list[Request]:
    """What a person asked for, the oldest first; nothing in a dialect that has no messages."""
    found: list[Request] = []
    for message in items(request, "messages"):
        if message.get("role") == "user" and (text := spoken(message.get("content"))):
            found.append(Request(text, 0))
        elif message.get("role") == "assistant" and found:
            found[-1] = Request(found[-1].text, found[-1].answers + 1)
    return found


def _last(messages: list[Json]) -> str:
    return spoken(messages[-1].get("content")) if messages and messages[-1].get("role") == "user" else ""


class _Turns:
    """Requests whose messages take turns."""

    def answered(self, request: Json) -> int:
        return sum(message.get("role") == "assistant" for message in items(request, "messages"))

    def first(self, request: Json) -> str:
        users = (m for m in items(request, "messages") if m.get("role") == "user")
        return next((spoken(message.get("content")) for message in users), "")

    def last(self, request: Json) -> str:
        return _last(items(request, "messages"))


class Chat(_Turns):
    """OpenAI's chat completions."""

    def whole(self, said: Said) -> Json:
        message = {"role": "assistant", "content": "".join(said.step.pieces()), "tool_calls": _chat_calls(said)}
        choice = {"index": 0, "message": message, "finish_reason": _chat_end(said)}
        return {**_chat_head(said, "chat.completion"), "choices": [choice], "usage": _chat_usage(said.used)}

    def stream(self, said: Said) -> Iterator[Event]:
        head = _chat_head(said, "chat.completion.chunk")

        def chunk(delta: Json, end: str | None = None) -> Event:
            return "", {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}

        yield chunk({"role": "assistant", "content": ""})
        if said.step.thinking:
            yield chunk({"reasoning_content": said.step.thinking})
        for piece in said.step.pieces():
            yield chunk({"content": piece})
        for number, call in enumerate(_chat_calls(said)):
            function = call["function"]
            assert isinstance(function, dict)
            text = str(function["arguments"])
            yield chunk({"tool_calls": [{**call, "index": number, "function": {**function, "arguments": ""}}]})
            for at in range(0, len(text), 4_096):
                part = {"arguments": text[at : at + 4_096]}
                yield chunk({"tool_calls": [{"index": number, "function": part}]})
        yield chunk({}, _chat_end(said))
        if said.counted:
            yield "", {**head, "choices": [], "usage": _chat_usage(said.used)}
        yield "", "[DONE]"

    def error(self, status: int, message: str) -> Json:
        return {"error": {"message": message, "type": "server_error" if status >= 500 else "invalid_request_error"}}


class Messages(_Turns):
    """Anthropic's messages."""

    def whole(self, said: Said) -> Json:
        blocks: list[Json] = [{"type": "text", "text": "".join(said.step.pieces())}] if said.step.text else []
        for number, call in enumerate(said.step.calls):
            arguments = msgspec.json.decode(call.json.encode())
            blocks.append(
                {"type": "tool_use", "id": f"toolu_{said.id}_{number}", "name": call.tool, "input": arguments}
            )
        usage = {**_messages_usage(said.used), "output_tokens": said.used.output}
        return {**_messages_head(said), "content": blocks, "stop_reason": _messages_end(said), "usage": usage}

    def stream(self, said: Said) -> Iterator[Event]:
        start: dict[str, object] = {**_messages_head(said), "content": [], "stop_reason": None}
        start["usage"] = {**_messages_usage(said.used), "output_tokens": 1}
        yield "message_start", {"type": "message_start", "message": start}
        blocks: list[tuple[Json, str, str, list[str]]] = []
        if said.step.thinking:
            blocks.append(({"type": "thinking", "thinking": ""}, "thinking_delta", "thinking", [said.step.thinking]))
        if said.step.text:
            blocks.append(({"type": "text", "text": ""}, "text_delta", "text", said.step.pieces()))
        for number, call in enumerate(said.step.calls):
            block: Json = {"type": "tool_use", "id": f"toolu_{said.id}_{number}", "name": call.tool, "input": {}}
            parts = [call.json[at : at + 4_096] for at in range(0, len(call.json), 4_096)]
            blocks.append((block, "input_json_delta", "partial_json", parts))
        for index, (block, delta, field, parts) in enumerate(blocks):
            yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": block}
            for part in parts:
                piece = {"type": delta, field: part}
                yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": piece}
            yield "content_block_stop", {"type": "content_block_stop", "index": index}
        end = {"stop_reason": _messages_end(said), "stop_sequence": None}
        usage = {"output_tokens": said.used.output}
        yield "message_delta", {"type": "message_delta", "delta": end, "usage": usage}
        yield "message_stop", {"type": "message_stop"}

    def error(self, status: int, message: str) -> Json:
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": message}}


class Responses:
    """OpenAI's responses."""

    def answered(self, request: Json) -> int:
        """One answer may be several items in a row."""
        own = [
            item.get("role") == "assistant" or item.get("type") in ("function_call", "reasoning")
            for item in items(request, "input")
        ]
        return sum(now and not before for before, now in zip([False, *own], own, strict=False))

    def first(self, request: Json) -> str:
        if isinstance(words := request.get("input"), str):
            return words
        users = (item for item in items(request, "input") if item.get("role") == "user")
        return next((spoken(item.get("content")) for item in users), "")

    def last(self, request: Json) -> str:
        words = request.get("input")
        return words if isinstance(words, str) else _last(items(request, "input"))

    def whole(self, said: Said) -> Json:
        return {**_responses_head(said, "completed"), "output": _responses_items(said), "usage": _responses_usage(said)}

    def stream(self, said: Said) -> Iterator[Event]:
        number = -1

        def event(kind: str, **more: object) -> Event:
            nonlocal number
            number += 1
            return kind, {"type": kind, "sequence_number": number, **more}

        yield event("response.created", response={**_responses_head(said, "in_progress"), "output": []})
        for index, item in enumerate(_responses_items(said)):
            place = {"item_id": item["id"], "output_index": index}
            if item["type"] == "message":
                part = {"type": "output_text", "text": "", "annotations": []}
                opened: Json = {**item, "status": "in_progress", "content": []}
                yield event("response.output_item.added", output_index=index, item=opened)
                yield event("response.content_part.added", **place, content_index=0, part=part)
                for piece in said.step.pieces():
                    yield event("response.output_text.delta", **place, content_index=0, delta=piece)
                text = "".join(said.step.pieces())
                yield event("response.output_text.done", **place, content_index=0, text=text)
                yield event("response.content_part.done", **place, content_index=0, part={**part, "text": text})
            else:
                opened = {**item, "status": "in_progress", "arguments": ""}
                yield event("response.output_item.added", output_index=index, item=opened)
                yield event("response.function_call_arguments.delta", **place, delta=item["arguments"])
                yield event("response.function_call_arguments.done", **place, arguments=item["arguments"])
            yield event("response.output_item.done", output_index=index, item=item)
        yield event("response.completed", response=self.whole(said))

    def error(self, status: int, message: str) -> Json:
        return {"error": {"message": message, "type": "server_error", "code": str(status)}}


DIALECTS: Mapping[str, Dialect] = {
    "/chat/completions": Chat(),
    "/messages": Messages(),
    "/responses": Responses(),
}
"""By the end of the path that is asked."""


def _chat_head(said: Said, kind: str) -> Json:
    return {"id": f"chatcmpl-{said.id}", "object": kind, "created": 0, "model": said.model}


def _chat_calls(said: Said) -> list[Json]:
    return [
        {"id": f"call_{said.id}_{i}", "type": "function", "function": {"name": call.tool, "arguments": call.json}}
        for i, call in enumerate(said.step.calls)
    ]


def _chat_end(said: Said) -> str:
    return "tool_calls" if said.step.calls else "stop"


def _chat_usage(used: Used) -> Json:
    prompt = used.input + used.cache_read + used.cache_write
    return {
        "prompt_tokens": prompt,
        "completion_tokens": used.output,
        "total_tokens": prompt + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cache_read},
    }


def _messages_head(said: Said) -> dict[str, object]:
    return {"id": f"msg_{said.id}", "type": "message", "role": "assistant", "model": said.model, "stop_sequence": None}


def _messages_end(said: Said) -> str:
    return "tool_use" if said.step.calls else "end_turn"


def _messages_usage(used: Used) -> Json:
    return {
        "input_tokens": used.input,
        "cache_read_input_tokens": used.cache_read,
        "cache_creation_input_tokens": used.cache_write,
    }


def _responses_head(said: Said, status: str) -> Json:
    return {"id": f"resp_{said.id}", "object": "response", "created_at": 0, "status": status, "model": said.model}


def _responses_items(said: Said) -> list[Json]:
    found: list[Json] = []
    if said.step.text:
        part = {"type": "output_text", "text": "".join(said.step.pieces()), "annotations": []}
        head = {"type": "message", "id": f"msg_{said.id}", "status": "completed", "role": "assistant"}
        found.append({**head, "content": [part]})
    for i, call in enumerate(said.step.calls):
        head = {"type": "function_call", "id": f"fc_{said.id}_{i}", "call_id": f"call_{said.id}_{i}"}
        found.append({**head, "status": "completed", "name": call.tool, "arguments": call.json})
    return found


def _responses_usage(said: Said) -> Json:
    used = said.used
    prompt = used.input + used.cache_read + used.cache_write
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": used.cache_read},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + used.output,
    }
