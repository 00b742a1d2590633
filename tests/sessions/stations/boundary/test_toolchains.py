"""The operator's compilers are there inside, and their home is not."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from sessions.stations.boundary import machine
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.toolchains import Toolchains, toolchains
from tests.support.boundary.site import SECRET, Site


def found(home: Path, *folders: str, **more: str) -> Toolchains:
    """What is found with these directories, of a home, in the PATH."""
    for folder in folders:
        (home / folder).mkdir(parents=True, exist_ok=True)
    return toolchains({"PATH": os.pathsep.join(str(home / folder) for folder in folders), **more}, home)


def test_nothing_of_the_home_comes_along(tmp_path: Path) -> None:
    assert found(tmp_path, ".local/bin", "bin", "work/.venv/bin", "").paths == ()
    assert toolchains({"PATH": "/usr/bin:/bin:relative:/no/such:/mnt"}, tmp_path) == Toolchains()


def test_a_version_of_a_language(tmp_path: Path) -> None:
    (tmp_path / ".nvm/versions/node/v22/lib").mkdir(parents=True)
    assert found(tmp_path, ".nvm/versions/node/v22/bin").paths == (tmp_path / ".nvm/versions/node/v22",)


def test_shims_need_what_they_choose_from(tmp_path: Path) -> None:
    assert found(tmp_path, ".pyenv/shims", ".pyenv/bin").paths == (tmp_path / ".pyenv",)


def test_a_link_to_the_version_of_now(tmp_path: Path) -> None:
    java = tmp_path / ".sdkman/candidates/java/21"
    (java / "lib").mkdir(parents=True)
    (java / "bin").mkdir()
    java.with_name("current").symlink_to("21")
    assert found(tmp_path, ".sdkman/candidates/java/current/bin").paths == (java, java.with_name("current"))


def test_rust_has_its_own_home_and_its_passwords_stay_out(tmp_path: Path) -> None:
    assert found(tmp_path, ".cargo/bin").paths == (tmp_path / ".cargo/bin",)
    (tmp_path / ".rustup").mkdir()
    chains = found(tmp_path, ".cargo/bin")
    assert chains.paths == (tmp_path / ".cargo/bin", tmp_path / ".rustup")
    assert chains.environment == {"RUSTUP_HOME": str(tmp_path / ".rustup")}


@pytest.mark.skipif(not machine.here().bubblewrap, reason="bubblewrap does not run here")
def test_a_tool_of_the_operator_s_builds_twice_and_the_second_time_from_its_cache() -> None:
    """Case 20."""
    site = Site(root=True)
    home = site.base / "home"
    tool = home / ".pyenv/shims/build"
    tool.parent.mkdir(parents=True)
    tool.write_text(
        "#!/bin/sh\n[ -e ~/.cache/built ] && echo again || { mkdir -p ~/.cache; touch ~/.cache/built; echo anew; }\n"
    )
    tool.chmod(0o755)
    before = sorted(home.rglob("*"))
    bounds = msgspec.structs.replace(site.bounds, programs=toolchains({"PATH": str(tool.parent)}, home).paths)
    boundary = draw(bounds)
    assert [site.sh("build", boundary) for _ in range(2)] == ["anew\n", "again\n"]
    assert SECRET not in site.sh(f"cat {home}/.ssh/*; ls -A {home}", boundary)
    assert sorted(home.rglob("*")) == before
    site.close()
