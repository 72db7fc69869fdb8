"""Tries keys and numbers out at their providers, by what changes nothing there, before a business relies on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import httpx
import msgspec

from channels.failures import Behaviour, OutcomeUnknown, Rejected, Unreached
from channels.whatsapp.client import GraphClient
from payments.mpesa.account import Account
from payments.mpesa.client import Daraja
from payments.mpesa.errors import DarajaError, Declined


class Failed(Exception):
    """It does not work. `code` is no-token, wrong-token, no-number, wrong-keys or unreachable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A WhatsApp number, as Meta knows it."""

    display: str
    name: str


class Probe:
    """`token` finds a business's own token; `hosts` says where Daraja is, by environment."""

    def __init__(
        self, graph: GraphClient, token: Callable[[str], Awaitable[str]], http: httpx.AsyncClient,
        hosts: Mapping[str, str], *, shared_account: bool = False,
    ) -> None:  # fmt: skip
        self._graph = graph
        self._token = token
        self._http = http
        self.hosts = hosts
        self.shared_account = shared_account  # whether the server has M-Pesa keys for businesses without

    async def number(self, org: str, number: str, token: str = "") -> Number:
        """Read the number with this token, else with the business's own. Raises `Failed`."""
        held = token or await self._token(org)
        if not held:
            raise Failed("no-token")
        if not (held.isascii() and held.isprintable()):  # it can't stand in a header
            raise Failed("wrong-token")
        if not (number.isascii() and number.isdecimal()):  # nor this in Meta's address
            raise Failed("no-number")
        try:
            answer = await self._graph.number(held, number)
        except Rejected as error:
            raise Failed("wrong-token" if error.behaviour is Behaviour.DISCONNECTED else "no-number") from error
        except (Unreached, OutcomeUnknown) as error:
            raise Failed("unreachable") from error
        display = str(answer.get("display_phone_number") or "")
        if not display:  # another thing of Meta's that has this id
            raise Failed("no-number")
        return Number(display=display, name=str(answer.get("verified_name") or ""))

    async def money(self, account: Account) -> None:
        """Ask Daraja for a token with these keys. Raises `Failed`."""
        try:
            await Daraja(account, self._http).ready()
        except Declined as error:
            raise Failed("wrong-keys") from error
        except DarajaError as error:
            raise Failed("unreachable") from error
