"""The demo businesses' made-up web sites: a page for each offer, fit to send paid visitors to."""

from __future__ import annotations

from composition.settings import Settings, simulator
from crm.seed import APARTMENTS, CLINIC, offers
from engine.currency import unit
from sandbox.ads_world import DEFAULT_AD_ACCOUNTS
from sandbox.sites import SimulatedPage
from storage.base import BaseStore
from storage.store import Update

SITES = {CLINIC: "tabasamu.example", APARTMENTS: "pwani.example"}
_WHATSAPP = {CLINIC: "254709000101", APARTMENTS: "254709000201"}


def pages(settings: Settings) -> tuple[SimulatedPage, ...]:
    """Each as its business would have made it: what is offered, its price, a way to WhatsApp, and the scripts."""
    return tuple(
        SimulatedPage(
            host=host, path=_slug(offer["_id"]), title=offer["name"]["en"], whatsapp=_WHATSAPP[org], org=org,
            pixel=DEFAULT_AD_ACCOUNTS[0].pixel, script=f"{settings.app_url}/t.js",
            lines=(
                f"KSh {_whole(offer['price']):,}. A deposit of KSh {_whole(offer['deposit']):,} keeps your place.",
                "Write to us on WhatsApp, choose a time, and it is yours.",
            ),
        )
        for org, host in SITES.items()
        for offer in offers(org)
    )  # fmt: skip


def places(settings: Settings) -> dict[str, str]:
    """Where the simulated providers have the sites: what stands for `https://<host>`."""
    return {host: f"{simulator(settings)}/sites/{host}" for host in SITES.values()}


async def prepare(store: BaseStore, settings: Settings) -> None:
    """The offers know their pages, and the pages may be measured; what an owner set stays."""
    for org, host in SITES.items():
        view = store.org(org)
        for offer in await view.find("offers", {}, limit=100):
            if "page" not in offer:
                page = f"https://{host}/{_slug(offer['_id'])}"
                await view.commit([Update("offers", offer["_id"], {"set": {"page": page}})])
        known = (await store.get("orgs", org) or {}).get("settings") or {}
        if "sites" not in known:
            allowed = [f"https://{host}", simulator(settings)]
            await store.commit([Update("orgs", org, {"set": {"settings.sites": allowed}})])


def _whole(amount: int) -> int:
    return amount // unit("KES")


def _slug(offer: str) -> str:
    return offer.rpartition(".")[2]
