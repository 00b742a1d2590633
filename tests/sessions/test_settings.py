"""Settings: defaults, what may be written, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions import settings
from sessions.errors import FactoryError
from sessions.floor.scope import Budget, Network, Scope
from sessions.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    return tmp_path


def test_without_a_file_the_defaults_hold() -> None:
    assert settings.load() == Settings()


def test_the_operators_file_is_read(home: Path) -> None:
    file = settings.settings_path()
    assert file.is_relative_to(home)
    file.parent.mkdir(parents=True)
    file.write_text('base = "release"\nidle_minutes = 3\nsessions = ["~/old", "/data"]\nslow_link = "on"\n')
    loaded = settings.load()
    assert (loaded.base, loaded.idle_minutes, loaded.slow_link) == ("release", 3.0, "on")
    assert loaded.session_paths == (Path.home() / "old", Path("/data"))


def test_the_environment_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text('theme = "light"')
    monkeypatch.setenv(settings.VARIABLE, str(other))
    assert settings.load().theme == "light"


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.VARIABLE, str(tmp_path / "none.toml"))
    with pytest.raises(FactoryError, match="no settings file"):
        settings.load()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match=str(tmp_path)):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("idle_minutes = ", "no valid TOML"),
        ("idle_minuets = 3", "did you mean 'idle_minutes'"),
        ("colour = 3", "it may hold: base"),
        ("[base]\nname = 1", "base cannot be"),
        ('idle_minutes = "3"', "a number of minutes"),
        ("idle_minutes = -1", "a number of minutes"),
        ("idle_minutes = nan", "a number of minutes"),
        ("idle_minutes = inf", "a number of minutes"),
        ('slow_link = "sometimes"', '"auto", "on" or "off"'),
        ('sessions = "/data"', "a list of paths"),
        ("systemd_scope = 1", "true or false"),
    ],
)
def test_a_mistake_names_file_key_and_cure(text: str, said: str) -> None:
    with pytest.raises(FactoryError) as caught:
        settings.parse(text, "config.toml")
    assert said in str(caught.value)
    assert "config.toml" in caught.value.message
    assert caught.value.cure


def test_every_setting_has_words_for_its_mistakes() -> None:
    assert set(settings._KINDS) == set(Settings.__struct_fields__)


def test_roles_are_presets_of_boundaries_and_budgets() -> None:
    text = """
    [roles.test]
    write = ["tests/**", "!tests/slow/**"]
    hosts = ["pypi.org"]
    budget = { tokens = 1_000_000, minutes = 90 }

    [roles."long name"]
    exclusive = true
    """
    roles = settings.parse(text, "config.toml").roles
    known = Scope(("**",), tools=("Edit",))
    assert roles["test"].scope(known) == Scope(
        ("tests/**", "!tests/slow/**"), tools=("Edit",), network=Network.LISTED, hosts=("pypi.org",)
    )
    assert roles["test"].most(Budget(turns=3)) == Budget(tokens=1_000_000, seconds=5_400)
    assert roles["long name"].scope(known) == replace(known, exclusive=True)
    assert roles["long name"].most(Budget(turns=3)) == Budget(turns=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("roles = 3", "roles cannot be 3"),
        ('[roles.test]\nwrites = ["**"]', r"roles.test: Object contains unknown field 'writes"),
        ('[roles.test]\nwrite = "**"', "roles.test: Expected `array`|roles.test: Expected 'array"),
        ('[roles.test]\nwrite = ["/etc/**"]', "roles.test: write: /etc/.* lies outside the work tree"),
        ('[roles.test]\nread = ["src/**", "!docs/**"]', "roles.test: read: !docs/.* takes nothing away"),
        ('[roles.test]\nnetwork = "wide"', "roles.test: Invalid enum value 'wide"),
        ("[roles.test]\nbudget = { tokens = -1 }", "numbers of 0 or more"),
        ("[roles.test]\nbudget = { dollars = nan }", "numbers of 0 or more"),
        ("[roles.test]\nbudget = { token = 1 }", "unknown field 'token"),
    ],
)
def test_a_mistake_in_a_role_is_named(text: str, said: str) -> None:
    with pytest.raises(FactoryError, match=said):
        settings.parse(text, "config.toml")
