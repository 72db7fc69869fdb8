"""The hooks room's verbs, bound: composed once by the server with the hosts that it may send to."""

from __future__ import annotations

from hooks.sending import Sender
from runtime.verbs import Bound


def bind(sender: Sender) -> list[Bound]:
    """Everything that `hooks.vocabulary` declares."""
    return [Bound("hooks.send", sender.send)]
