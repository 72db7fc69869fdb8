"""Guards taken apart into comparisons with literals: what can be seen in them without a solver."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

Given = Sequence[tuple[str, bool]]
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in", "not in": "in"}
_SIGNS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in",
}  # fmt: skip


class Atom(msgspec.Struct, frozen=True):
    """A path compared with a literal, or with a tuple of them: `event.value == "am"`."""

    path: str
    sign: str
    value: Any


@lru_cache(maxsize=8192)
def literals(source: str) -> tuple[tuple[str, Any], ...]:
    """Every literal that a path is compared with, wherever it stands in the expression."""
    found: list[tuple[str, Any]] = []
    for node in ast.walk(_tree(source)):
        for atom in _atoms(node):
            values = atom.value if isinstance(atom.value, tuple) else (atom.value,)
            found += [(atom.path, value) for value in values]
    return tuple(found)


def contradictory(given: Given) -> bool:
    """Whether these cannot have these truth values together, seen from comparisons with literals alone."""
    held: dict[str, list[Atom]] = {}
    denied: list[Atom] = []
    for source, truth in given:
        for atom, holds in _facts(source, truth):
            if holds:
                held.setdefault(atom.path, []).append(atom)
            else:
                denied.append(atom)
    for atom in denied:
        if atom.path in held:  # it is known, so what was denied is the opposite
            held[atom.path].append(Atom(atom.path, _NEGATED[atom.sign], atom.value))
    return any(_empty(atoms) for atoms in held.values())


@lru_cache(maxsize=8192)
def _facts(source: str, truth: bool) -> tuple[tuple[Atom, bool], ...]:
    return tuple(_taken_apart(_tree(source), truth))


def _tree(source: str) -> ast.expr:
    return ast.parse(source.strip(), mode="eval").body


def _taken_apart(node: ast.expr, truth: bool) -> Iterator[tuple[Atom, bool]]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _taken_apart(node.operand, not truth)
    elif isinstance(node, ast.BoolOp):
        if isinstance(node.op, ast.And) == truth:
            for value in node.values:
                yield from _taken_apart(value, truth)
    elif truth or not isinstance(node, ast.Compare) or len(node.ops) == 1:
        for atom in _atoms(node):
            # What is not equal or not among some may also be unknown: it says nothing that could be relied on.
            if atom.sign in ("!=", "not in"):
                yield Atom(atom.path, _NEGATED[atom.sign], atom.value), not truth
            else:
                yield atom, truth


def _atoms(node: ast.AST) -> Iterator[Atom]:
    if not isinstance(node, ast.Compare):
        return
    left = node.left
    for operation, right in zip(node.ops, node.comparators, strict=True):
        sign = _SIGNS.get(type(operation), "")
        path, value = _path(left), _literal(right)
        if path and value is not None and sign:
            yield Atom(path, sign, value)
        elif sign in _FLIPPED and (path := _path(right)) and (value := _literal(left)) is not None:
            yield Atom(path, _FLIPPED[sign], value)
        left = right


def _path(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _literal(node: ast.expr) -> Any:
    if isinstance(node, (ast.List, ast.Tuple)):
        values = tuple(_literal(item) for item in node.elts)
        return values if all(value is not None for value in values) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        return -number if isinstance(number, (int, float)) else None
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _empty(atoms: list[Atom]) -> bool:
    """Whether no value of one path fits all of these."""
    allowed: set[Any] | None = None
    for atom in atoms:
        if atom.sign in ("==", "in"):
            values = set(atom.value) if isinstance(atom.value, tuple) else {atom.value}
            allowed = values if allowed is None else allowed & values
    if allowed is not None:
        return not any(all(_fits(value, atom) for atom in atoms) for value in allowed)
    return _no_room([atom for atom in atoms if isinstance(atom.value, (int, float))])


def _fits(value: Any, atom: Atom) -> bool:
    if atom.sign in ("==", "!="):
        return bool((value == atom.value) == (atom.sign == "=="))
    if atom.sign in ("in", "not in"):
        return (value in atom.value) == (atom.sign == "in")
    if not isinstance(value, (int, float)) or not isinstance(atom.value, (int, float)):
        return True
    ordered = {"<": value < atom.value, "<=": value <= atom.value, ">": value > atom.value, ">=": value >= atom.value}
    return ordered[atom.sign]


def _no_room(atoms: list[Atom]) -> bool:
    """Whether the bounds of a number leave nothing between them."""
    lower = max(((a.value, a.sign == ">") for a in atoms if a.sign in (">", ">=")), default=None)
    upper = min(((a.value, a.sign != "<") for a in atoms if a.sign in ("<", "<=")), default=None)
    if lower is None or upper is None:
        return False
    return bool(lower[0] > upper[0] or (lower[0] == upper[0] and (lower[1] or not upper[1])))
