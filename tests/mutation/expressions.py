"""Defects within one expression: comparisons turned, constants off by one, a condition left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_REVERSED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip


def wrong(source: str) -> Iterator[tuple[str, str, str]]:
    """(operator, what it says now, in words) for each defect of an expression."""
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError:  # one bare word that is no name
        return
    nodes = list(ast.walk(tree))
    for index, node in enumerate(nodes):
        for operator, changed in _variants(node):
            now = ast.unparse(_replaced(tree, index, changed))
            if now != ast.unparse(tree):
                yield operator, now, f"{source} became {now}"


def _variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for table, operator in ((_TURNED, "comparison_turned"), (_REVERSED, "comparison_reversed")):
            other = table.get(type(node.ops[0]))
            if other is not None:
                yield operator, ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        other_op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and_or_exchanged", ast.BoolOp(other_op, node.values)
        for left_out in range(len(node.values)):
            kept = [value for index, value in enumerate(node.values) if index != left_out]
            yield "condition_left_out", kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not_left_out", node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield (
            "plus_minus_exchanged",
            ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right),
        )
    elif isinstance(node, ast.List) and len(node.elts) > 1:
        for left_out in range(len(node.elts)):
            yield "item_left_out", ast.List([e for i, e in enumerate(node.elts) if i != left_out], ast.Load())
    elif isinstance(node, ast.Constant):
        yield from _constants(node)


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value: Any = node.value
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield "number_off_by_one", ast.Constant(value + 1)
        yield "number_off_by_one", ast.Constant(value - 1)
        yield "number_ten_times", ast.Constant(value * 10)
    elif isinstance(value, str) and value:
        yield "word_misspelt", ast.Constant(value[:-1] if len(value) > 1 else f"{value}x")


def _replaced(tree: ast.Expression, index: int, by: ast.AST) -> ast.Expression:
    """A copy of the tree with one node (the `index`th of ast.walk) exchanged."""
    copied = deepcopy(tree)
    wanted = list(ast.walk(copied))[index]

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return deepcopy(by) if node is wanted else self.generic_visit(node)

    return ast.fix_missing_locations(Exchange().visit(copied))
