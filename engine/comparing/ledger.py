"""Where differences of one definition are written down, each with its places in both files and what it weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.comparing import guards
from engine.comparing.blocks import Block, Deed
from engine.comparing.difference import WEIGHTS, Difference, Spot, Weight
from engine.document import At, Document
from engine.outline import dotted
from engine.registry import Registry

_MONEY = ("money", "payment")


class Weighing:
    """What a deed, a guard or a place is about: money, messages, or only how things go on."""

    def __init__(self, registry: Registry, documents: Iterable[Document]) -> None:
        self.registry = registry
        self.monied = frozenset(
            name for document in documents for name, kind in _declared(document.content) if kind in _MONEY
        )
        self.tills = frozenset(
            name
            for document in documents
            for name, state in (document.content.get("states") or {}).items()
            if state and any(self.moves(verb) for verb in _verbs(state.get("do")))
        )

    def moves(self, verb: str) -> bool:
        known = self.registry.verbs.get(verb)
        return known is not None and known.moves_money

    def deed(self, deed: Deed) -> Weight:
        verb = self.registry.verbs.get(deed.name) if deed.kind == "do" else None
        if (verb is not None and verb.moves_money) or any(
            self.expression(source) == "money" for _, source in deed.args
        ):
            return "money"
        if deed.kind == "say" or (verb is not None and verb.messages_person):
            return "messages"
        return "behaviour"

    def expression(self, source: str | None) -> Weight:
        """A guard or value that reads money is about money."""
        read = guards.names(source) if source else frozenset()
        return "money" if read & self.monied or "money" in read else "behaviour"

    def state(self, *names: str | None) -> Weight:
        """A state that asks for money makes what leads there, and how long it waits, about money."""
        return "money" if any(name in self.tills for name in names) else "behaviour"

    def block(self, block: Block) -> Weight:
        found = [self.expression(block.when), self.state(block.to), *(self.deed(deed) for deed in block.deeds)]
        return gravest(*found)


def gravest(*weights: Weight) -> Weight:
    return min(weights, key=WEIGHTS.index, default="none")


def _declared(content: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for part in ("takes", "data", "facts"):
        for name, written in (content.get(part) or {}).items():
            yield name, written if isinstance(written, str) else str(written.get("type", ""))


def _verbs(written: Any) -> list[str]:
    items = written if isinstance(written, list) else [written] if written is not None else []
    return [item if isinstance(item, str) else next(iter(item)) for item in items]


class Ledger:
    """The differences of one pair of definitions, as they are found."""

    def __init__(self, definition: str, old: Document | None, new: Document | None, registry: Registry) -> None:
        self.definition = definition
        self.old = old
        self.new = new
        self.weigh = Weighing(registry, [document for document in (old, new) if document is not None])
        self.found: list[Difference] = []

    def add(
        self, kind: str, subject: str, words: str, weight: Weight, *, old: At | None = None, new: At | None = None,
        before: Any = None, after: Any = None, key: bool = False,
    ) -> None:  # fmt: skip
        """`old` and `new` are document paths; one that is None is on that side nowhere."""
        place = new if new is not None else old or ()
        self.found.append(
            Difference(
                kind=kind, definition=self.definition, where=dotted(place), subject=subject, words=words, weight=weight,
                before=before, after=after, old=_spot(self.old, old, key), new=_spot(self.new, new, key),
            )
        )  # fmt: skip

    def written(self, old: At | None = None, new: At | None = None) -> dict[str, Any]:
        """`before` and `after` for what stands at two places."""
        return {"before": _at(self.old, old), "after": _at(self.new, new), "old": old, "new": new}


def _spot(document: Document | None, path: At | None, key: bool) -> Spot | None:
    if document is None or path is None:
        return None
    return Spot(file=document.file, line=document.place(path, key=key).line)


def _at(document: Document | None, path: At | None) -> Any:
    if document is None or path is None:
        return None
    found: Any = document.content
    for part in path:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return None
    return found
