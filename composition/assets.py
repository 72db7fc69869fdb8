"""Where the pictures and films of ads are kept, by the settings; and how the dispatcher comes by one."""

from __future__ import annotations

from ads.assets.blobs import Blobs, Folder, Gone
from ads.assets.library import Library
from ads.platform import Asset
from composition.settings import Settings
from storage.store import OrgStore


def blobs(settings: Settings) -> Blobs:
    """A bucket where one is named, else a folder beside the data."""
    if settings.assets is None:
        return Folder(settings.data_dir / "assets")
    from ads.assets.s3 import S3, Bucket  # boto3 is only there for who keeps assets in S3

    kept = settings.assets
    return S3(
        Bucket(
            name=kept.bucket, endpoint=kept.endpoint, region=kept.region, key=str(kept.key), secret=str(kept.secret),
            prefix=kept.prefix,
        )
    )  # fmt: skip


class Contents:
    """Implements `ads.telling.Contents` over the library of whatever business asks."""

    def __init__(self, kept: Blobs) -> None:
        self._blobs = kept

    async def of(self, store: OrgStore, id: str) -> Asset | None:
        library = Library(store, self._blobs)
        asset = await library.get(id)
        if asset is None:
            return None
        try:
            content = await library.content(asset)
        except Gone:
            return None
        return Asset(kind=asset.kind, name=asset.name, mime_type=asset.type, checksum=asset.sha256, content=content)
