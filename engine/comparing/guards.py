"""What changed within an expression, in its own words: "cpa limit 1.3 → 1.5 × max_cpa" rather than two long lines.

Both sides are parsed; where they have the same form but for a constant, an operator or a term, that is said.
What differs altogether is shown whole. Spaces, quotes and parentheses are no difference.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.comparing.words import LENGTHS, duration, pretty

_SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.Mult: "×", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
_TURNED: dict[type[ast.AST], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_TRIES = re.compile(r"\btries\s*\.\s*(\w+)")


@lru_cache(maxsize=8192)
def parsed(source: str) -> ast.expr | None:
    """The tree of an expression; None for what is none."""
    try:
        return _Turn().visit(ast.parse(source.strip(), mode="eval").body)  # type: ignore[no-any-return]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Turn(ast.NodeTransformer):
    """`5 < n` as `n > 5`: the constant stands on the right."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and _is_constant(node.left) and type(node.ops[0]) in _TURNED:
            turned = ast.Compare(node.comparators[0], [_TURNED[type(node.ops[0])]()], [node.left])
            return ast.copy_location(turned, node)
        return node


def _is_constant(node: ast.expr) -> bool:
    """A literal, or a function of literals: 5, hours(24)."""
    if isinstance(node, ast.Call):
        return all(_is_constant(arg) for arg in node.args)
    return isinstance(node, ast.Constant)


@lru_cache(maxsize=8192)
def canonical(source: str) -> str:
    """One form for expressions that differ in spaces, quotes, parentheses, units or the side of a constant only."""
    tree = parsed(source)
    if tree is None:
        return " ".join(source.split())
    written = ast.unparse(tree)
    if not any(isinstance(node, (ast.BinOp, ast.Call)) for node in ast.walk(tree)):
        return written
    return ast.unparse(_Commuting().visit(ast.parse(written, mode="eval").body))


