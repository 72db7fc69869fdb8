"""Which approved template stands in for a free text when the window is closed.

The org's `templates` map a place in the YAML to a template: "<flow>.<text key>", "<flow>", a category, or
"default", the first that is there. An entry is {name, language or languages: {en: en_US}, category,
parameters}; a parameter "text" is what would have been said, any other stands as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from channels.news import unusable
from channels.outgoing import CATEGORIES, OutgoingMessage, Template
from storage.store import Document

_LONGEST = 800  # a template is refused when all of it, its own words included, is longer than 1,024 characters


def stand_in(message: OutgoingMessage, org: Document) -> Template | None:
    """The template that the message names, or the org's for its place; None if there is none that may be sent.

    One that the provider has paused or refused is passed over for the next place's.
    """
    if message.template is not None:
        return message.template if sendable(message.template, org) else None
    templates = org.get("templates")
    if not isinstance(templates, dict):
        return None
    entries = (templates[place] for place in _places(message) if place in templates)
    found = (_read(entry, message) for entry in entries if isinstance(entry, dict) and entry.get("name"))
    return next((template for template in found if sendable(template, org)), None)


def sendable(template: Template, org: Document) -> bool:
    return not unusable(org, template.name, template.language)


def _places(message: OutgoingMessage) -> Iterator[str]:
    for key in message.keys:
        yield f"{message.flow}.{key}"
    yield from (message.flow, message.category, "default")


def _read(entry: dict[str, Any], message: OutgoingMessage) -> Template:
    languages = entry.get("languages")
    language = languages.get(message.language) if isinstance(languages, dict) else None
    category = entry.get("category")
    parameters = entry.get("parameters", ["text"])
    return Template(
        name=str(entry["name"]),
        language=str(language or entry.get("language") or message.language),
        parameters=tuple(_fitting(message.text) if parameter == "text" else str(parameter) for parameter in parameters),
        category=category if category in CATEGORIES and category != "service" else "utility",
    )


def _fitting(text: str) -> str:
    """The beginning of a long text, to the end of a word."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
