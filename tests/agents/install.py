"""Installs the agents that `tests/agents` runs: `python -m tests.agents.install [NAME...]`, into `.agents` of the
repository or `$AGENTS_DIR`. What is there already stays; what cannot be brought is said, and its tests skip.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import ROOT

AGENTS = Path(os.environ.get("AGENTS_DIR", ROOT / ".agents")).resolve()
NODE = "node@26.10.0"
"""Some agents want a later Node than many machines have; npm brings one as a package."""
PACKAGES = {
    "node": NODE,
    "gemini": "@google/gemini-cli@0.61.0",
    "codex-acp": "@agentclientprotocol/codex-acp@2.6.0",
    "claude-agent-acp": "@agentclientprotocol/claude-agent-acp@0.100.0",
    "opencode": "opencode-ai@1.18.33",
    "qwen": "@qwen-code/qwen-code@0.24.4",
    "vibe-acp": "mistral-vibe==3.0.2",
}
"""By the name of the program. Exact versions: npm else takes the newest that fits the running Node, which for some
agents is an empty placeholder."""
USUAL = ("node", "gemini", "codex-acp", "claude-agent-acp")
WITHIN_S = float(os.environ.get("AGENTS_WITHIN_S", "100"))


def bin_of(name: str) -> Path:
    """The folder with the program of this name, once it is installed."""
    place = AGENTS / re.sub(r"[^a-z0-9.]+", "-", PACKAGES[name].lower()).strip("-")
    return place / ("bin" if "==" in PACKAGES[name] else "node_modules/.bin")


def bring(name: str, within: float) -> str:
    """Install one; what hindered it."""
    if (bin_of(name) / name).exists():
        return ""
    return _from_pypi(name, within) if "==" in PACKAGES[name] else _from_npm(name, within)


def _from_npm(name: str, within: float) -> str:
    place = bin_of(name).parent.parent
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm"
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text("{}")
    return _run([npm, "install", "--no-audit", "--no-fund", "--loglevel=error", PACKAGES[name]], place, within)


def _from_pypi(name: str, within: float) -> str:
    place = bin_of(name).parent
    python = shutil.which("python3.12") or shutil.which("python3.13")
    if python is None:
        return "there is no Python 3.12"
    place.parent.mkdir(parents=True, exist_ok=True)
    return _run([python, "-m", "venv", str(place)], place.parent, within) or _run(
        [str(place / "bin/pip"), "install", "--quiet", PACKAGES[name]], place, within
    )


def _run(words: list[str], place: Path, within: float) -> str:
    try:
        done = subprocess.run(words, cwd=place, timeout=within, capture_output=True, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"not within {within:.0f} s" if isinstance(error, subprocess.TimeoutExpired) else str(error)
    return "" if done.returncode == 0 else done.stderr.strip()[-300:] or f"it ended with {done.returncode}"


def main(names: list[str]) -> None:
    """Bring them one after the other, within the time for all."""
    left = WITHIN_S
    for name in names or USUAL:
        began = os.times().elapsed
        trouble = bring(name, max(1.0, left)) if left > 0 else "no time is left"
        left -= os.times().elapsed - began
        print(f"{PACKAGES[name]}: {trouble or 'is there'}")


if __name__ == "__main__":
    main(sys.argv[1:])