class _Commuting(ast.NodeTransformer):
    """`1 + n` as `n + 1`, `2 * price` as `price * 2`: exact for numbers, and a number joins with nothing else."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        number = isinstance(node.left, ast.Constant) and isinstance(node.left.value, (int, float))
        if number and isinstance(node.op, (ast.Add, ast.Mult)) and not isinstance(node.right, ast.Constant):
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`hours(24)` and `days(1)` are one length."""
        self.generic_visit(node)
        size = LENGTHS.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if size and len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and type(node.args[0].value) is int:
            return ast.Call(ast.Name("minutes", ast.Load()), [ast.Constant(node.args[0].value * size // 60)], [])
        return node


def names(source: str) -> frozenset[str]:
    """The names that an expression begins its paths with."""
    tree = parsed(source)
    if tree is None:
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


class _Renaming(ast.NodeTransformer):
    def __init__(self, data: Mapping[str, str], states: Mapping[str, str]) -> None:
        self.data = data
        self.states = states

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.data.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "tries":
            return ast.Attribute(node.value, self.states.get(node.attr, node.attr), node.ctx)
        return self.generic_visit(node)


def renamed(source: str, data: Mapping[str, str], states: Mapping[str, str]) -> str:
    """The expression with the new names of what was renamed."""
    if not any(name in source for name in (*data, *states)):
        return source
    tree = parsed(source)
    if tree is None:
        return source
    fresh = ast.parse(ast.unparse(tree), mode="eval").body  # the parsed one is shared
    return ast.unparse(_Renaming(data, states).visit(fresh))


def differing(old: str | None, new: str | None, titles: Mapping[str, str] | None = None) -> list[str]:
    """What changed from one guard to another, a phrase each; nothing when they are the same.

    `titles` are what facts are called for people.
    """
    if old is None or new is None:
        return [] if old == new else [_whole(old, new)]
    one, two = parsed(old), parsed(new)
    if one is None or two is None:
        return [] if canonical(old) == canonical(new) else [_whole(old, new)]
    return _Comparison(titles or {}, (one, two)).between(one, two)


def _whole(old: str | None, new: str | None) -> str:
    if old is None:
        return f"only when {pretty(str(new))}"
    if new is None:
        return f"always, no longer only when {pretty(old)}"
    return f"{pretty(old)} → {pretty(new)}"


def shown(node: ast.AST) -> str:
    return pretty(ast.unparse(node))


class _Comparison:
    """One pair of expressions. Every method answers phrases, or None where the two have no common form."""

    def __init__(self, titles: Mapping[str, str], whole: tuple[ast.expr, ast.expr]) -> None:
        self.titles = titles
        limits = [_limited(tree) for tree in whole]
        self._often = {name for seen in limits for name in seen if seen.count(name) > 1}

    def between(self, old: ast.expr, new: ast.expr) -> list[str]:
        return self._phrases(old, new) or ([] if _same(old, new) else [amounts(old, new)])

    def _phrases(self, old: ast.expr, new: ast.expr) -> list[str] | None:
        if _same(old, new):
            return None
        for joint in (ast.And, ast.Or):
            if _is_joint(old, joint) or _is_joint(new, joint):
                return self._terms(_terms(old, joint), _terms(new, joint), joint)
        if isinstance(old, ast.UnaryOp) and isinstance(new, ast.UnaryOp) and type(old.op) is type(new.op):
            return self._phrases(old.operand, new.operand)
        if isinstance(old, ast.Compare) and isinstance(new, ast.Compare):
            return self._compared(old, new)
        return None

    def _terms(self, old: list[ast.expr], new: list[ast.expr], joint: type[ast.boolop]) -> list[str] | None:
        gone, come = list(old), list(new)
        for term in old:
            twin = next((other for other in come if _same(term, other)), None)
            if twin is not None:
                gone.remove(term)
                come.remove(twin)
        said: list[str] = []
        for term in list(gone):
            for other in come:
                phrases = self._phrases(term, other)
                if phrases:
                    said += phrases
                    gone.remove(term)
                    come.remove(other)
                    break
        if len(gone) == len(old) and len(come) == len(new):
            return None
        more, less = ("now also needs", "no longer needs") if joint is ast.And else ("also if", "no longer if")
        said += [f"{more} {shown(term)}" for term in come]
        return said + [f"{less} {shown(term)}" for term in gone] or [f"terms in another order: {_join(new, joint)}"]

    def _compared(self, old: ast.Compare, new: ast.Compare) -> list[str] | None:
        if len(old.ops) != 1 or len(new.ops) != 1 or not _same(old.left, new.left):
            return None
        left = self._title(old.left)
        was, now = type(old.ops[0]), type(new.ops[0])
        one, two = old.comparators[0], new.comparators[0]
        if was is not now:
            if _same(one, two):
                return [f"{left} {_SIGNS[now]} {shown(two)} instead of {_SIGNS[was]}"]
            return [f"{left} {_SIGNS[was]} {shown(one)} → {_SIGNS[now]} {shown(two)}"]
        if was in _ORDER:
            word = _SIGNS[was] if shown(old.left) in self._often else "limit"
            return [f"{left} {word} {amounts(one, two)}"]
        if was in (ast.In, ast.NotIn) and isinstance(one, ast.List) and isinstance(two, ast.List):
            return [f"{left}: {self._items(one, two)}"]
        return [f"{left}: {amounts(one, two)}"]

    def _title(self, node: ast.expr) -> str:
        name = shown(node)
        return self.titles.get(name, name)

    @staticmethod
    def _items(old: ast.List, new: ast.List) -> str:
        before, after = [shown(item) for item in old.elts], [shown(item) for item in new.elts]
        come = [item for item in after if item not in before]
        gone = [item for item in before if item not in after]
        parts = ([f"also {', '.join(come)}"] if come else []) + ([f"no longer {', '.join(gone)}"] if gone else [])
        return "; ".join(parts) or "the same items in another order"


def amounts(old: ast.expr, new: ast.expr) -> str:
    """ "1.3 → 1.5 × max_cpa": two values, with what they share said once."""
    if isinstance(old, ast.BinOp) and isinstance(new, ast.BinOp) and type(old.op) is type(new.op):
        sign = _SIGNS.get(type(old.op), "?")
        if _same(old.right, new.right) and isinstance(old.op, ast.Mult):
            return f"{amounts(old.left, new.left)} {sign} {shown(new.right)}"
        if _same(old.left, new.left):
            if isinstance(old.op, ast.Mult):
                return f"{amounts(old.right, new.right)} {sign} {shown(new.left)}"
            return f"{shown(new.left)} {sign} {amounts(old.right, new.right)}"
    before, after = amount(old), amount(new)
    return f"{before} → {after}"


def amount(node: ast.expr) -> str:
    """A constant as it is spoken: hours(24) is "24 h", money(500, "KES") is "KES 500"."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        plain: list[Any] = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if len(plain) == len(node.args) and plain:
            if node.func.id in LENGTHS and isinstance(plain[0], (int, float)):
                return duration(plain[0] * LENGTHS[node.func.id])
            if node.func.id == "money" and isinstance(plain[0], (int, float)):
                return " ".join([*map(str, plain[1:]), f"{plain[0]:,}"])
    return shown(node)


def _limited(tree: ast.expr) -> list[str]:
    """What is compared with a limit, as often as it is."""
    return [
        shown(node.left) for node in ast.walk(tree) if isinstance(node, ast.Compare) and isinstance(node.ops[0], _ORDER)
    ]


def _same(one: ast.AST, two: ast.AST) -> bool:
    return one is two or ast.dump(one) == ast.dump(two)


def _is_joint(node: ast.expr, joint: type[ast.boolop]) -> bool:
    return isinstance(node, ast.BoolOp) and isinstance(node.op, joint)


def _terms(node: ast.expr, joint: type[ast.boolop]) -> list[ast.expr]:
    return list(node.values) if isinstance(node, ast.BoolOp) and isinstance(node.op, joint) else [node]


def _join(terms: list[ast.expr], joint: type[ast.boolop]) -> str:
    return (" and " if joint is ast.And else " or ").join(shown(term) for term in terms)


def counted(source: str) -> frozenset[str]:
    """The states whose visits an expression reads: `tries.paying`."""
    return frozenset(_TRIES.findall(source)) if "tries" in source else frozenset()


def roots(source: str) -> frozenset[str]:
    """What an expression reads, as a space of facts names it: "payer", "event.retry", "tries.paying"."""
    tree = parsed(source)
    if tree is None:
        return frozenset()
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("event", "tries"):
            found.add(f"{node.value.id}.{node.attr}")
    return frozenset(found)
