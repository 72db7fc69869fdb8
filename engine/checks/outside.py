"""What the other definitions of a release do that one of them depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from engine.acts import Act
from engine.chart import Chart
from engine.definition import Definition


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """Seen from one definition. Event names; data of its own that its callers read.

    Where something else is broken, this is not the `whole` of it, and what seems missing may stand there.
    """

    whole: bool = True
    told: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()  # verbs that a caller or a called flow asks for
    read: frozenset[str] = frozenset()


class Around:
    """All charts of a release together."""

    def __init__(self, charts: Iterable[Chart], whole: bool) -> None:
        self.charts = tuple(charts)
        self.whole = whole
        self.told = frozenset(act.name for chart in self.charts for act in acts(chart) if act.kind == "tell")
        self.heard = frozenset(edge.trigger for chart in self.charts for edge in chart.edges if edge.kind == "event")
        self._verbs = {
            chart.definition.name: frozenset(act.name for act in acts(chart) if act.kind == "do")
            for chart in self.charts
        }
        self._read: dict[str, set[str]] = {}
        self._near: dict[str, set[str]] = {}
        for chart in self.charts:
            self._calls(chart)

    def of(self, definition: Definition) -> Outside:
        asked = frozenset().union(*(self._verbs.get(name, ()) for name in self._near.get(definition.name, ())))
        read = frozenset(self._read.get(definition.name, ()))
        return Outside(whole=self.whole, told=self.told, heard=self.heard, asked=asked, read=read)

    def _calls(self, chart: Chart) -> None:
        for node in chart.nodes.values():
            call = node.state.call
            if call is None:
                continue
            callee = call.definition.name
            self._near.setdefault(callee, set()).add(chart.definition.name)
            self._near.setdefault(chart.definition.name, set()).add(callee)
            read = self._read.setdefault(callee, set())
            if call.save is not None:
                read.update(call.definition.shapes)
            for edge in node.edges:
                if edge.kind == "return":
                    read.update(_event_fields(chart.definition, edge.guard, edge.acts))


def acts(chart: Chart) -> Iterator[Act]:
    """All that a definition does, on entry to states and by rules."""
    for node in chart.nodes.values():
        yield from node.acts
    for edge in chart.edges:
        yield from edge.acts


def _event_fields(definition: Definition, guard: object, done: tuple[Act, ...]) -> Iterator[str]:
    paths = [*getattr(guard, "reads", ())]
    for act in done:
        paths += [path for _, value in act.args for path in value.reads]
        if act.kind == "say":
            paths += [".".join(path) for form in definition.texts[act.name].values() for path in form.paths]
    for path in paths:
        first, _, rest = path.partition(".")
        if first == "event" and rest:
            yield rest.partition(".")[0]
