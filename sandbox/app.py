"""Puts the simulated providers, the control API and the phone page into one web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext

from aiohttp import web

from sandbox import ads_keep, page, sites
from sandbox.ads_control import AdsControl
from sandbox.ads_conversions import AdsConversions
from sandbox.ads_google import AdsGoogle
from sandbox.ads_meta import AdsMeta
from sandbox.ads_tiktok import AdsTikTok
from sandbox.ads_world import ADS, AdWorld
from sandbox.control import Control
from sandbox.daraja import Daraja
from sandbox.graph import Graph
from sandbox.graph_library import Library
from sandbox.keep import keeping
from sandbox.settings import SandboxSettings
from sandbox.world import WORLD, World

_MAX_BODY = 110 * 1024 * 1024  # a document of 100 MB and its form


def build(settings: SandboxSettings) -> web.Application:
    """The sandbox as an aiohttp application; it starts and ends with the application's own life cycle."""
    world = World.of(settings)
    app = web.Application(client_max_size=_MAX_BODY)
    ads = AdWorld(settings.ad_accounts, settings.market, settings.now)
    app[WORLD], app[ADS] = world, ads
    for part in (Control(world), Graph(world), Library(world), Daraja(world)):
        app.add_routes(part.routes())
    for part in (AdsControl(ads), AdsConversions(ads), AdsMeta(ads), AdsGoogle(ads), AdsTikTok(ads)):
        app.add_routes(part.routes())
    app.add_routes(page.routes())
    app.add_routes(sites.routes(settings.pages))
    app.cleanup_ctx.append(_life)
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    app[WORLD].feed.close()


async def _life(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]
    path = world.settings.state_path
    ads = ads_keep.keeping(app[ADS], path.with_name(f"{path.stem}-ads.json")) if path else nullcontext()
    async with keeping(world, path) if path else nullcontext(), ads:
        yield
        await world.close()
