"""What the word under a pointer means: a key, a name of this file, a verb, a fact, a function."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.authoring import documentation, grammar
from engine.authoring.cursor import cursor, word_at
from engine.authoring.names import Names, names
from engine.functions import FUNCTIONS
from engine.registry import Registry


class Hover(msgspec.Struct, frozen=True, kw_only=True):
    """`title` names the word and what it is; `doc` says what it does; the word begins at `column`."""

    title: str
    doc: str
    column: int
    length: int


def hover(text: str, line: int, column: int, others: Iterable[str], registry: Registry) -> Hover | None:
    """None where there is nothing to say."""
    word, start = word_at(text, line, column)
    if not word:
        return None
    known = names(text, others)
    said = _key(text, line, start, word, known) or _typed(text, line, start, word) or _named(word, known, registry)
    if said is None:
        return None
    return Hover(title=said[0], doc=said[1], column=start, length=len(word))


def _named(word: str, known: Names, registry: Registry) -> tuple[str, str] | None:
    if word in registry.verbs:
        verb = registry.verbs[word]
        takes = ", ".join(f"{name}{'' if arg.required else '?'}: {arg.type}" for name, arg in verb.args.items())
        answers = f" Answers {', '.join(verb.answers)}." if verb.answers else ""
        return f"{word} ({takes})", f"{verb.doc}{answers}"
    if word in registry.events:
        fields = ", ".join(f"{name}: {kind}" for name, kind in registry.events[word].fields.items())
        return f"event {word} {{{fields}}}", registry.events[word].doc
    if word in documentation.EVENT:
        return word, documentation.EVENT[word]
    if word.startswith("event."):
        name = word.removeprefix("event.")
        kinds = {event.fields[name] for event in registry.events.values() if name in event.fields}
        return (f"{word}: {' or '.join(sorted(kinds))}", "From the event that this rule takes.") if kinds else None
    if word in known.texts:
        return f"text {word}", known.texts[word]
    if word in known.states:
        return f"state {word}", ""
    if word in known.data:
        return f"{word}: {known.data[word]}", ""
    first = word.partition(".")[0]
    if first in registry.ambients:
        return f"{word}: {registry.ambients[first].type}", registry.ambients[first].doc
    if word in FUNCTIONS:
        return f"{word}()", documentation.CALLS.get(word, "")
    flow = next((each for each in known.flows if each.name == word), None)
    return (f"flow {word}", flow.title) if flow is not None else None


def _key(text: str, line: int, start: int, word: str, known: Names) -> tuple[str, str] | None:
    """A key of the dialect, judged where it stands."""
    here = cursor(text, line, start)
    doc = grammar.keys(known.kind, here.path).get(word) if here.key else ""
    return (word, doc) if doc else None


def _typed(text: str, line: int, start: int, word: str) -> tuple[str, str] | None:
    """A type, where types are named: `money` is also what makes an amount."""
    here = cursor(text, line, start)
    named = not here.key and (here.path[-1:] == ("type",) or here.path[:1] in (("data",), ("takes",), ("facts",)))
    doc = documentation.TYPES.get(word) if named else None
    return (f"type {word}", doc) if doc else None
