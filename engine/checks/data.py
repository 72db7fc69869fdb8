"""Data that is read before it can have been written, that nobody writes, or that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from jinja2 import nodes

from engine.acts import Act, Place
from engine.chart import Node
from engine.checks.knowledge import needed
from engine.checks.lengths import parsed
from engine.checks.mending import removal
from engine.checks.subject import Subject
from engine.scope import Expression


class Read:
    """Names read at one place. `gently`: nothing is wrong if they are unknown, only if they can never be known."""

    __slots__ = ("at", "gently", "names")

    def __init__(self, names: frozenset[str], at: Place, gently: bool) -> None:
        self.names = names
        self.at = at
        self.gently = gently


def check(subject: Subject) -> None:
    _Reads(subject).check()


class _Reads:
    """Goes through all that a definition reads, knowing what is known there."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.flowing = subject.flowing
        self.read: set[str] = set()
        self.never = self._never_written()
        self._said: set[tuple[Place, str]] = set()

    def check(self) -> None:
        for name, node in self.subject.chart.nodes.items():
            live = name in self.subject.reached
            known, may = self.flowing.must.get(name, 0), self.flowing.may.get(name, 0)
            known, may = self._acts(node, node.acts, known, may, live)
            for read in self._resting(node):
                self._judge(node, read, known, may, live)
            at_rest = self.flowing.entered(node)
            for edge in node.edges:
                if edge.guard is not None:
                    known, may = self.flowing.before(node, edge, at_rest, chosen=False)
                    self._judge(node, Read(_names(edge.guard), (*edge.at, "when"), True), known, may, live)
                known, may = self.flowing.before(node, edge, at_rest)
                self._acts(node, edge.acts, known, may, live)
        self._declared()

    def _acts(self, node: Node, acts: tuple[Act, ...], known: int, may: int, live: bool) -> tuple[int, int]:
        for act in acts:
            for read in self._of(act):
                self._judge(node, read, known, may, live)
            known, may = self.flowing.written((act,), known, may)
        return known, may

    def _judge(self, node: Node, read: Read, known: int, may: int, live: bool) -> None:
        names = read.names & self.flowing.bits.keys()
        self.read |= names
        for name in sorted(names - self.never) if live else ():
            bit = self.flowing.bits[name]
            if known & bit or (read.gently and may & bit) or (read.at, name) in self._said:
                continue
            self._said.add((read.at, name))
            reason = f'"{name}" cannot have been written yet when this is read.'
            if may & bit:
                way = self.flowing.without(name, node.name)
                reason = f'"{name}" is not known here if the way was {" > ".join(way)}.' if way else (
                    f'"{name}" may not be known here.'
                )  # fmt: skip
            self.subject.report("read-before-written", read.at, reason, f"Write it first, or ask `known({name})`.")

    def _of(self, act: Act) -> Iterator[Read]:
        if act.kind == "say":
            yield Read(self._text(act.name), act.at, False)
            return
        verb = self.subject.registry.verbs.get(act.name) if act.kind == "do" else None
        for arg, expression in act.args:
            at = {"set": act.at, "decide": (*act.at, "facts", arg), "tell": (*act.at, "with", arg)}.get(
                act.kind, (*act.at, *arg.split("."))
            )
            optional = verb is not None and not verb.arg(arg).required
            gently = optional or act.kind in ("decide", "tell")
            yield Read(_names(expression) if gently else needed(expression.source), at, gently)
            if not gently:
                yield Read(_names(expression), at, True)

    def _resting(self, node: Node) -> Iterator[Read]:
        """What is read once a state has done what it does on entry."""
        at, state = node.at, node.state
        if state.ask is not None:
            ask, here = state.ask, (*at, "ask")
            yield Read(self._text(ask.text), (*here, "text"), False)
            for index, (_, _, key) in enumerate(ask.options):
                yield Read(self._text(key), (*here, "choices", index, "text"), False)
            for way, other in (("between", ask.between), ("ask", ask.again)):
                if other is not None:
                    yield Read(self._text(other), (*at, "unclear", way), False)
            for arg, expression in ask.args:
                verb = self.subject.registry.verbs[ask.source]
                yield Read(_names(expression), (*here, "choices", "with", arg), not verb.args[arg].required)
            if ask.items is not None:
                yield Read(_names(ask.items), (*here, "choices", "from"), False)
        if state.call is not None:
            callee = state.call.definition
            taken = callee.content.get("takes") or {}
            for arg, expression in state.call.args:
                optional = isinstance(taken.get(arg), dict) and bool(taken[arg].get("optional"))
                yield Read(_names(expression), (*at, "call", "with", arg), optional)
        for index, moment in enumerate(state.moments):
            yield Read(_names(moment.time), (*at, "at", index, "time"), False)

    def _text(self, key: str) -> frozenset[str]:
        forms = self.subject.definition.texts[key].values()
        return frozenset().union(*(_printed(form.source) for form in forms if not form.constant))

    def _never_written(self) -> frozenset[str]:
        _, may = self.flowing.start()
        for node in self.subject.chart.nodes.values():
            _, may = self.flowing.written(node.acts, 0, may)
            for edge in node.edges:
                _, may = self.flowing.written(edge.acts, 0, may | self.flowing.saved(node, edge))
        return frozenset(self.flowing.names(self.flowing.all & ~may))

    def _declared(self) -> None:
        """Judges what stands under `data` and `takes` as a whole."""
        content = self.subject.document.content
        for template in (form for forms in self.subject.definition.texts.values() for form in forms.values()):
            self.read |= {path[0] for path in template.paths}
        promised = str(content.get("promises") or "")
        for part in ("takes", "data"):
            for name in content.get(part) or {}:
                read = name in self.read or name in self.subject.read_outside or name in promised
                if not read and name in self.never:
                    reason = f'"{name}" is neither written nor read.'
                    fix = removal(self.subject.document, [part, name])
                    self.subject.report("unused-data", [part, name], reason, "Remove it.", key=True, fix=fix)
                elif not read and self.subject.outside.whole:
                    what = "taken" if part == "takes" else "written"
                    self.subject.report("never-read", [part, name], f'"{name}" is {what}, but never read.', key=True)
                elif read and name in self.never:
                    reason = f'"{name}" is read, but nothing ever writes it.'
                    self.subject.report(
                        "never-written", [part, name], reason, f"`set` it, or `save: {name}`.", key=True
                    )


