"""The vocabulary that YAML may use: verbs, records, ambient facts and events, declared by the rooms above.

The loader, the guard compiler, the completion list, the reference page and the prover read this one
place. It holds declarations only: who carries a verb out is bound in `runtime.verbs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, TypeVar

import msgspec

Type = str  # a dialect type ("money", "when"), a record name ("offer"), or "list of <type>"
T = TypeVar("T")


class Arg(msgspec.Struct, frozen=True, kw_only=True):
    """An argument of a verb. Without `one_of` or `literal` its value in YAML is an expression."""

    type: Type
    required: bool = True
    one_of: tuple[str, ...] = ()  # a closed set of words, written as they are
    literal: bool = False  # written as it is, not evaluated (a flow's name, a template's name)
    fields: bool = False  # names of the writer's own, each with an expression; `type` says what the handler gets
    names: Literal["", "endpoint"] = ""  # a thing of the business's own that it names, to be checked where it is known
    doc: str = ""


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """Something YAML can ask for.

    question: reads our own store, answered inside the step and recorded in the journal entry.
    change: writes our own store in the step's commit; answers with one of `answers` as an event.
    action: touches the world through the outbox; answers later with one of `answers` as an event.
    """

    name: str  # "payments.request"
    sort: Literal["question", "change", "action"]
    doc: str
    args: dict[str, Arg] = {}
    returns: Type = ""  # questions only
    answers: dict[str, dict[str, Type]] = {}  # event name -> its data fields
    moves_money: bool = False
    messages_person: bool = False
    answers_within: timedelta | None = None  # the longest that the world may take; a state that asks waits longer
    aside: bool = False  # an action that nobody waits for: it has few hands of its own, and holds nothing up

    def arg(self, name: str) -> Arg:
        """The argument that a value of an `Act` is of: "data.paid" is of "data"."""
        return self.args[name.partition(".")[0]]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A shape that guards and texts may look into: `offer.deposit`."""

    name: str
    fields: dict[str, Type]
    doc: str = ""
    label: str = "name"  # the field shown when it is offered as a choice
    describe: str = ""  # the field shown under the label, if any


class Ambient(msgspec.Struct, frozen=True, kw_only=True):
    """A name that every definition may read without declaring it: `contact`, `business`."""

    name: str
    type: Type
    doc: str = ""


class EventKind(msgspec.Struct, frozen=True, kw_only=True):
    """An event that may arrive without a verb having asked for it, with its data fields."""

    name: str
    fields: dict[str, Type] = {}
    doc: str = ""
    told: bool = False  # only another machine's `tell` sends it, never a room


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """What another machine is to the one that tells it something: `tell: {to: booking}`."""

    name: str
    doc: str = ""


OWNER = Role(name="owner", doc="The machine that asked for this one.")


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """What one room contributes."""

    verbs: tuple[Verb, ...] = ()
    records: tuple[Record, ...] = ()
    ambients: tuple[Ambient, ...] = ()
    events: tuple[EventKind, ...] = ()
    roles: tuple[Role, ...] = ()


class Registry:
    """All rooms' vocabularies together. Built once at start; read-only afterwards."""

    def __init__(self, vocabularies: Iterable[Vocabulary]) -> None:
        self.verbs: dict[str, Verb] = {}
        self.records: dict[str, Record] = {}
        self.ambients: dict[str, Ambient] = {}
        self.events: dict[str, EventKind] = {}
        self.roles: dict[str, Role] = {OWNER.name: OWNER}
        for vocabulary in vocabularies:
            for verb in vocabulary.verbs:
                self._add(self.verbs, verb.name, verb)
                for name, fields in verb.answers.items():
                    known = self.events.setdefault(
                        name, EventKind(name=name, fields=fields, doc=f"Answers {verb.name}.")
                    )
                    if known.fields != fields:
                        raise ValueError(f"event {name!r} is declared with different fields by {verb.name!r}")
            for record in vocabulary.records:
                self._add(self.records, record.name, record)
            for ambient in vocabulary.ambients:
                self._add(self.ambients, ambient.name, ambient)
            for event in vocabulary.events:
                self._add(self.events, event.name, event)
            for role in vocabulary.roles:
                self._add(self.roles, role.name, role)

    @staticmethod
    def _add(table: dict[str, T], name: str, item: T) -> None:
        if name in table:
            raise ValueError(f"{name!r} is declared twice")
        table[name] = item
