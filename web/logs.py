"""Structured logs in which nobody's number, address or secret can be read."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PHONE = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d(?!\d))\+?\d[\d\s-]{7,14}\d(?!\w)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_BEARER = re.compile(r"(?i)(bearer|basic)\s+[\w.~+/=-]+")
_HIDDEN_KEYS = re.compile(
    r"(?i)(secret|token|password|passkey|authorization|credential|phone|email|msisdn|^name$|^text$)"
)
_PLAIN_KEYS = frozenset(
    {"timestamp", "level", "event", "logger", "org", "machine", "lane", "row", "path", "seq", "port"}
)


def mask(text: str) -> str:
    """The text with phone numbers, e-mail addresses and credentials blotted out; the last two digits stay."""
    text = _BEARER.sub(r"\1 …", text)
    text = _EMAIL.sub(lambda found: found[0][0] + "…@…", text)
    return _PHONE.sub(lambda found: "…" + found[0][-2:], text)


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hide values by their key's name, mask what is left."""
    for key, value in event.items():
        if key in ("timestamp", "level"):
            continue
        if key not in _PLAIN_KEYS and _HIDDEN_KEYS.search(key):
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = mask(value)
        elif isinstance(value, list | tuple | dict):
            event[key] = mask(repr(value))
    return event


def configure(kind: str, *, stream: Any = None) -> None:
    """`json` for machines, `console` for people. Standard-library loggers go the same way."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if kind == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, mask_event, renderer],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_event, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
