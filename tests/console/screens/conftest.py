"""What holds for every test of a screen."""

from __future__ import annotations

import pytest

from console.screens.base import FactoryScreen


@pytest.fixture(autouse=True)
def _what_is_said_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A footer says a sentence for some seconds; a loaded machine may take longer to come to the look at it."""
    say = FactoryScreen.say
    monkeypatch.setattr(FactoryScreen, "say", lambda screen, text, seconds=0.0: say(screen, text, 3_600.0))
