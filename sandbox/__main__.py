"""`python -m sandbox`: the simulated providers on their own, configured from the environment as the server is."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from aiohttp import web

from sandbox.app import build
from sandbox.settings import (
    DEFAULT_CUSTOMERS,
    SANDBOX_PASSKEY,
    SANDBOX_SHORTCODE,
    Merchant,
    SandboxSettings,
    SimulatedBusiness,
    SimulatedCustomer,
)
from sandbox.templates import DEFAULT_TEMPLATES, Template

DEFAULT_BUSINESS = SimulatedBusiness(
    phone_number_id="106540352242922",
    display_number="+254 700 000 001",
    waba_id="102290129340398",
    name="Simulated Business",
)


class Cast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of `--cast`: who is simulated. Shapes are those of settings.py and templates.py, in JSON."""

    businesses: tuple[SimulatedBusiness, ...] = (DEFAULT_BUSINESS,)
    merchants: tuple[Merchant, ...] = ()
    customers: tuple[SimulatedCustomer, ...] = DEFAULT_CUSTOMERS
    templates: tuple[Template, ...] = DEFAULT_TEMPLATES


class _MovableClock:
    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        self._ahead += by


def settings_from(environment: Mapping[str, str], cast: Cast, given: argparse.Namespace) -> SandboxSettings:
    """Secrets from the environment, or well-known simulated ones."""
    clock = _MovableClock()
    return SandboxSettings(
        app_secret=environment.get("WHATSAPP_WEBHOOK_SECRET", "simulated-app-secret"),
        verify_token=environment.get("WHATSAPP_VERIFY_TOKEN", "simulated-verify-token"),
        webhook_url=given.webhook,
        access_token=environment.get("WHATSAPP_ACCESS_TOKEN", "simulated-access-token"),
        businesses=cast.businesses,
        merchants=cast.merchants,
        customers=cast.customers,
        templates=cast.templates,
        consumer_key=environment.get("MPESA_CONSUMER_KEY", "simulated-key"),
        consumer_secret=environment.get("MPESA_CONSUMER_SECRET", "simulated-secret"),
        shortcode=environment.get("MPESA_SHORTCODE", SANDBOX_SHORTCODE),
        passkey=environment.get("MPESA_PASSKEY", SANDBOX_PASSKEY),
        now=clock.now,
        move=clock.move,
        speed=given.speed,
        longest_retry=given.longest_retry,
        http_callback_hosts=tuple(given.callback_host),
        state_path=given.state,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--webhook", default="http://127.0.0.1:8080/webhooks/whatsapp", help="where webhooks go")
    parser.add_argument("--cast", type=Path, help="JSON file with businesses, merchants, customers, templates")
    parser.add_argument("--state", type=Path, help="file that keeps chats and balances across restarts")
    parser.add_argument("--callback-host", action="append", default=[], help="host that may be called over plain http")
    parser.add_argument("--speed", type=float, default=1.0, help="2 makes simulated delays half as long")
    parser.add_argument("--longest-retry", type=float, default=0.0, help="cap on the wait before a webhook's next try")
    given = parser.parse_args()
    cast = Cast()
    if given.cast:
        try:
            cast = msgspec.json.decode(given.cast.read_bytes(), type=Cast)
        except (OSError, msgspec.DecodeError) as error:
            parser.error(f"--cast {given.cast}: {error}")
    logging.basicConfig(level=logging.INFO)
    web.run_app(build(settings_from(os.environ, cast, given)), host=given.host, port=given.port)


if __name__ == "__main__":
    main()
