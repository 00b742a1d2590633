"""By what a process of ours is known: two marks in its environment, which must agree."""

from __future__ import annotations

STATION = "FACTORY_TUI_STATION"
"""Environment variable with the id of the station that a process was started for."""
MARK = "FACTORY_TUI_MARK"
"""Environment variable with `factory:station:nonce`, of which the nonce is new at each start."""


class Mark:
    """Whose a process is. Of factory and nonce neither holds a colon."""

    __slots__ = ("factory", "nonce", "station")

    def __init__(self, factory: str, station: str, nonce: str) -> None:
        if ":" in factory or ":" in nonce or not (factory and station and nonce):
            raise ValueError("no mark")
        self.factory, self.station, self.nonce = factory, station, nonce

    def __str__(self) -> str:
        return f"{self.factory}:{self.station}:{self.nonce}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mark) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def environment(self) -> dict[str, str]:
        """What the process is to be started with, beside its own."""
        return {STATION: self.station, MARK: str(self)}


def mark_of(station: str, mark: str) -> Mark | None:
    """What both variables say together; None where one is missing, is no mark, or says something else."""
    factory, _, rest = mark.partition(":")
    named, _, nonce = rest.rpartition(":")
    if not station or named != station:
        return None
    try:
        return Mark(factory, station, nonce)
    except ValueError:
        return None


def in_environment(environment: bytes) -> Mark | None:
    """The mark in an environment as the kernel shows it: entries with a zero after each."""
    if MARK.encode() not in environment:
        return None
    found = {name: value for name, _, value in (entry.partition(b"=") for entry in environment.split(b"\0"))}
    station, mark = (found.get(name.encode(), b"").decode("utf-8", "surrogateescape") for name in (STATION, MARK))
    return mark_of(station, mark)
