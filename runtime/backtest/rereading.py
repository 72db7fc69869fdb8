"""A person's recorded words, as the candidate would have understood them where it asks something else.

The journal keeps what was understood, with the text; from that the message is put together again. Words that answer a
question which the candidate does not put are followed only if they make sense as an answer to what it does ask, and
then as an assumption: the person might have said something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.model import Asked, Event, Expectation
from runtime.backtest.answering import Unknown
from runtime.backtest.recording import Happening

WORDS = frozenset({"answer", "unclear", "heard"})
Read = Callable[[Expectation, dict[str, Any], Happening], Event]  # language.understand at the moment and place of it


class Reread(msgspec.Struct, frozen=True):
    """The event for the candidate, and what was assumed in taking it so."""

    event: Event
    assumed: str = ""


def reread(happening: Happening, old: Expectation, new: Expectation, read: Read) -> Reread:
    """Raises `Unknown` where the words answer nothing that the candidate asks."""
    event = happening.event
    if _alike(old, new):
        return Reread(event)
    message = _message(event)
    if message is None:
        if old.asked is not None and new.asked is not None and old.asked.type == new.asked.type:
            return Reread(event)
        raise Unknown("what the person sent was no text, and is asked for no more")
    again = msgspec.structs.replace(read(new, message, happening), id=event.id)
    if _same_question(old.asked, new.asked):
        if again.name == "unclear" and "choice_id" in message:
            return _picked(event, old, new)
        return Reread(again)
    if again.name == "heard":
        return Reread(again)
    if new.asked is None or old.asked is None or "unclear" in (again.name, event.name):
        put = "the person answered a question that it does not put"
        raise Unknown(put if old.asked is not None else "it asks where nobody was asked")
    return Reread(again, f"the answer to {old.asked.text} is taken as one to {new.asked.text}")


def _alike(old: Expectation, new: Expectation) -> bool:
    return old.hears == new.hears and (old.asked is new.asked or old.asked == new.asked)


def _same_question(old: Asked | None, new: Asked | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.text == new.text and old.type == new.type


def _picked(event: Event, old: Expectation, new: Expectation) -> Reread:
    """A tap on what has another id now: the choice that reads the same, if there is one."""
    id = event.data.get("choice")
    label = next((choice.label for choice in old.asked.choices if choice.id == id), "") if old.asked else ""
    alike = [choice for choice in new.asked.choices if choice.label == label] if new.asked else []
    if len(alike) != 1:
        raise Unknown(f"the person picked {id!r}, which is not offered any more")
    choice = alike[0]
    data = {**event.data, "choice": choice.id, "value": choice.id if choice.value is None else choice.value}
    return Reread(msgspec.structs.replace(event, data=data), f"{id!r} is taken as {choice.id!r}, which reads the same")


def _message(event: Event) -> dict[str, Any] | None:
    data = event.data
    text = str(data.get("text") or "")
    if event.name == "answer" and data.get("how") == "tap":
        return {"kind": "choice", "choice_id": data.get("choice", ""), "text": text}
    return {"kind": "text", "text": text} if text else None
