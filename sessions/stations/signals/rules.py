"""What a station's own boundary says of the use of a tool: told to the agent before it acts. Standard library alone.

This is the tier that tells what no mount can say, such as a glob of single files; it is no guard against who wants to
get around it. It lies beside `hook` and `patterns` in the station's tools, and reads the station's file at each use.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module

Matches = Callable[[Sequence[str], str], bool]

_WRITERS = frozenset({"write", "edit", "multiedit", "notebookedit", "create", "str_replace", "update"})
_READERS = frozenset({"read", "notebookread", "view"})
_PATHS = ("file_path", "notebook_path", "path")
_PATCHED = re.compile(r"^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$", re.MULTILINE)
_SPEAKS = re.compile(r"""factory-tui (?:hook|ask)(?: +(?:[\w@%+=:,./-]+|'[^'\n]*'|"[^"$`\\\n]*"))*""")
"""A command that tells the factory something and does nothing else, in whatever shell."""
_PLAIN = re.compile(r"[\w./@+-]+")
_IN_PLACE = re.compile(r"cat > ([\w./@+-]+) << ?'(\w+)'\n(?:(.*)\n)?\2\n?", re.DOTALL)
"""A command that writes one file by a shell and does nothing else: of what is quoted so a shell takes no word."""
_BESIDE = re.compile(r"\.?(.+?)(?:\.tmp[\w.-]*|\.sw[a-z]|~)")
"""What a file's name becomes where a program writes beside the file first."""
_EVERYTHING = ["**"]


def verdict(
    payload: dict[str, object], station: dict[str, object], renames: bool = False
) -> tuple[str, str, list[str]]:
    """`deny` with the reason and the paths outside, `allow` with the reason, or `ask`: the operator is to be asked.

    Or nothing: the agent does as it is set up. One that `renames` writes a file beside the one it means, and puts it in
    its place.
    """
    if not station or (not station.get("broken") and station.get("mode") != "safe"):
        return "", "", []
    tool, arguments = str(payload.get("tool_name") or ""), payload.get("tool_input")
    arguments = arguments if isinstance(arguments, dict) else {}
    shell = _written_by_shell(arguments) if tool == "Bash" else ""
    written = writes(tool, arguments) + [shell] * bool(shell)
    if station.get("broken"):
        return ("deny", "This station's boundary cannot be read: nothing is written.", written) if written else _NOTHING
    cwd = str(payload.get("cwd") or station.get("root") or "/")
    root = str(station.get("root") or "/")
    outside = [_named(path, cwd, root) for path in written if not _allowed(path, cwd, station)]
    if outside:
        return "deny", _refusal(outside, station), outside
    if (path := reads(tool, arguments)) and not _readable(path, cwd, station):
        return "deny", f"{path} is outside what this station may read.", [_named(path, cwd, root)]
    if renames and not shell and (alone := [path for path in written if _only_in_place(path, cwd)]):
        return "deny", in_place(alone), []
    return _inside(tool, arguments, bool(written), station)


def _inside(
    tool: str, arguments: dict[str, object], writes: bool, station: dict[str, object]
) -> tuple[str, str, list[str]]:
    """The same of a use of a tool that leaves the scope in nothing."""
    speaks = tool == "Bash" and _SPEAKS.fullmatch(str(arguments.get("command") or ""))
    if not speaks and tool.lower() in [name.strip().lower() for name in _strings(station.get("ask"))]:
        return "ask", "", []
    allowed = speaks or (writes and station.get("edits")) or tool in _strings(station.get("tools"))
    return ("allow", "Inside this station's scope.", []) if allowed else _NOTHING


_NOTHING: tuple[str, str, list[str]] = ("", "", [])


def writes(tool: str, arguments: dict[str, object]) -> list[str]:
    """The paths that a use of a tool writes, as far as it says; a shell's command does not."""
    if tool.lower() in _WRITERS:  # what such a one writes may be a patch, too, and is none that is applied
        found = [path for key in _PATHS if isinstance(path := arguments.get(key), str) and path]
    else:
        given = [word for value in arguments.values() for word in (value if isinstance(value, list) else [value])]
        patches = [text for text in given if isinstance(text, str) and "*** Begin Patch" in text]
        found = [path for text in patches for path in _PATCHED.findall(text)]
    return list(dict.fromkeys(path.strip() for path in found))


def _written_by_shell(arguments: dict[str, object]) -> str:
    """The file that a command of a shell writes, where that is all it does; else ""."""
    found = _IN_PLACE.fullmatch(str(arguments.get("command") or ""))
    if found is None or found[2] in (found[3] or "").split("\n"):
        return ""
    return found[1]


def _only_in_place(path: str, cwd: str) -> bool:
    """Whether the kernel lets this file be written, and nothing be made beside it."""
    whole = os.path.join(cwd, path)  # noqa: PTH118
    beside = os.path.dirname(os.path.realpath(whole))  # noqa: PTH120
    return os.access(whole, os.W_OK) and not os.access(beside, os.W_OK)


def in_place(paths: list[str]) -> str:
    """What an agent is told that would write beside these files, where nothing else may be written there."""
    return (
        f"{', '.join(paths)} is in this station's scope, but the directory around it is not, and this tool writes a "
        "temporary file there first. Write it in place with the tool Bash, in this form and nothing else in the "
        f"command, which needs no permission: cat > {paths[0]} <<'END', then the whole new text, then END on a line "
        "of its own."
    )


def refused(payload: dict[str, object], station: dict[str, object]) -> list[str]:
    """The paths outside the scope that a use of a tool could not write, by its own words: the kernel tells nobody.

    A guess, as it is made of what programs printed.
    """
    if station.get("mode") != "safe" or station.get("broken"):
        return []
    said = "\n".join(_words(payload.get("tool_response"))) + "\n" + str(payload.get("error") or "")
    cwd = str(payload.get("cwd") or station.get("root") or "/")
    violations = import_module("sessions.stations.boundary.violations" if __package__ else "violations").violations
    root = str(station.get("root") or "/")
    outside = [path for path in violations(said) if not _allowed(path, cwd, station)]
    return [_named(path, cwd, root) for path in outside if not _is_beside(path, cwd, station)]


def _is_beside(path: str, cwd: str, station: dict[str, object]) -> bool:
    """Whether it is a temporary name beside a file in the scope: it was that file that was meant."""
    folder, name = os.path.split(path)
    meant = _BESIDE.fullmatch(name)
    return meant is not None and _allowed(os.path.join(folder, meant[1]), cwd, station)  # noqa: PTH118


def _words(said: object, depth: int = 0) -> list[str]:
    """All texts in what a tool came back with."""
    if isinstance(said, str):
        return [said]
    parts = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return [word for part in parts for word in _words(part, depth + 1)] if depth < 6 else []


def reads(tool: str, arguments: dict[str, object]) -> str:
    """The path that a use of a tool reads, "" where it does not say."""
    path = arguments.get("file_path") or arguments.get("path")
    return path if tool.lower() in _READERS and isinstance(path, str) else ""


def place_of(path: str, cwd: str, root: str) -> str | None:
    """The path relative to the root of the work tree, with all links followed; None where it leads out of it."""
    root, whole = os.path.realpath(root), os.path.join(cwd, path)  # noqa: PTH118
    try:
        real = os.path.realpath(whole)
    except ValueError:  # a NUL in it
        return None
    return os.path.relpath(real, root) if _is_in(real, root) else None


def _named(path: str, cwd: str, root: str) -> str:
    """A path as scopes write it, relative to the work tree; one that lies elsewhere is left as it is."""
    inside = place_of(path, cwd, root)
    if inside is not None:
        return inside
    whole, top = os.path.normpath(os.path.join(cwd, path)), os.path.normpath(root)  # noqa: PTH118
    return os.path.relpath(whole, top) if _is_in(whole, top) else path


def _allowed(path: str, cwd: str, station: dict[str, object]) -> bool:
    root = str(station.get("root") or "/")
    inside = place_of(path, cwd, root)
    if inside is not None:
        return not _pinned(inside, station) and _matches()(_strings(station.get("write")), inside)
    whole = os.path.normpath(os.path.join(cwd, path))  # noqa: PTH118
    if _is_in(whole, os.path.normpath(root)):
        return False  # a link in the work tree that leads out of it
    return any(_is_in(os.path.realpath(whole), os.path.realpath(own)) for own in _strings(station.get("own")))


def _pinned(inside: str, station: dict[str, object]) -> bool:
    return any(_is_in(inside, setting) for setting in _strings(station.get("pinned")))


def _readable(path: str, cwd: str, station: dict[str, object]) -> bool:
    globs = _strings(station.get("read"))
    inside = place_of(path, cwd, str(station.get("root") or "/"))
    return globs == _EVERYTHING or inside is None or _matches()(globs, inside)


def _refusal(names: list[str], station: dict[str, object]) -> str:
    return refusal(names, _strings(station.get("write")), any(_pinned(name, station) for name in names))


def refusal(names: list[str], globs: list[str], pinned: bool = False) -> str:
    """What an agent is told that may write `globs` and wanted to write these paths: why not, and how to ask for it."""
    scope = " ".join(globs) or "nothing"
    asks = " ".join(f"'{name}'" for name in names if _PLAIN.fullmatch(name)) or "GLOB"
    settings = " (settings of agents it has to name)" * pinned
    return (
        f"{', '.join(names)} is outside this station's scope, which may write {scope}{settings}. Work inside it, or "
        f"ask for more by running: factory-tui ask scope {asks} --why 'the reason'"
    )


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def has(globs: list[str], station: dict[str, object]) -> bool:
    """Whether the station's scope has all of this already; false also where that is not seen at a glance."""
    if station.get("broken") or station.get("mode") != "safe":
        return False
    normalised = import_module("sessions.floor.patterns" if __package__ else "patterns").normalised
    scope = list(normalised(_strings(station.get("write"))))
    return all(_has(glob, scope, station) for glob in normalised(globs))


def _has(glob: str, scope: list[str], station: dict[str, object]) -> bool:
    folder = glob.removesuffix("/**")
    if _pinned(folder, station):
        return False
    plain = _PLAIN.fullmatch(folder) is not None
    if glob == folder and plain:
        return _matches()(scope, glob)
    if any(each.startswith("!") for each in scope):
        return False
    wide = [each.removesuffix("/**") for each in scope if each.endswith("/**")]
    return glob in scope or (plain and (scope == _EVERYTHING or any(_is_in(folder, each) for each in wide)))


def trouble(globs: list[str]) -> str:
    """Why these patterns cannot be meant as a wider scope; "" where they can."""
    minus = next((glob for glob in globs if glob.startswith("!")), "")
    if minus:
        return f"{minus} takes away: name what shall be writable, too"
    found: str = import_module("sessions.floor.patterns" if __package__ else "patterns").trouble(globs)
    return found


def _matches() -> Matches:
    """The one language of scopes: it lies beside this file in a station's tools."""
    found: Matches = import_module("sessions.floor.patterns" if __package__ else "patterns").matches
    return found
