"""Finding the server that has the store: it leaves its address and a token in the data folder, for its owner."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiohttp.web import AppRunner, TCPSite

from ads.desk import Refused as AdsRefused
from composition.checkout import NoCheckout
from composition.desk import Desk, Handed
from composition.settings import Settings
from runtime.publishing.outcome import Outcome, Progress
from runtime.publishing.publisher import Wrong
from storage.errors import StoreError
from web import control

FILE = "control.json"


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """A rollback, as it is asked for."""

    org: str
    to: int | None
    by: str
    why: str


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """A reload."""

    by: str
    why: str


class Retire(msgspec.Struct, frozen=True, kw_only=True):
    """A drain; `named` is "booking@1a2b3c"."""

    org: str
    named: str
    seconds: float
    by: str
    why: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """When a person takes over what still runs."""

    at: datetime


class Refused(Exception):
    """The server said no; the text says why."""


class Place(msgspec.Struct, frozen=True):
    """Where a server's door is."""

    port: int
    token: str


@asynccontextmanager
async def opened(
    settings: Settings, desk: Desk, more: Mapping[str, control.Asked] | None = None
) -> AsyncIterator[None]:
    """Serve the operator's door while the server runs."""
    token = secrets.token_urlsafe(32)
    refusals = (Wrong, NoCheckout, StoreError, OSError, AdsRefused)
    app = control.build(token, {**_services(desk), **(more or {})}, refusals)
    runner = AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    path = settings.data_dir / FILE
    _leave(path, Place(runner.addresses[0][1], token))
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        await runner.cleanup()


def _services(desk: Desk) -> dict[str, control.Asked]:
    async def publish(handed: Handed, tell: control.Tell) -> Outcome:
        return await desk.publish(handed, tell)

    async def rollback(back: Back, tell: control.Tell) -> Outcome:
        return await desk.rollback(back.org, back.to, back.by, back.why, tell)

    async def reload(again: Again, tell: control.Tell) -> Outcome:
        return await desk.reload(again.by, again.why, tell)

    async def drain(retire: Retire, tell: control.Tell) -> Due:
        within = timedelta(seconds=retire.seconds)
        return Due(at=await desk.drain(retire.org, retire.named, within, retire.by, retire.why))

    return {
        "publish": control.Asked(Handed, publish),
        "rollback": control.Asked(Back, rollback),
        "reload": control.Asked(Again, reload),
        "drain": control.Asked(Retire, drain),
    }


def _leave(path: Path, place: Place) -> None:
    """Written beside and moved, with access for the owner only from the beginning."""
    made = path.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        made.unlink()
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(place))
    made.replace(path)


async def ask(
    settings: Settings, name: str, asked: Any, form: Any, tell: Callable[[Any], None], told: Any = Progress
) -> Any | None:  # fmt: skip
    """What the running server made of it; None when none runs here. `told` is the form of what is told on the way.

    Raises Refused.
    """
    try:
        place = msgspec.json.decode((settings.data_dir / FILE).read_bytes(), type=Place)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    address = f"http://127.0.0.1:{place.port}/{name}"
    headers = {"Authorization": f"Bearer {place.token}"}
    async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(10, read=None)) as http:
        try:
            async with http.stream("POST", address, content=msgspec.json.encode(asked), headers=headers) as answer:
                if answer.status_code != 200:
                    _not_ours(answer.status_code, (await answer.aread()).decode(errors="replace"))
                    return None
                async for line in answer.aiter_lines():
                    said = msgspec.json.decode(line)
                    if "progress" in said:
                        tell(msgspec.convert(said["progress"], told))
                    elif "refusal" in said:
                        raise Refused(said["refusal"])
                    else:
                        return msgspec.convert(said["outcome"], form)
        except httpx.ConnectError:
            return None  # left by a server that was killed
        except httpx.TransportError as error:
            raise Refused(f"the server went away meanwhile ({type(error).__name__}); see `aais versions`") from error
    raise Refused("the server ended before it was done; see `aais versions`")


def _not_ours(status: int, said: str) -> None:
    """Another program may have the port by now: then no server of ours runs here."""
    if status == 403 or "error" not in said:
        return
    raise Refused(said)
