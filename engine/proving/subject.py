"""What a proof is about: one promise of one definition, with all that the definition calls, asks and may hear."""

from __future__ import annotations

from collections.abc import Mapping

from engine import types
from engine.asking import Ask
from engine.definition import Definition
from engine.logic.scene import Scene, Term, context
from engine.proving.plan import Plan, plans
from engine.registry import Registry
from engine.release import Release
from engine.scope import Scope
from engine.tables import Table
from engine.types import Shape, Types


class Subject:
    """A definition under proof. Its plans and what was worked out about its guards serve all of its promises."""

    def __init__(
        self, definition: Definition, release: Release, registry: Registry, others: dict[str, Subject] | None = None
    ) -> None:
        self._others = others if others is not None else {}
        self._others[definition.hash] = self
        self.definition = definition
        self.release = release
        self.registry = registry
        self.types = known_types(release, registry)
        self.ambients = {name: self.types.shape(ambient.type) for name, ambient in registry.ambients.items()}
        self.plans: dict[str, Plan] = plans(definition, definition.promised, self.types, self.ambients)
        self.root = self.plans[definition.hash]
        self.told = frozenset().union(*(told_by(each) for each in _machines(release)))
        self.heard = frozenset(edge.trigger for plan in self.plans.values() for edge in plan.chart.edges)
        self.causes = self._causes()
        self.scene = Scene(self.types, context())
        self.terms: dict[object, Term] = {}
        self.answered: dict[object, bool] = {}
        self.values: dict[tuple[str, str], set[str]] = {}  # data -> constants that it was seen to have
        self.scope = Scope(types=self.types, names=self.root.shapes, ambients=self.ambients)

    def _causes(self) -> dict[str, frozenset[str]]:
        """Events that only come because a verb was done, with those verbs."""
        found: dict[str, set[str]] = {}
        for verb in self.registry.verbs.values():
            for name in verb.answers:
                if name not in self.told and self.registry.events[name].doc.startswith("Answers "):
                    found.setdefault(name, set()).add(verb.name)
        return {name: frozenset(verbs) for name, verbs in found.items() if name in self.heard}

    def beside(self, definition: Definition) -> Subject:
        """Another definition of the same release as a subject, made once."""
        found = self._others.get(definition.hash)
        if found is None:
            found = Subject(definition, self.release, self.registry, self._others)
        return found

    def external(self, name: str) -> bool:
        """Whether an event of that name may come from outside."""
        return name in self.registry.events or name in self.told

    def fields(self, name: str) -> Mapping[str, Shape]:
        kind = self.registry.events.get(name)
        return {field: self.types.shape(written) for field, written in kind.fields.items()} if kind is not None else {}

    def item(self, ask: Ask) -> Shape:
        """What is picked from the choices of a question."""
        verb = self.registry.verbs.get(ask.source)
        shape = self.types.shape(verb.returns or "list") if verb is not None else None
        if shape is None and ask.items is not None:
            shape = ask.items.shape
        return (shape.item if shape is not None else None) or types.ANY

    def table(self, plan: Plan, name: str) -> Table | None:
        found = self.release.by_hash.get(plan.definition.tables.get(name, ""))
        return found if isinstance(found, Table) else None


def known_types(release: Release, registry: Registry) -> Types:
    """The types that the release was compiled with: the registry's records and its tables' results."""
    records: dict[str, Mapping[str, str | Shape]] = {name: record.fields for name, record in registry.records.items()}
    for table in release.by_hash.values():
        if isinstance(table, Table) and table.result.base == "record":
            records.setdefault(table.name, table.outputs)
    return Types(records)


def _machines(release: Release) -> list[Definition]:
    return [each for each in release.by_hash.values() if isinstance(each, Definition)]


def told_by(definition: Definition) -> frozenset[str]:
    """The events that a definition tells other machines."""
    acts = [*(act for _, _, rule in definition.rules for act in rule.acts)]
    acts += [act for state in definition.states.values() for act in state.acts]
    return frozenset(act.name for act in acts if act.kind == "tell")
