"""Rules and what they do, brought into one form, so that only what differs in meaning differs.

`paid`, `{to: paid}` and `[{to: paid}]` are one rule; `do: x` and `do: [{x: null}]` one deed; `60m` and `1h` one delay.
The old side is read with the new names of what was renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.comparing import guards
from engine.document import At


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What is called otherwise now: old name -> new name, of what a definition holds and of other definitions."""

    states: Mapping[str, str] = {}
    texts: Mapping[str, str] = {}
    data: Mapping[str, str] = {}
    flows: Mapping[str, str] = {}
    tables: Mapping[str, str] = {}
    finals: Mapping[str, str] = {}  # "deposit.paid" -> "deposit.settled": ends of flows, as their callers hear them

    @property
    def any(self) -> bool:
        return bool(self.states or self.texts or self.data or self.flows or self.tables or self.finals)

    def touch(self, written: Any) -> bool:
        """Whether anything that is called otherwise now may be named in this part of a file."""
        if not self.any:
            return False
        old = (self.states, self.texts, self.data, self.flows, self.tables, self.finals)
        text = str(written)
        return any(name in text for names in old for name in names)

    def expression(self, written: Any) -> str:
        """An expression or constant in one form; texts are expressions here."""
        source = written if isinstance(written, str) else repr(written)
        return guards.canonical(guards.renamed(source, self.data, self.states))

    def event(self, name: str) -> str:
        return self.finals.get(name, name)


SAME = Names()


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One act: `kind` set, decide, do, tell or say; `name` what is set, asked, done, told or said."""

    kind: str
    name: str
    args: tuple[tuple[str, str], ...] = ()  # sorted by name, each an expression in its one form
    to: str = ""  # where a decision is saved, whom an event is told
    at: tuple[str | int, ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...], str]:
        return (self.kind, self.name, self.args, self.to)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: its guard as written (with new names), what it does, where it leads (None: it stays)."""

    when: str | None
    deeds: tuple[Deed, ...]
    to: str | None
    at: tuple[str | int, ...]
    hear: tuple[str, ...] = ()
    on: str = ""

    @property
    def guard(self) -> str:
        return "" if self.when is None else guards.canonical(self.when)

    @property
    def key(self) -> Any:
        return (self.guard, tuple(deed.key for deed in self.deeds), self.to)


def alike(old: Any, new: Any) -> bool:
    """Equal as written, the order of keys left aside but for what is set: there one value may read another."""
    return old is new or (bool(old == new) and _orders(old) == _orders(new))


def _orders(content: Any) -> list[list[str]]:
    """The names of each `set` with several, found by place and not by the order of keys around it."""
    if isinstance(content, Mapping):
        found = [list(content["set"])] if isinstance(content.get("set"), Mapping) and len(content["set"]) > 1 else []
        return found + [order for key in sorted(content) for order in _orders(content[key])]
    if isinstance(content, list):
        return [order for item in content for order in _orders(item)]
    return []


def rules(written: Any, names: Names, path: At) -> tuple[Block, ...]:
    """What stands under an event, a timer or `next`."""
    if isinstance(written, list):
        return tuple(rule(item, names, [*path, index]) for index, item in enumerate(written))
    return (rule(written, names, path),)


def rule(written: Any, names: Names, path: At) -> Block:
    block: Mapping[str, Any] = {"to": written} if isinstance(written, str) else written or {}
    to = block.get("to")
    when = block.get("when")
    if when is not None:
        when = guards.renamed(str(when), names.data, names.states)
    return Block(
        when=when,
        deeds=deeds(block, names, path),
        to=names.states.get(to, to) if to is not None else None,
        at=tuple(path),
        hear=tuple(sorted(block.get("hear") or ())),
        on=names.event(str(block.get("on", ""))),
    )


def deeds(block: Mapping[str, Any], names: Names, path: At) -> tuple[Deed, ...]:
    """In the order in which they are carried out."""
    made = _settings(block.get("set") or {}, names, path)
    for item, at in _items(block.get("decide"), [*path, "decide"]):
        table = str(item["table"])
        facts = _args(item.get("facts"), names)
        save = str(item["save"])
        to = names.data.get(save, save)
        made.append(Deed(kind="decide", name=names.tables.get(table, table), args=facts, to=to, at=tuple(at)))
    for item, at in _items(block.get("do"), [*path, "do"]):
        verb, given = (item, None) if isinstance(item, str) else next(iter(item.items()))
        made.append(Deed(kind="do", name=verb, args=_args(given, names), at=tuple(at)))
    for item, at in _items(block.get("tell"), [*path, "tell"]):
        fields = _args(item.get("with"), names)
        made.append(Deed(kind="tell", name=item["event"], args=fields, to=item["to"], at=tuple(at)))
    for key, at in _items(block.get("say"), [*path, "say"]):
        made.append(Deed(kind="say", name=names.texts.get(key, key), at=tuple(at)))
    return tuple(made)


def _settings(written: Mapping[str, Any], names: Names, path: At) -> list[Deed]:
    """What is set, in the order of names: the order in the file matters only where one value reads another."""
    made = []
    read: set[str] = set()
    for name, value in written.items():
        source = names.expression(value)
        read |= guards.names(source)
        key = names.data.get(name, name)
        made.append(Deed(kind="set", name=key, args=(("", source),), at=(*path, "set", name)))
    entangled = any(deed.name in read for deed in made) and len(made) > 1
    return made if entangled else sorted(made, key=lambda deed: deed.name)


def _args(given: Mapping[str, Any] | None, names: Names) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, names.expression(value)) for name, value in (given or {}).items()))


def _items(written: Any, path: At) -> list[tuple[Any, list[str | int]]]:
    if written is None:
        return []
    if isinstance(written, list):
        return [(item, [*path, index]) for index, item in enumerate(written)]
    return [(written, list(path))]
