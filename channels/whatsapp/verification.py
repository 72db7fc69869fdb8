"""The GET with which Meta asks, once, whether a webhook address is ours. It carries no signature."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import msgspec


class Handshake(msgspec.Struct, frozen=True):
    """The answer to give: `status` and a text/plain `body`, which on success is the challenge exactly."""

    status: int
    body: str


def verify(query: Mapping[str, str], token: str) -> Handshake:
    """200 and the challenge for the right token; 403 for a wrong one; 400 for what is no handshake at all."""
    challenge = query.get("hub.challenge")
    if query.get("hub.mode") != "subscribe" or challenge is None:
        return Handshake(400, "Expected hub.mode=subscribe, hub.challenge and hub.verify_token.")
    offered = query.get("hub.verify_token", "")
    if not token or not hmac.compare_digest(offered.encode("utf-8", "surrogateescape"), token.encode()):
        return Handshake(403, "The verify token is wrong.")
    return Handshake(200, challenge)
