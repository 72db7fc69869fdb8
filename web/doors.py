"""All addresses of the server in one application."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from aiohttp import web

from ads.assets.blobs import Blobs
from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from ads.report.links import ReportLinks
from ads.truth.attribution import Adverts, Tagged
from bookings.desk import Seen, unseen
from channels.whatsapp.webhook import Webhook
from hooks.desk import Desk as HooksDesk
from payments.mpesa.accept import Callbacks
from people.mail import Mailer, Printed
from runtime.loop import Runtime
from storage.base import BaseStore
from storage.vault import Vault
from web import business, health, home, measuring, payments, reports, whatsapp
from web.answers import Handler, explain_errors, secure_headers
from web.console.ads_fortnight import Passes
from web.console.probe import Probe
from web.console.routes import Console
from web.console.routes import routes as console_routes
from web.metrics import Prometheus
from workshop.workbench import Workbench

_MAX_BODY = 3 * 1024 * 1024 + 1  # one byte more than a webhook may have, so that the refusal is the webhook's own


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages and webhooks ask; they decide nothing."""

    webhook: Webhook
    verify_token: str
    callbacks: Callbacks
    runtime: Runtime
    store: BaseStore
    vault: Vault
    metrics: Prometheus
    app_url: str
    bench: Workbench
    connecting: Connecting | None = None
    destinations: Destinations | None = None
    hooks: HooksDesk | None = None
    probe: Probe | None = None  # tries keys and numbers at their providers
    spare_number: str = ""  # of the simulated WhatsApp, which a business made in the demo can have
    refusal: Callable[[], dict[str, str]] = dict  # of the last edit of the YAML, if it was not published
    phone_url: str = ""  # of the simulated phone, in the demo
    mailer: Mailer = Printed()
    proxies: int = 0  # how many of ours stand before the server
    seen: Seen = unseen
    adverts: Adverts = Tagged()
    blobs: Blobs | None = None  # where pictures and films of ads are
    fortnights: Passes | None = None  # lets time pass for ads, in the demo
    reports: ReportLinks | None = None  # opens the reports of ads that owners were sent


def build(doors: Doors) -> web.Application:
    """The application; it neither starts nor stops the runtime."""
    stopping = False

    async def stop(_app: web.Application) -> None:
        nonlocal stopping
        stopping = True

    async def depths() -> dict[str, int]:
        return {
            f"{queue}.{state}": await doors.store.count(queue, {"state": state}, everyone=True)
            for queue in ("inbox", "outbox")
            for state in ("new", "dead")
        } | {"tasks.open": await doors.store.count("tasks", {"state": "open"}, everyone=True)}

    app = web.Application(
        client_max_size=_MAX_BODY, middlewares=[_timed(doors.metrics), secure_headers, explain_errors]
    )
    now = doors.runtime.clock.now
    app.add_routes(whatsapp.routes(doors.webhook, doors.verify_token, now))
    app.add_routes(payments.routes(doors.callbacks, doors.runtime.receive, doors.metrics.count))
    app.add_routes(health.routes(depths, lambda: stopping, doors.refusal))
    app.add_routes([web.get("/metrics", doors.metrics.view(depths))])
    app.add_routes(business.routes(doors.store, doors.vault, doors.app_url, now))
    app.add_routes(measuring.routes(doors.store, doors.vault, doors.adverts, now, proxies=doors.proxies))
    if doors.reports is not None:
        app.add_routes(reports.routes(doors.store, doors.reports, now))
    app.add_routes(home.routes(doors.store, doors.phone_url))
    app.add_routes(console_routes(_console(doors, lambda: stopping)))
    app.on_shutdown.append(stop)
    return app


def _console(doors: Doors, stopping: Callable[[], bool]) -> Console:
    return Console(
        store=doors.store, vault=doors.vault, clock=doors.runtime.clock.now, app_url=doors.app_url, bench=doors.bench,
        mailer=doors.mailer, proxies=doors.proxies, hand_in=doors.runtime.hand_in, voice=doors.runtime,
        receive=doors.runtime.receive,
        stopping=stopping, probe=doors.probe, seen=doors.seen, spare_number=doors.spare_number,
        connecting=doors.connecting, destinations=doors.destinations, hooks=doors.hooks,
        adverts=doors.adverts, fortnights=doors.fortnights, blobs=doors.blobs,
    )  # fmt: skip


def _timed(metrics: Prometheus) -> object:
    @web.middleware
    async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        status = 500
        try:
            answer = await handler(request)
            status = answer.status
            return answer
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "unknown"
            metrics.observe(route, status, time.perf_counter() - began)

    return timed
