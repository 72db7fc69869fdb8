"""Whose turn it is in a conversation: the machines that talk with one person, newest last, and their choices' ids.

A choice goes over the wire as "<machine short>.<visit>.<choice id>", so that a tap on a message of last week is
recognised as such, and one on the question of another machine finds it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from storage.store import Document, Op, Update, Upsert

MORE = "more:"  # as a choice: "the next page, please", with the page's number behind it
WIRE_LENGTH = 200  # the longest id that WhatsApp carries in a list row


class Tap(NamedTuple):
    """A choice id as it came back: whose question, at which visit, which choice."""

    short: str
    visit: int
    choice: str


@lru_cache(maxsize=4096)
def short(machine: str) -> str:
    return hashlib.sha256(machine.encode()).hexdigest()[:10]


def wire_id(machine: str, visit: int, choice: str) -> str:
    wire = f"{short(machine)}.{visit}.{choice}"
    if len(wire) > WIRE_LENGTH:
        raise ValueError(f"choice id of {len(choice)} characters is too long to send")
    return wire


def read_tap(wire: str) -> Tap | None:
    """None for an id that is not ours (a button of a template, say)."""
    head, _, rest = wire.partition(".")
    visit, dot, choice = rest.partition(".")
    if len(head) != 10 or not dot or not visit.isdecimal():
        return None
    return Tap(head, int(visit), choice)


def page_of(tap: Tap, question: Document | None) -> int | None:
    """The page of the standing question that a tap asks for; None for a tap that is a choice of it."""
    number = tap.choice.removeprefix(MORE)
    if question is None or not tap.choice.startswith(MORE) or not number.isdecimal() or len(number) > 3:
        return None
    wire = f"{tap.short}.{tap.visit}.{tap.choice}"
    return None if any(choice["id"] == wire for choice in question["choices"]) else int(number)


def owner_of(tap: Tap, floor: list[str]) -> str | None:
    return next((machine for machine in reversed(floor) if short(machine) == tap.short), None)


def taken_up(conversation: str, machine: str, fields: Document) -> Op:
    """A flow takes the floor; the conversation is made if it is not there."""
    return Upsert("conversations", conversation, {"add_to_set": {"floor": machine}, "set_on_insert": fields})


def left(conversation: str, machine: str) -> Op:
    return Update("conversations", conversation, {"pull": {"floor": machine}})


def brought_up(conversation: str, machine: str) -> list[Op]:
    """The person turned to a machine further down: it is on top now."""
    return [left(conversation, machine), Update("conversations", conversation, {"push": {"floor": machine}})]
