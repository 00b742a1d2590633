"""A place is set up once, as the repository says, and a failure is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.stations.places.layout import Place, place_of
from sessions.stations.places.setup import FILE, Setup, caches_of, declared, is_allowed, log_of, prepare
from sessions.stations.places.suspects import Allowed, listing
from tests.sessions.stations.places.world import World

ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.fixture
def place(world: World) -> Place:
    world.repo.commit({".gitignore": ".env\ncache/\n"})
    world.repo.write({".env": "KEY=1\n", "cache/a/b.txt": "b\n", "notes.txt": "mine\n"})
    (world.repo.path / "cache" / "out").symlink_to("/etc/passwd")
    return world.place()


def set_up(place: Place, setup: Setup, source: Path | None = None, longest: float = 30.0) -> tuple[str, ...]:
    return prepare(place, setup, (), ENVIRONMENT, source, longest)


def test_what_is_declared_is_read_and_what_is_wrong_is_told(place: Place) -> None:
    assert declared(place) == Setup()
    file = place.work / FILE
    file.write_text('[setup]\nscript = "make"\ncopy = [".env"]\ncaches = ["~/.cache/pip"]\n')
    assert declared(place) == Setup("make", (".env",), ("~/.cache/pip",))
    for wrong, word in (
        ("[setup]\nscrpt = 1\n", "scrpt"),
        ("[setup]\nscript = 1\n", "str"),
        ("[setup", "cannot be used"),
        ('[setup]\ncopy = ["../x"]\n', "relative"),
        ('[setup]\ncopy = ["/etc/passwd"]\n', "relative"),
        ('[setup]\ncopy = [".git/config"]\n', "relative"),
    ):
        file.write_text(wrong)
        with pytest.raises(FactoryError, match=word):
            declared(place)
    file.unlink()
    file.symlink_to("/etc/passwd")
    assert declared(place) == Setup()


def test_ignored_files_are_copied_and_nothing_else(world: World, place: Place) -> None:
    told = set_up(place, Setup(copy=(".env", "cache", "notes.txt", "README.md", "nowhere")), world.repo.path)
    assert (place.work / ".env").read_text() == "KEY=1\n"
    assert (place.work / "cache/a/b.txt").read_text() == "b\n"
    assert not (place.work / "cache/out").exists()
    assert not (place.work / "notes.txt").exists()
    assert [words.partition(" ")[0] for words in told] == ["notes.txt", "README.md", "nowhere"]
    assert "copied .env" in log_of(place)


def test_a_copy_goes_through_no_link_of_the_branch(world: World, place: Place) -> None:
    outside = world.root / "outside"
    outside.mkdir()
    (place.work / "cache").symlink_to(outside)
    told = set_up(place, Setup(copy=("cache",)), world.repo.path)
    assert list(outside.iterdir()) == []
    assert len(told) == 1


def test_the_script_runs_once_and_its_log_is_kept(world: World, place: Place) -> None:
    script = Setup(script="echo made $PWD; echo x >> made.txt")
    assert set_up(place, script) == ()
    assert f"made {place.work}" in log_of(place)
    assert "ended with 0" in log_of(place)
    set_up(place_of(world.state_dir, "s1"), script)
    assert (place.work / "made.txt").read_text() == "x\n"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("echo oh no >&2; exit 3", "ended with 3 (oh no)"),
        ("exec sleep 600", "took longer"),
        ("kill -9 $$", "ended with -9"),
    ],
)
def test_a_set_up_that_fails_is_told_and_not_done_again(world: World, place: Place, script: str, word: str) -> None:
    (told,) = set_up(place, Setup(script=script), longest=0.3 if "sleep" in script else 30.0)
    assert word in told
    assert str(place.log) in told
    assert set_up(place_of(world.state_dir, "s1"), Setup(script="touch again")) == ()
    assert not (place.work / "again").exists()


def test_a_boundary_stands_before_the_script(place: Place) -> None:
    prepare(place, Setup(script="echo $INSIDE"), ("env", "INSIDE=yes"), ENVIRONMENT, None)
    assert log_of(place).startswith("yes\n")
    place = place.with_record(prepared=False)
    told = prepare(place, Setup(script="true"), ("/no/such/boundary",), ENVIRONMENT, None)
    assert "could not be run" in told[0]


def test_what_is_the_operators_is_only_given_when_that_was_allowed(world: World, place: Place) -> None:
    (place.work / FILE).write_text('[setup]\ncopy = [".env"]\n')
    assert not is_allowed(place, world.state_dir)
    (told,) = set_up(place, declared(place), None)
    assert "not allowed" in told
    Allowed(world.state_dir).allow([each for each in listing(place.work) if each.path == FILE], "me")
    assert is_allowed(place, world.state_dir)
    (place.work / FILE).write_text('[setup]\ncopy = [".env", "cache"]\n')
    assert not is_allowed(place, world.state_dir)


def test_caches_are_directories_that_show_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home" / "me"
    (home / ".cache" / "pip").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "sneaky").symlink_to(home)
    texts = ("~/.cache/pip", "~", "/", str(tmp_path / "home"), "relative", "~/nowhere", str(tmp_path / "sneaky"))
    assert caches_of(Setup(caches=texts)) == (home / ".cache" / "pip",)
