"""What every test stands on: none of the user's own settings reach it, and chance falls the same in every run."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import settings

# No deadline for an example and the same examples everywhere: a slow machine or an unlucky seed fails no run.
# `--hypothesis-profile=default` looks for new examples.
settings.load_profile("ci")

FOREIGN = ("GIT_", "XDG_", "LC_", "SSH_", "TEXTUAL_", "CLAUDE_", "CODEX_", "FACTORY_TUI_")
"""How the names of variables begin that would change what git, the product or its screens do."""
FOREIGN_NAMES = (
    *("LANGUAGE", "NO_COLOR", "FORCE_COLOR", "COLORFGBG", "COLUMNS", "LINES", "TMUX", "STY"),
    *("PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONWARNINGS"),  # such a one hides what is not flushed
)
OWN = "TEXTUAL_SNAPSHOT_"
"""How the names begin by which the processes of one run know where to put their pictures."""


def pytest_configure(config: pytest.Config) -> None:
    """Give this process, and all that it starts, an empty home and the environment of a plain terminal."""
    around = pytest.MonkeyPatch()
    home = tempfile.TemporaryDirectory(prefix="ft-home-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    config.add_cleanup(around.undo)
    for name in list(os.environ):
        if (name.startswith(FOREIGN) and not name.startswith(OWN)) or name in FOREIGN_NAMES:
            around.delenv(name)
    plain = {"HOME": home.name, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}
    for name, value in (plain | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}).items():
        around.setenv(name, value)
