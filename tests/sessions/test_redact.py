"""Secrets leave no recording; ordinary text does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions import redact as patterns
from sessions.redact import HIDDEN, redact
from sessions.suspect import suspects

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
    ".".join(["eyJ" + _random(20), _random(40), _random(16), _random(30), _random(22)]),
    "whsec" + "_" + _random(32),
    "dckr" + "_pat_" + _random(27),
    "dapi" + random.Random(1).randbytes(16).hex(),
    "hvs" + "." + _random(40),
    "tskey" + "-auth-" + _random(12) + "-" + _random(32),
    "sbp" + "_" + random.Random(1).randbytes(20).hex(),
    "NRAK" + "-" + _random(27).upper(),
    "ATBB" + _random(32),
    "glsa" + "_" + _random(32),
    "dp.pt" + "." + _random(43),
    "rubygems" + "_" + random.Random(1).randbytes(24).hex(),
    "$2b$12$" + _random(53),
    _random(40),
    "secret_" + _random(43),
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
        ('{"password": "ab\\"cdef"}', "cdef"),
        ("postgres://bob:hun@ter2@db/shop", "ter2"),
        ("redis://:hunter2pass@cache:6379/0", "hunter2pass"),
        (
            "https://" + random.Random(1).randbytes(16).hex() + "@errors.example.org/1",
            random.Random(1).randbytes(4).hex(),
        ),
        ("https://hooks.slack.com/services/T0000000/B0000000/abcdEFGH1234", "abcdEFGH1234"),
        ("https://store.example.org/x?sv=2020&sig=abc%2Fdef%2BGHI123456", "GHI123456"),
        ("Authorization: Bearer abc123", "abc123"),
        ("-H 'Authorization: Token abc-def-ghi'", "abc-def-ghi"),
        ("Cookie: theme=dark; sid=abc123def456", "abc123def456"),
        ("Set-Cookie: sid=abc123def456; Path=/", "abc123def456"),
        ("DB_PASS=hunter2", "hunter2"),
        ("SECRET_KEY_BASE=abcdefgh", "abcdefgh"),
        ("DB_PASSWORD=correct.horse.battery", "horse"),
        ("Passwort: hunter2", "hunter2"),
        ("<db_password>hunter2</db_password>", "hunter2"),
        ("machine example.org login bob password hunter2", "hunter2"),
        ("docker login -u bob -p hunter2 registry", "hunter2"),
        ("mysql -uroot -phunter2 shop", "hunter2"),
        ("sshpass -p hunter2 ssh host", "hunter2"),
        ("redis-cli -a hunter2 ping", "hunter2"),
        ("openssl rsa -passin pass:hunter2", "hunter2"),
        ('vault login --password "two words"', "two words"),
        ("curl -ubob:hunter2 http://x", "hunter2"),
        ("the password is hunter2", "hunter2"),
        (_random(64) + "\n" + _random(64, 3) + "\n-----END RSA PRIVATE KEY-----", _random(64, 3)),
        ("eyJ" + _random(20) + ".eyJ" + _random(30) + "…", _random(30)),
    ],
)
def test_assigned_secrets_are_hidden(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert HIDDEN in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "pytest tests/sessions/floor/test_tokens.py::test_key -q",
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
        "tests/test_auth.py::TestToken::test_refresh_token PASSED",
        "token = get_token()",
        "login(user=user, password=password)",
        "if token == expected:",
        "password=${DB_PASSWORD}",
        "token: ${{ secrets.REGISTRY }}",
        "password: ********",
        "api_key=YOUR_API_KEY",
        "fetch(url, {credentials: include})",
        "PWD=/home/bob/project",
        "session_id: 0b9ad0ae-6d1b-4d6f-9b39-0123456789ab",
        "id=toolu_01AbCdEfGhIjKlMnOpQrStUv",
        "openclaw:chatcmpl-612f766c9b594c5ca180fea5",
        "msg_01AbCdEfGhIjKlMnOpQrStUv:req_011CQaBcDeFgHiJkLmNoPqRs",
        "/home/bob/.claude/projects/-home-bob-api/tool-results/toolu_019CpL49DWBenUxVVCWEXz3L.txt",
        "src/components/UserProfileSettingsPageOfTheYear2024.test.tsx",
        "registry/acme/api:sha-1a2b3c4d5e6f@sha256:" + 8 * "1a2b3c4d",
        "the secret is out",
        "tokens=1234 context 83%",
    ],
)
def test_ordinary_text_stays_to_the_character(text: str) -> None:
    assert redact(text) == text


words = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)
MARKS = ("pass", "pwd", "secret", "key", "token", "cred", "cookie", "sk-", "akia", "auth", "bearer", "basic", "eyj")


@given(st.lists(words, max_size=20), st.sampled_from([" ", "/", ", ", "\n", "-", "_"]))
def test_plain_words_stay(found: list[str], between: str) -> None:
    text = between.join(found)
    if not any(mark in text.lower() for mark in MARKS):
        assert redact(text) == text


def test_what_only_chance_mixes_is_hidden_wherever_it_stands() -> None:
    keys = [_random(40, seed) for seed in range(1_000)]
    assert sum(key not in redact(f"it printed {key} twice") for key in keys) > 990


def _by_all_patterns(text: str) -> str:
    """What is left when every pattern is tried on every text, without a quick look before."""
    text = patterns._redact_named(patterns._KNOWN.sub(HIDDEN, text))
    return patterns._redact_chance(text)


PIECES = st.one_of(
    st.sampled_from(KEYS),
    st.sampled_from([key[:12] for key in KEYS]),
    st.sampled_from(["sk-", "xoxb-", "glcbt-", "sq0atp-", "hvs.", "SG.", "ya29.", "1//0", "HRKU-", "whsec_", "$6$"]),
    st.sampled_from(
        ["password", "Passwort", "DB_PASS", "my-pass", "pwd", "client_secret", "apiKey", "auth-key", "token"]
    ),
    st.sampled_from(["secret_key_base", "credentials", "session_id", "Cookie", "authorization", "Bearer", "BASIC"]),
    st.sampled_from(["://", "@", "?sig=", "&X-Amz-Signature=", "-u", "-U ", "--user=", "--proxy-user ", "-p ", "-a "]),
    st.sampled_from(
        ["sshpass", "docker login", "mysql", "mariadb-dump", "redis-cli", "login bob password ", "-passin pass:"]
    ),
    st.sampled_from(["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "is 1", "was x7", "api key"]),
    st.sampled_from(
        [" ", "  ", "\n", "=", ":", ": ", "=>", ":=", "<", ">", "--", "-", '"', "\\", "'", ",", "_", ".", "/"]
    ),
    st.from_regex(r"[A-Za-z0-9]{1,40}", fullmatch=True),
    st.from_regex(r"[a-f0-9]{16,40}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9+/_=.-]{10,40}", fullmatch=True),
)


WRITTEN = st.sampled_from([str, str.lower, str.upper, str.title])
TEXTS = st.one_of(
    st.lists(PIECES, min_size=1, max_size=12).map("".join), st.text(st.sampled_from("pPaAsſSwkK\u212a eyıİit=:-1_"))
)


@given(st.lists(st.tuples(TEXTS, WRITTEN), min_size=5, max_size=20))
def test_looking_at_many_texts_at_once_misses_nothing_either(drawn: list[tuple[str, Callable[[str], str]]]) -> None:
    texts = [written(text) for text, written in drawn]
    assert {at for at, text in enumerate(texts) if redact(text) != text} <= {*suspects(texts)}


def test_most_texts_are_not_looked_at() -> None:
    plain = ["Read the file src/app.py, then run the tests."] * 50
    assert suspects([*plain, "DB_PASSWORD=x", *plain, f"use {KEYS[0]}", *plain]) == [50, 101]


@given(st.lists(PIECES, min_size=1, max_size=12).map("".join), WRITTEN)
def test_a_quick_look_misses_nothing_that_a_pattern_finds(text: str, written: Callable[[str], str]) -> None:
    text = written(text)
    assert redact(text) == _by_all_patterns(text)


@given(st.text(st.sampled_from("pPaAsſSwkK\u212a eyıİit=:-1_"), max_size=40))
def test_letters_that_are_taken_for_others_are_seen_by_a_quick_look(text: str) -> None:
    assert redact(text) == _by_all_patterns(text)
    assert redact(f"{text} DB_PA\u017f\u017fWORD=hunter2").endswith(HIDDEN)


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "part",
    [
        *("a_", "password", "://", "token:", "sk-", "eyJ.", "-----BEGIN ", "=A1", "-u a:", "bearer ", "mysql "),
        *("redis-cli -a ", "docker login ", "cookie: a=", "<password>", "$2b$", "authorization: basic ", "aA1/"),
    ],
)
def test_time_grows_with_the_length_only(part: str) -> None:
    begin = time.process_time()
    redact(part * (50_000 // len(part)))
    assert time.process_time() - begin < 1.5
