"""Removes a directory of ours in which an agent has written: also what it has closed to us, or made very deep."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path


def clear(root: Path) -> None:
    """Remove it with all that lies below; no link is followed. Raises OSError where something stays."""

    def again(function: Callable[..., object], path: str, _error: object) -> None:
        above = Path(path).parent
        if not stat.S_ISLNK(above.lstat().st_mode):
            above.chmod(0o700)
        if Path(path).is_dir() and not Path(path).is_symlink():
            Path(path).chmod(0o700)
            shutil.rmtree(path, ignore_errors=True)
        else:
            function(path)

    try:
        shutil.rmtree(root, onerror=again)
    except (RecursionError, OSError):
        # Deeper than Python goes, or than a path can be long: these programs have no such end.
        for words in (("chmod", "-R", "u+rwX"), ("rm", "-rf")):
            subprocess.run([*words, "--", root], capture_output=True, check=False)
        if root.exists():
            raise
