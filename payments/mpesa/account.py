"""A business's own M-Pesa account: the paybill or till that its customers pay to, and the keys to ask for payments."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from storage.store import Changes, Store

HOSTS = {"sandbox": "https://sandbox.safaricom.co.ke", "production": "https://api.safaricom.co.ke"}
_SEAL = b"orgs.mpesa"


class BadAccount(ValueError):
    """An account that cannot be. `code` is stable, for who says it in another language."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What Daraja needs to know one business.

    paybill: `shortcode` is the paybill. buy_goods: `shortcode` is the store (head office) number, `till` the till.
    """

    consumer_key: str
    consumer_secret: str
    shortcode: str
    passkey: str
    kind: Literal["paybill", "buy_goods"] = "paybill"
    till: str = ""
    base_url: str = HOSTS["sandbox"]
    name: str = ""  # what a customer's statement shows as account, up to 12 characters; the payment's id otherwise

    def __post_init__(self) -> None:
        if not self.shortcode.isdecimal() or not 5 <= len(self.shortcode) <= 7:
            raise BadAccount("shortcode", "the M-Pesa shortcode is 5 to 7 digits")
        if self.kind == "buy_goods" and not self.till.isdecimal():
            raise BadAccount("till", "buy goods needs the till number")
        check_host(self.base_url)

    def __repr__(self) -> str:
        return f"Account({self.kind} {self.shortcode} at {self.base_url})"

    @property
    def party_b(self) -> str:
        return self.till if self.kind == "buy_goods" else self.shortcode

    @property
    def transaction_type(self) -> str:
        return "CustomerBuyGoodsOnline" if self.kind == "buy_goods" else "CustomerPayBillOnline"


_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_EXTRA_HOSTS: set[str] = set()


def allow_host(host: str) -> None:
    """Let the host of the server's own DARAJA_API_URL (a simulator, a proxy) be used beside Safaricom's."""
    _EXTRA_HOSTS.add(host.lower())


def check_host(base_url: str) -> None:
    """An account's address comes out of the store: it must not make us send its keys anywhere else."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    if is_ours(base_url):
        return
    known = {urlsplit(url).hostname for url in HOSTS.values()}
    if parts.scheme != "https" or host not in known or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{host or base_url!r} is not a Daraja host")


def is_ours(url: str) -> bool:
    """Loopback, or a host that the operator named: there plain http will do."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and (parts.hostname in _LOOPBACK or parts.hostname in _EXTRA_HOSTS)


class Accounts:
    """Finds an org's account: its own, sealed in the store, or else the server's default, if there is one."""

    def __init__(self, store: Store, vault: Any, default: Account | None = None) -> None:
        self._store = store
        self._vault = vault
        self._default = default

    async def of(self, org: str) -> Account | None:
        document = await self._store.get("orgs", org)
        sealed = (document or {}).get("mpesa")
        if not sealed:
            return self._default
        vault = await self._vault.org(org)
        return msgspec.json.decode(vault.unseal("", sealed, aad=_SEAL), type=Account)


def sealed_account(account: Account, vault: Any) -> Changes:
    """The change to an org's document that stores its account; `vault` is the org's."""
    return {"set": {"mpesa": vault.seal("", msgspec.json.encode(account), aad=_SEAL)}}
