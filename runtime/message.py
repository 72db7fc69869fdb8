"""What a step says and asks, as the one message that goes out (each message costs money)."""

from __future__ import annotations

from typing import Any

from engine.model import Snapshot, Step
from runtime.floor import MORE, wire_id

SEND = "channels.send"
_FEW = 10  # choices that any channel shows at once


def compose(step: Step, *, reply: bool, began: str = "utility") -> dict[str, Any] | None:
    """The arguments of `channels.send`, or None when the step says nothing.

    `category` is "service" for a reply to the person, `began` (the flow's own category) for what the business begins.
    `keys` are the texts' keys and `flow` the definition's name, by which a dispatcher finds the template that stands in
    outside the window.
    """
    if not step.says:
        return None
    message = _message("\n\n".join(say.text for say in step.says), step.says[-1].language, step.snapshot)
    message["category"] = "service" if reply else began
    message["keys"] = [say.key for say in step.says]
    if step.asked is not None:
        _add_choices(message, step)
    return message


def question(step: Step) -> dict[str, Any] | None:
    """The question alone, to be put again when a person comes back to it. None when the step asked nothing."""
    if step.asked is None or not step.says:
        return None
    say = next((say for say in reversed(step.says) if say.key == step.asked.text), step.says[-1])
    message = _message(say.text, say.language, step.snapshot)
    message["category"] = "service"
    message["keys"] = [say.key]
    _add_choices(message, step)
    return message


def _message(text: str, language: str, snapshot: Snapshot) -> dict[str, Any]:
    return {"text": text, "language": language, "choices": [], "expects": "", "flow": snapshot.name}


def _add_choices(message: dict[str, Any], step: Step) -> None:
    asked, snapshot = step.asked, step.snapshot
    if asked is None:
        return
    message["expects"] = asked.type
    message["choices"] = [
        {
            "id": wire_id(snapshot.machine, snapshot.visit, choice.id),
            "label": choice.label,
            "description": choice.description,
        }
        for choice in asked.choices
    ]
    if len(asked.choices) > _FEW:
        message["more"] = wire_id(snapshot.machine, snapshot.visit, MORE)
