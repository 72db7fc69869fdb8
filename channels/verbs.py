"""The channels' verbs, each carried out by the one dispatcher."""

from __future__ import annotations

from typing import Any

from channels.dispatcher import Dispatcher
from runtime.verbs import Acted, Bound, Context


def bound(dispatcher: Dispatcher) -> list[Bound]:
    """Every verb of `channels.vocabulary`, bound."""

    async def began(ctx: Context, args: dict[str, Any]) -> Acted:
        """A verb of its own begins something: it is a reply only if YAML says so."""
        return await dispatcher.send(ctx, {"category": "utility", "language": _language(ctx), **_given(args)})

    async def ask_location(ctx: Context, args: dict[str, Any]) -> Acted:
        asking = {"category": "service", "language": _language(ctx), **_given(args), "ask_location": True}
        return await dispatcher.send(ctx, asking)

    return [
        Bound("channels.send", dispatcher.send),
        Bound("messages.send_template", began),
        Bound("messages.send_link", began),
        Bound("messages.ask_location", ask_location),
        Bound("messages.send_file", began),
    ]


def _language(ctx: Context) -> str:
    return str(ctx.machine.about.get("language") or "en")


def _given(args: dict[str, Any]) -> dict[str, Any]:
    """Without what YAML left open."""
    return {name: value for name, value in args.items() if value is not None}
