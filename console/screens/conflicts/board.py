"""What an operator chose and wished on the conflicts screen: it outlives the screen, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the floor is painted before anybody asks for conflicts
    from sessions.landing.plan import Wishes
    from sessions.views.conflicts.view import Choice


class Board:
    """Kept by the app from one visit to the next."""

    def __init__(self) -> None:
        self.choice: Choice | None = None
        self.wishes: Wishes | None = None
        self.pair: tuple[str, str] = ("", "")
        """The names of the cursor's row and column."""
