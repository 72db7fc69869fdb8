"""What a check looks at, and how it says what it found: one definition or table, with its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from engine.chart import Chart, Edge
from engine.checks.flowing import Flowing
from engine.checks.limits import Limits
from engine.checks.outside import Outside
from engine.definition import Definition
from engine.document import Document
from engine.findings import Finding, Fix
from engine.registry import Registry
from engine.scope import Scope
from engine.tables import Table
from engine.types import DATETIME, Shape, Types

At = Sequence[str | int]


class Reporting:
    """Collects what the checks find in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Finding] = []

    def report(
        self, code: str, path: At, reason: str, suggestion: str = "", *,
        key: bool = False, offset: int = 0, end: int = 0, fix: Fix | None = None,
    ) -> None:  # fmt: skip
        """A finding at the value at `path`, or at its key; `offset` and `end` count characters into it."""
        self.found.append(
            self.document.finding(code, path, reason, suggestion, key=key, offset=offset, end=end, fix=fix)
        )


class Subject(Reporting):
    """A flow or lifecycle that compiled."""

    def __init__(
        self, definition: Definition, chart: Chart, document: Document, registry: Registry, types: Types,
        limits: Limits, outside: Outside, takes: Mapping[str, Mapping[str, bool]],
        tables: Mapping[str, Table],
    ) -> None:  # fmt: skip
        super().__init__(document)
        self.outside = outside
        self._takes = takes
        self.tables = tables
        self.definition = definition
        self.chart = chart
        self.registry = registry
        self.types = types
        self.limits = limits
        self.odd: set[tuple[str | int, ...]] = set()  # guards of which the reason why they never hold has been said
        self.into: dict[str, list[Edge]] = {name: [] for name in chart.nodes}  # the rules that enter a state
        for edge in chart.edges:
            if edge.target is not None:
                self.into[edge.target].append(edge)
        self.reached = chart.reached()  # the states that some path leads to

    @cached_property
    def flowing(self) -> Flowing:
        """Which data is known where."""
        return Flowing(self.definition, self.chart)

    @cached_property
    def scope(self) -> Scope:
        """What the texts of the definition may read, but for the fields of events."""
        ambients = {name: self.types.shape(ambient.type) for name, ambient in self.registry.ambients.items()}
        return Scope(types=self.types, names=self.definition.shapes, ambients=ambients)

    @cached_property
    def names(self) -> dict[str, Shape]:
        """What its guards may read, but for the fields of events and how often a state was tried."""
        return {**self.scope.names, **self.scope.ambients, "now": DATETIME}

    @property
    def flow(self) -> bool:
        return self.definition.kind == "flow"

    @property
    def read_outside(self) -> frozenset[str]:
        """Data that callers read when this flow ends."""
        return self.outside.read

    def takes_of(self, flow: str) -> Mapping[str, bool] | None:
        """What a flow of the release takes, each with whether it may be left out."""
        return self._takes.get(flow)


class TableSubject(Reporting):
    """A table that compiled."""

    def __init__(self, table: Table, document: Document, types: Types) -> None:
        super().__init__(document)
        self.table = table
        self.types = types
