"""What commands about cases come to. Pure."""

from __future__ import annotations

from sessions.floor.commands import CaseWish
from sessions.floor.decide.decision import Decision, Hand, Refusal
from sessions.floor.state import FloorState


def decide_case(state: FloorState, wish: CaseWish, hand: Hand) -> Decision:
    """What `wish` comes to on this floor."""
    return Refusal(f"{type(wish).__name__} cannot be done yet", "use the keys of stations")
