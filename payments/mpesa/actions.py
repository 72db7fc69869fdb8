"""The two actions that talk with Daraja. A prompt is sent once: the mark that it is being sent is stored before it is.

If the process dies in between, the repeated action finds the mark and says `mpesa.unknown`: the customer may be
looking at a prompt, and a second one might be paid twice. The lifecycle then waits for the callback.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.model import Event
from payments.intents import OPEN, amount_of, checkout_fields, checkout_of, phone_of
from payments.mpesa.account import Accounts
from payments.mpesa.amounts import BadAmount, shillings
from payments.mpesa.client import Clients, Daraja, Prompt
from payments.mpesa.errors import Ambiguous, DarajaError, Declined, Pending, Throttled, Unreachable
from payments.mpesa.links import Links
from payments.mpesa.phone import BadNumber, msisdn
from runtime.verbs import Acted, Context, RetryLater
from storage.errors import Unreadable
from storage.store import Document, Op, Update

STALE = timedelta(seconds=90)  # a prompt that comes later than this would surprise the customer
_AGAIN = timedelta(seconds=3)


class Prompter:
    """Sends prompts and asks after them, each org with its own account."""

    def __init__(self, accounts: Accounts, clients: Clients, links: Links) -> None:
        self._accounts = accounts
        self._clients = clients
        self._links = links

    async def push(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """`mpesa.push`. Raises RetryLater only when nothing was sent."""
        document = await ctx.store.get("payments", str(args["payment"]))
        if document is None or document["state"] != OPEN:
            return _event("mpesa.refused", code="closed", text="the payment is not open any more")
        if document.get("checkout_id"):
            return await self._accepted(ctx, document)
        if document.get("pushed_at"):
            return _event("mpesa.unknown", why="the prompt may have been sent before")
        if ctx.now - document["at"] > STALE:
            return _event("mpesa.refused", code="unreachable", text="M-Pesa could not be reached in time")
        client = await self._client(ctx)
        if client is None:
            return _event("mpesa.refused", code="no_account", text="this business has no M-Pesa account")
        try:
            prompt = await self._prompt(ctx, client, document)
        except (BadAmount, BadNumber, Unreadable) as error:
            return _event("mpesa.refused", code="intent", text=str(error))
        return await self._send(ctx, client, document, prompt)

    async def _send(self, ctx: Context, client: Daraja, document: Document, prompt: Prompt) -> Acted:
        id = document["_id"]
        try:
            await client.ready()
        except Declined as error:
            return _event("mpesa.refused", code=error.code, text=error.text)
        except DarajaError as error:  # whatever it was: no prompt was sent
            raise RetryLater(str(error), after=_AGAIN) from error
        await ctx.store.commit([Update("payments", id, {"set": {"pushed_at": ctx.now}}, expect=document["version"])])
        unmark: Op = Update("payments", id, {"unset": ["pushed_at"]})
        try:
            accepted = await client.push(prompt, ctx.now)
        except (Throttled, Unreachable) as error:
            await ctx.store.commit([unmark])
            raise RetryLater(str(error), after=_AGAIN) from error
        except Declined as error:
            return _event("mpesa.refused", code=error.code, text=error.text)
        except DarajaError as error:  # Ambiguous, or an answer that makes no sense for a push
            return _event("mpesa.unknown", why=str(error))
        ids = {**checkout_fields(ctx.vault, document, accepted.checkout), "merchant_id": accepted.merchant}
        return Acted(
            ops=(Update("payments", id, {"set": ids}),),
            event=Event(name="mpesa.accepted", data={"checkout": accepted.checkout}),
        )

    async def query(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """`mpesa.query`. Never retried by the outbox: the lifecycle asks again in its own time."""
        document = await ctx.store.get("payments", str(args["payment"]))
        try:
            checkout = await checkout_of(ctx.vault, document or {})
        except Unreadable:
            checkout = ""
        client = await self._client(ctx)
        if not checkout or client is None:
            return _event("mpesa.unknown", why="there is nothing to ask by yet")
        try:
            outcome = await client.query(checkout, ctx.now)
        except Pending:
            return _event("mpesa.pending")
        except (Ambiguous, Declined, Throttled, Unreachable) as error:
            return _event("mpesa.unknown", why=str(error))
        return _event("mpesa.result", code=outcome.code, text=outcome.text)

    async def _accepted(self, ctx: Context, document: Document) -> Acted:
        """The prompt was acknowledged before; the action is only repeated."""
        try:
            return _event("mpesa.accepted", checkout=await checkout_of(ctx.vault, document))
        except Unreadable:
            return _event("mpesa.unknown", why="the payer was forgotten")

    async def _client(self, ctx: Context) -> Daraja | None:
        account = await self._accounts.of(ctx.org)
        return None if account is None else self._clients.of(account)

    async def _prompt(self, ctx: Context, client: Daraja, document: Document) -> Prompt:
        return Prompt(
            amount=shillings(amount_of(document)),
            phone=msisdn(await phone_of(ctx.vault, document)),
            account=client.account.name or document["_id"][:12].upper(),
            description=str(document["purpose"]) or "payment",
            callback=self._links.url(document["_id"]),
        )


def _event(name: str, **data: Any) -> Acted:
    return Acted(event=Event(name=name, data=data))
