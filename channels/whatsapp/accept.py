"""The door of the webhook: size, signature, shape. Nothing is believed before it has passed.

Answers follow what Meta does with them: anything but 200 is delivered again for up to seven days. So a
refusal is only for what is forged or mangled on the way; what we merely do not know is accepted.
"""

from __future__ import annotations

import msgspec

from channels.whatsapp.inbound import parse
from channels.whatsapp.signature import signed_by
from channels.whatsapp.types import Parsed

MAX_BYTES = 3 * 1024 * 1024
MAX_DEPTH = 64


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
    quoted = escaped = False
    for byte in raw:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:  # backslash
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return depth
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
