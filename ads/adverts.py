"""Which of our variations an ad click came from: by the tag that our links carry, or by the platform's id of the ad."""

from __future__ import annotations

from ads.truth.attribution import Placed, Tagged
from storage.store import Document, OrgStore


class Ours:
    """The `Adverts` of a business whose ads this house makes; a click on another ad is still an ad's."""

    def __init__(self) -> None:
        self._tagged = Tagged()

    async def placed(self, store: OrgStore, click: Document) -> Placed | None:
        tags = click.get("tags") or {}
        content = str(tags.get("utm_content") or "")
        if content:
            known = await store.get("variations", content)
            if known is not None:
                return Placed(campaign=known["campaign"], variation=known["_id"], by="tag")
        ad = str(click.get("ad") or "")
        if ad:
            found = await store.find("variations", {"or": [{"external.ad": ad}, {"external.adset": ad}]}, limit=1)
            if found:
                return Placed(campaign=found[0]["campaign"], variation=found[0]["_id"], by="ad")
        return await self._tagged.placed(store, click)
