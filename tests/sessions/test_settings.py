"""Settings: defaults, what may be written, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions import settings
from sessions.errors import FactoryError
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
