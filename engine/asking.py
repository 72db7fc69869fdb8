"""Putting a question: what may be picked, and what a given answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import limits, types
from engine.errors import TooManyChoices
from engine.model import Asked, Choice, Say
from engine.run import Run
from engine.scope import Expression
from engine.texts import render_value
from engine.types import Shape
from engine.values import canonical

Choices = Callable[[Run], tuple[Choice, ...]]
Speak = Callable[[Run, str], Say]  # a text key, rendered


class Ask:
    """The `ask` of a state, compiled."""

    __slots__ = (
        "again",
        "args",
        "between",
        "choices",
        "items",
        "none",
        "options",
        "save",
        "shape",
        "source",
        "speak",
        "text",
        "type",
    )

    def __init__(self, text: str, type: str, shape: Shape, speak: Speak) -> None:
        self.text = text
        self.type = type
        self.shape = shape  # of an answer that is not a choice
        self.speak = speak
        self.choices: Choices | None = None
        self.options: tuple[tuple[str, Any, str], ...] = ()  # choices that the file lists: id, value, text key
        self.source = ""  # the question or list that choices come from
        self.args: tuple[tuple[str, Expression], ...] = ()  # what that question is given
        self.items: Expression | None = None  # that list
        self.save: str | None = None
        self.none = False  # whether there is somewhere to go when there is nothing to choose from
        self.between: str | None = None  # what is said in place of the question when an answer could mean a few
        self.again: str | None = None  # or when it was not understood

    def put(self, run: Run, *, again: bool = False) -> bool:
        """Ask, or ask again. False when there is nothing to choose from, and the state says where to go then."""
        choices = self.choices(run) if self.choices is not None else ()
        if len(choices) > limits.CHOICES:
            raise TooManyChoices(f"{run.definition.name}.{run.state} offers {len(choices)} of {limits.CHOICES} choices")
        if not choices and self.none:
            return False
        text = self.again or self.text if again else self.text
        narrowed = _narrowed(choices, run.candidates)
        if narrowed:
            choices = narrowed
            text = self.between or text
        run.says = (*run.says, self.speak(run, text))
        run.asked = Asked(text=text, type=self.type, choices=choices)
        return True

    def read(self, asked: Asked, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """An answer's data with the picked value in place; None when it answers something else.

        A choice is picked by its id, in `choice` or in `value`, or by its value. `how` says which
        it was: "picked" or "typed".
        """
        value = data.get("choice", data.get("value"))
        for choice in asked.choices:
            if value is not None and (value == choice.id or value == choice.value):
                picked = choice.id if choice.value is None else choice.value
                return {**data, "value": picked, "choice": choice.id, "how": "picked"}
        value = data.get("value")
        if value is None or (self.type == "choice" and asked.choices) or not types.is_a(value, self.shape):
            return None
        return {**data, "value": value, "how": "typed"}


def _narrowed(choices: tuple[Choice, ...], candidates: Any) -> tuple[Choice, ...]:
    if not isinstance(candidates, (list, tuple)):
        return ()
    return tuple(choice for choice in choices if choice.id in candidates)


def static(options: tuple[tuple[str, Any, Callable[[Run], str]], ...]) -> Choices:
    """Choices that the file lists: (id, value, label)."""

    def choices(run: Run) -> tuple[Choice, ...]:
        return tuple(
            Choice(id=id, label=label(run), value=id if value is None else value) for id, value, label in options
        )

    return choices


def listed(items: Callable[[Run], Any], label: str, describe: str) -> Choices:
    """Choices out of a list of records, or of plain values."""

    def choices(run: Run) -> tuple[Choice, ...]:
        language, zone = run.language(), business_zone(run)
        show = {"__language": language, "__zone": zone, "__now": run.now}
        made: list[Choice] = []
        for index, item in enumerate(items(run) or ()):
            if not isinstance(item, dict):
                made.append(Choice(id=str(index + 1), label=render_value(item, show), value=item))
                continue
            id = str(item.get("id") or index + 1)
            described = render_value(item.get(describe), show) if describe else ""
            made.append(
                Choice(id=id, label=render_value(item.get(label), show) or id, value=item, description=described)
            )
        return tuple(made)

    return choices


def question(verb: str, args: tuple[tuple[str, Expression], ...]) -> Callable[[Run], Any]:
    """What a question verb answers; its key is the verb with its arguments in canonical form."""

    def items(run: Run) -> Any:
        given = {name: value for name, expression in args if (value := run.value(expression)) is not None}
        return run.answer(f"{verb}{canonical(given).decode()}", verb, given)

    return items


def business_zone(run: Run) -> str:
    """The zone that moments are written in; UTC where the definition knows of no business."""
    if "business" not in run.definition.ambients:
        return "UTC"
    business = run.ambient("business")
    return str((business or {}).get("zone") or "UTC")
