"""Compiles the `ask` of a state: its text, its choices, and the shape of what answers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine import types
from engine.asking import Ask, listed, question, static
from engine.document import At
from engine.effects import Effects
from engine.findings import did_you_mean
from engine.outline import Around
from engine.scope import Expression, Scope
from engine.types import ASKABLE, Shape


class Questions:
    """The questions of one document."""

    def __init__(self, effects: Effects, around: Around, base: Scope, states: Collection[str]) -> None:
        self._effects = effects
        self._check = effects.check
        self._around = around
        self._base = base
        self._shapes = effects.shapes
        self._states = states

    def compile(self, written: Mapping[str, Any], path: At) -> tuple[Ask, dict[str, Shape]]:
        """The question, and the fields of the `answer` event that follows it."""
        self._effects.text(written["text"], self._base, [*path, "text"])
        has_choices = "choices" in written
        kind = written.get("type", "choice" if has_choices else "text")
        if kind not in ASKABLE:
            self._check.report(
                "not-askable", [*path, "type"], f'"{kind}" cannot be asked for.', did_you_mean(kind, ASKABLE)
            )
        shape = self._check.shape(kind, [*path, "type"]) if kind in ASKABLE else types.ANY
        ask = Ask(written["text"], kind, shape, self._effects.speak)
        value = shape
        if has_choices:
            picked = self._choices(ask, written["choices"], [*path, "choices"])
            value = picked if kind == "choice" or types.fits(picked, shape) else types.ANY
        if "none" in written:
            ask.none = True
            self._check.reference("state", written["none"], self._states, [*path, "none"])
        if "save" in written and self._check.reference("data", written["save"], self._shapes, [*path, "save"]):
            ask.save = written["save"]
            if not types.fits(value, self._shapes[ask.save]):
                reason = f'"{ask.save}" is {self._shapes[ask.save].name}, but the answer is {value.name}.'
                self._check.report("types-differ", [*path, "save"], reason)
        fields = {"value": value, "how": types.TEXT, "choice": types.TEXT, "text": types.TEXT}
        return ask, fields

    def _choices(self, ask: Ask, written: Any, path: At) -> Shape:
        if isinstance(written, list):
            return self._static(ask, written, path)
        source = written["from"]
        verb = self._around.registry.verbs.get(source)
        if verb is not None:
            if verb.sort != "question":
                self._check.report("not-a-question", [*path, "from"], f"{source} is a {verb.sort}, not a question.")
            args = self._effects.args(verb, written.get("with") or {}, self._base, [*path, "with"])
            shape = self._check.shape(verb.returns or "list", [*path, "from"])
            ask.args = tuple((name, expression) for name, expression, _ in args)
            items = question(source, ask.args)
        else:
            if source.split(".")[0] not in self._base.known():
                known = [v.name for v in self._around.registry.verbs.values() if v.sort == "question"]
                hint = did_you_mean(source, [*known, *self._shapes])
                self._check.report(
                    "unknown-question", [*path, "from"], f'There is no question or list "{source}".', hint
                )
                return types.ANY
            expression = self._check.expression(source, self._base, [*path, "from"])
            if expression is None:
                return types.ANY
            ask.items = expression
            shape, items = expression.shape, _reading(expression)
        if shape.base not in ("list", "any"):
            self._check.report("not-a-list", [*path, "from"], f"{source} is {shape.name}, not a list.")
        item = shape.item or types.ANY
        record = self._around.registry.records.get(item.name)
        ask.source = source
        ask.choices = listed(items, record.label if record else "label", record.describe if record else "")
        return item

    def _static(self, ask: Ask, written: list[Mapping[str, Any]], path: At) -> Shape:
        options: list[tuple[str, Any, str]] = []
        shapes = set()
        for index, choice in enumerate(written):
            at = [*path, index]
            if any(other["id"] == choice["id"] for other in written[:index]):
                self._check.report("duplicate-choice", [*at, "id"], f'There are two choices "{choice["id"]}".')
            key = choice.get("text", choice["id"])
            self._effects.text(key, self._base, [*at, "text"])
            value = choice.get("value")
            shapes.add(_literal_shape(choice["id"] if value is None else value))
            options.append((choice["id"], value, key))
        ask.options = tuple(options)
        ask.choices = static(tuple((id, value, self._label(key)) for id, value, key in options))
        return shapes.pop() if len(shapes) == 1 else types.ANY

    def _label(self, key: str) -> Any:
        return lambda run: self._effects.speak(run, key).text


def _reading(expression: Expression) -> Any:
    return lambda run: run.value(expression)


def _literal_shape(value: Any) -> Shape:
    if isinstance(value, bool):
        return types.YES_NO
    return types.NUMBER if isinstance(value, (int, float)) else types.TEXT
