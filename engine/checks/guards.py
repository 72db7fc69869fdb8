"""Guards that never or always hold, and answers that no rule takes."""

from __future__ import annotations

from engine import types
from engine.acts import Place
from engine.asking import Ask
from engine.chart import Edge, Node
from engine.checks.reasoning import Reason, about_event, said
from engine.checks.subject import Subject
from engine.definition import NEXT
from engine.scope import Expression
from engine.types import Shape


def check(subject: Subject) -> None:
    _Guards(subject).check()


class _Guards:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.flowing = subject.flowing
        self.judged: set[Place] = set()

    def check(self) -> None:
        for node in self.subject.chart.nodes.values():
            if node.name in self.subject.reached:
                for trigger in dict.fromkeys(edge.trigger for edge in node.edges):
                    edges = node.on(trigger)
                    if any(edge.guard is not None for edge in edges):
                        self._list(node, edges)

    def _list(self, node: Node, edges: tuple[Edge, ...]) -> None:
        """The rules for one event in one state, in the order of trying."""
        known = self._sure(node, edges[0])
        reason = Reason(
            {**self.subject.names, **self._fields(edges)}, self.subject.types, known, self._given(node, edges[0])
        )
        before: list[tuple[Expression, bool]] = []
        for edge in edges:
            if edge.guard is None:
                if before and not edge.again and reason.possible(before).answer == "no":
                    text = "This rule never gets its turn: one of those above it always holds."
                    self.subject.report("shadowed-rule", edge.at, text)
                return
            if edge.at not in self.judged and self._one(edge, edge.guard, reason, before):
                return
            if edge.at[0] == "anywhere":
                self.judged.add(edge.at)
            before.append((edge.guard, False))
        self._gap(node, edges, reason, before)

    def _one(self, edge: Edge, guard: Expression, reason: Reason, before: list[tuple[Expression, bool]]) -> bool:
        """Whether the guard always holds, by itself."""
        at = (*edge.at, "when")
        if at in self.subject.odd:
            return False
        if not guard.reads:
            if guard.read(None)[0]:
                self.subject.report("guard-always", at, "This always holds.", "Leave it out.")
                return True
            self.subject.report("guard-never", at, "This never holds.")
        elif reason.possible([(guard, True)]).answer == "no":
            self.subject.report("guard-never", at, "This can never hold.")
        elif before and reason.possible([*before, (guard, True)]).answer == "no":
            self.subject.report("guard-never", at, "This never holds where the rules above it did not.")
        elif reason.possible([(guard, False)]).answer == "no":
            self.subject.report("guard-always", at, "This always holds.", "Leave it out.")
            return True
        return False

    def _gap(self, node: Node, edges: tuple[Edge, ...], reason: Reason, before: list[tuple[Expression, bool]]) -> None:
        """An answer that no rule takes counts as not understood; rules of `next` may leave the machine standing."""
        first = edges[0]
        answer = first.kind == "answer" and first.at[0] == "states"
        alone = first.trigger == NEXT and len(edges) == len([e for e in node.edges if e.at[0] == "states"])
        if not answer and not alone:
            return
        found = reason.possible(before)
        if found.answer != "yes":
            return
        read = {path for guard, _ in before for path in guard.reads}
        example = {path: value for path, value in found.example.items() if path in read} or found.example
        text, hint = f"No rule holds when {said(example)};", "End with a rule without `when`."
        if answer:
            text += " the answer counts as not understood."
            self.subject.report("answer-untaken", (*node.at, "on", "answer"), text, hint, key=True)
        else:
            text += " the machine stands still here."
            self.subject.report("next-untaken", (*node.at, "next"), text, hint, key=True)

    def _sure(self, node: Node, edge: Edge) -> frozenset[str]:
        known, _ = self.flowing.entered(node)
        if edge.at[0] == "anywhere":  # judged once for all states
            known = self.flowing.start()[0]
        return frozenset(self.flowing.names(known | self.flowing.saved(node, edge)))

    def _fields(self, edges: tuple[Edge, ...]) -> dict[str, Shape]:
        """The shapes of what the guards read of the event, as they were compiled."""
        found: dict[str, Shape] = {}
        first = edges[0]
        kind = self.subject.registry.events.get(first.trigger)
        written = dict(kind.fields) if kind is not None and first.kind == "event" else {}
        for edge in edges:
            for path in edge.guard.reads if edge.guard is not None else ():
                root, _, rest = path.partition(".")
                if root == "event":
                    name = rest.partition(".")[0]
                    shape = self.subject.types.shape(written[name]) if name in written else types.ANY
                    found[f"event.{name}"] = self._field(first, name, shape)
        return found

    def _field(self, edge: Edge, name: str, shape: Shape) -> Shape:
        if edge.kind in ("answer", "heard") and name in ("how", "choice", "text", "phrase", "key"):
            return types.TEXT
        state = self.subject.definition.states[edge.source]
        if edge.kind == "return" and state.call is not None:
            return state.call.definition.shapes.get(name, types.ANY)
        if edge.kind == "answer" and name == "value" and state.ask is not None and state.ask.choices is None:
            return state.ask.shape
        return shape

    @staticmethod
    def _given(node: Node, edge: Edge) -> tuple[Expression, ...]:
        """What is known of an answer beforehand."""
        ask = node.state.ask
        if edge.kind != "answer" or ask is None or edge.at[0] != "states":
            return ()
        return tuple(about_event(source) for source in _known_of(ask))


def _known_of(ask: Ask) -> list[str]:
    given = []
    if ask.choices is None:
        given.append('event.how == "typed"')
    elif ask.type == "choice":
        given.append('event.how == "picked"')
    else:
        given.append('event.how in ["picked", "typed"]')
    if ask.options and ask.type == "choice":
        values = [id if value is None else value for id, value, _ in ask.options]
        given.append(f"event.value in {values!r}")
        given.append(f"event.choice in {[id for id, _, _ in ask.options]!r}")
    return given
