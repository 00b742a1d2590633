"""Quick looks at a text: whether it may hold a secret at all. Nearly none does, and all of them are looked at.

For every pattern of `sessions.redact` there is something here that no match of it can be without: a few letters, or a
long word. To look for that costs a third of the patterns, which may begin anywhere and try many words at each place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from sessions.find import find

_LIVELY = re.compile(r"[A-Za-z0-9_./=$,+-]{14}")
"""A text without such a run holds no secret that is told by its own looks."""
_BEGINS = (
    *("sk-", "k_live_", "k_test_", "whsec_", "_pat_", "_oat_", "AIza", "ya29.", "GOCSPX-", "1//0", "xox", "xapp-"),
    *("slack.com/", "pypi-", "tskey-", "hvs.", "hvb.", "hvr.", "sb_secret_", "HRKU-", "ATATT3", "sq0", "figd_"),
    *("SG.", "nvapi-", "eyJ"),
)
"""How keys begin in which other signs stand between the letters. The other keys are, or end in, a long word."""
_GITLAB = re.compile(r"gl[a-z]{1,5}[-_]")
_HASHED = re.compile(r"\$(?:[256y1]|apr1|argon2)")
_WORD = re.compile(r"[A-Za-z0-9]{16,}")
_KEY_WORD = 20
"""Letters and digits that a key has in a row at least, where it has no other signs."""
_KEY_BEGINS = ("AKIA", "ASIA", "ABIA", "ACCA", "AGPA", "AIDA", "AROA", "ANPA", "ATBB", "dapi")
_HASH = re.compile(r"[0-9a-f]+|[0-9A-F]+")

_TELLING = (
    *("passw", "passphrase", "pwd", "_pass", "-pass", "secret", "key", "credential", "token", "authorization"),
    *("session_id", "session-id", "sessionid", "cookie", "bearer", "basic", "://", "sig=", "signature=", "-u"),
    *("sshpass", "login", "mysql", "mariadb", "redis-cli", "-----begin"),
)
"""The words beside which secrets stand."""
_NAME = (
    r"(?:passw(?:or[dt])?d?|passphrase|pwd|[_-]pass|secret|key|secret[_-]?key[_-]?base|credentials?|token"
    r"|authorization|session[_-]?id|cookie)"
)
_BESIDE = re.compile(
    rf"{_NAME}(?:\\?[\"']?\s{{0,9}}[=:]|>)|(?<!\S)-[a-z0-9_.-]*{_NAME}\s|://[^\s/]*@|(?:sig|signature)="
    r"|-u(?:ser)?[\s=]{0,9}[\"']?[^\s:\"']{1,100}:|-pass(?:in|out)?\s{1,9}pass:|sshpass|mysql|mariadb|redis-cli"
    r"|(?:docker|podman)\s+login|login\s{1,9}\S{1,80}\s{1,9}password\s|-----begin"
    r"|(?:password|passphrase|api key|secret|token)\s{1,9}(?:is|was)\s|(?:bearer|basic)\s+[a-z0-9._~+/=-]{16}"
)
"""The same with what stands between them and a secret."""
_FOLD = str.maketrans({"ſ": "s", "ı": "i", "İ": "i", "\u212a": "k"})
"""What a pattern that ignores case takes for a plain letter, and `lower` does not."""


def may_look_like_one(text: str) -> bool:
    """Whether something may be a secret by its own looks: a key of a known make, or a word that chance has written."""
    if _LIVELY.search(text) is None:
        return False
    for begin in _BEGINS:  # not any(): nearly every text comes by here, and mostly to the end
        if begin in text:
            return True
    if ("$" in text and _HASHED.search(text)) or ("gl" in text and _GITLAB.search(text)):
        return True
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isalpha() and _HASH.fullmatch(word) is None:
            return True
        if len(word) >= _KEY_WORD and (text[match.start() - 1] in "_-." or word.startswith(_KEY_BEGINS)):
            return True
    return False


def may_be_called_one(text: str) -> bool:
    """Whether something may be a secret by the name, the program or the address that it stands beside."""
    lowered = (text if text.isascii() else text.translate(_FOLD)).lower()
    for word in _TELLING:
        if word in lowered:
            return _BESIDE.search(lowered) is not None
    return False


# Many texts at once

_FEW = 4
"""So many texts are sooner looked at one by one."""
_SIGNS = tuple(
    sign.encode() for sign in (*_BEGINS, "gl", *(f"${kind}" for kind in ("2", "5", "6", "y", "1", "apr1", "argon2")))
)
_LOWER_SIGNS = tuple(sign.encode() for sign in (*_TELLING, *map(chr, _FOLD)))
_WORDS = bytes(b"a"[0] if chr(code).isalnum() and code < 0x80 else b" "[0] for code in range(256))
_WORD_SIGN = b"a" * 16
"""Every letter and digit is an `a`: then this is what a long word looks like."""


def suspects(texts: Sequence[str]) -> list[int]:
    """Which of the texts are worth a look, in order: those that hold nothing that every secret has are not among them.

    They are searched as one, sign by sign, which takes a twentieth of looking at each.
    """
    if len(texts) <= _FEW:
        return list(range(len(texts)))
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    whole, ends = b"\n".join(parts), list(accumulate(len(part) + 1 for part in parts))
    found: set[int] = set()
    for data, signs in ((whole, _SIGNS), (whole.lower(), _LOWER_SIGNS), (whole.translate(_WORDS), (_WORD_SIGN,))):
        for sign in signs:
            at = find(data, sign, 0, len(data))
            while at >= 0:
                number = bisect_right(ends, at)
                found.add(number)
                at = find(data, sign, min(ends[number], len(data)), len(data))
    return sorted(found)
