"""What a business has connected for its ads: accounts, who is told, its sites and their script."""

from __future__ import annotations

import msgspec

from ads import connecting
from ads.connecting import Connected
from ads.conversions import connecting as telling
from ads.conversions.connecting import Telling
from ads.truth import terms
from storage.store import Store


class AdAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing secret. `currency` and `zone` are the business's own, to be held against the accounts'."""

    accounts: tuple[Connected, ...]
    told: tuple[Telling, ...]
    sites: tuple[str, ...]
    window_days: int
    script: str
    currency: str
    zone: str


async def measured_at(store: Store, org: str, app_url: str) -> AdAccounts:
    own = terms.read(await store.get("orgs", org) or {})
    return AdAccounts(
        accounts=await connecting.listed(store, org), told=await telling.listed(store, org), sites=own.sites,
        window_days=own.window.days, script=f'<script async src="{app_url}/t.js" data-org="{org}"></script>',
        currency=own.currency, zone=own.zone,
    )  # fmt: skip
