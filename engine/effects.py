"""What rules and states do, compiled to functions of a run: set, decide, do, tell, say, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import tables, types
from engine.acts import Act, Effect
from engine.asking import business_zone
from engine.checking import Checker
from engine.document import At
from engine.errors import ExpressionFailed
from engine.findings import did_you_mean
from engine.model import Do, Say, Tell
from engine.registry import Registry, Verb
from engine.run import Run
from engine.scope import Expression, Scope, constant
from engine.tables import Table
from engine.texts import Template, render
from engine.types import Shape

Args = tuple[tuple[str, Expression, bool], ...]  # name, value, whether it must be there even if unknown


class Effects:
    """Compiles the effects of one document."""

    def __init__(
        self, check: Checker, registry: Registry, found_tables: Mapping[str, Table], shapes: Mapping[str, Shape],
        texts: Mapping[str, Mapping[str, Template]],
    ) -> None:  # fmt: skip
        self.check = check
        self.registry = registry
        self.tables = found_tables
        self.shapes = shapes
        self.texts = texts
        self.used_tables: dict[str, str] = {}
        self.flows: frozenset[str] = frozenset()

    def compile(self, block: Mapping[str, Any], scope: Scope, path: At) -> tuple[Act, ...]:
        """What a rule or state does, in the order in which it happens."""
        acts: list[Act | None] = []
        for name, value in (block.get("set") or {}).items():
            acts.append(self._set(name, value, scope, [*path, "set", name]))
        for item, at in _listed(block.get("decide"), [*path, "decide"]):
            acts.append(self._decide(item, scope, at))
        for item, at in _listed(block.get("do"), [*path, "do"]):
            acts.append(self._do(item, scope, at))
        for item, at in _listed(block.get("tell"), [*path, "tell"]):
            acts.append(self._tell(item, scope, at))
        for key, at in _listed(block.get("say"), [*path, "say"]):
            acts.append(self.say(key, scope, at))
        return tuple(act for act in acts if act is not None)

    def _set(self, name: str, written: Any, scope: Scope, path: At) -> Act | None:
        if not self.check.reference("data", name, self.shapes, path, key=True):
            return None
        shape = self.shapes[name]
        expression = self.check.expression(written, scope, path)
        if expression is None:
            return None
        if not types.fits(expression.shape, shape):
            self.check.report("types-differ", path, f'"{name}" is {shape.name}, but this is {expression.shape.name}.')
            return None
        effect = setting(name, expression, shape)
        return Act(kind="set", name=name, at=tuple(path), carry=effect, args=(("", expression),))

    def _decide(self, written: Mapping[str, Any], scope: Scope, path: At) -> Act | None:
        if not self.check.reference("table", written["table"], self.tables, [*path, "table"]):
            return None
        table = self.tables[written["table"]]
        self.used_tables[table.name] = table.hash
        given = written.get("facts") or {}
        for name in given:
            self.check.reference("fact", name, table.facts, [*path, "facts", name], key=True)
        facts: list[tuple[str, Expression]] = []
        for name, shape in table.facts.items():
            source = given.get(name, name if name in scope.names else None)
            if name not in given and source is None:
                self.check.report("missing-fact", path, f'{table.name} needs the fact "{name}".', key=True)
                continue
            at = [*path, "facts", name] if name in given else path
            expression = self.check.value(source, shape, scope, at)
            if expression is not None:
                facts.append((name, expression))
        save = written["save"]
        if not self.check.reference("data", save, self.shapes, [*path, "save"]):
            return None
        if not types.fits(table.result, self.shapes[save]):
            reason = f'"{save}" is {self.shapes[save].name}, but {table.name} gives {table.result.name}.'
            self.check.report("types-differ", [*path, "save"], reason)
        effect = _deciding(table, tuple(facts), save)
        return Act(kind="decide", name=table.name, at=tuple(path), carry=effect, args=tuple(facts), to=save)

    def _do(self, written: Any, scope: Scope, path: At) -> Act | None:
        name, given = (written, {}) if isinstance(written, str) else next(iter(written.items()))
        at = path if isinstance(written, str) else [*path, name]
        named = not isinstance(written, str)
        if not self.check.reference("verb", name, self.registry.verbs, at, key=named):
            return None
        verb = self.registry.verbs[name]
        if verb.sort == "question":
            reason = f"{name} is a question; `choices: {{from: {name}}}` asks it."
            self.check.report("question-done", at, reason, key=named)
            return None
        args = self.args(verb, given or {}, scope, at)
        plain = tuple((arg, expression) for arg, expression, _ in args)
        return Act(kind="do", name=name, at=tuple(at), carry=_doing(verb, args), args=plain)

    def args(self, verb: Verb, given: Mapping[str, Any], scope: Scope, path: At) -> Args:
        """A verb's arguments. One that is needed and not given is taken from the data of the same name."""
        made: list[tuple[str, Expression, bool]] = []
        for name in given:
            if name not in verb.args:
                hint = did_you_mean(name, verb.args)
                self.check.report("unknown-argument", [*path, name], f'{verb.name} takes no "{name}".', hint, key=True)
        for name, arg in verb.args.items():
            at = [*path, name]
            if name not in given:
                if arg.required and name in scope.names:
                    expression = self.check.value(name, self.check.shape(arg.type, path), scope, path)
                    made += [(name, expression, True)] if expression is not None else []
                elif arg.required:
                    self.check.report("missing-argument", path, f'{verb.name} needs "{name}".', arg.doc, key=True)
                continue
            written = given[name]
            if arg.fields:
                made += self._fields(name, written, scope, at)
                continue
            if isinstance(written, Mapping):
                reason = f'This should be one value, not names with values; {verb.name} takes none in "{name}".'
                self.check.report("wrong-type", at, reason)
                continue
            if arg.literal or arg.one_of:
                if arg.one_of and written not in arg.one_of:
                    reason = f'"{written}" is not one of: {", ".join(arg.one_of)}.'
                    self.check.report("not-allowed", at, reason, did_you_mean(str(written), arg.one_of))
                if name == "flow" and verb.name == "flows.start" and written is not None:
                    self.check.reference("flow", str(written), self.flows, at)
                made.append((name, constant(written, types.ANY), True))
                continue
            expression = self.check.value(written, self.check.shape(arg.type, at), scope, at)
            if expression is not None:
                made.append((name, expression, arg.required))
        return tuple(made)

    def _fields(self, name: str, written: Any, scope: Scope, path: At) -> Args:
        """Names of the writer's own, each with an expression. What is not known goes along as nothing."""
        if not isinstance(written, Mapping):
            reason = f'"{name}" has names with values, such as {{{name}: {{paid: payment.amount}}}}.'
            self.check.report("wrong-type", path, reason)
            return ()
        found = ((field, self.check.value(value, types.ANY, scope, [*path, field])) for field, value in written.items())
        return tuple((f"{name}.{field}", expression, True) for field, expression in found if expression is not None)

    def _tell(self, written: Mapping[str, Any], scope: Scope, path: At) -> Act | None:
        self.check.reference("role", written["to"], self.registry.roles, [*path, "to"])
        event, given = written["event"], written.get("with") or {}
        known = self.registry.events.get(event)
        fields: list[tuple[str, Expression]] = []
        for name, value in given.items():
            at = [*path, "with", name]
            wanted = types.ANY
            if known is not None:
                if not self.check.reference("field", name, known.fields, at, key=True):
                    continue
                wanted = self.check.shape(known.fields[name], at)
            expression = self.check.value(value, wanted, scope, at)
            if expression is not None:
                fields.append((name, expression))
        effect = _telling(written["to"], event, tuple(fields))
        return Act(kind="tell", name=event, at=tuple(path), carry=effect, args=tuple(fields), to=written["to"])

    def say(self, key: str, scope: Scope, path: At) -> Act | None:
        if not self.text(key, scope, path):
            return None

        def effect(run: Run) -> None:
            run.says = (*run.says, self.speak(run, key))

        return Act(kind="say", name=key, at=tuple(path), carry=effect)

    def text(self, key: str, scope: Scope, path: At) -> bool:
        """Whether a text may be said here: it exists, and reads only what is known here."""
        if not self.check.reference("text", key, self.texts, path):
            return False
        before = len(self.check.found)
        for template in self.texts[key].values():
            self.check.text(template, scope, path, event=True)
            if len(self.check.found) > before:
                return False
        return True

    def speak(self, run: Run, key: str) -> Say:
        language = run.language()
        forms = self.texts[key]
        template = forms.get(language) or next(iter(forms.values()))
        if template.constant:
            return Say(key=key, text=template.source.strip(), language=language)
        values: dict[str, Any] = {"__language": language, "__zone": business_zone(run), "__now": run.now}
        for path in template.paths:
            name = path[0]
            if name not in values:
                values[name] = _named(run, name)
        return Say(key=key, text=render(template, values, key), language=language)


