"""The language of scopes: patterns of paths, relative to the root of a work tree. Pure.

`*` and `?` stop at `/`; `**` is a whole segment and stands for any number of them, also none. A pattern is anchored at
the root and is no prefix: `src` is the file `src`; `src/` and `src/**` are all that lies below. `!` takes away from
what the patterns before it allow: the last one that matches decides. Files whose names begin with a dot are like
others; brackets and braces are letters, as in `app/[id]/page.tsx`. Composed and decomposed letters are the same.
Nothing matches what is git's own (`.git`), and a pattern that could match nothing is an error: no rule fails in
silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

DEEP = "**"
"""The segment that stands for any number of segments. At the end of a pattern it stands for one or more."""
EVERYTHING = (DEEP,)
MOST_PATTERNS = 200
LONGEST = 1_000
"""Characters of a pattern."""
_LONGEST_NAME = 255
"""Bytes of a file's name that file systems take."""
_SUGGESTED = 12
_RANGE = re.compile(r"\[(?:[!^][^/\]]*|[^/\]]*[0-9A-Za-z]-[0-9A-Za-z][^/\]]*)\]")
_BRACES = re.compile(r"\{[^/{}]*,[^/{}]*\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


_FAULTS: tuple[tuple[Callable[[str, str], object], str], ...] = (
    (lambda text, _: text in ("", "!"), "an empty pattern matches nothing: write **, or a path such as src/**"),
    (lambda text, _: len(text) > LONGEST, f"{{}} is too long: {LONGEST:,} characters are the most"),
    (
        lambda text, _: _CONTROL.search(text),
        "a pattern holds no control characters and no broken letters: write ? for each of them",
    ),
    (lambda _, body: body != body.strip(), "'{}' begins or ends with a blank: write ? for it if it is meant"),
    (
        lambda _, body: "\\" in body,
        "{} has a backslash: write / between directories, and ? for a backslash in a name",
    ),
    (lambda _, body: body.startswith("!"), "{} has a second !: write ? for one that belongs to the name"),
    (
        lambda _, body: body.startswith(("/", "~")),
        "{} lies outside the work tree: patterns are relative to its root, such as src/**",
    ),
    (lambda _, body: ".." in body.split("/"), "{} leads upwards: write the path from the root of the work tree"),
    (
        lambda _, body: "." in body.split("/"),
        "{} has a . for a directory: write ** for everything, src/** for all below src",
    ),
    (
        lambda _, body: any(DEEP in part and part != DEEP for part in body.split("/")),
        "{} has ** inside a name: it stands alone between slashes, such as src/**/*.py",
    ),
    (
        lambda _, body: _BRACES.search(body),
        "{} has a choice in braces, which are plain letters here: write one pattern for each",
    ),
    (
        lambda _, body: _RANGE.search(body),
        "{} has a class in brackets, which are plain letters here: write ? for any one letter",
    ),
    (lambda _, body: any(map(_is_gits, body.split("/"))), "{} is git's own, which no scope can open"),
    (
        lambda _, body: any(len(part.encode()) > _LONGEST_NAME and _is_plain(part) for part in body.split("/")),
        "{} has a name that is too long for any file",
    ),
)
"""When a pattern, of which the first is the whole and the second what it is without `!`, is wrong, and what is said."""


class PatternError(ValueError):
    """A pattern, or a list of them, that cannot be meant; the message says why, with the cure."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as it is understood."""

    segments: tuple[str, ...]
    takes_away: bool = False

    @property
    def text(self) -> str:
        """It, in the one way that it is written."""
        return "!" * self.takes_away + "/".join(self.segments)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The segments up to the first one that is no plain name."""
        plain = [_is_plain(segment) for segment in self.segments]
        return self.segments[: plain.index(False)] if False in plain else self.segments


@lru_cache(4_096)
def parsed(text: str) -> Pattern:
    """What a pattern means. Raises PatternError."""
    if reason := _trouble_of(text):
        raise PatternError(reason)
    body = _body(text)
    segments = [segment for segment in body.split("/") if segment]
    if not segments or body.endswith("/"):
        segments.append(DEEP)
    alone = [part for part, next_ in zip(segments, [*segments[1:], ""], strict=True) if part != DEEP or next_ != DEEP]
    return Pattern(tuple(alone), text.startswith("!"))


def matches(patterns: Sequence[str], path: str) -> bool:
    """Whether the patterns allow a file. Nothing allows a path that is none: absolute, with `..`, or git's own.

    The time is that of the path's length times the patterns' at most. Raises PatternError.
    """
    if not is_path(path):
        return False
    path = unicodedata.normalize("NFC", path)
    return next((not minus for minus, expression in _compiled(tuple(patterns)) if expression.fullmatch(path)), False)


def expression(pattern: Pattern) -> re.Pattern[str]:
    """What matches whole paths of composed letters as the pattern does, also where it takes away."""
    return _expression(pattern.segments)


def is_path(path: str) -> bool:
    """Whether it is a path of a file in a work tree, relative to its root, with nothing in it that git would refuse."""
    return "\0" not in path and not any(part in ("", ".", "..") or _is_gits(part) for part in path.split("/"))


def trouble(patterns: Sequence[str]) -> str:
    """Why these patterns cannot be meant, for whoever wrote them; "" where nothing is wrong with any of them.

    See `sessions.floor.scopes.sets.useless` for a `!` that takes nothing away.
    """
    if len(patterns) > MOST_PATTERNS:
        return f"{len(patterns):,} patterns are too many: write {MOST_PATTERNS} or fewer, such as src/**"
    for text in patterns:
        if reason := _trouble_of(text):
            return reason
    if patterns and patterns[0].startswith("!"):
        return f"{patterns[0]} takes away from nothing: write what is allowed before it, such as **"
    return ""


def normalised(patterns: Iterable[str], root: str = "", home: str = "") -> tuple[str, ...]:
    """The patterns as they are written in a scope, each once in a row.

    Absolute ones, and those that begin with `~/`, are made relative where they lie below `root`, which is absolute, as
    `home` is. Raises PatternError with the reason when one of them cannot be meant.
    """
    found = [_relative(text, root.rstrip("/"), home.rstrip("/")) for text in patterns]
    if reason := trouble(found):
        raise PatternError(reason)
    texts = [parsed(text).text for text in found]
    return tuple(text for number, text in enumerate(texts) if not number or text != texts[number - 1])


def suggest(paths: Iterable[str], most: int = _SUGGESTED) -> tuple[str, ...]:
    """Patterns that allow these files and not much else: for a scope from what a branch touches.

    More than two in one directory become the directory. Paths that are none are left out.
    """
    good = sorted({unicodedata.normalize("NFC", path) for path in paths if is_path(path)})
    found = _cover([tuple(path.split("/")) for path in good])
    return tuple(found) if len(found) <= most else EVERYTHING


def quoted(name: str) -> str:
    """A pattern for one path, whatever is in it: `?` stands for letters that patterns cannot hold or read otherwise."""
    name = _CONTROL.sub("?", name).replace("*", "?").replace("\\", "?")
    name = _RANGE.sub(lambda found: found[0].replace("[", "?"), name)
    name = _BRACES.sub(lambda found: found[0].replace("{", "?"), name)
    first = "?" if name[:1] in tuple("!~ ") else name[:1]
    return first + name[1:-1] + name[1:][-1:].replace(" ", "?")


def _relative(text: str, root: str, home: str) -> str:
    minus, body = ("!", text[1:]) if text.startswith("!") else ("", text)
    if home and (body == "~" or body.startswith("~/")):
        body = home + body[1:]
    if root and body.startswith(root + "/"):
        body = body[len(root) + 1 :].lstrip("/") or "./"
    elif root and body == root:
        body = "./"
    return minus + body if body.startswith("./") or not body.startswith("/") else text


def _body(text: str) -> str:
    """A pattern without what stands before it."""
    body = unicodedata.normalize("NFC", text).removeprefix("!")
    while body.startswith("./"):
        body = body[2:].lstrip("/")
    return body


def _trouble_of(text: str) -> str:
    shown = text if len(text) <= 80 else text[:79] + "…"
    body = _body(text)
    return next((reason.format(shown) for is_wrong, reason in _FAULTS if is_wrong(text, body)), "")


def _is_plain(segment: str) -> bool:
    return "*" not in segment and "?" not in segment


def _is_gits(name: str) -> bool:
    return len(name) == 4 and name.lower() == ".git"


@lru_cache(512)
def _compiled(patterns: tuple[str, ...]) -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """Whether each takes away, and what it matches; the last one first."""
    found = [parsed(text) for text in reversed(patterns)]
    return tuple((pattern.takes_away, _expression(pattern.segments)) for pattern in found)


@lru_cache(4_096)
def _expression(segments: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that never tries a thing again: what stands between two stars is taken where it is found first."""
    groups: list[list[str]] = [[]]
    for segment in segments:
        if segment == DEEP:
            groups.append([])
        else:
            groups[-1].append(_segment(segment))
    first, *others = ["/".join(group) for group in groups]
    if not others:
        return re.compile(first)
    words = first + "/" if first else ""
    for group in others[:-1]:
        words += rf"(?>(?:[^/]++/)*?{group}/)"
    words += rf"(?:[^/]++/)*{others[-1]}" if others[-1] else r"(?s:.+)"
    return re.compile(words)


def _segment(segment: str) -> str:
    chunks = ["".join("[^/]" if letter == "?" else re.escape(letter) for letter in c) for c in segment.split("*")]
    if len(chunks) == 1:
        return chunks[0]
    first, *middle, last = chunks
    if not any(chunks):
        return "[^/]++"
    words = first + "".join(f"(?>[^/]*?{chunk})" for chunk in middle if chunk)
    size = len(segment.rpartition("*")[2])
    return words + (rf"[^/]{{{size},}}+(?<={last})" if size else "[^/]*+")


def _cover(paths: Sequence[tuple[str, ...]], above: tuple[str, ...] = ()) -> list[str]:
    folders: dict[str, list[tuple[str, ...]]] = {}
    found = []
    for path in paths:
        if len(path) == 1:
            found.append(quoted("/".join((*above, *path))))
        else:
            folders.setdefault(path[0], []).append(path[1:])
    for name, inner in folders.items():
        found += _cover(inner, (*above, name))
    if above and len(found) > 2:
        return [quoted("/".join(above)) + "/**"]
    return sorted(found)
