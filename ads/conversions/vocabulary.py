"""What YAML may ask about telling the platforms what their ads brought. `ads.conversions.sending` carries it out."""

from __future__ import annotations

from datetime import timedelta

from engine.registry import Arg, Verb, Vocabulary

VOCABULARY = Vocabulary(
    verbs=(
        Verb(
            name="conversions.send",
            sort="action",
            args={"happening": Arg(type="text", doc="The id of the event in `ad_events`.")},
            answers={
                "conversions.sent": {"platform": "text"},
                "conversions.skipped": {"why": "text"},
                "conversions.refused": {"why": "text"},
            },
            answers_within=timedelta(days=4),
            doc="Tell the platform whose ad brought it, once by its event id. Skips who opted out or was erased.",
        ),
    ),
)
