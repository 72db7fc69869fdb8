"""YAML out of a git checkout: what HEAD holds, whenever HEAD is another commit; half-typed files are none of its.

The commit's author and message are who published and why.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

from composition.folders import Taken
from composition.settings import Settings
from storage.errors import StoreError

_SECONDS = 2.0


class NoCheckout(StoreError):
    """The folders are not in a git checkout, or git cannot be run; the text says which."""


class Checkout:
    """The commit that is checked out where FLOWS_DIR stands."""

    def __init__(self, settings: Settings) -> None:
        self._folders = tuple(folder.resolve() for folder in (settings.flows_dir, settings.rules_dir))

    async def read(self) -> Taken:
        """Raises NoCheckout."""
        return await self._read(await self._head())

    async def changes(self, stop: asyncio.Event) -> AsyncIterator[Taken]:
        known = await self._head()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _SECONDS)
            head = await self._head()
            if head != known and not stop.is_set():
                known = head
                yield await self._read(head)

    async def _head(self) -> str:
        return (await self._git("rev-parse", "HEAD")).decode().strip()

    async def _read(self, commit: str) -> Taken:
        root = Path((await self._git("rev-parse", "--show-toplevel")).decode().strip())
        said = (await self._git("log", "-1", "--format=%an%x00%s", commit)).decode()
        author, _, subject = said.strip().partition("\0")
        texts: dict[str, str] = {}
        for folder in self._folders:
            if not folder.is_relative_to(root):
                raise NoCheckout(f"{folder} is not in the checkout {root}")
            tree = f"{commit}:{folder.relative_to(root).as_posix()}"
            packed = await self._git("archive", "--format=tar", tree, at=root)
            texts |= {f"{folder.name}/{path}": text for path, text in _unpacked(packed)}
        return Taken(texts=texts, by=author, why=f"{commit[:10]} {subject}", origin="git")

    async def _git(self, *arguments: str, at: Path | None = None) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                "git", "-C", str(at or self._folders[0]), *arguments,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise NoCheckout(f"git cannot be run: {error}") from error
        out, wrong = await process.communicate()
        if process.returncode:
            raise NoCheckout(f"{self._folders[0]}: git says: {wrong.decode(errors='replace').strip()}")
        return out


def _unpacked(packed: bytes) -> list[tuple[str, str]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found: list[tuple[str, str]] = []
        for member in archive.getmembers():
            held = archive.extractfile(member) if member.isfile() and member.name.endswith(".yaml") else None
            if held is not None:
                found.append((member.name, held.read().decode("utf-8")))
    return sorted(found)
