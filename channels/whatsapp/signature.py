"""Whether a webhook body comes from Meta: HMAC-SHA256 over the bytes as they arrived.

Called before anything is parsed. A body that was parsed and written again does not verify, because Meta
writes accents, emoji and slashes as JSON escapes and our writer would not.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="


def sign(raw: bytes, secret: str) -> str:
    """The header's value for a body: `sha256=` and lowercase hex."""
    return _PREFIX + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def signed_by(raw: bytes, header: str | None, secret: str) -> bool:
    """Whether `header` signs `raw`. No header, no secret, or another scheme is simply no."""
    if not header or not secret or not header.startswith(_PREFIX):
        return False
    # Bytes, since compare_digest refuses a str that is not ASCII and a header may hold anything.
    return hmac.compare_digest(sign(raw, secret).encode(), header.encode("utf-8", "surrogateescape"))
