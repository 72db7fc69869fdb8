"""Films in TikTok's library, and the covers that TikTok makes of them: its feed shows nothing else.

No two files of the library may be called the same; the same content may be there twice, so it is looked for first.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from ads.answers import rows, text
from ads.failures import OutcomeUnknown, Refused, RetryLater
from ads.platform import Asset, VariationPlan
from ads.tiktok.client import TikTokClient


class Films:
    """One advertiser's library."""

    def __init__(self, client: TikTokClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._one_at_a_time = asyncio.Lock()  # the ads of a campaign are made side by side, and may show one film

    async def upload(self, asset: Asset) -> str:
        """The id of a film there; one with the same bytes is not sent again."""
        if asset.kind != "video":
            raise Refused("ads.tiktok.picture", "TikTok's own feed shows films, not pictures", field="images")
        async with self._one_at_a_time:
            return await self._found_or_sent(asset)

    async def _found_or_sent(self, asset: Asset) -> str:
        signature = hashlib.md5(asset.content, usedforsecurity=False).hexdigest()
        for film in await self._client.all("file/video/ad/search", {}):
            if text(film, "signature") == signature and (id := text(film, "video_id")):
                return id
        name = self._new_name(signature)
        fields = {"upload_type": "UPLOAD_BY_FILE", "video_signature": signature, "file_name": name}
        sent = (name, asset.content, asset.mime_type)
        made = await self._client.upload("file/video/ad/upload", fields, "video_file", sent)
        id = text(next(iter(made), {}), "video_id")
        if not id:
            raise OutcomeUnknown("ads.tiktok.unanswered", "TikTok took the film and did not say its id")
        return id

    async def covered(self, plan: VariationPlan) -> VariationPlan:
        """With the picture that stands for its film until that plays, without which TikTok takes no ad.

        Raises RetryLater while TikTok has not made one yet.
        """
        made = plan.creative
        if not made.videos or made.images:
            return plan
        data = await self._client.get("file/video/ad/info", {"video_ids": [made.videos[0]]})
        film = next(iter(rows(data, "list")), {})
        if not film:
            raise Refused("ads.tiktok.film", f"TikTok has no film {made.videos[0]}", field="videos")
        cover = text(film, "video_cover_url")
        if not cover:
            raise RetryLater("ads.tiktok.processing", "TikTok is still preparing the film", after=timedelta(minutes=1))
        fields = {"upload_type": "UPLOAD_BY_URL", "image_url": cover, "file_name": self._new_name(made.videos[0])}
        image = text(await self._client.post("file/image/ad/upload", fields), "image_id")
        if not image:
            raise OutcomeUnknown("ads.tiktok.unanswered", "TikTok took the film's cover and did not say its id")
        return msgspec.structs.replace(plan, creative=msgspec.structs.replace(made, images=(image,)))

    def _new_name(self, of: str) -> str:
        return f"{of[:16]}-{self._now():%Y%m%d%H%M%S%f}"
