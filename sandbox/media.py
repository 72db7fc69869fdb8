"""Media of the simulated Graph API: uploads, ids, and download URLs that need the token and soon expire."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

URL_LIFETIME = timedelta(minutes=5)
_MEGABYTE = 1024 * 1024
LIMITS = {"image": 5 * _MEGABYTE, "audio": 16 * _MEGABYTE, "video": 16 * _MEGABYTE}
OTHER_LIMIT = 100 * _MEGABYTE


class StoredMedia(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `phone_number_id` is the number that uploaded or received it."""

    id: str
    mime_type: str
    data: bytes
    filename: str
    phone_number_id: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class MediaShelf:
    """The files by id, and the download keys handed out for them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._files: dict[str, StoredMedia] = {}
        self._keys: dict[str, tuple[str, datetime]] = {}

    def put(self, phone_number_id: str, data: bytes, mime_type: str, filename: str = "") -> StoredMedia:
        media_id = str(10**15 + secrets.randbelow(9 * 10**15))
        stored = StoredMedia(
            id=media_id, mime_type=mime_type, data=data, filename=filename, phone_number_id=phone_number_id
        )
        self._files[media_id] = stored
        return stored

    def get(self, media_id: str) -> StoredMedia | None:
        return self._files.get(media_id)

    def delete(self, media_id: str) -> bool:
        return self._files.pop(media_id, None) is not None

    def key(self, media_id: str) -> str:
        """A key for one download URL, good for five minutes."""
        key = secrets.token_urlsafe(16)
        self._keys[key] = (media_id, self._now() + URL_LIFETIME)
        return key

    def by_key(self, key: str) -> StoredMedia | None:
        media_id, until = self._keys.get(key, ("", datetime.max.replace(tzinfo=self._now().tzinfo)))
        return self._files.get(media_id) if self._now() < until else None
