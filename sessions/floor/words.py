"""The type of what somebody said, wherever a value holds it."""

from __future__ import annotations

from typing import Annotated

Words = Annotated[str, "words of somebody"]
"""A text that a person, an agent or a program chose freely, and that may hold a secret: the journal takes it out of
every field of this type (see `sessions.secrets`). Names, paths and ids are plain `str`: things are known by them."""
