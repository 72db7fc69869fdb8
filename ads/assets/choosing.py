"""Which picture or film an ad is made with: the latest that was put to its offer and angle and that its platform takes.

`USED` are the kinds that our connectors upload: pictures and films at Meta, which shows either, films at TikTok, whose
feed shows nothing else. Google's search ads have none.
"""

from __future__ import annotations

from ads.assets.library import ASSETS, Asset, read_asset
from ads.assets.media import Kind
from ads.variations.model import PLATFORMS, Platform
from storage.store import Op, OrgStore, Update

USED: dict[Platform, tuple[Kind, ...]] = {"meta": ("image", "video"), "google": (), "tiktok": ("video",)}


async def chosen(store: OrgStore, offer: str, angle: str, platform: Platform) -> Asset | None:
    """One that is for this very angle goes before one that is for all three."""
    if not USED[platform]:
        return None
    found = await store.find(ASSETS, {"offer": offer}, sort=[("at", -1)], limit=100)
    fit = [
        asset for each in found
        if (asset := read_asset(each)).angle in ("", angle) and asset.kind in USED[platform]
        and not asset.refused_by(platform)
    ]  # fmt: skip
    return next((asset for asset in fit if asset.angle == angle), fit[0] if fit else None)


async def to_drafts(store: OrgStore, asset: Asset) -> int:
    """Show it in the offer's ads that are handed in but not launched yet as well; how many those are."""
    waiting = {"offer": asset.offer, "state": {"in": ["draft", "waiting_for_approval"]}}
    ops: list[Op] = []
    for campaign in await store.find("campaigns", waiting, limit=100) if asset.offer else ():
        platform = next((each for each in PLATFORMS if each == campaign["platform"]), None)
        if platform is None or asset.kind not in USED[platform] or asset.refused_by(platform):
            continue
        for each in await store.find("variations", {"campaign": campaign["_id"], "status": "draft"}, limit=100):
            if asset.angle in ("", each["angle"]):
                ops.append(Update("variations", each["_id"], {"set": {"creative.assets": [asset.id]}}))
    if ops:
        await store.commit(ops)
    return len(ops)


async def shown_by(store: OrgStore, id: str) -> list[str]:
    """The ads that show an asset, by the names of their variations."""
    found = await store.find("variations", {"creative.assets": {"contains": id}}, limit=20)
    return [str(each["name"]) for each in found]
