"""What may be written at a cursor: the dialect's keys, this file's own names, the verbs and facts of the rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from engine.authoring import documentation, grammar
from engine.authoring.cursor import Cursor, cursor
from engine.authoring.names import Names, names
from engine.functions import FUNCTIONS
from engine.registry import Registry, Verb
from engine.types import ASKABLE, SIMPLE

MOST = 200
_STATES = {"to", "then", "none", "start"}
_TEXTS = {"say", "text", "between", "ask"}
_DATA = {"save"}
_EXPRESSIONS = {"when", "time", "expr", "unless"}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be written. `insert` takes the place of the word from `column` (from 1) to the cursor."""

    label: str
    kind: str  # key, state, text, data, verb, argument, event, flow, table, type, function, fact, word
    insert: str
    column: int
    detail: str = ""
    doc: str = ""


def complete(text: str, line: int, column: int, others: Iterable[str], registry: Registry) -> tuple[Item, ...]:
    """What fits what is written so far comes first; in the order in which the dialect has it."""
    here, known = cursor(text, line, column), names(text, others)
    found = dict.fromkeys(_keys(here, known, registry) if here.key else _values(here, known, registry))
    word = here.word.lower()
    fitting = [item for item in found if item.label.lower().startswith(word)]
    near = [item for item in found if word and word in item.label.lower() and item not in fitting]
    return tuple([*fitting, *near][:MOST])


class _Maker:
    """Makes items for one place."""

    def __init__(self, here: Cursor, column: int | None = None) -> None:
        self._column = here.column if column is None else column

    def item(self, label: str, kind: str, *, detail: str = "", doc: str = "", insert: str = "") -> Item:
        return Item(label=label, kind=kind, insert=insert or label, column=self._column, detail=detail, doc=doc)


def _keys(here: Cursor, known: Names, registry: Registry) -> Iterator[Item]:
    make, path = _Maker(here), here.path
    last = path[-1] if path else ""
    verb = _verb_at(path, registry)
    if verb is not None:
        yield from _arguments(make, verb)
        return
    if last == "on" and len(path) > 1:
        yield from _events(make, known, registry, state=True)
    elif _listing(path) == "do":
        yield from _verbs(make, registry, acting=True)
    elif last == "set":
        yield from (make.item(name, "data", detail=kind, insert=f"{name}: ") for name, kind in known.data.items())
    elif last == "facts" and len(path) > 1:
        yield from _facts(make, known)
    elif last == "with" and "call" in path:
        yield from (
            make.item(name, "argument", detail=flow.name, insert=f"{name}: ")
            for flow in known.flows
            for name in flow.takes
        )
    elif last == "after":
        yield from (make.item(span, "word", insert=f"{span}: ") for span in ("10m", "30m", "2h", "24h", "7d"))
    elif len(path) == 2 and path[0] == "texts":
        yield from (make.item(language, "word", insert=f"{language}: ") for language in known.languages)
    elif path in (("migrate", "states"), ("migrate", "data")):
        listed = known.states if path[1] == "states" else tuple(known.data)
        yield from (make.item(name, "data", insert=f"{name}: ") for name in listed)
    for name, doc in grammar.keys(known.kind, path).items():
        yield make.item(name, "key", doc=doc, insert=f"{name}: ")
    if not path and not known.kind:
        yield from (make.item(kind, "key", insert=f"{kind}: ") for kind in ("flow", "lifecycle", "rules"))


def _values(here: Cursor, known: Names, registry: Registry) -> Iterator[Item]:
    make, path = _Maker(here), here.path
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    listed = isinstance(path[-1], int) if path else False
    if key in _STATES or _leads(path) or (known.kind == "test" and key == "state"):
        yield from (make.item(state, "state") for state in known.states)
    if key in _TEXTS and not (key == "ask" and path[-2:-1] != ("unclear",)):
        yield from (make.item(name, "text", doc=words) for name, words in known.texts.items())
    if known.kind == "test" and key == "texts":
        yield from (make.item(name, "text", doc=words) for name, words in known.texts.items())
    if key in _DATA:
        yield from (make.item(name, "data", detail=kind) for name, kind in known.data.items())
    if key == "do" or (listed and key == "do"):
        yield from _verbs(make, registry, acting=True)
    if key == "from":
        yield from _verbs(make, registry, acting=False)
    if key == "flow" and len(path) > 1:
        yield from (make.item(flow.name, "flow", doc=flow.title) for flow in known.flows)
    if key == "table":
        yield from (make.item(table.name, "table", doc=table.title) for table in known.tables)
    if key == "event" or (key == "on" and "anywhere" in path):
        yield from _events(make, known, registry, state=False)
    if key == "type" or path[:1] in (("data",), ("takes",), ("facts",), ("outputs",)):
        yield from _types(make, registry, asking="ask" in path)
    yield from (make.item(word, "word") for word in grammar.words(known.kind, path))
    verb = _verb_at(path[:-1], registry)
    if key in _EXPRESSIONS or path[-2:-1] in (("set",), ("facts",), ("with",)) or verb is not None:
        if verb is not None and key in verb.args and verb.args[key].one_of:
            yield from (make.item(word, "word") for word in verb.args[key].one_of)
        yield from _expression(here, known, registry)


