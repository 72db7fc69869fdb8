"""The door of the webhook: size, signature, shape. Nothing is believed before it has passed.

Answers follow what Meta does with them: anything but 200 is delivered again for up to seven days. So a
refusal is only for what is forged or mangled on the way; what we merely do not know is accepted.
"""

from __future__ import annotations

import re

import msgspec

from channels.whatsapp.inbound import parse
from channels.whatsapp.signature import signed_by
from channels.whatsapp.types import Parsed

MAX_BYTES = 3 * 1024 * 1024
MAX_DEPTH = 64
# Strings whole (also one without an end, so that its quotes are not tried again one by one), and brackets.
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class Accepted(msgspec.Struct, frozen=True):
    """Genuine and read. `raw` is kept for what no reader understood."""

    parsed: Parsed
    raw: bytes


class Refused(msgspec.Struct, frozen=True):
    """What to answer: the HTTP `status`, a stable `code` for metrics, and the `reason` in words."""

    status: int
    code: str
    reason: str


def accept(raw: bytes, signature: str | None, secret: str) -> Accepted | Refused:
    """Read a POST body. Never raises, whatever the bytes."""
    if len(raw) > MAX_BYTES:
        return Refused(413, "too_large", f"The body has {len(raw)} bytes; the limit is {MAX_BYTES}.")
    if not signature:
        return Refused(401, "signature_missing", "X-Hub-Signature-256 is missing.")
    if not signed_by(raw, signature, secret):
        return Refused(403, "signature_wrong", "X-Hub-Signature-256 does not match the body.")
    if _depth(raw) > MAX_DEPTH:
        return Refused(400, "too_deep", f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    try:
        payload = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return Refused(400, "malformed", f"The body is not JSON: {error}")
    return Accepted(parse(payload), raw)


def _depth(raw: bytes) -> int:
    """The deepest nesting, brackets inside of strings left out. Counted before parsing, which recurses."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for token in _TOKENS.finditer(raw):
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
            if depth > MAX_DEPTH:
                break
        elif mark in (b"]", b"}"):
            depth -= 1
    return deepest
