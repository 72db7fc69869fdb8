"""The server: opens the doors of the house, serves until it is told to stop, then finishes what it has in hand."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
import uvloop
from aiohttp.web import Application, AppRunner, TCPSite

from composition import control, errands, launching
from composition.checkout import Checkout
from composition.folders import Folders, Origin
from composition.house import House, built
from composition.settings import Settings
from composition.watching import Watching
from people.mail import Mailer, Printed, Smtp
from storage.errors import StoreError
from web import doors
from web.logs import configure
from workshop import settling

if TYPE_CHECKING:
    from composition.fortnights import Fortnights

log = structlog.get_logger("server")

SWITCH_SECONDS = 0.0005
GARBAGE = 10_000, 20, 50  # allocations before the youngest are looked through, of those before the next older, and on


class CannotListen(StoreError):
    """A port is taken or not allowed; the text says which, and what to do."""


def serve(settings: Settings, *, works: bool = True, watch: str = "") -> None:
    """Serve until SIGINT or SIGTERM. With `watch` ("files" or "git") what changes there is published."""
    configure(settings.log_format)
    if not works:
        _shared_or_exit(settings, "aais serve --no-work")
    _run(_serve(settings, works, watch))


def work(settings: Settings) -> None:
    """Do the work that servers take in, until SIGINT or SIGTERM."""
    configure(settings.log_format)
    _shared_or_exit(settings, "aais work")
    _run(_work(settings))


def _shared_or_exit(settings: Settings, command: str) -> None:
    if not settings.mongodb_uri or not settings.redis_url:
        sys.exit(
            f"{command} needs MONGODB_URI and REDIS_URL: workers share their store and their queue with the servers."
        )


def settle() -> None:
    """Made for a server rather than a script, once everything stands.

    What stands stays: the collector of cyclic garbage need not walk over it ever again, and for what comes and goes
    with the messages it looks less often. Each of its pauses delays everybody. And the store's writer gets the
    interpreter lock sooner: it asks for it again after each statement, so that a commit of fifteen statements took
    30 ms beside a busy event loop and Python's own interval, and takes 1 to 7 ms with ours.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _run(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


async def _serve(settings: Settings, works: bool, watch: str = "") -> None:
    stop = _listening_for_stop()
    origin: Origin = Checkout(settings) if watch == "git" else Folders(settings)
    async with (
        serving(settings, works=works, origin=origin, opening=_greeted if settings.demo else None) as house,
        Watching(house.desk, origin, watches=bool(watch)),
    ):
        settle()
        log.info("serving", address=f"http://{settings.host}:{settings.port}", demo=settings.demo)
        await _told_to_stop(stop)
        log.info("stopping")
        del house


async def _work(settings: Settings) -> None:
    stop = _listening_for_stop()
    origin = Folders(settings)
    async with (
        built(settings, origin=origin, takes=False) as house,
        Watching(house.desk, origin, watches=False),
    ):
        await house.runtime.start()
        house.following.start()
        log.info("working")
        try:
            await _told_to_stop(stop)
        finally:
            await house.following.close()
            await house.runtime.close()


async def _greeted(house: House) -> None:
    """The demo's addresses and the owner's link: there for whoever waited for the server to be ready."""
    from composition import demo

    print(demo.welcome(house.settings, await demo.way_in(house)), flush=True)


@asynccontextmanager
async def serving(
    settings: Settings, *, works: bool = True, origin: Origin | None = None,
    opening: Callable[[House], Awaitable[None]] | None = None,
) -> AsyncIterator[House]:  # fmt: skip
    """The house with its doors open. Leaving stops taking in first, then finishes the step in hand.

    `opening` is awaited when all is prepared, before the doors open and `/readyz` answers.
    """
    async with contextlib.AsyncExitStack() as stack:
        if not settings.demo:
            house = await stack.enter_async_context(built(settings, works=works, origin=origin))
            fortnights = None
        else:
            house, fortnights = await _furnished(stack, settings, works, origin)
        alone = not settings.mongodb_uri  # then whatever was being published here died with the process before
        waited = timedelta() if alone else settling.HELD
        await settling.recover(house.store, house.desk.publisher, datetime.now(UTC), waited)
        await house.runtime.start()
        stack.push_async_callback(house.runtime.close)
        house.following.start()
        stack.push_async_callback(house.following.close)
        if opening is not None:
            await opening(house)
        services = errands.services(house)
        if fortnights is not None:
            from composition import demo

            stack.push_async_callback(fortnights.close)
            services |= demo.services(fortnights)
        app = doors.build(house_doors(house, fortnights))
        await stack.enter_async_context(listening(app, settings.host, settings.port))
        await stack.enter_async_context(control.opened(settings, house.desk, services))
        yield house


async def _furnished(
    stack: contextlib.AsyncExitStack, settings: Settings, works: bool, origin: Origin | None
) -> tuple[House, Fortnights]:
    """The demo's house: its businesses are there, its simulated providers answer, and it has a clock of its own."""
    from composition import demo
    from composition.fortnights import Fortnights

    market = demo.market()
    house = await stack.enter_async_context(
        built(settings, works=works, clock=demo.kept_clock(settings), origin=origin)
    )
    await demo.prepare(house)
    if not settings.sandbox_url:
        await stack.enter_async_context(listening(demo.sandbox(house, market), settings.host, settings.sandbox_port))
    return house, Fortnights(house, market, settings.fortnight_hours)


def house_doors(house: House, fortnights: Fortnights | None = None) -> doors.Doors:
    """What the pages and webhooks need of the house."""
    spare = phone = ""
    if house.settings.demo:
        from composition import demo

        spare, phone = demo.SPARE, demo.phone_url(house.settings)
    return doors.Doors(
        webhook=house.webhook,
        verify_token=house.settings.whatsapp.verify_token,
        callbacks=house.callbacks,
        runtime=house.runtime,
        store=house.store,
        vault=house.vault,
        metrics=house.metrics,
        refusal=house.desk.refusal,
        app_url=house.settings.app_url,
        bench=house.bench,
        probe=house.probe,
        connecting=house.connecting,
        destinations=house.destinations,
        hooks=house.hooks,
        spare_number=spare,
        phone_url=phone,
        mailer=_mailer(house.settings),
        proxies=house.settings.proxies,
        seen=house.watch.seen,
        adverts=house.adverts,
        fortnights=fortnights,
        blobs=house.blobs,
        reports=launching.report_links(house.settings),
    )


def _mailer(settings: Settings) -> Mailer:
    smtp = settings.smtp
    if smtp is None:
        return Printed()
    return Smtp(smtp.host, smtp.port, smtp.sender, user=smtp.user, password=smtp.password, tls=smtp.tls)


@asynccontextmanager
async def listening(app: Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve an application on a port; leaving lets requests under way finish."""
    runner = AppRunner(app, access_log=None, shutdown_timeout=10)
    await runner.setup()
    try:
        await TCPSite(runner, host, port, reuse_address=True).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(
            f"cannot listen on {host}:{port} ({error.strerror or error}). Is another server running there? "
            "Choose another port with PORT (and SANDBOX_PORT for the simulated providers)."
        ) from error
    try:
        yield
    finally:
        await runner.cleanup()


def _listening_for_stop() -> asyncio.Event:
    """Set at SIGTERM, from before the doors open: who saw us ready may stop us gently at once.

    Ctrl-C still breaks off a start that hangs; see `_told_to_stop`.
    """
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop


async def _told_to_stop(stop: asyncio.Event) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    await stop.wait()
