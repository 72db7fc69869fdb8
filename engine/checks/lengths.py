"""How long a text can come out: its own words, and the longest that each value in it may reasonably be.

A bound, not a proof: a typed text has no longest form. What is assumed stands in `LONGEST` and in docs/check.md.
"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import nodes

from engine.scope import Scope
from engine.texts import Template, parse_template
from engine.types import ANY, Shape

# Characters of the longest value that is still ordinary, by type and by filter.
LONGEST = {
    "name": 40, "phone": 16, "email": 60, "choice": 24, "id": 32, "text": 60, "number": 12, "count": 6,
    "probability": 6, "percent": 6, "yes_no": 6, "money": 18, "date": 28, "time": 5, "when": 36, "datetime": 36,
    "duration": 20, "location": 60,
}  # fmt: skip
FILTERED = {
    "money": 18, "day": 28, "time": 5, "when": 36, "phone": 16, "first": 20, "duration": 20, "length": 6,
}  # fmt: skip
ITEMS = 10  # of a list that is joined or gone through
_OTHER = 60


def length(template: Template, scope: Scope) -> int:
    """How many characters a text of a definition may come out at."""
    if template.constant:
        return _units(template.source.strip())
    return _Measure(scope).body(parsed(template.source).body)


@lru_cache(maxsize=4096)
def parsed(source: str) -> nodes.Template:
    return parse_template(source)


def _units(text: str) -> int:
    """As phones and providers count: an emoji is two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Measure:
    """Walks a template. Of several ways the longest counts."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def body(self, body: list[nodes.Node]) -> int:
        return sum(self.node(node) for node in body)

    def node(self, node: nodes.Node) -> int:
        if isinstance(node, nodes.Output):
            return sum(
                _units(each.data) if isinstance(each, nodes.TemplateData) else self.value(each) for each in node.nodes
            )
        if isinstance(node, nodes.If):
            ways = [self.body(node.body), self.body(node.else_), *(self.body(each.body) for each in node.elif_)]
            return max(ways)
        if isinstance(node, nodes.For):
            return ITEMS * self.body(node.body)
        return 0

    def value(self, node: nodes.Expr) -> int:
        if isinstance(node, nodes.Const):
            return _units(str(node.value))
        if isinstance(node, nodes.CondExpr):
            return max(self.value(node.expr1), self.value(node.expr2) if node.expr2 is not None else 0)
        if isinstance(node, nodes.Concat):
            return sum(self.value(each) for each in node.nodes)
        if isinstance(node, nodes.Filter):
            if node.name in FILTERED:
                return FILTERED[node.name]
            inner = self.value(node.node) if node.node is not None else 0
            return inner * ITEMS if node.name == "join" else inner
        shape = self.shape(node)
        return LONGEST.get(shape.name, LONGEST.get(shape.base, _OTHER))

    def shape(self, node: nodes.Node) -> Shape:
        if isinstance(node, nodes.Name):
            return self.scope.names.get(node.name) or self.scope.ambients.get(node.name) or ANY
        if isinstance(node, nodes.Getattr):
            fields = self.shape(node.node).fields
            return self.scope.types.shape(fields[node.attr]) if fields and node.attr in fields else ANY
        return ANY