def _expression(here: Cursor, known: Names, registry: Registry) -> Iterator[Item]:
    """Names at the beginning of a path; the fields of what stands before the last dot."""
    make = _Maker(here)
    owner, dot, _ = here.word.rpartition(".")
    if dot:
        fields = _fields(owner, known, registry)
        at = _Maker(here, here.column + len(owner) + 1)
        yield from (at.item(f"{owner}.{name}", "fact", detail=kind, insert=name) for name, kind in fields.items())
        return
    yield from (make.item(name, "data", detail=kind) for name, kind in known.data.items())
    yield from (make.item(each.name, "fact", detail=each.type, doc=each.doc) for each in registry.ambients.values())
    if known.kind != "rules":
        yield from (make.item(f"tries.{state}", "fact", detail="number") for state in known.states)
        yield make.item("event", "fact", doc="The event that this rule takes.")
        yield make.item("now", "fact", detail="datetime", doc="This moment.")
    for name in FUNCTIONS:
        yield make.item(f"{name}()", "function", doc=documentation.CALLS.get(name, ""), insert=f"{name}(")


def _fields(owner: str, known: Names, registry: Registry) -> Mapping[str, str]:
    """The fields of a name, of a field of it, and so on; of an event those that any event has."""
    first, *rest = owner.split(".")
    if first == "tries" and not rest:
        return dict.fromkeys(known.states, "number")
    if first == "event" and not rest:
        return {name: kind for event in registry.events.values() for name, kind in event.fields.items()} | {
            "value": "any", "how": "text", "text": "text"
        }  # fmt: skip
    kind = known.data.get(first) or (registry.ambients[first].type if first in registry.ambients else "")
    for part in rest:
        record = registry.records.get(kind)
        kind = record.fields.get(part, "") if record is not None else ""
    record = registry.records.get(kind)
    if record is not None:
        return record.fields
    shape = SIMPLE.get(kind)
    return {name: str(getattr(each, "name", each)) for name, each in (shape.fields or {}).items()} if shape else {}


def _verbs(make: _Maker, registry: Registry, *, acting: bool) -> Iterator[Item]:
    for verb in registry.verbs.values():
        if (verb.sort != "question") is acting:
            needed = [name for name, arg in verb.args.items() if arg.required]
            insert = f"{verb.name}: " if acting and needed else verb.name
            yield make.item(verb.name, "verb", detail=verb.sort, doc=verb.doc, insert=insert)


def _arguments(make: _Maker, verb: Verb) -> Iterator[Item]:
    for name, arg in verb.args.items():
        detail = arg.type + ("" if arg.required else ", may be left out")
        yield make.item(name, "argument", detail=detail, doc=arg.doc, insert=f"{name}: ")


def _events(make: _Maker, known: Names, registry: Registry, *, state: bool) -> Iterator[Item]:
    end = ": " if state else ""
    if state and known.kind == "flow":
        yield make.item("answer", "event", doc="The person has answered the question.", insert=f"answer{end}")
    for event in registry.events.values():
        yield make.item(event.name, "event", doc=event.doc, insert=event.name + end)
    for flow in known.flows:
        for final in flow.finals:
            doc = f"{flow.title or flow.name} has ended so."
            yield make.item(f"{flow.name}.{final}", "event", doc=doc, insert=f"{flow.name}.{final}{end}")
    yield from (make.item(name, "event", doc="Told by another file.", insert=name + end) for name in known.told)


def _types(make: _Maker, registry: Registry, *, asking: bool) -> Iterator[Item]:
    if asking:
        yield from (make.item(name, "type", doc=documentation.TYPES.get(name, "")) for name in ASKABLE)
        return
    yield from (make.item(name, "type", doc=documentation.TYPES.get(name, "")) for name in SIMPLE)
    yield from (make.item(record.name, "type", doc=record.doc) for record in registry.records.values())


def _facts(make: _Maker, known: Names) -> Iterator[Item]:
    for table in known.tables:
        for fact in table.facts:
            yield make.item(fact, "argument", detail=table.name, insert=f"{fact}: ")


def _verb_at(path: tuple[str | int, ...], registry: Registry) -> Verb | None:
    """The verb whose arguments stand at `path`: under `do`, or the question beside `with`."""
    if path and isinstance(path[-1], str) and path[-1] in registry.verbs and _listing(path[:-1]) == "do":
        return registry.verbs[path[-1]]
    return None


def _listing(path: tuple[str | int, ...]) -> str:
    """The key whose value, or list of values, stands at `path`."""
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    return last if not path or path[-1] == last or isinstance(path[-1], int) else ""


def _leads(path: tuple[str | int, ...]) -> bool:
    """Whether a bare word here is a state to go to: `on: {answer: …}`, `after: {2h: …}`."""
    parts = [part for part in path if isinstance(part, str)]
    return len(parts) > 2 and parts[0] == "states" and parts[-2] in ("on", "after")