def _named(run: Run, name: str) -> Any:
    if name in run.definition.shapes:
        return run.data.get(name)
    if name == "event":
        return run.event_data
    if name == "now":
        return run.now
    return run.tries if name == "tries" else run.ambient(name)


def _listed(written: Any, path: At) -> list[tuple[Any, list[str | int]]]:
    if written is None:
        return []
    if isinstance(written, list):
        return [(item, [*path, index]) for index, item in enumerate(written)]
    return [(written, list(path))]


def setting(name: str, expression: Expression, shape: Shape) -> Effect:
    """Remember a value. Values of an open type are checked as they come."""
    certain = expression.shape.base == shape.base and shape.base != "any" and shape.name != "count"

    def effect(run: Run) -> None:
        value = run.value(expression)
        if not certain and not types.is_a(value, shape):
            raise ExpressionFailed(expression.source, f"{name!r} is {shape.name}, not {value!r}")
        run.put(name, value)

    return effect


def _deciding(table: Table, facts: tuple[tuple[str, Expression], ...], save: str) -> Effect:
    def effect(run: Run) -> None:
        decision = tables.decide(table, {name: run.value(expression) for name, expression in facts})
        run.decisions = (*run.decisions, decision)
        run.put(save, decision.result)

    return effect


def _doing(verb: Verb, args: Args) -> Effect:
    name, sort = verb.name, "action" if verb.sort == "action" else "change"
    deep = any("." in arg for arg, _, _ in args)

    def effect(run: Run) -> None:
        given = {arg: run.value(expression) for arg, expression, _ in args}
        for arg, _, needed in args:
            if not needed and given[arg] is None:
                del given[arg]
        if deep:
            given = _nested(given)
        run.dos = (*run.dos, Do(verb=name, args=given, index=len(run.dos), sort=sort))  # type: ignore[arg-type]

    return effect


def _nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """{"data.paid": 5} as {"data": {"paid": 5}}."""
    made: dict[str, Any] = {}
    for path, value in given.items():
        name, dot, field = path.partition(".")
        if dot:
            made.setdefault(name, {})[field] = value
        else:
            made[name] = value
    return made


def _telling(to: str, event: str, fields: tuple[tuple[str, Expression], ...]) -> Effect:
    def effect(run: Run) -> None:
        data = {name: run.value(expression) for name, expression in fields}
        run.tells = (*run.tells, Tell(to=to, event=event, data=data))

    return effect