def _names(expression: Expression) -> frozenset[str]:
    return frozenset(path.partition(".")[0] for path in expression.reads)


@lru_cache(maxsize=4096)
def _printed(source: str) -> frozenset[str]:
    """The names that a text prints without having asked whether they are known."""
    return frozenset(_prints(parsed(source).body, frozenset()))


def _prints(body: list[nodes.Node], asked: frozenset[str]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.If):
            more = frozenset(name.name for name in node.test.find_all(nodes.Name))
            more |= {node.test.name} if isinstance(node.test, nodes.Name) else frozenset()
            yield from _prints(node.body, asked | more)
            yield from _prints([*node.elif_, *node.else_], asked)
        elif isinstance(node, nodes.For):
            yield from _prints(node.body, asked | {name.name for name in node.target.find_all(nodes.Name)})
        elif isinstance(node, nodes.Output):
            for each in node.nodes:
                yield from _printed_names(each, asked)


def _printed_names(node: nodes.Node, asked: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.Filter) and node.name == "default":
        return
    if isinstance(node, nodes.CondExpr):
        asked |= {name.name for name in node.test.find_all(nodes.Name)}
    if isinstance(node, nodes.Name) and node.name not in asked:
        yield node.name
    for child in node.iter_child_nodes():
        yield from _printed_names(child, asked)
