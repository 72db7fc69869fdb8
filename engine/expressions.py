"""The language of guards and values: Python's syntax, a closed list of what may appear, typed, compiled once.

The text is parsed with `ast`, every node is checked against a list and against the declared types, and
then Python code of our own making is written from it: no name, attribute or call of the author's
reaches the compiler. A compiled expression answers its value and the values that it read.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from engine import limits, operators, types
from engine.findings import did_you_mean
from engine.functions import ANYTHING, FUNCTIONS, Function
from engine.scope import Expression, ExpressionError, Scope
from engine.types import Shape

_DUBIOUS = re.compile(r"\d[A-Za-z_]|\\")  # what Python may have something to say about


def compile_expression(source: str, scope: Scope) -> Expression:
    """Raises ExpressionError."""
    tree = _parsed(source)
    writer = _Writer(scope)
    try:
        code, shape = writer.write(tree)
    except ExpressionError as error:
        said = source.strip().encode()  # ast counts bytes
        blank = len(source) - len(source.lstrip())
        error.offset = blank + len(said[: error.offset].decode(errors="ignore"))
        error.end = blank + len(said[: error.end].decode(errors="ignore")) if error.end else 0
        raise
    loads = "".join(f"    v{i} = {how}\n" for i, how in enumerate(writer.reads.values()))
    values = ", ".join(f"{path!r}: v{i}" for i, path in enumerate(writer.reads))
    text = f"def read(run):\n{loads}    return {code}, {{{values}}}\n"
    space: dict[str, Any] = {**writer.constants, "__builtins__": {}}
    exec(compile(text, "<expression>", "exec"), space)  # noqa: S102 - `text` is written by us from a checked tree
    return Expression(
        source=source, shape=shape, read=space["read"], reads=tuple(writer.reads), ambients=frozenset(writer.ambients)
    )


def _parsed(source: str) -> ast.expr:
    if len(source) > limits.EXPRESSION_LENGTH:
        raise ExpressionError("expression-too-large", f"Longer than {limits.EXPRESSION_LENGTH} characters.")
    try:
        tree = _tree(source.strip())
    except SyntaxError as error:
        start, end = (error.offset or 1) - 1, (error.end_offset or 1) - 1
        raise ExpressionError("expression-syntax", f"Not an expression: {error.msg}.", start, end=end) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("expression-syntax", f"Not an expression: {error}.") from error
    if sum(1 for _ in ast.walk(tree)) > limits.EXPRESSION_NODES:
        raise ExpressionError(
            "expression-too-large", f"More than {limits.EXPRESSION_NODES} parts.", suggestion="Split it."
        )
    return tree


def _tree(source: str) -> ast.expr:
    """Python reads "2and" as "2 and", and warns whoever runs it. Here whoever wrote it is told."""
    if not _DUBIOUS.search(source):
        return ast.parse(source, mode="eval").body
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source, mode="eval").body
    lines = source.encode().splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex)):
            end = node.end_col_offset or 0
            behind = lines[(node.end_lineno or 1) - 1][end : end + 1]
            if behind.isalpha() or behind == b"_":
                raise ExpressionError(
                    "expression-syntax", "A number runs into the word behind it.", node.col_offset,
                    "Put a space between them.", end + 1,
                )  # fmt: skip
    return tree


def _unknown(code: str, reason: str, at: int, name: str, known: Iterable[str]) -> ExpressionError:
    return ExpressionError(code, reason, at, did_you_mean(name, known), at + len(name.encode()))


class _Writer:
    """Writes the code of one expression, collecting what it reads and checking shapes on the way."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.reads: dict[str, str] = {}  # path -> how to load it
        self.constants: dict[str, Any] = {"field": operators.field}
        self.ambients: set[str] = set()
        self._depth = 0

    def write(self, node: ast.expr) -> tuple[str, Shape]:
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH:
            raise ExpressionError(
                "expression-too-large", f"Nested deeper than {limits.EXPRESSION_DEPTH}.", node.col_offset
            )
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise ExpressionError("not-allowed", f"{type(node).__name__} is not part of expressions.", node.col_offset)
        try:
            result: tuple[str, Shape] = method(node)
        except ExpressionError as error:
            error.end = error.end or node.end_col_offset or 0
            raise
        self._depth -= 1
        return result

    def _keep(self, value: Any) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _Constant(self, node: ast.Constant) -> tuple[str, Shape]:
        value = node.value
        if value is None or isinstance(value, bool):
            return repr(value), types.NONE if value is None else types.YES_NO
        if isinstance(value, (int, float)):
            if not abs(value) < operators.LARGEST:
                raise ExpressionError("number-too-large", "This number is too large.", node.col_offset)
            return repr(value), types.NUMBER
        if isinstance(value, str):
            return self._keep(value), types.TEXT
        raise ExpressionError("not-allowed", f"{value!r} is not part of expressions.", node.col_offset)

    def _List(self, node: ast.List | ast.Tuple) -> tuple[str, Shape]:
        parts = [self.write(item) for item in node.elts]
        item = parts[0][1] if parts else types.ANY
        if any(shape.base != item.base for _, shape in parts):
            item = types.ANY
        return "[" + ", ".join(code for code, _ in parts) + "]", types.list_of(item)

    _Tuple = _List

    def _Name(self, node: ast.Name) -> tuple[str, Shape]:
        return self._path(node, [node.id])

    def _Attribute(self, node: ast.Attribute) -> tuple[str, Shape]:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            return self._path(node, [inner.id, *reversed(parts)])
        code, shape = self.write(node.value)
        shape = self._field(shape, node.attr, "this", (node.end_col_offset or 0) - len(node.attr))
        return f"field({code}, {node.attr!r})", shape

    def _path(self, node: ast.expr, parts: list[str]) -> tuple[str, Shape]:
        path = ".".join(parts)
        how, shape, rest = self._root(node, parts)
        at = node.col_offset + sum(len(part) + 1 for part in parts[: len(parts) - len(rest)])
        said = ".".join(parts[: len(parts) - len(rest)])
        for name in rest:
            shape = self._field(shape, name, said, at)
            how = f"field({how}, {name!r})"
            at += len(name) + 1
            said += f".{name}"
        return self._load(path, how), shape

    def _load(self, path: str, how: str) -> str:
        self.reads.setdefault(path, how)
        return f"v{list(self.reads).index(path)}"

    def _root(self, node: ast.expr, parts: list[str]) -> tuple[str, Shape, list[str]]:
        scope, name, rest = self.scope, parts[0], parts[1:]
        if name in scope.names:
            return f"run.data.get({name!r})", scope.names[name], rest
        if name in scope.ambients:
            self.ambients.add(name)
            return f"run.ambient({name!r})", scope.ambients[name], rest
        if name == "event" and scope.event is not None and rest:
            if rest[0] not in scope.event:
                reason = f'The event has no field "{rest[0]}".'
                raise _unknown("unknown-field", reason, node.col_offset + 6, rest[0], scope.event)
            return f"run.event_data.get({rest[0]!r})", scope.event[rest[0]], rest[1:]
        if name == "tries" and scope.states is not None and len(rest) == 1:
            if rest[0] not in scope.states:
                reason = f'There is no state "{rest[0]}".'
                raise _unknown("unknown-state", reason, node.col_offset + 6, rest[0], scope.states)
            return f"run.tries.get({rest[0]!r}, 0)", types.NUMBER, []
        if name == "now" and scope.clock:
            return "run.now", types.DATETIME, rest
        reason = f'"{name}" is not a name here.'
        if name == "event" and scope.event is None:
            reason = '"event" can only be read by the rule that takes the event.'
        raise _unknown("unknown-name", reason, node.col_offset, name, scope.known())

    def _field(self, shape: Shape, name: str, said: str, at: int) -> Shape:
        if name.startswith("_"):
            raise ExpressionError("not-allowed", f'"{name}" cannot be read.', at)
        if shape.base == "any":
            return types.ANY
        if shape.fields is None:
            raise ExpressionError("unknown-field", f'"{said}" is {shape.name}; it has no fields.', at)
        if name not in shape.fields:
            raise _unknown("unknown-field", f'{shape.name} has no field "{name}".', at, name, shape.fields)
        return self.scope.types.shape(shape.fields[name])

    def _BoolOp(self, node: ast.BoolOp) -> tuple[str, Shape]:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return "(" + word.join(self._truth(value) for value in node.values) + ")", types.YES_NO

    def _truth(self, node: ast.expr) -> str:
        code, shape = self.write(node)
        if shape.base not in ("yes_no", "any"):
            raise ExpressionError(
                "not-yes-no", f"This is {shape.name}, not a yes or no.", node.col_offset, "Compare it with something."
            )
        return code

    def _UnaryOp(self, node: ast.UnaryOp) -> tuple[str, Shape]:
        if isinstance(node.op, ast.Not):
            return f"(not {self._truth(node.operand)})", types.YES_NO
        code, shape = self.write(node.operand)
        if not isinstance(node.op, ast.USub) or shape.base not in ("number", "money", "duration", "any"):
            raise ExpressionError("types-differ", f"{shape.name} cannot be negated.", node.col_offset)
        if isinstance(node.operand, ast.Constant):
            return f"(-{code})", shape
        return f"{self._keep(operators.negative)}({code})", shape

    def _BinOp(self, node: ast.BinOp) -> tuple[str, Shape]:
        name = type(node.op).__name__
        if name not in operators.ARITHMETIC:
            raise ExpressionError("not-allowed", f"{name} is not part of expressions.", node.col_offset)
        left, one = self.write(node.left)
        right, two = self.write(node.right)
        shape = operators.joined(name, one, two)
        if shape is None:
            raise ExpressionError(
                "types-differ", f"{one.name} {operators.SIGNS[name]} {two.name} does not make sense.", node.col_offset
            )
        return f"{self._keep(operators.ARITHMETIC[name])}({left}, {right})", shape

    def _Compare(self, node: ast.Compare) -> tuple[str, Shape]:
        parts: list[str] = []
        left = node.left
        for operation, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(type(operation).__name__, left, right))
            left = right
        return "(" + " and ".join(parts) + ")", types.YES_NO

    def _comparison(self, name: str, left: ast.expr, right: ast.expr) -> str:
        if name in ("Is", "IsNot") and isinstance(right, ast.Constant) and right.value is None:
            code, _ = self.write(left)
            return f"{code} is {'not ' if name == 'IsNot' else ''}None"
        if name not in operators.COMPARE:
            raise ExpressionError("not-allowed", f"{name} is not part of expressions.", left.col_offset)
        one_code, one = self.write(left)
        two_code, two = self.write(right)
        zero = any(isinstance(side, ast.Constant) and side.value == 0 for side in (left, right))
        if not operators.comparable(name, one, two, zero):
            raise ExpressionError(
                "types-differ", f"{one.name} {operators.SIGNS[name]} {two.name} can never be compared.", left.col_offset
            )
        if name in ("Eq", "NotEq") and "text" in (one.base, two.base):
            return f"({one_code} {operators.SIGNS[name]} {two_code})"
        if self._certain(left) and self._certain(right):  # neither can be unknown: Python's own operator will do
            return f"({one_code} {operators.SIGNS[name]} {two_code})"
        return f"{self._keep(operators.COMPARE[name])}({one_code}, {two_code})"

    @staticmethod
    def _certain(node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, (int, float, str))
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tries"

    def _IfExp(self, node: ast.IfExp) -> tuple[str, Shape]:
        test = self._truth(node.test)
        body, one = self.write(node.body)
        other, two = self.write(node.orelse)
        shape = two if one.base == "none" else one if types.fits(two, one) else types.ANY
        return f"({body} if {test} else {other})", shape

    def _Call(self, node: ast.Call) -> tuple[str, Shape]:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            said = node.func.id if isinstance(node.func, ast.Name) else "this"
            raise _unknown("unknown-function", f'"{said}" is not a function.', node.col_offset, said, FUNCTIONS)
        if node.keywords:
            raise ExpressionError("not-allowed", "Functions take no named arguments.", node.col_offset)
        name, function = node.func.id, FUNCTIONS[node.func.id]
        parts = [self.write(arg) for arg in node.args]
        codes, shapes = [code for code, _ in parts], [shape for _, shape in parts]
        if name == "money" and len(parts) == 1:
            codes.append(self._business(node, "currency", 'money(5, "KES")'))
            shapes.append(types.TEXT)
        self._fits(node, name, function, shapes)
        if function.zoned:
            codes.append(self._business(node, "zone", "a fact with the local date or time"))
        gives = function.gives if isinstance(function.gives, Shape) else function.gives(shapes)
        if name in ("date", "time"):
            return self._literal(node, name), gives
        return f"{self._keep(function.call)}({', '.join(codes)})", gives

    def _business(self, node: ast.expr, field: str, instead: str) -> str:
        if "business" not in self.scope.ambients and "business" not in self.scope.names:
            raise ExpressionError(
                "no-business", f"The business's {field} is not known here.", node.col_offset, f"Use {instead}."
            )
        return self._path(node, ["business", field])[0]

    def _fits(self, node: ast.Call, name: str, function: Function, shapes: list[Shape]) -> None:
        takes = function.takes
        least = function.least if function.least >= 0 else len(takes)
        if len(shapes) < least or (len(shapes) > len(takes) and not function.more):
            wanted = f"{least}" if least == len(takes) else f"{least} to {len(takes)}"
            raise ExpressionError(
                "arguments", f"{name}() takes {wanted} arguments, not {len(shapes)}.", node.col_offset
            )
        for index, shape in enumerate(shapes):
            allowed = takes[min(index, len(takes) - 1)]
            if allowed is not ANYTHING and shape.base not in (*allowed, "any"):
                raise ExpressionError("types-differ", f"{name}() does not take {shape.name}.", node.col_offset)

    def _literal(self, node: ast.Call, name: str) -> str:
        arg = node.args[0]
        text = arg.value if isinstance(arg, ast.Constant) else None
        try:
            return self._keep((date if name == "date" else time).fromisoformat(str(text)))
        except ValueError as error:
            end = arg.end_col_offset or 0
            raise ExpressionError("bad-literal", f"{text!r} is not a {name}.", arg.col_offset, end=end) from error
