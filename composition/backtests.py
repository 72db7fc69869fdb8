"""What a replay needs: the candidate compiled over what is in force, and the backtest of it over the store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import engine
import language
from composition import stores
from composition.definitions import compile_sources, registry
from composition.folders import Folders
from composition.settings import Settings
from runtime.backtest import Backtest
from runtime.publishing.sources import Sources
from runtime.release import EVERYONE, Compiled, Published
from storage.base import BaseStore


async def in_force(store: BaseStore, settings: Settings, org: str) -> Sources:
    """The sources that the org's new machines start on; what ships, where nothing was ever published."""
    published = Published(store, compile_sources)
    await published.refresh(org)
    found = published.in_force(org) or published.in_force(EVERYONE)
    sources = await published.sources(found.release) if found is not None else None
    return sources if sources is not None else Sources.of((await Folders(settings).read()).texts)


async def candidate(store: BaseStore, settings: Settings, org: str, texts: Mapping[str, str]) -> Compiled:
    """What is in force with these files in the place of their namesakes. Raises `engine.Findings`."""
    sources = (await in_force(store, settings, org)).replaced(texts)
    return await asyncio.to_thread(compile_sources, sources.files)


def backtest(store: BaseStore, settings: Settings, compiled: Compiled) -> Backtest:
    published = Published(store, compile_sources)
    return Backtest(store, stores.vault(store, settings), published, engine, language.understand, compiled, registry())
