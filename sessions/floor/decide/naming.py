"""What stations and branches are called, which is meant by a word, and how much can be said to one. Pure."""

from __future__ import annotations

import re

from sessions.floor.decide.decision import Refusal
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.text import clean

SEE = "see `factory-tui status`"
TEXT_CHARS = 200_000
"""Characters of the longest request."""
NAME_CHARS = 40
_WORDS = re.compile(r"[0-9A-Za-z]+")


def meant(state: FloorState, word: str) -> str | Refusal:
    """The id of the station of ours that is meant by its id, or by a name that no other one has."""
    if word in state.owned:
        return word
    called = [each for each in state.owned if name_of(state, each) == word]
    if len(called) > 1:
        return Refusal(f"{len(called)} stations are called {clean(word, 80)!r}", f"say which: {', '.join(called)}")
    return called[0] if called else _not_ours(state, word)


def _not_ours(state: FloorState, word: str) -> Refusal:
    station = next((each.id for each in state.stations.values() if word in (each.id, each.name)), "")
    if station:
        name = clean(state.stations[station].name, 80)
        return Refusal(f"{name!r} is only observed", "it was started by somebody else: speak to it where it runs")
    return Refusal(f"there is no station {clean(word, 80)!r}", SEE)


def too_long(text: str) -> Refusal | None:
    """That a request is too long to be given."""
    if len(text) <= TEXT_CHARS:
        return None
    return Refusal(f"the request has {len(text):,} characters", f"say it in {TEXT_CHARS:,}, or put it into a file")


def called_already(state: FloorState, wanted: str) -> Refusal | None:
    """That a name which was given is another one's: whoever gave it would go on by it with the wrong one."""
    name = clean(wanted, NAME_CHARS).strip()
    for other in state.stations.values() if name else ():
        known = state.owned.get(other.id)
        if name in (other.id, other.name) and (known is None or known.life is not Life.REMOVED):
            ended = known is not None and not known.lives
            return Refusal(f"there is a station {name!r} already", f"{'remove that, or ' * ended}take another name")
    return None


def misnamed(name: str) -> Refusal | None:
    """Why a station cannot be called so: it would look like a path or an option, or be cut and not be found by it."""
    if name.startswith((".", "-")) or "/" in name or "\\" in name:
        return Refusal(f"{clean(name, 80)!r} is no name of a station", "take letters, digits, - and spaces")
    if len(name) > NAME_CHARS:
        return Refusal(f"the name has {len(name):,} characters", f"take {NAME_CHARS} at most")
    return None


def misnamed_branch(branch: str) -> Refusal | None:
    """The rules of git-check-ref-format(1) that matter before git is asked."""
    bad = branch.startswith(("-", "/", ".")) or branch.endswith(("/", ".", ".lock")) or ".." in branch or "//" in branch
    if bad or "@{" in branch or re.search(r"[\x00-\x20~^:?*\[\\\x7f]", branch) or len(branch) > 200:
        return Refusal(f"{clean(branch, 80)!r} is no name of a branch", "take letters, digits, `-` and `/`")
    return None


def word(text: str) -> str:
    """A name made of the first words of a task."""
    return "-".join(_WORDS.findall(text.lower())[:3])


def _slug(name: str) -> str:
    """What can be a directory and a part of a ref: words of letters and digits."""
    return "-".join(_WORDS.findall(name))[:NAME_CHARS].rstrip("-") or "station"


def free_name(state: FloorState, wanted: str) -> str:
    """A name that no station ever had on this floor."""
    base = _slug(wanted.rsplit("/", 1)[-1])
    taken = {*state.stations, *(station.name for station in state.stations.values())}
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def as_called(state: FloorState, wanted: str, station: str) -> str:
    """The name that was given, where it cannot be the station's id and no other one has it; else nothing."""
    name = clean(wanted, NAME_CHARS).strip()
    taken = any(name in (other.id, other.name) for other in state.stations.values())
    return "" if taken or name == station else name


def free_branch(state: FloorState, station: str) -> str:
    """A branch for a station that is no other one's."""
    name, number = f"station/{station}", 1
    while name in state.branches or any(known.branch == name for known in state.owned.values()):
        number += 1
        name = f"station/{station}-{number}"
    return name
