"""Writes docs/verbs.md out of the rooms' vocabularies: `python -m tools.reference`. A test holds the page to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from composition.definitions import registry
from engine.registry import Arg, Registry, Verb

PAGE = Path(__file__).resolve().parents[1] / "docs" / "verbs.md"
_SORTS = {
    "question": (
        "Questions",
        "Read our own store. The runtime answers inside the step and writes the answer into the journal, so that a "
        "replay needs no database. `ask: {choices: {from: <question>}}` asks one.",
    ),
    "change": (
        "Changes",
        "Write our own store in the same commit as the step that asks for them: both happen, or neither. "
        "What comes of it follows as an event.",
    ),
    "action": (
        "Actions",
        "Touch the world outside, through the outbox: carried out after the commit, at least once with one "
        "idempotency key, and answered by an event later, or never. A state that waits for one needs a timer.",
    ),
}


def page(vocabulary: Registry) -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines(vocabulary)).rstrip() + "\n"


def _lines(vocabulary: Registry) -> Iterator[str]:
    yield "# What YAML may ask for"
    yield ""
    yield "Made by `python -m tools.reference` out of the rooms' vocabularies; a test keeps it current."
    yield "How to use what stands here is in [yaml.md](yaml.md)."
    yield ""
    yield "## Facts that are always there"
    yield ""
    yield from _table(("name", "type", "what it is"), _ambients(vocabulary))
    yield "## Records"
    yield ""
    yield "What is not known is nothing (`null`): `known(contact.email)` asks."
    yield ""
    for record in sorted(vocabulary.records.values(), key=lambda record: record.name):
        yield f"### {record.name}"
        yield ""
        yield _sentence(record.doc, f"As a choice it shows its `{record.label}`" + _described(record.describe))
        yield ""
        yield from _table(("field", "type"), [(f"`{name}`", kind) for name, kind in record.fields.items()])
    for sort, (title, about) in _SORTS.items():
        yield f"## {title}"
        yield ""
        yield about
        yield ""
        for verb in sorted(vocabulary.verbs.values(), key=lambda verb: verb.name):
            if verb.sort == sort:
                yield from _verb(verb)
    yield "## Roles"
    yield ""
    yield "Whom a `tell` may name. A machine without such a link tells nobody; the journal has it all the same."
    yield ""
    yield from _table(("role", "who"), [(f"`{role.name}`", role.doc) for role in vocabulary.roles.values()])
    yield "## Events"
    yield ""
    yield "What `on:` may wait for, besides `answer`, `<flow>.<final state>` of a called flow, and what a `tell` names."
    yield ""
    rows = [
        (f"`{event.name}`", _fields(event.fields), event.doc)
        for event in sorted(vocabulary.events.values(), key=lambda event: event.name)
    ]
    yield from _table(("event", "fields", "when"), rows)


def _ambients(vocabulary: Registry) -> list[tuple[str, ...]]:
    return [(f"`{each.name}`", each.type, each.doc) for each in vocabulary.ambients.values()]


def _verb(verb: Verb) -> Iterator[str]:
    yield f"### {verb.name}"
    yield ""
    flags = [
        *(["**Moves money.**"] if verb.moves_money else []),
        *(["**Messages a person.**"] if verb.messages_person else []),
        *([f"Its answer may take {_minutes(verb.answers_within)}."] if verb.answers_within else []),
    ]
    yield _sentence(verb.doc, *flags)
    yield ""
    if verb.args:
        yield from _table(
            ("argument", "type", "needed", "what it is"),
            [(f"`{name}`", _type(arg), "yes" if arg.required else "no", arg.doc) for name, arg in verb.args.items()],
        )
    if verb.returns:
        yield f"Gives: {verb.returns}"
        yield ""
    if verb.answers:
        yield from _table(
            ("answers with", "fields"), [(f"`{name}`", _fields(fields)) for name, fields in verb.answers.items()]
        )


def _minutes(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} minute{'s' * (minutes != 1)}"


def _type(arg: Arg) -> str:
    if arg.one_of:
        return "one of " + ", ".join(f"`{word}`" for word in arg.one_of)
    return f"{arg.type}, as it is written" if arg.literal else arg.type


def _fields(fields: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}`: {kind}" for name, kind in fields.items())


def _described(field: str) -> str:
    return f", and its `{field}` below." if field else "."


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def main() -> None:
    PAGE.write_text(page(registry()), encoding="utf-8")
    print(f"Written: {PAGE.name}")


if __name__ == "__main__":
    main()
