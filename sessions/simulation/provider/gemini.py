"""How Google's models are spoken to: the model, and whether the answer is streamed, stand in the path."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.simulation.provider.dialects import Event, Json, Said, items, spoken


class Contents:
    """Google's generateContent. Every piece of a stream has the shape of a whole answer."""

    def answered(self, request: Json) -> int:
        return sum(content.get("role") == "model" for content in items(request, "contents"))

    def first(self, request: Json) -> str:
        users = (content for content in items(request, "contents") if content.get("role") == "user")
        return next((spoken(content.get("parts")) for content in users), "")

    def last(self, request: Json) -> str:
        contents = items(request, "contents")
        return spoken(contents[-1].get("parts")) if contents and contents[-1].get("role") == "user" else ""

    def whole(self, said: Said) -> Json:
        return _piece(said, [*_texts(said), *_calls(said)], last=True)

    def stream(self, said: Said) -> Iterator[Event]:
        for part in _texts(said):
            yield "", _piece(said, [part])
        yield "", _piece(said, _calls(said), last=True)

    def error(self, status: int, message: str) -> Json:
        return {"error": {"code": status, "message": message, "status": "UNAVAILABLE" if status >= 500 else "FAILED"}}


def _texts(said: Said) -> list[Json]:
    thinking: list[Json] = [{"text": said.step.thinking, "thought": True}] if said.step.thinking else []
    return [*thinking, *({"text": piece} for piece in said.step.pieces())]


def _calls(said: Said) -> list[Json]:
    """What is no object cannot be said here."""
    given = [(call.tool, {} if isinstance(call.arguments, str) else call.arguments) for call in said.step.calls]
    return [{"functionCall": {"name": tool, "args": arguments}} for tool, arguments in given]


def _piece(said: Said, parts: list[Json], last: bool = False) -> Json:
    candidate: dict[str, object] = {"index": 0, "content": {"role": "model", "parts": parts}}
    piece: dict[str, object] = {"candidates": [candidate], "modelVersion": said.model, "responseId": said.id}
    if last:
        used = said.used
        asked = used.input + used.cache_read
        candidate["finishReason"] = "STOP"
        piece["usageMetadata"] = {
            "promptTokenCount": asked,
            "cachedContentTokenCount": used.cache_read,
            "candidatesTokenCount": used.output,
            "thoughtsTokenCount": 0,
            "totalTokenCount": asked + used.output,
        }
    return piece
