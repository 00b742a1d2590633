"""What a program of the operator's needs inside, and no more of the home that it lies in."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from sessions.stations.boundary import machine
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.needed import needed
from tests.support.boundary.site import SECRET, Site


def script(path: Path, line: str, body: str = "echo ran") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{line}\n{body}\n")
    path.chmod(0o755)
    return path


def search(*folders: Path) -> str:
    return os.pathsep.join([*map(str, folders), os.environ["PATH"]])


def test_the_system_brings_its_own() -> None:
    assert needed("sh") == ()
    assert needed("no-such-program") == ()


def test_a_link_to_one_file(tmp_path: Path) -> None:
    target = script(tmp_path / ".local/share/tool/versions/1.2", "#!/bin/sh")
    link = tmp_path / ".local/bin/tool"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    assert needed("tool", search(link.parent)) == (link, target)


def test_a_package_of_node_with_its_node(tmp_path: Path) -> None:
    node = script(tmp_path / ".nvm/versions/node/v22/bin/node", "#!/bin/sh")
    (node.parent.parent / "lib/node_modules/@x/agent").mkdir(parents=True)
    cli = script(node.parent.parent / "lib/node_modules/@x/agent/cli.js", "#!/usr/bin/env node")
    link = node.with_name("agent")
    link.symlink_to("../lib/node_modules/@x/agent/cli.js")
    found = needed("agent", search(node.parent))
    assert found == (link, cli.parents[2], node.parent.parent)


def test_a_tool_of_a_virtual_environment(tmp_path: Path) -> None:
    python = script(tmp_path / "python/bin/python3", "#!/bin/sh")
    (python.parent.parent / "lib").mkdir()
    venv = tmp_path / "venv"
    tool = script(venv / "bin/tool", f"#!{venv}/bin/python")
    (venv / "pyvenv.cfg").write_text("home = x\n")
    (venv / "bin/python").symlink_to(python)
    assert needed("tool", search(tool.parent)) == (venv, venv / "bin/python", python.parent.parent)


def test_a_directory_full_of_tools_gives_only_the_one(tmp_path: Path) -> None:
    tool = script(tmp_path / ".cargo/bin/tool", "#!/bin/sh")
    (tmp_path / ".cargo/lib").mkdir()
    (tmp_path / ".cargo/credentials.toml").write_text(SECRET)
    assert needed("tool", search(tool.parent)) == (tool,)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert needed("one", str(tmp_path)) == ()


@pytest.mark.skipif(not machine.here().bubblewrap, reason="bubblewrap does not run here")
def test_with_it_the_program_runs_inside_and_its_neighbours_are_not_there() -> None:
    site = Site(root=True)
    home = site.base / "home"
    target = script(home / ".local/share/tool/1", "#!/bin/sh", 'echo ran; cat "$0"; ls -A "$1" "$1/.local/bin"')
    link = home / ".local/bin/tool"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    script(home / ".local/bin/other", "#!/bin/sh")
    bounds = msgspec.structs.replace(site.bounds, programs=needed("tool", search(link.parent)))
    said = site.run(["tool", str(home)], draw(bounds)).stdout.decode()
    site.close()
    assert said.startswith("ran\n#!/bin/sh")
    assert (".ssh" in said, "other" in said) == (False, False)
