"""Which data is known where: followed over all paths of a chart until nothing changes.

`must` is what every path has written, `may` what some path has. Sets of names are bits of an integer.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.acts import Act
from engine.chart import Chart, Edge, Node
from engine.checks.knowledge import implied
from engine.definition import START, Definition
from engine.scope import Expression


class Flowing:
    """The data of one definition, followed."""

    def __init__(self, definition: Definition, chart: Chart) -> None:
        self.chart = chart
        self.definition = definition
        self.bits = {name: 1 << index for index, name in enumerate(definition.shapes)}
        self.all = (1 << len(self.bits)) - 1
        self.must: dict[str, int] = {}  # before what a state does on entry
        self.may: dict[str, int] = {}
        self._effects: dict[int, tuple[int, int]] = {}
        self._follow()

    def mask(self, names: Iterable[str]) -> int:
        found = 0
        for name in names:
            found |= self.bits.get(name, 0)
        return found

    def names(self, mask: int) -> list[str]:
        return [name for name, bit in self.bits.items() if mask & bit]

    def written(self, acts: tuple[Act, ...], known: int, may: int) -> tuple[int, int]:
        """What is known after some acts."""
        for act in acts:
            if act.kind == "set":
                bit = self.bits.get(act.name, 0)
                nothing = _nothing(act.args[0][1])
                known = known & ~bit if nothing else known | bit
                may |= 0 if nothing else bit
            elif act.kind == "decide":
                known |= self.bits.get(act.to, 0)
                may |= self.bits.get(act.to, 0)
        return known, may

    def entered(self, node: Node) -> tuple[int, int]:
        """What is known at rest in a state, rules that stay in it included."""
        known, may = self.written(node.acts, self.must.get(node.name, self.all), self.may.get(node.name, 0))
        for edge in node.edges:
            if edge.target is None:
                after, may = self.written(edge.acts, known, may | self.saved(node, edge))
                known &= after
        return known, may

    def saved(self, node: Node, edge: Edge) -> int:
        """What the machine itself writes before a rule is tried."""
        if edge.kind == "answer" and node.state.ask is not None and node.state.ask.save:
            return self.bits.get(node.state.ask.save, 0)
        if edge.kind == "return" and node.state.call is not None and node.state.call.save:
            return self.bits.get(node.state.call.save, 0)
        return 0

    def before(self, node: Node, edge: Edge, at_rest: tuple[int, int], *, chosen: bool = True) -> tuple[int, int]:
        """What is known when a rule has been `chosen`, or is about to be: its guard held, those before it did not."""
        known, may = at_rest
        saved = self.saved(node, edge)
        known, may = known | saved, may | saved
        for other in node.edges:
            if other.trigger == edge.trigger:
                if other.guard is not None and (chosen or other is not edge):
                    known |= self.mask(implied(other.guard.source, other is edge))
                if other is edge:
                    break
        return known, may

    def start(self) -> tuple[int, int]:
        definition = self.definition
        content = definition.content.get("takes") or {}
        optional = {n for n, written in content.items() if isinstance(written, dict) and written.get("optional")}
        given = self.mask(definition.takes - optional)
        given |= self.mask(name for name, value in definition.defaults.items() if value is not None)
        return given, given | self.mask(optional)

    def _follow(self) -> None:
        first = self.chart.start
        self.must[first], self.may[first] = self.start()
        waiting = [first]
        while waiting:
            node = self.chart.nodes[waiting.pop()]
            at_rest = self.entered(node)
            for edge in node.edges:
                if edge.target is None:
                    continue
                known, may = self.written(edge.acts, *self.before(node, edge, at_rest))
                target = edge.target
                had = self.must.get(target), self.may.get(target)
                now = (known if had[0] is None else had[0] & known), (may | (had[1] or 0))
                if now != had:
                    self.must[target], self.may[target] = now
                    waiting.append(target)

    def without(self, name: str, state: str) -> list[str]:
        """A way from the start to a state on which `name` is not written; the shortest, or nothing."""
        bit = self.bits[name]
        come: dict[str, str] = {self.chart.start: START}
        waiting = [self.chart.start] if not self.start()[0] & bit else []
        for here in waiting:
            if here == state:
                break
            node = self.chart.nodes[here]
            at_rest = self.written(node.acts, 0, 0)
            for edge in node.edges:
                if edge.target is not None and edge.target not in come:
                    known, _ = self.written(edge.acts, *self.before(node, edge, at_rest))
                    if not known & bit:
                        come[edge.target] = here
                        waiting.append(edge.target)
        way = [state] if state in come else []
        while way and come[way[0]] != START:
            way.insert(0, come[way[0]])
        return way


def _nothing(expression: Expression) -> bool:
    return expression.shape.base == "none"
