"""An expression of the dialect, read into a term: the same tree that `engine.expressions` compiles, node by node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from engine import types
from engine.functions import FUNCTIONS
from engine.logic import arithmetic, choosing, functions
from engine.logic.comparing import compare, truth
from engine.logic.ground import Ground
from engine.logic.terms import Term, yes_no
from engine.logic.truth import Truth, both, either, opposite
from engine.scope import Expression
from engine.types import Shape, UnknownType

Root = Callable[[list[str]], tuple[Term, list[str]]]  # the parts of a path to a term and the parts that are left


def read(ground: Ground, expression: Expression, root: Root) -> Term:
    """`root` says what stands for the names that the expression reads."""
    if not expression.reads:
        constant = _constant(ground, expression)
        if constant is not None:
            return constant
    try:
        tree = ast.parse(expression.source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return arithmetic.opaque(ground, expression.source, expression.shape)
    return Reader(ground, root).read(tree)


def _constant(ground: Ground, expression: Expression) -> Term | None:
    try:
        return ground.constant(expression.read(None)[0])
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return None


class Reader:
    """Reads the nodes of one expression."""

    def __init__(self, ground: Ground, root: Root) -> None:
        self.ground = ground
        self.root = root

    def read(self, node: ast.expr) -> Term:
        method: Callable[[Any], Term] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            return arithmetic.opaque(self.ground, ast.unparse(node), types.ANY)
        return method(node)

    def _Constant(self, node: ast.Constant) -> Term:
        made = self.ground.constant(node.value)
        return made if made is not None else arithmetic.opaque(self.ground, repr(node.value), types.TEXT)

    def _List(self, node: ast.List | ast.Tuple) -> Term:
        items = tuple(self.read(item) for item in node.elts)
        length = self.ground.constant(len(items))
        assert length is not None
        key = f"[{', '.join(item.key for item in items)}]"
        fails = either(*(item.fails for item in items))
        shape = items[0].shape if items and len({item.kind for item in items}) == 1 else types.ANY
        constant = None
        if all(item.constant is not None for item in items):
            constant = ([item.constant[0] for item in items if item.constant is not None],)
        return Term(key, types.list_of(shape), length.value, fails=fails, items=items, constant=constant)

    _Tuple = _List

    def _Name(self, node: ast.Name) -> Term:
        return self._path([node.id])

    def _Attribute(self, node: ast.Attribute) -> Term:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            return self._path([inner.id, *reversed(parts)])
        return self._fields(self.read(inner), [*reversed(parts)])

    def _path(self, parts: list[str]) -> Term:
        term, rest = self.root(parts)
        return self._fields(term, rest)

    def _fields(self, term: Term, names: list[str]) -> Term:
        for name in names:
            term = self.ground.field(term, name, self._shape(term, name))
        return term

    def _shape(self, term: Term, name: str) -> Shape:
        fields = term.shape.fields or {}
        try:
            return self.ground.types.shape(fields.get(name, types.ANY))
        except UnknownType:
            return types.ANY

    def _BoolOp(self, node: ast.BoolOp) -> Term:
        """Each side is looked at only if those before it leave the answer open, so only then can it fail."""
        conjunction = isinstance(node.op, ast.And)
        value: Truth = conjunction
        fails: Truth = False
        keys = []
        for part in node.values:
            term = self.read(part)
            reached = value if conjunction else opposite(value)
            fails = either(fails, both(reached, term.fails))
            said = truth(self.ground, term)
            value = both(value, said) if conjunction else either(value, said)
            keys.append(term.key)
        return yes_no(f"({(' and ' if conjunction else ' or ').join(keys)})", value, fails)

    def _UnaryOp(self, node: ast.UnaryOp) -> Term:
        term = self.read(node.operand)
        if isinstance(node.op, ast.Not):
            return yes_no(f"(not {term.key})", opposite(truth(self.ground, term)), term.fails)
        return choosing.negative(self.ground, term)

    def _BinOp(self, node: ast.BinOp) -> Term:
        name = type(node.op).__name__
        return arithmetic.arithmetic(self.ground, name, self.read(node.left), self.read(node.right))

    def _Compare(self, node: ast.Compare) -> Term:
        value: Truth = True
        fails: Truth = False
        keys = []
        left = self.read(node.left)
        for operation, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.read(comparator)
            term = self._compared(type(operation).__name__, left, right)
            fails = either(fails, both(value, term.fails))
            value = both(value, term.value)
            keys.append(term.key)
            left = right
        return yes_no(" and ".join(keys), value, fails)

    def _compared(self, name: str, left: Term, right: Term) -> Term:
        if name in ("Is", "IsNot"):
            value = left.unknown if name == "Is" else opposite(left.unknown)
            return yes_no(f"({left.key} {name} None)", value, left.fails)
        return compare(self.ground, name, left, right)

    def _IfExp(self, node: ast.IfExp) -> Term:
        test, then, other = self.read(node.test), self.read(node.body), self.read(node.orelse)
        key = f"({then.key} if {test.key} else {other.key})"
        return choosing.choose(self.ground, key, truth(self.ground, test), then, other, test.fails)

    def _Call(self, node: ast.Call) -> Term:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            return arithmetic.opaque(self.ground, ast.unparse(node), types.ANY)
        args = [self.read(arg) for arg in node.args]
        if name == "money" and len(args) == 1:
            args.append(self._path(["business", "currency"]))
        if FUNCTIONS[name].zoned:
            args.append(self._path(["business", "zone"]))
        return functions.call(self.ground, name, tuple(args))
