"""The chat button that a business puts on its own web site: one script, with its settings written in."""

from __future__ import annotations

import json
from pathlib import Path

_SCRIPT = Path(__file__).with_name("widget.js")


def script(*, link: str, capture: str, label: str) -> str:
    """The script of one business. `link` is its plain wa.me link, `capture` the address that hands out codes.

    `capture` takes POST {"url", "referrer"} and answers {"link"}.
    """
    settings = json.dumps({"link": link, "capture": capture, "label": label})
    safe = settings.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _SCRIPT.read_text(encoding="utf-8").replace("__CONFIG__", safe)
