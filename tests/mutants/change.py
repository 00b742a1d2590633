"""A changed statement of a module put in force in this process, where everybody else has imported it long ago."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

from tests.mutants.mutations import Mutant


def change(module: ModuleType, mutant: Mutant) -> None:
    """Functions and methods get the changed code and stay what they are; other values are put in place of the old."""
    scope, top = vars(module), mutant.top
    if mutant.function:
        fresh = dict(scope)
        _run(top, module, fresh)
        name = mutant.function.partition(".")[0]
        _graft(scope[name], fresh[name])
    else:
        _set_anew(module, top)


def _set_anew(module: ModuleType, statement: ast.stmt) -> None:
    """Run a statement of a module again; what it sets is put in place, and all that was made of that is made again."""
    before = dict(vars(module))
    _run(statement, module, vars(module))
    for name, new in [*vars(module).items()]:
        if name in before and new is not (old := before[name]):
            for holder in [each for each in sys.modules.values() if each is module or _holds(each, name, old)]:
                _put(holder, name, old, new)
                for other in _statements(str(holder.__file__)):
                    if not (holder is module and other.lineno == statement.lineno) and _mentions(other, name):
                        _set_anew(holder, other)
            own = module.__name__.rpartition(".")[2]
            for holder in [each for each in sys.modules.values() if _holds(each, own, module)]:
                for other in _statements(str(holder.__file__)):
                    if any(ast.unparse(each) == f"{own}.{name}" for each in ast.walk(other)):
                        _set_anew(holder, other)


def _holds(module: ModuleType, name: str, value: object) -> bool:
    return getattr(module, "__dict__", {}).get(name) is value


def _put(module: ModuleType, name: str, old: object, new: object) -> None:
    vars(module)[name] = new
    for each in vars(module).values():
        if isinstance(each, FunctionType) and each.__defaults__:
            each.__defaults__ = tuple(new if default is old else default for default in each.__defaults__)


@cache
def _statements(file: str) -> tuple[ast.stmt, ...]:
    """What a module sets when it is imported."""
    body = ast.parse(Path(file).read_text()).body
    return tuple(each for each in body if isinstance(each, ast.Assign | ast.AnnAssign))


def _mentions(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
        for each in ast.walk(statement)
    )


def _run(statement: ast.stmt, module: ModuleType, scope: dict[str, object]) -> None:
    tree = ast.fix_missing_locations(ast.Module([statement], []))
    exec(compile(tree, str(module.__file__), "exec"), scope)


def _graft(old: object, new: object) -> None:
    if isinstance(old, type):
        for name, value in vars(new).items():
            _graft(vars(old).get(name), value)
    elif isinstance(old, FunctionType) and isinstance(new, FunctionType):
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    elif old is not None and new is not None:  # what a decorator made
        for name in ("__wrapped__", "__func__", "fget", "func"):
            if isinstance(inner := getattr(old, name, None), FunctionType):
                _graft(inner, getattr(new, name))
