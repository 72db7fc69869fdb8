"""Where YAML comes from when it is not handed in: the folders of the settings, read anew when something changes there.

`Folders` takes files as they are; `composition.checkout` takes what was committed. Both say who and why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import msgspec
import watchfiles

from composition.settings import Settings

BY = "aais"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """All texts, tests among them, under "<folder>/<path>"; whose they are, and why they are read."""

    texts: dict[str, str]
    by: str = BY
    why: str = "the files changed"
    origin: str = "files"


class Origin(Protocol):
    """Somewhere YAML can be read from, and watched."""

    async def read(self) -> Taken: ...
    def changes(self, stop: asyncio.Event) -> AsyncIterator[Taken]: ...


class Folders:
    """FLOWS_DIR and RULES_DIR."""

    def __init__(self, settings: Settings) -> None:
        self._folders = (settings.flows_dir, settings.rules_dir)

    async def read(self) -> Taken:
        return Taken(texts=await asyncio.to_thread(read_folders, self._folders))

    async def changes(self, stop: asyncio.Event) -> AsyncIterator[Taken]:
        """What the folders hold, each time that something in them changed and came to rest."""
        async for changed in watchfiles.awatch(
            *self._folders, watch_filter=_is_yaml, debounce=800, step=100, stop_event=stop, recursive=True
        ):
            files = sorted({self._name(Path(path)) for _, path in changed})
            named = ", ".join(files[:4]) + (f" and {len(files) - 4} more" if len(files) > 4 else "")
            yield msgspec.structs.replace(await self.read(), why=f"changed: {named}")

    def _name(self, path: Path) -> str:
        for folder in self._folders:
            if path.is_relative_to(folder.resolve()):
                return f"{folder.name}/{path.relative_to(folder.resolve()).as_posix()}"
        return path.name


def read_folders(folders: tuple[Path, ...]) -> dict[str, str]:
    """Each file under the name of its folder and its path in there."""
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.rglob("*.yaml"))
    }


def _is_yaml(_: watchfiles.Change, path: str) -> bool:
    return path.endswith(".yaml")
