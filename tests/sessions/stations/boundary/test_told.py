"""A write that the kernel refused becomes visible: from a real command in a real boundary to a fact of the floor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.stations.boundary import machine
from sessions.stations.contract import Signal
from sessions.stations.signals import tools
from sessions.stations.terminal import hooked
from tests.support.boundary.site import Site

HERE = machine.here()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(root=True)
    yield made
    made.close()


def hooked_with(site: Site, folder: Path, payload: dict[str, object]) -> dict[str, object]:
    """What the hook inside leaves in the outbox, of what an agent tells it."""
    installed = tools.install(folder / "tools")
    file = folder / "station.json"
    scope = site.bounds.scope
    file.write_text(json.dumps({"mode": "safe", "root": str(site.place), "write": scope.write, "own": []}))
    outbox = folder / "outbox"
    outbox.mkdir(exist_ok=True)
    env = {**os.environ, **installed.environment("one", outbox, file, os.environ["PATH"])}
    env["FACTORY_TUI_OUTBOX"] = str(outbox)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(installed.directory / "hook.py"), "hook"],
        input=json.dumps(payload).encode(),
        env=env,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    (left,) = outbox.glob("*.json")
    told: dict[str, object] = json.loads(left.read_bytes())
    left.unlink()
    return told


@pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
@pytest.mark.parametrize("shape", ["stdout", "stderr", "error"])
def test_a_command_that_was_refused_names_its_path_on_the_floor(site: Site, tmp_path: Path, shape: str) -> None:
    said = site.sh("cd src && echo x > a.py; echo x > ../lib/b.py; echo x > gen/made.py", site.draw())
    answer: dict[str, object] = {"error": said} if shape == "error" else {"tool_response": {shape: said, "code": 2}}
    payload: dict[str, object] = {
        "hook_event_name": "PostToolUseFailure" if shape == "error" else "PostToolUse",
        "session_id": "s1",
        "cwd": str(site.place / "src"),
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        **answer,
    }
    told = hooked_with(site, tmp_path, payload)
    inner = told["payload"]
    assert isinstance(inner, dict)
    assert inner["refused"] == ["lib/b.py", "src/gen/made.py"]
    signal = Signal("one:1", "one", str(told["name"]), 5.0, inner)
    violated = [event for event in hooked.heard(signal, "") if isinstance(event, ev.ScopeViolated)]
    assert [(event.path, event.act, event.stopped) for event in violated] == [
        ("lib/b.py", "write", True),
        ("src/gen/made.py", "write", True),
    ]


def test_what_fails_inside_the_scope_is_no_violation(site: Site, tmp_path: Path) -> None:
    payload: dict[str, object] = {
        "hook_event_name": "PostToolUse",
        "cwd": str(site.place),
        "tool_name": "Bash",
        "tool_response": "touch: cannot touch 'src/a.py': Permission denied",
    }
    inner = hooked_with(site, tmp_path, payload)["payload"]
    assert isinstance(inner, dict)
    assert "refused" not in inner
