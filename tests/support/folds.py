"""What the fold makes of each kind of event in each slice of the floor, as hashes: the guard of their versions.

`python -m tests.support.folds` notes the hashes of the present versions in `folds.json`, and says which are new.
The samples are made from the types themselves, so that a new kind, field or part of the state is in them by itself;
each field has chance of its own, so that a new one leaves the others as they are.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from functools import lru_cache, reduce
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from sessions.floor.conflicts import Verdict, key_of
from sessions.floor.fold.fold import fold
from sessions.floor.fold.slice import Slice
from sessions.floor.fold.slices import SLICES, VERSIONS, inputs
from sessions.floor.pace import BUCKET_S
from sessions.floor.state import Branch, FloorState, Session, Station
from sessions.floor.tasks.task import Task
from tests import ROOT
from tests.support.journal import KINDS

TABLE = ROOT / "tests/sessions/floor/fold/folds.json"
"""By slice and version the hash of every kind that changes it; of the present version and the one before."""
FLOORS, EVENTS = 80, 3
"""Every kind is sampled on so many floors, with so many events, one after the other."""
START = 1_795_046_400.0
"""A midnight, so that a few seconds decide on which day something falls."""

_TREES = ("/srv/shop", "/srv/shop/.trees/a", "/srv/elsewhere")
_BRANCHES = ("main", "feature/a", "feature/b", "fix/c")
_STATIONS = ("ship", "test")
_TASKS = ("t1", "t2")
_SESSIONS = ("4d5611e5", "9b2f0c77")
_NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("branch", "base", "a"), _BRANCHES),
    **dict.fromkeys(("b", "cause"), ("", *_BRANCHES)),
    **dict.fromkeys(("directory", "home", "worktree"), ("", *_TREES)),
    **dict.fromkeys(("station", "owned", "hands", "progress"), _STATIONS),
    **dict.fromkeys(("task", "tasks"), _TASKS),
    "session": ("", *_SESSIONS),
    "sessions": _SESSIONS,
    "call": ("", "toolu_1", "toolu_2"),
    "running": ("toolu_1", "toolu_2"),
    "file": ("", "a.py", "b.py"),
    "files": ("a.py", "b.py"),
    "compared": _BRANCHES,
    "model": ("opus", "haiku"),
    "models": ("opus", "haiku"),
    **dict.fromkeys(("command", "intents", "ended"), ("c1", "c2")),
    "branch_meters": _BRANCHES,
    "source": ("claude:4d5611e5", "claude:4d5611e5/a1"),
}
"""Names that events and floors must share to meet each other, by the field that holds them."""

_S = TypeVar("_S", bound=msgspec.Struct)


Hashes = dict[str, str]
"""By kind of event the first digits of the hash of all that it changes."""


def table() -> dict[str, dict[str, Hashes]]:
    """The hashes that were noted, by slice and version."""
    return msgspec.json.decode(TABLE.read_bytes(), type=dict[str, dict[str, Hashes]])


def version_of(each: Slice) -> str:
    """The version of a slice; behind it those of the slices that it reads, with which it is made anew, too."""
    return ".".join(str(VERSIONS[name]) for name in (each.name, *sorted(inputs({each.name}) - {each.name})))


def before(each: Slice, noted: dict[str, Hashes]) -> list[str]:
    """The versions in which the slice itself was another, oldest first."""
    own = {version: int(version.partition(".")[0]) for version in noted}
    return sorted((version for version in noted if own[version] < each.version), key=own.__getitem__)


@lru_cache(maxsize=1)
def hashes() -> dict[str, Hashes]:
    """What is so now, by slice. When an event happened changes every slice, and is tested elsewhere."""
    found: dict[str, Hashes] = {each.name: {} for each in SLICES}
    for kind in sorted(KINDS, key=lambda kind: kind.__name__):
        digests: dict[str, hashlib._Hash] = {}
        for number, floor in enumerate(_floors()):
            facts = [made(kind, f"{kind.__name__} {number} {turn}") for turn in range(EVENTS)]
            after = reduce(fold, facts, floor)
            for each in SLICES:
                for field in each.fields:
                    for change in _changes(field, getattr(floor, field), getattr(after, field)):
                        digests.setdefault(each.name, hashlib.sha256()).update(f"{number} {change}\n".encode())
        for name, digest in digests.items():
            found[name][str(kind.__struct_config__.tag)] = digest.hexdigest()[:8]
    return found


@lru_cache(maxsize=1)
def _floors() -> list[FloorState]:
    """Floors on which everything is possible, made without the fold."""
    return [_floor(f"floor {number}") for number in range(FLOORS)]


def _floor(seed: str) -> FloorState:
    chance = random.Random(seed)
    verdicts = [replace(made(Verdict, f"{seed} {n}"), a=a, b=b) for n, (a, b) in enumerate(_pairs(chance))]
    branches = {name: made(Branch, f"{seed} {name}") for name in _BRANCHES if chance.random() < 0.8}
    tasks = {name: replace(made(Task, f"{seed} {name}"), id=name) for name in _some(random.Random(seed), _TASKS)}
    return replace(
        made(FloorState, seed),
        seq=100,
        tasks=tasks,
        hands={task.station: name for name, task in tasks.items() if task.under_way},
        stations={name: replace(made(Station, f"{seed} {name}"), id=name) for name in _some(chance, _STATIONS)},
        branches={name: replace(branch, name=name) for name, branch in branches.items()},
        sessions={name: made(Session, f"{seed} {name}") for name in _some(chance, _SESSIONS)},
        verdicts={key_of(verdict.a, verdict.b): verdict for verdict in verdicts},
        committed_verdicts={key_of(verdict.a, verdict.b): verdict for verdict in verdicts[::2]},
    )


def _pairs(chance: random.Random) -> list[tuple[str, str]]:
    one, other, third, fourth = chance.sample(_BRANCHES, 4)
    return [(one, ""), (min(one, other), max(one, other)), (min(third, fourth), max(third, fourth))]


def _some(chance: random.Random, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if chance.random() < 0.8]


def made(kind: type[_S], seed: str) -> _S:
    """A value of the type, the same for the same seed."""
    fields: dict[str, object] = {}
    for field in _fields(kind):
        chance = random.Random(f"{seed} {field.name}")
        if field.required or chance.random() < 0.7:
            fields[field.name] = _value(field.type, field.name, chance)
    return kind(**fields)


@lru_cache(maxsize=64)
def _fields(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _value(kind: inspect.Type, name: str, chance: random.Random) -> object:
    match kind:
        case inspect.StructType():
            return made(kind.cls, str(chance.random()))
        case inspect.UnionType():
            return _value(chance.choice(kind.types), name, chance)
        case inspect.TupleType():
            return tuple(_value(item, name, chance) for item in kind.item_types)
        case inspect.VarTupleType() | inspect.FrozenSetType():
            count = 2 if name in ("tokens", "dollars") else chance.randrange(3)  # a pace has as many of both
            items = [_value(kind.item_type, name, chance) for _ in range(count)]
            return tuple(items) if isinstance(kind, inspect.VarTupleType) else frozenset(items)
        case inspect.DictType():
            keys = _some(chance, _NAMES.get(name, (f"{name} one", f"{name} two")))
            return {key: _value(kind.value_type, name, chance) for key in keys}
        case _:
            return _plain(kind, name, chance)


def _plain(kind: inspect.Type, name: str, chance: random.Random) -> object:  # noqa: PLR0911
    match kind:
        case inspect.StrType():
            return chance.choice(_NAMES.get(name, ("", f"{name} one", f"{name} two")))
        case inspect.IntType() if name == "last":
            return int(START // BUCKET_S) + chance.randrange(-4, 4)
        case inspect.IntType():
            return chance.choice((0, 1, 1, 2, 5, 900))
        case inspect.FloatType() if name in ("cost", "dollars"):
            return chance.choice((0.0, 0.25, 3.5))
        case inspect.FloatType():
            return START + chance.choice((-400.0, -7.0, -3.0, 0.0, 2.0, 60.0, 90_000.0))
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.NoneType():
            return None
        case inspect.EnumType():
            return chance.choice(list(kind.cls))
    raise TypeError(f"{name}: no sample of a {type(kind).__name__}; make one here")


def _changes(path: str, before: object, after: object) -> Iterator[str]:
    """Every part that is another one now, as a path and what is there."""
    if before is after or (before == after and type(before) is type(after)):
        return
    if isinstance(after, msgspec.Struct) and type(before) is type(after):
        for field in after.__struct_fields__:
            yield from _changes(f"{path}.{field}", getattr(before, field), getattr(after, field))
    elif isinstance(after, Mapping) and isinstance(before, Mapping):
        for key in sorted({*before, *after}):
            yield from _changes(f"{path}[{key}]", before.get(key), after.get(key))
        if list(before) != list(after):
            yield f"{path}: {list(after)}"  # tools stand in the order in which they began
    else:
        plain = sorted(after) if isinstance(after, frozenset) else msgspec.to_builtins(after, str_keys=True)
        yield f"{path}={msgspec.json.encode(plain, order='deterministic').decode()}"


def note(path: Path = TABLE) -> list[str]:
    """Write the hashes of the present versions down; returns what was another under the same version."""
    noted, kept, new = table(), dict[str, dict[str, Hashes]](), list[str]()
    for each in SLICES:
        known, version, now = noted.get(each.name, {}), version_of(each), hashes()[each.name]
        kept[each.name] = {old: known[old] for old in before(each, known)[-1:]} | {version: now}
        new += [f"{kind} in {each.name}" for kind, digest in known.get(version, {}).items() if now.get(kind) != digest]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    return new


if __name__ == "__main__":
    for changed in note():
        print(f"{changed}: another state than was noted for this version")
    print(f"noted in {TABLE.relative_to(ROOT)}; git diff shows what is new")
