"""Films in an ad account's library: sent in parts, once by their content, and shown when Meta has prepared them.

A film's title there is the SHA-256 of its content, by which it is looked for before it is sent. Only the last step of
an upload makes a film: one that broke off is gone on with from the byte that Meta awaits, or begun anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads.answers import mapping, rows, text, whole
from ads.failures import Gone, OutcomeUnknown, PlatformError, Refused, RetryLater
from ads.meta import pictures
from ads.meta.client import MetaClient
from ads.meta.errors import BrokenOff, OtherPart
from ads.meta.states import oldest_first
from ads.platform import Asset, VariationPlan

_AT_A_TIME = timedelta(seconds=25)  # an action has a minute: what is left of a long film goes with the next try
_LARGEST_PART = 16 * 1024 * 1024  # bytes of one request, whatever Meta would take
_CORRECTIONS = 5  # of where a part begins, in one try
_BEGINNINGS = 5
_FAILED = ("error", "expired", "upload_failed")
_MINUTE = timedelta(minutes=1)


class Upload(msgspec.Struct):
    """One that is under way: bytes from `start` are awaited, up to `end`. `told` once Meta heard that it is all."""

    id: str
    film: str
    start: int
    end: int
    told: bool = False


class Films:
    """One account's library."""

    def __init__(self, client: MetaClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._under_way: dict[str, Upload] = {}  # by title
        self._broken_off: Counter[str] = Counter()  # by title as well
        self._one_at_a_time = asyncio.Lock()  # the ads of a campaign are made side by side, and may show one film

    async def upload(self, asset: Asset) -> str:
        """The id of a film there. Raises RetryLater, also while a long one is on its way."""
        until = self._now() + _AT_A_TIME
        async with self._one_at_a_time:
            found = await self._found(asset.checksum)
            if found:
                self._forget(asset.checksum)
                return found
            try:
                return await self._sent(asset, until)
            except BrokenOff as broken:
                self._under_way.pop(asset.checksum, None)
                self._broken_off[asset.checksum] += 1
                if self._broken_off[asset.checksum] < _BEGINNINGS:
                    raise
                self._forget(asset.checksum)
                words = "The film does not get to Meta whole, however often it is sent"
                raise Refused("ads.meta.broken_off", words, field="videos", said=broken.said) from broken
            except PlatformError as error:
                if not isinstance(error, (RetryLater, OutcomeUnknown)):  # those are gone on with at the next try
                    self._forget(asset.checksum)
                raise

    def _forget(self, title: str) -> None:
        self._under_way.pop(title, None)
        self._broken_off.pop(title, None)

    async def _found(self, title: str) -> str:
        """ "" for none. Meta may or may not narrow the list down to the title that is asked for.

        Raises Refused for one that Meta could not prepare: the same bytes again would fare the same.
        """
        asked = {"fields": "title,status,created_time", "title": title}
        listed = await self._client.all(f"{self._client.act}/advideos", asked)
        films = oldest_first([one for one in listed if text(one, "title") == title])
        for film in films:
            if _failing(film) is None and (id := text(film, "id")):
                return id
        if films:
            raise _refusal(films[0])
        return ""

    async def _sent(self, asset: Asset, until: datetime) -> str:
        title = asset.checksum
        upload = self._under_way.get(title)
        if upload is None:
            upload = self._under_way[title] = await self._begun(asset)
        if upload.told and await self._is_there(upload.film, title):
            return upload.film
        corrections = 0
        while upload.start < upload.end:
            if self._now() >= until:
                raise RetryLater("ads.meta.uploading", "The film is on its way to Meta", after=timedelta(seconds=1))
            try:
                await self._part(asset, upload)
            except OtherPart as other:
                corrections += 1
                if corrections > _CORRECTIONS or not 0 <= other.start <= other.end <= len(asset.content):
                    raise BrokenOff(other.code, other.text, after=other.after, said=other.said) from other
                upload.start, upload.end = other.start, other.end
        upload.told = True
        done = {"upload_phase": "finish", "upload_session_id": upload.id, "title": title}
        if (await self._client.film(done)).get("success") is not True:
            raise OutcomeUnknown("ads.meta.unanswered", "Meta did not say whether it took the film")
        return upload.film

    async def _begun(self, asset: Asset) -> Upload:
        body = await self._client.film({"upload_phase": "start", "file_size": len(asset.content)})
        upload = Upload(text(body, "upload_session_id"), text(body, "video_id"), *_span(body))
        if not (upload.id and upload.film and 0 <= upload.start < upload.end <= len(asset.content)):
            raise RetryLater("ads.meta.upload", "Meta did not say where the film is to go", after=_MINUTE)
        return upload

    async def _part(self, asset: Asset, upload: Upload) -> None:
        until = min(upload.end, upload.start + _LARGEST_PART)
        fields = {"upload_phase": "transfer", "upload_session_id": upload.id, "start_offset": upload.start}
        body = await self._client.film(fields, (asset.name, asset.content[upload.start : until]))
        start, end = _span(body)
        if not upload.start < start <= end <= len(asset.content):
            raise BrokenOff("ads.meta.broken_off", "Meta did not say which part of the film it awaits", after=_MINUTE)
        upload.start, upload.end = start, end

    async def _is_there(self, film: str, title: str) -> bool:
        """Whether the last step, which was not answered, was done all the same: a list may lag behind."""
        try:
            return text(await self._client.get(film, {"fields": "title"}), "title") == title
        except Gone:
            return False

    async def covered(self, plan: VariationPlan) -> VariationPlan:
        """With the picture that stands for its film until that plays, without which Meta takes no ad.

        Raises RetryLater while Meta prepares the film, Refused when it could not or has none.
        """
        made = plan.creative
        if not made.videos:
            return plan
        film = made.videos[0]
        missing = Refused("ads.meta.film", f"Meta has no film {film}", field="videos")
        if not (film.isascii() and film.isdecimal()):
            raise missing
        try:
            body = await self._client.get(film, {"fields": "status"})
        except Gone:
            raise missing from None
        if _failing(body) is not None:
            raise _refusal(body)
        if text(mapping(body, "status"), "video_status") != "ready":
            raise RetryLater("ads.meta.processing", "Meta is still preparing the film", after=_MINUTE)
        images = made.images or (await pictures.still(self._client, film),)
        return msgspec.structs.replace(plan, creative=msgspec.structs.replace(made, images=images))


def _span(body: dict[str, Any]) -> tuple[int, int]:
    """The bytes that Meta awaits next; both the same, the film's length, when it has all."""
    return whole(body, "start_offset", -1), whole(body, "end_offset", -1)


def _failing(film: dict[str, Any]) -> str | None:
    """What Meta says of a film that it could not prepare, as far as it does; None for one that is or may be well."""
    status = mapping(film, "status")
    if text(status, "video_status") not in _FAILED:
        return None
    phases = [mapping(status, name) for name in ("uploading_phase", "processing_phase")]
    return next((text(error, "message") for phase in phases for error in rows(phase, "errors")), "")


def _refusal(film: dict[str, Any]) -> Refused:
    words = "Meta could not prepare the film: save it anew as MP4 (H.264, AAC) and upload that one"
    return Refused("ads.meta.film_failed", words, field="videos", said=(_failing(film) or "")[:200])
