"""Pictures in an ad account's library: those of a business, and the stills that Meta makes of its films."""

from __future__ import annotations

import base64
from datetime import timedelta

from ads.answers import text
from ads.failures import OutcomeUnknown, RetryLater
from ads.meta.client import MetaClient


async def put(client: MetaClient, content: bytes) -> str:
    """The hash that ads name it by: the same bytes give the same one."""
    body = await client.post(f"{client.act}/adimages", {"bytes": base64.b64encode(content).decode()})
    images = body.get("images")
    for image in images.values() if isinstance(images, dict) else ():
        if found := text(image, "hash"):
            return found
    raise OutcomeUnknown("ads.meta.upload", "Meta took the picture and did not say its id")


async def still(client: MetaClient, film: str) -> str:
    """The picture that stands for a film until it plays: the one that Meta prefers, else its first.

    An ad wants it from the account's own library: Meta's addresses of stills run out after some days.
    Raises RetryLater while there is none.
    """
    stills = await client.all(f"{film}/thumbnails", {"fields": "uri,is_preferred"})
    first = sorted(stills, key=lambda one: one.get("is_preferred") is not True)
    address = text(first[0], "uri") if first else ""
    if not address:
        raise RetryLater("ads.meta.processing", "Meta has no still of the film yet", after=timedelta(minutes=1))
    return await put(client, await client.fetch(address))
