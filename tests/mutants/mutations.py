"""Small changes of a module, one at a time, each of which a test of its rules should notice."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import copy
from typing import NamedTuple

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NOTHING = {"bool": ("True", "False"), "str": ("''",), "int": ("0",), "float": ("0.0",), "tuple": ("()",)} | {
    **{"list": ("[]",), "dict": ("{}",), "Mapping": ("{}",)}
}
"""By its annotation what a function may be made to return; any other returns None."""
_CONTEXT = 30
_NOT_RUN = ("annotation", "returns", "decorator_list", "type_params")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Mutant(NamedTuple):
    """A change, while the tree that it was found in has it."""

    line: int
    function: str
    """In which it is, by its qualified name; "" for what is done when the module is imported."""
    begins: int
    """In which line that function begins, with its decorators."""
    top: ast.stmt
    """The statement of the module that it is in."""
    before: str
    after: str
    """The statement without what hangs below it, shortened to what differs and a little around that."""


class Place(NamedTuple):
    """Where in a module a node is."""

    top: ast.stmt
    statement: ast.stmt
    function: _Function | None = None
    name: str = ""


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Every change of the tree, in the order of its lines: it is made before each is given, and unmade after."""
    for top in tree.body:
        yield from _below(top, Place(top, top))


def _below(node: ast.AST, place: Place) -> Iterator[Mutant]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr) or _is_docstring(node):
        return
    if isinstance(node, ast.stmt):
        place = place._replace(statement=node)
    if isinstance(node, _Function | ast.ClassDef):
        place = place._replace(name=f"{place.name}.{node.name}".removeprefix("."))
    if isinstance(node, _Function):
        place = place._replace(function=node)
    seen: set[str] = set()
    for name, value in ast.iter_fields(node):
        if name in _NOT_RUN or (name == "keywords" and isinstance(node, ast.ClassDef)):
            continue
        for at, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST):
                continue
            inside = place._replace(statement=child) if isinstance(child, ast.stmt) else place
            before = _header(inside.statement)
            for new in _instead(node, name, child, place):
                _put(node, name, at, new)
                statement = new if isinstance(new, ast.stmt) else place.statement
                after = _header(statement)
                if after not in seen and after != before:
                    seen.add(after)
                    yield _mutant(child, inside, before, after)
                _put(node, name, at, child)
            yield from _below(child, place)


def _put(node: ast.AST, name: str, at: int | None, new: ast.AST) -> None:
    if at is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[at] = new


def _mutant(node: ast.AST, place: Place, before: str, after: str) -> Mutant:
    function, line = place.function, getattr(node, "lineno", place.statement.lineno)
    begins = min([function.lineno, *(each.lineno for each in function.decorator_list)]) if function else 0
    first = _same(before, after)
    last = _same(before[first:][::-1], after[first:][::-1])
    begin, end = max(0, first - _CONTEXT), max(0, last - _CONTEXT)
    name = place.name if function else ""
    return Mutant(line, name, begins, place.top, before[begin : len(before) - end], after[begin : len(after) - end])


def _same(one: str, other: str) -> int:
    """With how many equal characters both begin."""
    differ = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _header(statement: ast.stmt) -> str:
    """A statement without those below it, in one line."""
    bare = copy(statement)
    for name in ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list"):
        if hasattr(bare, name):
            setattr(bare, name, [])
    return " ".join(ast.unparse(bare).split())


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _instead(parent: ast.AST, field: str, node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    if field in ("test", "ifs") and not isinstance(node, ast.Constant):
        yield ast.Constant(False)
        if not isinstance(parent, ast.While):
            yield ast.Constant(True)
    if isinstance(node, ast.expr) and not _is_unpacked(parent, place.function):
        yield from _displays(node)
    if isinstance(node, ast.stmt) and place.function is not None:
        yield from _statements(node, place.function)
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                yield ast.Compare(left, [*ops[:at], _COMPARED[type(op)](), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for left_over in _without_one(values):
                yield left_over[0] if len(left_over) == 1 else ast.BoolOp(op, left_over)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(left, op, right) if type(op) in _COUNTED:
            yield ast.BinOp(left, _COUNTED[type(op)](), right)
        case ast.Constant(value=int() | float() as value):
            others = (not value,) if isinstance(value, bool) else (value + 1, value - 1) if value else (1,)
            yield from map(ast.Constant, others)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), node.args, node.keywords)


def _displays(node: ast.expr) -> Iterator[ast.expr]:
    """Tuples, lists, sets and tables, each without one of what it holds."""
    match node:
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()):
            yield from (type(node)(elts, ast.Load()) for elts in _without_one(node.elts))
        case ast.Set():
            yield from (ast.Set(elts) for elts in _without_one(node.elts) if elts)
        case ast.Dict(keys, values):
            for at in range(len(keys)):
                yield ast.Dict(keys[:at] + keys[at + 1 :], values[:at] + values[at + 1 :])


def _statements(node: ast.stmt, function: _Function) -> Iterator[ast.stmt]:
    match node:
        case ast.Return(value=ast.AST()):
            kind = ast.unparse(function.returns).partition("[")[0] if function.returns is not None else ""
            yield from (ast.Return(ast.parse(each, mode="eval").body) for each in _NOTHING.get(kind, ("None",)))
        case ast.AugAssign(target, op, value) if type(op) in _COUNTED:
            yield ast.AugAssign(target, _COUNTED[type(op)](), value)
    if _may_go(node, function):
        yield ast.Pass()


def _without_one(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    return (nodes[:at] + nodes[at + 1 :] for at in range(len(nodes)))


def _is_unpacked(parent: ast.AST, function: _Function | None) -> bool:
    """Whether it is told by its length what is meant with a tuple in it."""
    if isinstance(parent, ast.Assign):
        return any(isinstance(each, ast.Tuple) for each in parent.targets)
    returns = function.returns if function is not None else None
    longer = returns is not None and ast.unparse(returns).endswith("...]")
    return isinstance(parent, ast.Subscript | ast.Yield) or (isinstance(parent, ast.Return) and not longer)


def _names_set(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))


def _may_go(node: ast.stmt, function: _Function) -> bool:
    """Whether a statement can be left out, without a name that nothing else sets."""
    match node:
        case ast.Assign():
            given = (each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg))
            sets = Counter([*_names_set(function), *given])
            return all(sets[name] > 1 for target in node.targets for name in _names_set(target))
        case ast.Return():
            return node.value is None
        case ast.Expr():
            return not _is_docstring(node)
        case _:
            return isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete)
