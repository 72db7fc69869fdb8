"""Where the content of assets is: in a folder, written so that it is whole or not there, or in S3 (`ads.assets.s3`)."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9-]{1,80}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,5}")


class Gone(LookupError):
    """The content is not where it should be."""


class Blobs(Protocol):
    """Contents by key, "<org>/<two>/<sha256>.<ending>". Putting the same again is nothing new."""

    async def put(self, key: str, path: Path, type: str) -> None: ...
    async def get(self, key: str) -> bytes:
        """Raises `Gone`."""
        ...

    async def has(self, key: str) -> bool: ...
    async def remove(self, key: str) -> None: ...


def checked(key: str) -> str:
    """The key itself. Raises ValueError for what would lead out of the folder."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of an asset")
    return key


class Folder:
    """Contents as files below one folder. A file appears under its name when all of it is on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, path: Path, type: str) -> None:
        await asyncio.to_thread(self._put, self._root / checked(key), path)

    async def get(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread((self._root / checked(key)).read_bytes)
        except FileNotFoundError as error:
            raise Gone(key) from error

    async def has(self, key: str) -> bool:
        return await asyncio.to_thread((self._root / checked(key)).is_file)

    async def remove(self, key: str) -> None:
        await asyncio.to_thread((self._root / checked(key)).unlink, missing_ok=True)

    @staticmethod
    def _put(target: Path, source: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as written, source.open("rb") as read:
                shutil.copyfileobj(read, written, 1 << 20)
                written.flush()
                os.fsync(written.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or the name may be lost with the power
        finally:
            os.close(folder)
