"""The known agents: found with their versions without being started, and what is missing said with the cure."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sessions.stations import kinds
from sessions.stations.acp import presets
from sessions.stations.acp.kind import AcpKind
from sessions.stations.acp.program import node_version, version
from tests import ROOT

KNOWN = [value for value in vars(presets).values() if isinstance(value, AcpKind)]


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.name)
def test_each_is_registered_under_its_name(kind: AcpKind) -> None:
    assert kinds.load(kind.name) is kind


@pytest.mark.parametrize("kind", [kind for kind in KNOWN if kind.preset.program], ids=lambda kind: kind.name)
def test_a_missing_one_is_said_with_how_it_is_installed(kind: AcpKind, tmp_path: Path) -> None:
    found = kind.usable({"PATH": str(tmp_path)})
    assert not found.ok
    assert f"no program {kind.preset.program} on PATH" in found.reason
    assert found.cure.endswith(f"{kind.preset.package}{'==' if kind.name == 'vibe' else '@'}{kind.preset.tested}")


def test_any_command_needs_none(tmp_path: Path) -> None:
    assert presets.ANY.usable({"PATH": str(tmp_path)}).ok


def program(folder: Path, name: str, text: str = "#!/bin/sh\nexit 9\n") -> Path:
    """One on a PATH, which must not be started."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return file


def node(place: Path, said: str) -> None:
    program(place / "bin", "node", f"#!/bin/sh\necho v{said}\n")


def test_the_version_of_a_node_program_is_its_packages(tmp_path: Path) -> None:
    package = tmp_path / "lib/node_modules/@google/gemini-cli"
    program(package / "bundle", "gemini.js")
    (package / "package.json").write_text(json.dumps({"name": "@google/gemini-cli", "version": "0.61.0"}))
    node(tmp_path, "22.1.0")
    (tmp_path / "bin/gemini").symlink_to(package / "bundle/gemini.js")
    found = presets.GEMINI.usable({"PATH": str(tmp_path / "bin")})
    assert (found.ok, found.version) == (True, "0.61.0")


def test_the_version_of_a_python_program_is_its_packages(tmp_path: Path) -> None:
    program(tmp_path / "venv/bin", "vibe-acp")
    (tmp_path / "venv/lib/python3.12/site-packages/mistral_vibe-3.0.2.dist-info").mkdir(parents=True)
    (tmp_path / "venv/lib/python3.12/site-packages/mistral_vibe_extra-9.9.dist-info").mkdir()
    found = presets.VIBE.usable({"PATH": str(tmp_path / "venv/bin")})
    assert (found.ok, found.version) == (True, "3.0.2")


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{", '{"name": "other", "version": "1.2"}', '{"name":"p","version":"\\u001b"}']
)
def test_a_package_that_says_nothing_has_no_version(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "package.json").write_text(manifest)
    assert version(str(program(tmp_path / "bin", "p")), "p") == ""
    assert version(str(tmp_path / "gone"), "p") == ""


def test_a_node_that_is_too_old_is_said(tmp_path: Path) -> None:
    program(tmp_path / "bin", "claude-agent-acp")
    node(tmp_path, "20.20.2")
    found = presets.CLAUDE.usable({"PATH": str(tmp_path / "bin")})
    assert (found.ok, found.reason) == (False, "it needs Node 22 or later, and PATH has 20.20.2")
    assert "Node 22" in found.cure


def test_the_header_beside_a_node_says_its_version_without_starting_it(tmp_path: Path) -> None:
    program(tmp_path / "bin", "node")
    header = tmp_path / "include/node/node_version.h"
    header.parent.mkdir(parents=True)
    header.write_text("#define NODE_MAJOR_VERSION 26\n#define NODE_MINOR_VERSION 10\n#define NODE_PATCH_VERSION 0\n")
    assert node_version(str(tmp_path / "bin")) == (26, 10, 0)


def test_looking_at_all_kinds_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom sessions.stations.acp import presets\npresets.GEMINI.usable({'PATH': '/nowhere'})\n"
        "sys.exit(bool({'acp', 'pydantic', 'litellm'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
