"""How a walk reads: names to terms, guards to ways that may be, and what is kept of a value that is set."""

from __future__ import annotations

from typing import Any

from engine import types
from engine.acts import Act
from engine.asking import Ask
from engine.chart import Node
from engine.logic.scene import Scene, Term, Truth, opposite
from engine.logic.terms import NOTHING
from engine.proving.plan import Plan
from engine.proving.subject import Subject
from engine.proving.worlds import Note, Standing, World
from engine.scope import Expression
from engine.types import Shape
from engine.values import canonical

_CONSTANT = {"currency": "KES", "zone": "Africa/Nairobi"}  # of the business: known, and not changing; an example's


class Answer:
    """Where `event.…` reads from: fields that are known, else variables of the event's own."""

    def __init__(self, prefix: str, shapes: Any, terms: dict[str, Term] | None = None) -> None:
        self.prefix = prefix
        self.shapes = shapes
        self.terms = terms or {}


class Reading:
    """What the search works with: variables that stand for whatever is not known, questions asked once."""

    def __init__(self, subject: Subject, *, causal: bool = False, coarse: bool = False) -> None:
        self.subject = subject
        self.coarse = coarse  # whether data, counters and fired timers are forgotten between two events
        self.causes = subject.causes if causal else {}
        self.scene: Scene = subject.scene
        self.terms: dict[object, Term] = subject.terms
        self.causing = frozenset(verb for verbs in self.causes.values() for verb in verbs)

    # names

    def standing(self, plan: Plan, depth: int, state: str) -> Standing:
        """A flow at its beginning: every datum has its default."""
        made = Standing(plan, f"{depth}.", state)
        for name, shape in plan.shapes.items():
            made.env[name] = self.scene.constant(plan.definition.defaults.get(name), f"{plan.name}.{name}", shape)
        made.touched = frozenset(plan.shapes)
        return made

    def root(self, world: World, level: int, parts: list[str]) -> tuple[Term, list[str]]:
        standing, name = world.stack[level], parts[0]
        if name in standing.plan.shapes:
            return self.datum(standing, parts)
        if name == "event" and len(parts) > 1:
            return self._field(world, parts[1:])
        if name == "tries" and len(parts) == 2:
            return self._tries(standing, parts[1]), []
        if name == "now":
            return self.now(world), parts[1:]
        if name == "business" and len(parts) > 1 and parts[1] in _CONSTANT:
            made = self.scene.variable(f"business.{parts[1]}", types.TEXT, certain=True)
            usual = self.scene.constant(_CONSTANT[parts[1]], parts[1], types.TEXT)
            self.scene.wish(self.scene.same(made, usual))
            return made, parts[2:]
        shape = self.subject.ambients.get(name, types.ANY)
        return self.scene.variable(self.ambient(world, name), shape, certain=True), parts[1:]

    def ambient(self, world: World, name: str) -> str:
        return f"{name}@"

    def now(self, world: World) -> Term:
        return self.scene.variable("now@", types.DATETIME, certain=True)

    def datum(self, standing: Standing, parts: list[str]) -> tuple[Term, list[str]]:
        for length in range(len(parts), 1, -1):
            found = standing.over.get(".".join(parts[:length]))
            if found is not None:
                return found, parts[length:]
        return self.named(standing, parts[0]), parts[1:]

    def named(self, standing: Standing, name: str) -> Term:
        found = standing.env.get(name)
        if found is not None:
            return found
        sure = name in standing.sure
        key = f"{standing.prefix}{name}{'!' if sure else ''}"
        return self.scene.variable(key, standing.plan.shapes[name], certain=sure)

    def _field(self, world: World, parts: list[str]) -> tuple[Term, list[str]]:
        source = world.event
        if isinstance(source, Standing):
            return self.datum(source, parts) if parts[0] in source.plan.shapes else (NOTHING, [])
        if not isinstance(source, Answer):
            return NOTHING, []
        term = source.terms.get(parts[0])
        if term is None:
            shape = source.shapes.get(parts[0], types.ANY)
            term = self.scene.variable(f"{source.prefix}.{parts[0]}", shape)
        return term, parts[1:]

    def _tries(self, standing: Standing, state: str) -> Term:
        """How often a state was entered: exactly up to what anybody compares it with, then at least that."""
        count, cap = standing.tries.get(state, 0), standing.plan.caps.get(state)
        if self.coarse:
            return self.scene.variable(f"{standing.prefix}tries.{state}", types.SIMPLE["count"], certain=True)
        if cap is not None and count < cap:
            return self.scene.constant(count, "tries", types.NUMBER)
        made = self.scene.variable(f"{standing.prefix}tries.{state}>={cap or 0}", types.SIMPLE["count"], certain=True)
        self.scene.ground.hold(self.scene.at_least(made, cap or 0))
        return made

    def count(self, standing: Standing, state: str) -> None:
        cap = standing.plan.caps.get(state)
        if cap is not None:
            standing.tries[state] = min(standing.tries.get(state, 0) + 1, cap)

    def path(self, world: World, level: int, path: str) -> Term:
        """A whole path, such as offer.deposit."""
        term, rest = self.root(world, level, path.split("."))
        for name in rest:
            fields = term.shape.fields or {}
            term = self.scene.field(term, name, self.subject.types.shape(fields.get(name, types.ANY)))
        return term

    # values

    def read(self, world: World, level: int, expression: Expression) -> Term:
        keys = tuple(self.path(world, level, path).key for path in expression.reads)
        memo = (expression.source, expression.shape.name, keys)
        found = self.terms.get(memo)
        if found is None:
            found = self.terms[memo] = self.scene.read(expression, lambda parts: self.root(world, level, parts))
        return found

    def keep(self, world: World, level: int, name: str, term: Term) -> bool:
        """Give a datum a value. False where it would be of the wrong type."""
        standing = world.stack[level]
        made, fits = self.scene.of_kind(term, standing.plan.shapes[name])
        standing.env[name] = made
        standing.over = {path: kept for path, kept in standing.over.items() if not path.startswith(f"{name}.")}
        standing.touched = standing.touched | {name}
        return fits is True or self.assume(world, ("fits", made.key, name), fits)

    def fits(self, world: World, term: Term) -> bool:
        """Whether working it out can go well; from here on it has."""
        worked = self.scene.worked(term)
        return worked is True or self.assume(world, ("works", term.key), worked)

    def all_of(self, standing: Standing) -> Term:
        """All data of a flow that has ended, as one record."""
        fields = {name: self.named(standing, name) for name in standing.plan.shapes}
        key = f"{{{', '.join(f'{name}: {term.key}' for name, term in fields.items())}}}"
        return self.scene.record(key, fields, Shape("record", "record"))

    def works(self, world: World, level: int, act: Act) -> bool:
        """Whether what an act works out first can go well. The search lets it."""
        return True

    # ways

    def both(self, world: World, level: int, guard: Expression, note: Note) -> tuple[World | None, World | None]:
        """The world where the guard holds, and the one where it does not; None for what cannot be."""
        term = self.read(world, level, guard)
        made: list[World | None] = []
        for wanted in (True, False):
            each = self.noted(world.fork(), (*note, wanted))
            if each is not None and not self.assume(each, (term.key, wanted), self.scene.holds(term, wanted)):
                each = None
            made.append(each)
        return made[0], made[1]

    def judged(self, world: World, guard: Expression, wanted: bool) -> World | None:
        """A guard of the promise itself, read with the data of the definition that promises. What fails is no yes."""
        term = self.read(world, 0, guard)
        truth = self.scene.holds(term, True)
        noted = self.noted(world, ("promise", guard.source, wanted))
        if noted is None:
            return None
        key = (term.key, "judged", wanted)
        return noted if self.assume(noted, key, truth if wanted else opposite(truth)) else None

    def assume(self, world: World, key: Any, truth: Truth) -> bool:
        """Take something to be so. False where that cannot be, with all that is taken to be so already."""
        if isinstance(truth, bool):
            return truth
        world.conditions[key] = truth
        return self.possible(world)

    def possible(self, world: World) -> bool:
        memo = frozenset(world.conditions)
        found = self.subject.answered.get(memo)
        if found is None:
            found = self.subject.answered[memo] = self.scene.possible(world.conditions.values())
        return found

    def noted(self, world: World, note: Note) -> World | None:
        world.notes = (*world.notes, note)
        return world

    # questions and timers

    def offered(self, world: World, ask: Ask, items: list[Any] | None) -> None:
        """What may be picked now; only a retracing needs to know."""

    def picked(self, world: World, ask: Ask, way: str) -> Term | None:
        """The value of an answer."""
        for id, value, _ in ask.options:
            if id == way:
                return self.scene.constant(id if value is None else value, id, types.ANY)
        shape = self.subject.item(ask) if way == "(item)" else ask.shape
        return self.scene.variable(f"{self.event(world)}.{way}:{shape.name}", shape, certain=True)

    def answer(self, world: World, way: str, value: Term) -> Answer:
        typed = way == "(typed)"
        terms = {"value": value, "how": self.scene.constant("typed" if typed else "picked", "how", types.TEXT)}
        if not way.startswith("("):
            terms["choice"] = self.scene.constant(way, "choice", types.TEXT)
        elif typed:
            terms["choice"] = NOTHING
        return Answer(self.event(world), {"text": types.TEXT, "choice": types.TEXT}, terms)

    def event(self, world: World) -> str:
        """What the variables of the event are called."""
        return "event"

    def arm(self, world: World, node: Node) -> World | None:
        """Set the timers of a state that was entered; only a retracing minds the time."""
        return world

    @staticmethod
    def plain(value: Any) -> str:
        return canonical(value).decode()
