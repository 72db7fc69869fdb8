"""A business's pictures and videos. The same content is kept once, by the SHA-256 of its bytes.

Businesses do not share contents: that one has a picture must not be seen by another's upload being quick.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from ads.assets import media
from ads.assets.blobs import Blobs, Gone
from ads.assets.limits import refusals
from ads.assets.media import BadAsset, Kind, Media
from ads.variations.model import PLATFORMS, Platform, Refusal
from storage.errors import Conflict
from storage.store import Delete, Document, Insert, OrgStore, Update

ASSETS = "assets"
ShownBy = Callable[[str], Awaitable[Sequence[str]]]
"""Which ads show an asset, by its id."""
_UNSAFE = re.compile(r"[^\w .()-]+")


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One picture or video. `name` is what its uploader called it, for people only; `id` is "<org>/<sha256>"."""

    id: str
    sha256: str
    kind: Kind
    type: str
    ending: str
    width: int
    height: int
    seconds: float
    size: int
    name: str
    at: datetime
    offer: str = ""  # whose ads show it; "" for nobody's yet
    angle: str = ""  # A, B or C; "" for all of them

    def media(self) -> Media:
        return Media(kind=self.kind, type=self.type, ending=self.ending, width=self.width, height=self.height,
                     seconds=self.seconds)  # fmt: skip

    def refused_by(self, platform: Platform) -> tuple[Refusal, ...]:
        return refusals(self.media(), self.size, platform)

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Those that would take it."""
        return tuple(platform for platform in PLATFORMS if not self.refused_by(platform))


class InUse(ValueError):
    """An asset that ads show cannot be removed; the message names them."""


class Library:
    """The assets of one business: the documents in its store, the contents in `blobs`."""

    def __init__(self, store: OrgStore, blobs: Blobs, shown_by: ShownBy | None = None) -> None:
        self._store = store
        self._blobs = blobs
        self._shown_by = shown_by

    async def add(self, path: Path, name: str, now: datetime) -> Asset:
        """Keep a file that was received; what is there already comes back as it was. Raises `BadAsset`."""
        found, digest, size = await asyncio.to_thread(_looked_at, path)
        id = f"{self._store.id}/{digest}"
        known = await self._store.get(ASSETS, id)
        if known is not None and await self._blobs.has(self._key(known["sha256"], known["ending"])):
            return read_asset(known)
        # the content first: a document always has its content, also after a crash in between
        await self._blobs.put(self._key(digest, found.ending), path, found.type)
        if known is not None:
            return read_asset(known)
        document: Document = {
            "_id": id, "sha256": digest, **msgspec.structs.asdict(found), "size": size,
            "name": _UNSAFE.sub("_", " ".join(name.split()))[:120] or f"{digest[:8]}.{found.ending}", "at": now,
        }  # fmt: skip
        try:
            await self._store.commit([Insert(ASSETS, document)])
        except Conflict:  # somebody else was adding the same
            document = await self._store.get(ASSETS, id) or document
        return read_asset(document)

    async def get(self, id: str) -> Asset | None:
        document = await self._store.get(ASSETS, id)
        return None if document is None else read_asset(document)

    async def newest(self, limit: int = 50) -> list[Asset]:
        return [read_asset(each) for each in await self._store.find(ASSETS, {}, sort=[("at", -1)], limit=limit)]

    async def put_to(self, id: str, offer: str, angle: str) -> None:
        """Show it in the ads of an offer: in those of one angle, or of all three. Ads that run stay as they are."""
        await self._store.commit([Update(ASSETS, id, {"set": {"offer": offer, "angle": angle}})])

    async def content(self, asset: Asset) -> bytes:
        """Raises `Gone`, also for a content that is not the one that was kept."""
        key = self._key(asset.sha256, asset.ending)
        content = await self._blobs.get(key)
        if hashlib.sha256(content).hexdigest() != asset.sha256:
            raise Gone(f"{key} has been changed")
        return content

    async def remove(self, id: str) -> None:
        """Raises `InUse` while variations show it; what is not there is no error."""
        asset = await self.get(id)
        if asset is None:
            return
        if self._shown_by is not None and (showing := await self._shown_by(id)):
            raise InUse(f"it is shown by {', '.join(showing)}")
        await self._store.commit([Delete(ASSETS, id)])
        if await self._store.get(ASSETS, id) is None:  # or it was added again in between
            await self._blobs.remove(self._key(asset.sha256, asset.ending))

    def _key(self, digest: str, ending: str) -> str:
        return f"{self._store.id}/{digest[:2]}/{digest}.{ending}"


def _looked_at(path: Path) -> tuple[Media, str, int]:
    found = media.read(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return found, digest.hexdigest(), path.stat().st_size


def read_asset(document: Document) -> Asset:
    """As it is stored."""
    fields = {name: document[name] for name in Asset.__struct_fields__ if name in document}
    return Asset(id=document["_id"], **fields)


__all__ = ["ASSETS", "Asset", "BadAsset", "InUse", "Library", "read_asset"]
