"""What YAML may ask of the hooks room. `hooks.sending` carries it out."""

from __future__ import annotations

from engine.registry import Arg, Verb, Vocabulary

_OF = {"to": "text", "event": "text", "id": "text"}

VOCABULARY = Vocabulary(
    verbs=(
        Verb(
            name="hooks.send",
            sort="action",
            args={
                "to": Arg(
                    type="text", literal=True, names="endpoint",
                    doc="An endpoint of the business's settings, by its name.",
                ),
                "event": Arg(type="text", literal=True, doc="What happened, in your own words: ad.paused."),
                "data": Arg(
                    type="record", required=False, fields=True,
                    doc="What goes along, by names of your own; nothing else leaves the house.",
                ),
            },
            answers={
                "hooks.sent": {**_OF, "status": "number"},
                "hooks.failed": {**_OF, "code": "text", "reason": "text"},
            },
            aside=True,
            doc="Tell another program, by a signed request (docs/webhooks.md). What does not arrive is tried again "
            "for a day, and holds nothing up meanwhile.",
        ),
    ),
)  # fmt: skip
