"""Secrets leave no recording; ordinary text does."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.journal.redact import HIDDEN, redact

B62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _random(length: int, seed: int = 1) -> str:
    """Made here at run time, so that no scanner of the sources mistakes it for a real one."""
    return "".join(random.Random(seed).choices(B62, k=length))


KEYS = [
    "sk-" + "ant-api03-" + _random(60),
    "sk-" + "proj-" + _random(40),
    "AKIA" + _random(16).upper(),
    "ghp" + "_" + _random(36),
    "github" + "_pat_" + _random(50),
    "glpat" + "-" + _random(20),
    "xoxb" + "-1234567890-" + _random(24),
    "AIza" + _random(35),
    "hf" + "_" + _random(34),
    "npm" + "_" + _random(36),
    "sk" + "_live_" + _random(24),
    ".".join(["eyJ" + _random(20), "eyJ" + _random(40), _random(30)]),
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:8])
@pytest.mark.parametrize(
    "around", ["{}", "use {} here", "'{}'", "https://api/x?y={}&z=1", "token={}", '{{\\"k\\": \\"{}\\"}}']
)
def test_keys_of_the_usual_providers_are_hidden(key: str, around: str) -> None:
    text = redact(around.format(key))
    assert key not in text
    assert key[-12:] not in text
    assert HIDDEN in text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter2", "hunter2"),
        ("PASSWORD = 12345678", "12345678"),
        ('"db_password": "cor rect"', "cor rect"),
        ("export MY_API_KEY='abc-def'", "abc-def"),
        ("mysql --password hunter2 shop", "hunter2"),
        ("curl -u bob:hunter2 http://x", "hunter2"),
        ("Authorization: Bearer abcdef1234567890abcdef", "abcdef1234567890abcdef"),
        ("authorization: Basic Ym9iOmh1bnRlcjI=", "Ym9iOmh1bnRlcjI="),
        ("postgres://bob:hunter2@db/shop", "hunter2"),
        ("git clone https://bob:hunter2@host/x.git", "hunter2"),
        ("aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"),
        ("SALT=" + _random(32), _random(32)),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1 cut off", "b3BlbnNzaC1"),
        ('{\\"client_secret\\": \\"abcd efgh\\"}', "abcd efgh"),
    ],
)
def test_assigned_secrets_are_hidden(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert HIDDEN in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "pytest tests/test_tokens.py::test_key -q",
        "max_token: 4096",
        "token = settings.token",
        "password: required",
        "SyntaxError: unexpected token 'export'",
        "git show 4d5611e5aaaa4d5611e5bbbb4d5611e5cccc4d56",
        "head=4d5611e5aaaa4d5611e5bbbb4d5611e5cccc4d56",
        "id: 0b9ad0ae-6d1b-4d6f-9b39-0123456789ab",
        "--cov-report=html:build/reports/coverage_html_2024_final",
        "branch sk-learn-is-a-long-package-name",
        "docker run -u 1000:1000 image",
        "https://example.org:8080/path@2x.png",
        "ssh://git@host/repo.git",
        "Basic internationalization is done",
        "/home/bob/src/keys/tokenizer.py",
    ],
)
def test_ordinary_text_stays_to_the_character(text: str) -> None:
    assert redact(text) == text


words = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12)


@given(st.lists(words, max_size=20), st.sampled_from([" ", "/", ", ", "\n", "-", "_"]))
def test_plain_words_stay(found: list[str], between: str) -> None:
    text = between.join(word for word in found if len(word) < 12)
    marks = (
        "pass",
        "pwd",
        "secret",
        "key",
        "token",
        "credential",
        "cookie",
        "sk-",
        "akia",
        "authorization",
        "bearer",
        "basic",
    )
    if not any(mark in text.lower() for mark in marks) and len(text) < 60:
        assert redact(text) == text


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "part", ["a_", "password", "://", "token:", "sk-", "eyJ.", "-----BEGIN ", "=A1", "-u a:", "bearer "]
)
def test_time_grows_with_the_length_only(part: str) -> None:
    begin = time.process_time()
    redact(part * (50_000 // len(part)))
    assert time.process_time() - begin < 1.5
