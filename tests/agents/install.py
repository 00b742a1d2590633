"""Installs the real agents that tests run: `python -m tests.agents.install [NAME...]`, into `.agents` of the repository
or `$AGENTS_DIR`. What is there already stays; what cannot be brought in time is said, and its tests skip.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
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
    "claude": "@anthropic-ai/claude-code@2.1.332",
    "codex": "@openai/codex@0.171.0",
    "vibe-acp": "mistral-vibe==3.0.2",
    "mini": "mini-swe-agent==2.4.6",
}
"""By the name of the program. Exact versions: npm else takes the newest that fits the running Node, which for some
agents is an empty placeholder."""
USUAL = ("node", "gemini", "codex-acp", "claude-agent-acp", "claude", "codex")
"""What comes within a minute."""
WITHIN_S = float(os.environ.get("AGENTS_WITHIN_S", "100"))


def bin_of(name: str) -> Path:
    """The folder with the program of this name, once it is installed."""
    return AGENTS / _folder(name) / ("bin" if "==" in PACKAGES[name] else "node_modules/.bin")


def found(name: str) -> Path | None:
    """The program: one that was brought, else one that is on the PATH."""
    brought = bin_of(name) / name
    there = str(brought) if brought.exists() else shutil.which(name)
    return Path(there) if there else None


def bring(name: str, within: float) -> str:
    """Install one; what hindered it. Of one that was hindered nothing is left: a half of it would not be skipped."""
    if (bin_of(name) / name).exists():
        return ""
    trouble = _from_pypi(name, within) if "==" in PACKAGES[name] else _from_npm(name, within)
    if not trouble and not (bin_of(name) / name).exists():
        trouble = f"there is no {name} in it"
    if trouble:
        shutil.rmtree(AGENTS / _folder(name), ignore_errors=True)
    return trouble


def _folder(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", PACKAGES[name].lower()).strip("-")


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
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    try:
        with subprocess.Popen(
            words, cwd=place, stdin=null, stdout=null, stderr=pipe, text=True, start_new_session=True
        ) as done:
            try:
                _, said = done.communicate(timeout=within)
            except subprocess.TimeoutExpired:
                os.killpg(done.pid, signal.SIGKILL)  # and what it has started
                return f"not within {within:.0f} s"
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else said.strip()[-300:] or f"it ended with {done.returncode}"


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
