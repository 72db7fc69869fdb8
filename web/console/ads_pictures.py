"""Pictures and films for ads: uploaded, looked at, put to an offer's ads. The same content is kept once.

A page's script sends the file as it is, with its progress; without a script a form does, up to what a form may have.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from ads.assets.blobs import Blobs, Gone
from ads.assets.choosing import USED, shown_by, to_drafts
from ads.assets.library import Asset, BadAsset, InUse, Library
from ads.assets.media import MOST_BYTES
from ads.connecting import TITLES
from ads.variations.model import PLATFORMS
from people import audit
from storage.store import Store
from web.answers import json_answer, problem
from web.api.endpoint import Asked, Endpoint
from web.console import frame
from web.console.caller import Caller, Way

_PAGE = "/o/{org}/ads/pictures"
_SHA = re.compile(r"[0-9a-f]{64}")


class Assets(msgspec.Struct, frozen=True, kw_only=True):
    """The newest pictures and films."""

    assets: tuple[Asset, ...]


class AdsPictures:
    """The views. `blobs` is where contents are."""

    def __init__(self, store: Store, blobs: Blobs, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock

    def ways(self) -> Sequence[Way]:
        change = "ads.change"
        return (
            Way(method="GET", path=_PAGE, permission="ads.read", view=self.page),
            Way(method="POST", path=_PAGE, permission=change, view=self.upload),
            Way(method="GET", path=f"{_PAGE}/{{id}}", permission="ads.read", view=self.content),
            Way(method="POST", path=f"{_PAGE}/use", permission=change, view=self.use),
            Way(method="POST", path=f"{_PAGE}/remove", permission=change, view=self.remove),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET", path="/orgs/{org}/ads/assets", permission="ads.read", answer=Assets, view=self.listed,
                doc="The newest pictures and films for ads, with the offer whose ads show them.",
            ),
        )  # fmt: skip

    async def listed(self, _asked: Asked, caller: Caller) -> Assets:
        return Assets(assets=tuple(await self._library(caller).newest()))

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._shown(caller, done=request.query.get("done", ""))

    async def upload(self, request: web.Request, caller: Caller) -> web.Response:
        """A file as the request's own body (the script), or as the field `file` of a form."""
        by_script = not request.content_type.startswith("multipart/")
        with tempfile.TemporaryDirectory(prefix="aais-upload-") as folder:
            path = Path(folder) / "file"
            try:
                name = await (_streamed(request, path) if by_script else _posted(request, path))
                before = await self._store.org(caller.org).count("assets", {})
                asset = await self._library(caller).add(path, name, self._clock())
            except BadAsset as bad:
                wrong = frame.Words(caller.language)(f"ads.picture.{bad.code}")
                return problem(422, bad.code, wrong) if by_script else await self._shown(caller, wrong=wrong)
        again = await self._store.org(caller.org).count("assets", {}) == before
        if not again:
            await self._noted(caller, "ads.picture_added", asset)
        done = "picture-known" if again else "picture"
        if by_script:
            return json_answer({"id": asset.id, "next": f"/o/{caller.org}/ads/pictures?done={done}"})
        return frame.see_other(f"/o/{caller.org}/ads/pictures", done=done)

    async def content(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            asset = await self._one(caller, request.match_info["id"])
            content = await self._library(caller).content(asset)
        except (KeyError, Gone):
            return frame.refused(caller, 404, "not-found")
        headers = {
            "Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }  # fmt: skip
        return web.Response(body=content, content_type=asset.type, headers=headers)

    async def use(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        offer, angle = str(form.get("offer") or ""), str(form.get("angle") or "")
        try:
            asset = await self._one(caller, str(form.get("id") or ""))
            if angle not in ("", "A", "B", "C"):
                raise KeyError(angle)
            if offer and await self._store.org(caller.org).get("offers", offer) is None:
                raise KeyError(offer)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        await self._library(caller).put_to(asset.id, offer, angle)
        await to_drafts(self._store.org(caller.org), msgspec.structs.replace(asset, offer=offer, angle=angle))
        await self._noted(caller, "ads.picture_used", asset)
        return frame.see_other(f"/o/{caller.org}/ads/pictures", done="picture-used")

    async def remove(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        try:
            asset = await self._one(caller, str(form.get("id") or ""))
            await self._library(caller).remove(asset.id)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        except InUse:
            wrong = frame.Words(caller.language)(
                "ads.picture.in-use", names=", ".join(await self._shows(caller, asset))
            )
            return await self._shown(caller, wrong=wrong, status=409)
        await self._noted(caller, "ads.picture_removed", asset)
        return frame.see_other(f"/o/{caller.org}/ads/pictures", done="picture-removed")

    def _library(self, caller: Caller) -> Library:
        store = self._store.org(caller.org)

        async def shows(id: str) -> Sequence[str]:
            return await shown_by(store, id)

        return Library(store, self._blobs, shows)

    async def _shows(self, caller: Caller, asset: Asset) -> Sequence[str]:
        return await shown_by(self._store.org(caller.org), asset.id)

    async def _one(self, caller: Caller, sha: str) -> Asset:
        """Raises KeyError."""
        found = await self._library(caller).get(f"{caller.org}/{sha}") if _SHA.fullmatch(sha) else None
        if found is None:
            raise KeyError(sha)
        return found

    async def _shown(self, caller: Caller, *, wrong: str = "", status: int = 0, done: str = "") -> web.Response:
        store = self._store.org(caller.org)
        org = await self._store.get("orgs", caller.org) or {}
        words = frame.Words(caller.language)
        assets = await self._library(caller).newest()
        offers = await store.find("offers", {"active": True}, sort=[("order", 1)], limit=100)
        return frame.page(
            "ads_pictures.html", caller, status=status or (422 if wrong else 200), wrong=wrong, done=done,
            business=str(org.get("name") or caller.org), zone=str(org.get("zone") or "Africa/Nairobi"), assets=assets,
            offers=[(each["_id"], _named(each["name"], caller.language)) for each in offers],
            fits={asset.id: [_fit(asset, platform, words) for platform in PLATFORMS] for asset in assets},
        )  # fmt: skip

    async def _noted(self, caller: Caller, what: str, asset: Asset) -> None:
        note = audit.entry(caller.actor, what, caller.now, on=asset.sha256[:12], by="session", name=asset.name)
        await self._store.org(caller.org).commit([note])


def _fit(asset: Asset, platform: Any, words: frame.Words) -> str:
    """Whether a platform would show it, and whether our connector brings it there, in a line."""
    title = TITLES[platform]
    refusals = asset.refused_by(platform)
    if refusals:
        return f"{title}: {words('ads.picture.no.' + refusals[0].code.removeprefix('asset.'))}"
    return words("ads.picture.fits" if asset.kind in USED[platform] else "ads.picture.by-hand", platform=title)


def _named(name: Any, language: str) -> str:
    return str(name.get(language) or name.get("en") or "") if isinstance(name, dict) else str(name)


async def _streamed(request: web.Request, path: Path) -> str:
    """The body as it comes, never more of it than may be kept. Raises BadAsset."""
    taken = 0
    with path.open("wb") as file:
        async for part in request.content.iter_chunked(1 << 18):
            taken += len(part)
            if taken > MOST_BYTES:
                raise BadAsset("too_large", "it is larger than what is taken", "Make it smaller.")
            file.write(part)
    return request.query.get("name", "")


async def _posted(request: web.Request, path: Path) -> str:
    """Raises BadAsset."""
    field = (await request.post()).get("file")
    if not isinstance(field, web.FileField):
        raise BadAsset("empty", "there is no file", "Choose one.")
    await asyncio.to_thread(lambda: path.write_bytes(field.file.read()))
    return field.filename
