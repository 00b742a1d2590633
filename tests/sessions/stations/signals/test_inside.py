"""Signals from inside a boundary that the kernel holds."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator, Mapping

import pytest
from msgspec.structs import replace

from sessions.floor.scope import Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.bounds import Boundary
from sessions.stations.boundary.draw import draw
from sessions.stations.contract import Decision
from sessions.stations.signals import hook, plain, tools
from sessions.stations.signals.standing import Standing, write
from sessions.stations.signals.tools import Tools
from tests.support.boundary.site import Site
from tests.support.stations.signals import STATION, ended, listening, names
from tests.support.supervisor import PATIENCE_S

HERE = machine.here()
pytestmark = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
SCOPE = Scope(write=("src/**", "README.md"))


class Room:
    """A station with all that it speaks with."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.out, own = site.base / "out", site.base / "own"
        self.out.mkdir(mode=0o700)
        for station in (STATION, "other"):
            (self.out / station).mkdir(mode=0o700)
        self.kit: Tools = tools.install(site.base / "tools")
        standing = Standing(station=STATION, directory=str(site.place), own=(str(site.bounds.home),), scope=SCOPE)
        file = write(own, standing)
        bounds = replace(site.bounds, scope=SCOPE, outbox=self.out / STATION, programs=(*self.kit.needs, own))
        self.boundary: Boundary = draw(bounds)
        path = self.boundary.environment["PATH"]
        told = self.kit.environment(STATION, self.out / STATION, file, path)
        self.environment: Mapping[str, str] = {**self.boundary.environment, **told}

    def run(self, script: str, given: bytes = b"") -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        argv = self.boundary.wrap(["/bin/sh", "-c", script])
        process = subprocess.Popen(
            argv, cwd=self.site.place, env=dict(self.environment), stdin=pipe, stdout=pipe, stderr=pipe
        )
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
        process.stdin = None
        return process


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    site = Site(root=True)
    yield Room(site)
    site.close()


def test_signals_come_out_and_answers_come_in(room: Room) -> None:
    async def scene() -> None:
        async with listening(room.out) as supervisor:
            script = "factory-tui hook PROGRESS --text half && factory-tui ask scope 'docs/**' --why 'the guide'"
            process = room.run(script)
            asked = await supervisor.question()
            assert supervisor.texts[0] == "half"
            await supervisor.outbox.answer(asked.id, plain.reply(Decision.ALLOW, ""))
            code, out, error = await ended(process)
            assert (code, out.startswith("Allowed."), error) == (0, True, "")

    asyncio.run(scene())


def test_an_agents_hook_denies_what_no_mount_says(room: Room) -> None:
    payload = {"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": "src/../LICENSE"}}
    payload["cwd"] = str(room.site.place)

    async def scene() -> None:
        async with listening(room.out) as supervisor:
            _, out, error = await ended(room.run(room.kit.command, json.dumps(payload).encode()))
            assert error == ""
            assert json.loads(out)["hookSpecificOutput"]["permissionDecision"] == "deny"
            await supervisor.until(lambda: supervisor.signals)
            assert supervisor.signals[0].payload["outside"] == ["LICENSE"]

    asyncio.run(scene())


def test_who_writes_beside_a_file_is_told_how_to_write_one_that_stands_alone_in_the_scope(room: Room) -> None:
    """Claude Code makes a file beside the one it means, and gives up where the mount is read-only."""

    def says(tool: str, path: str, agent: str) -> tuple[str, str]:
        payload = {"hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": {"file_path": path}}
        payload["cwd"] = str(room.site.place)
        process = room.run(f"{hook.AGENT}={agent} {room.kit.command}", json.dumps(payload).encode())
        out = process.communicate(timeout=PATIENCE_S)[0]
        answer = json.loads(out)["hookSpecificOutput"] if out else {}
        return answer.get("permissionDecision", ""), answer.get("permissionDecisionReason", "")

    decision, reason = says("Edit", "README.md", "claude")
    assert (decision, "cat > README.md <<'END'" in reason) == ("deny", True)
    assert says("Write", "src/a", "claude")[0] == ""
    assert says("Edit", "README.md", "codex")[0] == ""
    command = "cat > README.md <<'END'\nwritten in place\nEND\n"
    assert room.run(command).communicate(timeout=PATIENCE_S) == (b"", b"")
    assert (room.site.place / "README.md").read_text() == "written in place\n"


def test_what_is_in_the_scope_is_asked_of_nobody(room: Room) -> None:
    process = room.run("factory-tui ask scope 'src/pool/**' README.md")
    out, error = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out.startswith(b"Your scope has that already"), error) == (0, True, b"")


def test_a_question_ends_with_the_boundary(room: Room) -> None:
    """Whoever ends what holds the station ends all that is inside, also a hook that nobody knows."""

    async def scene() -> None:
        async with listening(room.out) as supervisor:
            process = room.run(f"{room.kit.command}; :", b'{"hook_event_name": "PermissionRequest"}')
            asked = await supervisor.question()
            process.kill()
            await supervisor.until(lambda: supervisor.withdrawn)
            assert supervisor.withdrawn[0].question == asked.id
            process.communicate()

    asyncio.run(scene())


def test_others_outboxes_and_the_tools_are_out_of_reach(room: Room) -> None:
    async def scene() -> None:
        script = (
            f"ls {room.out}; echo x > {room.kit.directory}/hook.py; rm -f {room.kit.directory}/factory-tui;"
            f"echo x > $FACTORY_TUI_STATION_FILE; mv {room.out / STATION} {room.out}/gone; true"
        )
        _, out, error = await ended(room.run(script))
        assert out == f"{STATION}\n"
        assert error.count("Read-only file system") + error.count("busy") + error.count("cannot") >= 4
        assert hook.__doc__ is not None
        assert hook.__doc__[:40] in (room.kit.directory / "hook.py").read_text()
        assert names(room.out) == ["other", STATION]

    asyncio.run(scene())
