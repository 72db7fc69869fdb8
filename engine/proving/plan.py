"""What of a definition's data a proof has to follow: what guards read, and what flows into that.

Everything else may be anything at any time, which only ever allows more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from engine.acts import Act
from engine.chart import Chart, chart
from engine.definition import Definition
from engine.expressions import compile_expression
from engine.promises import Promise
from engine.scope import Expression, ExpressionError, Scope
from engine.types import Shape, Types

ATOMS = 24  # conditions about data that are followed in one definition, at most
_DEFAULT_CAP = 2


class Plan:
    """One definition with its chart, the paths of data that matter, the conditions that matter, its counters."""

    def __init__(self, definition: Definition, known: Types, ambients: Mapping[str, Shape]) -> None:
        self.definition = definition
        self.name = definition.name
        self.chart: Chart = chart(definition)
        self.shapes = definition.shapes
        self.scope = Scope(types=known, names=self.shapes, ambients=ambients, states=frozenset(definition.states))
        self.paths: dict[str, set[str]] = {}  # data name -> paths of it that are read
        self.atoms: dict[str, Expression] = {}  # conditions over data alone
        self.caps: dict[str, int] = {}  # state -> how far its entries are counted
        self.guards = [edge.guard for edge in self.chart.edges if edge.guard is not None]

    def follow(self, path: str) -> bool:
        """Whether that was news."""
        name = path.partition(".")[0]
        if name not in self.shapes or path in self.paths.get(name, ()):
            return False
        self.paths.setdefault(name, set()).add(path)
        return True

    def acts(self) -> Iterator[Act]:
        for edge in self.chart.edges:
            yield from edge.acts
        for node in self.chart.nodes.values():
            yield from node.acts

    def learn(self, guard: Expression) -> None:
        """What a guard reads, and the conditions that it is made of."""
        for path in guard.reads:
            self.follow(path)
            if path.startswith("tries."):
                state = path.removeprefix("tries.")
                self.caps[state] = max(self.caps.get(state, _DEFAULT_CAP), _largest(guard.source) + 2)
        for leaf in _leaves(guard.source):
            self.add(ast.unparse(leaf))

    def add(self, source: str) -> bool:
        """Follow a condition, if it is about data alone."""
        if source in self.atoms or len(self.atoms) >= ATOMS:
            return False
        try:
            atom = compile_expression(source, self.scope)
        except ExpressionError:
            return False
        names = {path.partition(".")[0] for path in atom.reads}
        outside = {path for path in atom.reads if path.partition(".")[0] not in self.shapes}
        if not names & set(self.shapes) or outside - {"business.currency"}:
            return False
        self.atoms[source] = atom
        return True


def plans(
    definition: Definition, promises: Iterable[Promise], known: Types, ambients: Mapping[str, Shape]
) -> dict[str, Plan]:
    """The plans of a definition and of all that it calls, by content hash."""
    made = {hash: Plan(each, known, ambients) for hash, each in definition.reachable.items()}
    for plan in made.values():
        for guard in plan.guards:
            plan.learn(guard)
    root = made[definition.hash]
    read = [guard for promise in promises for guard in (promise.when, promise.excuse, promise.by)]
    for promised in read:
        if promised is not None:
            root.learn(promised)
    for _ in range(12):
        if not sum(_spread(plan, made) for plan in made.values()):
            break
    return made


def _spread(plan: Plan, all_plans: Mapping[str, Plan]) -> bool:
    """One round of following what flows into what matters. Whether there was news."""
    news = False
    for act in plan.acts():
        if act.kind == "set":
            expression = act.args[0][1]
            if act.name in plan.paths:
                news |= _follow(plan, [expression])
            news |= _before(plan, plan, {act.name: expression})
        elif act.kind == "decide" and act.to in plan.paths:
            news |= _follow(plan, [expression for _, expression in act.args])
    for node in plan.chart.nodes.values():
        call = node.state.call
        if call is None:
            continue
        callee = all_plans[call.definition.hash]
        for name, expression in call.args:
            if name in callee.paths:
                news |= _follow(plan, [expression])
        news |= _before(callee, plan, dict(call.args))
        news |= _returned(plan, callee)
    return news


def _follow(plan: Plan, expressions: Iterable[Expression]) -> bool:
    return bool(sum(plan.follow(path) for expression in expressions for path in expression.reads))


def _before(inner: Plan, outer: Plan, given: Mapping[str, Expression]) -> bool:
    """A condition that matters after names were given values matters before it, with those in their place."""
    news = False
    for source, atom in list(inner.atoms.items()):
        names = {path.partition(".")[0] for path in atom.reads} & set(inner.shapes)
        if inner is outer and any(name in given[name].reads for name in names & set(given)):
            continue  # a counter: its values are told apart instead
        if not names & set(given) or (inner is not outer and not names <= set(given)):
            continue
        if any(
            path.startswith(("event.", "tries.", "now")) for name in names & set(given) for path in given[name].reads
        ):
            continue
        written = _Replaced({name: given[name].source for name in names & set(given)}).of(source)
        if written is not None and len(written) < 200 and written.count("(") < 12:
            news |= outer.add(written)
    return news


def _returned(plan: Plan, callee: Plan) -> bool:
    """What a caller keeps of a called flow's data, and what its rules read of it."""
    news = False
    for edge in plan.chart.edges:
        if not edge.trigger.startswith(f"{callee.name}."):
            continue
        read = [edge.guard] if edge.guard is not None else []
        read += [
            expression
            for act in edge.acts
            if act.name in plan.paths or act.to in plan.paths
            for _, expression in act.args
        ]
        for expression in read:
            for path in expression.reads:
                if path.startswith("event."):
                    news |= callee.follow(path.removeprefix("event."))
    return news


class _Replaced(ast.NodeTransformer):
    """A condition with names replaced by what was put there."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given

    def of(self, source: str) -> str | None:
        try:
            return ast.unparse(self.visit(ast.parse(source, mode="eval").body))
        except (SyntaxError, ValueError):
            return None

    def visit_Name(self, node: ast.Name) -> ast.AST:
        written = self.given.get(node.id)
        return node if written is None else ast.parse(written.strip(), mode="eval").body


def _leaves(source: str) -> Iterator[ast.expr]:
    """The conditions that `and`, `or` and `not` join."""
    try:
        waiting: list[ast.expr] = [ast.parse(source.strip(), mode="eval").body]
    except SyntaxError:
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp):
            waiting += node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            waiting.append(node.operand)
        else:
            yield node


def _largest(source: str) -> int:
    numbers = [
        node.value for node in ast.walk(ast.parse(source.strip(), mode="eval")) if isinstance(node, ast.Constant)
    ]
    return max([number for number in numbers if isinstance(number, int) and 0 <= number <= 50], default=0)
