"""A changed statement of a module put in force in this process, where everybody else has imported it long ago."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FunctionType, ModuleType

from tests.mutants.mutations import Mutant


def change(module: ModuleType, mutant: Mutant) -> None:
    """Functions and methods get the changed code and stay what they are; other values are put in place of the old."""
    scope, top = vars(module), mutant.top
    if mutant.function:
        fresh = dict(scope)
        _run([top], module, fresh)
        name = mutant.function.partition(".")[0]
        _graft(scope[name], fresh[name])
        return
    before = dict(scope)
    later = (each for each in ast.parse(Path(str(module.__file__)).read_text()).body if each.lineno > top.lineno)
    _run([top, *(each for each in later if isinstance(each, ast.Assign | ast.AnnAssign))], module, scope)
    others = [vars(each) for each in [*sys.modules.values()] if hasattr(each, "__dict__")]
    for name, old in before.items():
        for other in others if scope[name] is not old else ():
            if other.get(name) is old:
                other[name] = scope[name]
        for function in scope.values() if scope[name] is not old else ():
            if isinstance(function, FunctionType) and function.__defaults__:
                function.__defaults__ = tuple(scope[name] if each is old else each for each in function.__defaults__)


def _run(body: list[ast.stmt], module: ModuleType, scope: dict[str, object]) -> None:
    tree = ast.fix_missing_locations(ast.Module(body, []))
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
