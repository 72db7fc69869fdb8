"""The payments room's verbs, bound: composed once by the server with accounts, clients and callback links."""

from __future__ import annotations

from payments.changes import dispute, fail, match, request, review, settle, settle_without_receipt
from payments.mpesa.account import Accounts
from payments.mpesa.actions import Prompter
from payments.mpesa.client import Clients
from payments.mpesa.links import Links
from runtime.verbs import Bound


def bind(accounts: Accounts, clients: Clients, links: Links) -> list[Bound]:
    """Everything that `payments.vocabulary` declares, with the coroutine that carries it out."""
    prompter = Prompter(accounts, clients, links)
    return [
        Bound("payments.request", request),
        Bound("payments.match", match),
        Bound("payments.settle", settle),
        Bound("payments.settle_without_receipt", settle_without_receipt),
        Bound("payments.review", review),
        Bound("payments.fail", fail),
        Bound("payments.dispute", dispute),
        Bound("mpesa.push", prompter.push),
        Bound("mpesa.query", prompter.query),
    ]
