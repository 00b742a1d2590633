"""How much a task may hold, whoever adds it and however it is written."""

from __future__ import annotations

TASKS = 5_000
"""That are added at once, and that are not over."""
TITLE_CHARS, TEXT_CHARS, ROLE_CHARS = 200, 100_000, 40
COMMANDS, COMMAND_CHARS = 50, 4_000
"""Of a check."""
AFTER = 100
"""Tasks that one comes after."""
RETRIES, PRIORITY = 100, 1_000_000
