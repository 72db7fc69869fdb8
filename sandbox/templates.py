"""The message templates that a simulated WhatsApp business account holds, and how they read on a phone.

Real templates are approved by Meta before they may be sent; here the listed ones are approved from the start and one
created over the API is approved at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One language of one template. `buttons` are quick replies, in order; `category` is Meta's upper-case word."""

    name: str
    language: str
    body: str
    category: str = "UTILITY"
    footer: str = ""
    buttons: tuple[str, ...] = ()
    status: str = "APPROVED"

    def placeholders(self) -> list[str]:
        """The names or numbers in double braces, each once, in order of appearance."""
        return list(dict.fromkeys(_PLACEHOLDER.findall(self.body)))

    def render(self, values: Mapping[str, str]) -> str:
        """The body with its placeholders filled; the caller has checked that every one has a value."""
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], self.body)

    def components(self) -> list[dict[str, Any]]:
        """The definition as the Graph API lists it."""
        parts: list[dict[str, Any]] = [{"type": "BODY", "text": self.body}]
        names = self.placeholders()
        if names and all(name.isdigit() for name in names):
            parts[0]["example"] = {"body_text": [[f"example {name}" for name in names]]}
        elif names:
            parts[0]["example"] = {
                "body_text_named_params": [{"param_name": name, "example": f"example {name}"} for name in names]
            }
        if self.footer:
            parts.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            parts.append({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": b} for b in self.buttons]})
        return parts

    @property
    def parameter_format(self) -> str:
        return "POSITIONAL" if all(name.isdigit() for name in self.placeholders()) else "NAMED"


class TemplateShelf:
    """The templates of every business account, found by account, name and language."""

    def __init__(self, approved: Sequence[Template], waba_ids: Sequence[str]) -> None:
        self._rows: dict[tuple[str, str, str], tuple[str, Template]] = {}
        self._serial = 0
        for waba_id in dict.fromkeys(waba_ids):
            for template in approved:
                self.add(waba_id, template)

    def add(self, waba_id: str, template: Template) -> str:
        """Put a template on the shelf and answer its id; an existing one keeps its id."""
        key = (waba_id, template.name, template.language)
        known = self._rows.get(key)
        if known is None:
            self._serial += 1
        template_id = known[0] if known else f"{7_000_000_000 + self._serial}"
        self._rows[key] = (template_id, template)
        return template_id

    def find(self, waba_id: str, name: str, language: str) -> Template | None:
        row = self._rows.get((waba_id, name, language))
        return row[1] if row else None

    def of(self, waba_id: str) -> list[tuple[str, Template]]:
        """Every (id, template) of an account, oldest first."""
        return [row for key, row in self._rows.items() if key[0] == waba_id]

    def remove(self, waba_id: str, name: str) -> int:
        """Delete every language of a name; answers how many went."""
        gone = [key for key in self._rows if key[0] == waba_id and key[1] == name]
        for key in gone:
            del self._rows[key]
        return len(gone)


DEFAULT_TEMPLATES = (
    # One parameter: whatever a business wants to say once the window is closed.
    Template(
        name="booking_note",
        language="en",
        body="A note about your booking: {{1}} Reply here and we will help you.",
    ),
    Template(
        name="booking_note",
        language="sw",
        body="Ujumbe kuhusu booking yako: {{1}} Jibu hapa nasi tutakusaidia.",
    ),
    Template(
        name="offer_note",
        language="en",
        category="MARKETING",
        body="A note from us: {{1}} Reply here if you would like to book.",
        footer="Reply STOP to opt out",
    ),
    Template(
        name="offer_note",
        language="sw",
        category="MARKETING",
        body="Ujumbe kutoka kwetu: {{1}} Jibu hapa ukitaka nafasi.",
        footer="Jibu ACHA kusimamisha",
    ),
    Template(name="report_note", language="en", body="Your report: {{1}} Reply here to ask about it."),
    Template(name="report_note", language="sw", body="Ripoti yako: {{1}} Jibu hapa ukitaka kuuliza."),
    Template(
        name="booking_reminder",
        language="en",
        body="Hello {{1}}, a reminder of your booking at {{2}}: {{3}}. Reply here if you need to change it.",
    ),
    Template(
        name="booking_reminder",
        language="sw",
        body="Habari {{1}}, tunakukumbusha booking yako ya {{2}}: {{3}}. Jibu hapa ukitaka kubadilisha.",
    ),
    Template(
        name="booking_update", language="en", body="Hello {{1}}, an update on your booking at {{2}}: {{3}}. Thank you."
    ),
    Template(name="booking_update", language="sw", body="Habari {{1}}, kuhusu booking yako ya {{2}}: {{3}}. Asante."),
    Template(
        name="review_request",
        language="en",
        body="Hello {{1}}, how was your visit to {{2}}? Reply here, we read everything.",
    ),
    Template(
        name="review_request",
        language="sw",
        body="Habari {{1}}, ulionaje huduma ya {{2}}? Jibu hapa, tunasoma kila kitu.",
    ),
    Template(
        name="win_back",
        language="en",
        category="MARKETING",
        body="Hello {{1}}, it has been a while. {{2}} would love to see you again. Shall we find you a time?",
        footer="Reply STOP to opt out",
    ),
    Template(
        name="win_back",
        language="sw",
        category="MARKETING",
        body="Habari {{1}}, ni muda umepita. {{2}} tungependa kukuona tena. Tukutafutie nafasi?",
        footer="Jibu ACHA kusimamisha",
    ),
    Template(
        name="conversation_reopen", language="en", body="Hello {{1}}, {{2}} has a message for you. Reply to read it."
    ),
    Template(name="conversation_reopen", language="sw", body="Habari {{1}}, {{2}} ina ujumbe wako. Jibu ili uusome."),
)
