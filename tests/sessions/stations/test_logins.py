"""What a station is given of the operator's own login: what opens its model, and nothing that renews it."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.stations import kinds
from sessions.stations.running.logins import Login, login_of

NOW = 1_800_000_000.0
RENEWS = "renews-it"


def token(ends: float) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"exp": ends}).encode()).decode().rstrip("=")
    return f"head.{body}.sign"


def claude(home: Path, ends: float = NOW + 7_200, **more: object) -> None:
    said = {"accessToken": "opens-it", "refreshToken": RENEWS, "expiresAt": ends * 1_000, "scopes": ["x"], **more}
    write(home / ".claude/.credentials.json", {"claudeAiOauth": said})


def codex(home: Path, ends: float = NOW + 7_200, **more: object) -> None:
    tokens = {"id_token": "i", "access_token": token(ends), "refresh_token": RENEWS, "account_id": "acc"}
    write(home / ".codex/auth.json", {"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "then", **more})


def write(path: Path, said: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said))


@pytest.fixture
def operator(tmp_path: Path) -> Path:
    (tmp_path / "station").mkdir()
    return tmp_path / "operator"


def looked(name: str, operator: Path, **more: str) -> Login:
    environment: Mapping[str, str] = {"HOME": str(operator), **more}
    return login_of(kinds.load(name), environment, operator.parent / "station", NOW)


@pytest.mark.parametrize("name", ["claude", "claude-agent-acp"])
def test_claude_has_the_token_that_opens_its_model(name: str, operator: Path) -> None:
    claude(operator)
    login = looked(name, operator)
    assert login.environment == {"CLAUDE_CODE_OAUTH_TOKEN": "opens-it"}
    assert not login.files and "cannot renew it" in login.notice


@pytest.mark.parametrize("name", ["codex", "codex-acp"])
def test_codex_has_a_file_without_what_renews_it(name: str, operator: Path) -> None:
    codex(operator)
    login = looked(name, operator)
    said = json.loads(login.files[".codex/auth.json"])
    assert said["tokens"]["access_token"] == token(NOW + 7_200) and said["tokens"]["account_id"] == "acc"
    assert said["last_refresh"] == "then" and RENEWS not in login.files[".codex/auth.json"]
    codex(operator, OPENAI_API_KEY="sk-key")
    assert looked(name, operator) == Login({"OPENAI_API_KEY": "sk-key"})


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("claude", "ANTHROPIC_API_KEY"),
        ("claude", "CLAUDE_CODE_OAUTH_TOKEN"),
        ("codex", "OPENAI_API_KEY"),
        ("gemini", "X"),
    ],
)
def test_a_key_of_the_environment_goes_before_it(name: str, given: str, operator: Path) -> None:
    claude(operator)
    codex(operator)
    assert looked(name, operator, **{given: "key"}) == Login()


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_without_one_the_cure_is_said(name: str, operator: Path) -> None:
    assert looked(name, operator).notice.startswith("it has no login here: set ")
    claude(operator, NOW + 60)
    codex(operator, NOW + 60)
    login = looked(name, operator)
    assert login.notice.startswith("it has no login here: set ") and not login.environment and not login.files


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_who_has_logged_in_at_its_terminal_stays_so(name: str, operator: Path) -> None:
    claude(operator.parent / "station")
    codex(operator)
    given = looked("codex", operator).files  # what it was given before is none of its own
    write(operator.parent / "station/.codex/auth.json", json.loads(given[".codex/auth.json"]))
    assert looked("codex", operator).files
    codex(operator.parent / "station")
    assert looked(name, operator) == Login()


def test_another_place_of_the_operators(operator: Path) -> None:
    claude(operator)
    (operator / ".claude").rename(operator / "elsewhere")
    assert "no login" in looked("claude", operator).notice
    assert looked("claude", operator, CLAUDE_CONFIG_DIR=str(operator / "elsewhere")).environment


@given(
    st.binary(max_size=60) | st.sampled_from([b"{}", b'{"claudeAiOauth":null}', b'{"tokens":{"access_token":"a.b.c"}}'])
)
def test_no_file_breaks_it(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        for file in (".claude/.credentials.json", ".codex/auth.json"):
            path = Path(place, file)
            path.parent.mkdir()
            path.write_bytes(body)
        for name in ("claude", "codex"):
            login = login_of(kinds.load(name), {"HOME": place}, Path(place, "home"), NOW)
            assert "no login" in login.notice
