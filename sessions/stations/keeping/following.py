"""The output of one child: all that is kept of it, or what comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from sessions.stations.keeping.line import Line, number_in, value
from sessions.stations.keeping.values import KeeperLostError, Kept, Output


async def kept(line: Line, name: str) -> Kept:
    """All that is kept of it now."""
    words, data = await line.ask("read", id=name)
    first, end = number_in(words, "at"), number_in(words, "end")
    modes = value(dict[int, bool], {int(mode): on for mode, on in value(dict[str, bool], words.get("modes")).items()})
    pieces, at = [data], first + len(data)
    while at < end:
        words, data = await line.ask("read", id=name, offset=at, most=end - at)
        if not data or number_in(words, "at") != at:
            break  # it writes faster than it is read
        pieces.append(data)
        at += len(data)
    return Kept(first, b"".join(pieces), modes)


async def follow(line: Line, name: str, offset: int, answers: bool = False) -> AsyncGenerator[Output, None]:
    """What it writes from a place on, until it has ended and all was told, or was forgotten.

    With `answers` whoever reads this answers for its terminal. Raises `KeeperLostError` when the keeper ends.
    """
    told, _ = await line.ask("follow", id=name, offset=offset, answers=answers)
    end = number_in(told, "end") if told.get("exit") else None
    at = offset
    while end is None or at < end:
        note = await line.note()
        if note is None:
            raise KeeperLostError("the keeper has ended", "what it kept ended with it")
        words, data = note
        if words.get("id") != name:
            continue
        match words.get("note"):
            case "output":
                output = Output(number_in(words, "at"), data, number_in(words, "lost"))
                at = output.at + len(data)
                yield output
            case "exit":
                end = number_in(words, "end")
            case "forgotten":
                return
