"""The simulated providers as a process of their own: they outlive the server, as the real ones do."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from composition.demo import NAMES, SHORTCODES
from composition.lines import DEMO_TOKEN
from crm.seed import NUMBERS
from tests.e2e.server import ROOT

SECRETS = ("WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN", "MPESA_CONSUMER_KEY", "MPESA_CONSUMER_SECRET")


def demo_secret(name: str) -> str:
    """What the demo takes for a secret that is not set."""
    return f"demo-{name.lower()}"


def _cast(customers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The demo's two businesses as the providers know them."""
    return {
        "businesses": [
            {"phone_number_id": number, "display_number": f"25470900{place}01", "waba_id": f"2{number[1:]}",
             "name": NAMES[org]}
            for place, (org, number) in enumerate(NUMBERS.items(), start=1)
        ],
        "merchants": [
            {"shortcode": code, "passkey": demo_secret("MPESA_PASSKEY"), "name": NAMES[org].upper()}
            for org, code in SHORTCODES.items()
        ],
        "customers": list(customers),
    }  # fmt: skip


@asynccontextmanager
async def providers(
    folder: Path,
    port: int,
    webhook: str,
    customers: Sequence[dict[str, Any]],
    *,
    speed: float = 20,
    longest_retry: float = 0.0,
) -> AsyncIterator[str]:
    """WhatsApp and M-Pesa at the address that is yielded, calling `webhook`, until the block is left."""
    cast = folder / "cast.json"
    cast.write_text(json.dumps(_cast(customers)))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{name: demo_secret(name) for name in SECRETS}}
    environment["WHATSAPP_ACCESS_TOKEN"] = str(DEMO_TOKEN)
    arguments = ["--port", str(port), "--webhook", webhook, "--cast", str(cast), "--speed", str(speed)]
    arguments += ["--longest-retry", str(longest_retry)]
    with (folder / "providers.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", *arguments, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await _answering(url)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answering(url: str) -> None:
    async with httpx.AsyncClient() as http:
        for _ in range(200):
            try:
                if (await http.get(f"{url}/control/state")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise AssertionError("the simulated providers did not start")
