"""What an expression says about which data is known, and what it reads of data that may not be.

Comparing with something unknown is false, and so is asking it for a yes: a guard that held says more than it seems.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

_LENIENT = frozenset(["known", "count", "text", "min", "max", "sum", "first", "last"])  # give something for nothing
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
Names = frozenset[str]
_NONE: Names = frozenset()


@lru_cache(maxsize=8192)
def implied(source: str, truth: bool) -> Names:
    """The names that are surely known when an expression comes out so."""
    tree = _tree(source)
    return _implied(tree, truth) if tree is not None else _NONE


@lru_cache(maxsize=8192)
def needed(source: str) -> Names:
    """The names that an expression reads without having made sure that they are known."""
    tree = _tree(source)
    return frozenset(_needed(tree, _NONE)) if tree is not None else _NONE


def _tree(source: str) -> ast.expr | None:
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError):  # a literal of the file, such as a text
        return None


def _implied(node: ast.expr, truth: bool) -> Names:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _implied(node.operand, not truth)
    if isinstance(node, ast.BoolOp):
        parts = [_implied(value, truth) for value in node.values]
        together = isinstance(node.op, ast.And) == truth
        return frozenset().union(*parts) if together else frozenset.intersection(*parts)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(node, truth)
    if isinstance(node, ast.Compare):
        ordered = truth and all(isinstance(op, _ORDER) for op in node.ops)
        return _strict(node.left, *node.comparators) if ordered else _NONE
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "known":
        return _strict(*node.args) if truth else _NONE
    return _strict(node) if truth else _NONE


def _compared(node: ast.Compare, truth: bool) -> Names:
    left, operation, right = node.left, node.ops[0], node.comparators[0]
    nothing = any(isinstance(side, ast.Constant) and side.value is None for side in (left, right))
    if nothing:
        differs = isinstance(operation, (ast.IsNot, ast.NotEq)) == truth
        return _strict(left, right) if differs else _NONE
    if not truth:
        return _NONE
    if isinstance(operation, _ORDER):
        return _strict(left, right)
    if isinstance(operation, ast.Eq) and (_literal(left) or _literal(right)):
        return _strict(left, right)
    return _strict(left) if isinstance(operation, ast.In) and _literal(right) else _NONE


def _literal(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(_literal(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value is not None


def _strict(*nodes: ast.expr) -> Names:
    """The names without which these come out as nothing."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found |= _strict(node.value)
        elif isinstance(node, ast.BinOp):
            found |= _strict(node.left, node.right)
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
            found |= _strict(node.operand)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in _LENIENT:
            found |= _strict(*node.args)
    return frozenset(found)


def _needed(node: ast.AST, known: Names) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if node.id not in known:
            yield node.id
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _needed(value, known)
            known |= _implied(value, isinstance(node.op, ast.And))
    elif isinstance(node, ast.IfExp):
        yield from _needed(node.body, known | _implied(node.test, True))
        yield from _needed(node.orelse, known | _implied(node.test, False))
    elif isinstance(node, ast.Call):
        lenient = isinstance(node.func, ast.Name) and node.func.id in _LENIENT
        for arg in () if lenient else node.args:
            yield from _needed(arg, known)
    elif isinstance(node, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
        return
    else:
        for child in ast.iter_child_nodes(node):
            yield from _needed(child, known)
