"""`python -m sandbox`: the simulated providers on their own, configured from the environment as the server is."""

from __future__ import annotations

import argparse
import logging
import os
from datetime import UTC, datetime, timedelta

from aiohttp import web

from sandbox.app import build
from sandbox.settings import SANDBOX_PASSKEY, SANDBOX_SHORTCODE, SandboxSettings, SimulatedBusiness


class _MovableClock:
    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        self._ahead += by


def settings_from(environment: dict[str, str], webhook_url: str, speed: float) -> SandboxSettings:
    """One business, and secrets from the environment or well-known simulated ones."""
    clock = _MovableClock()
    return SandboxSettings(
        app_secret=environment.get("WHATSAPP_WEBHOOK_SECRET", "simulated-app-secret"),
        verify_token=environment.get("WHATSAPP_VERIFY_TOKEN", "simulated-verify-token"),
        webhook_url=webhook_url,
        access_token=environment.get("WHATSAPP_ACCESS_TOKEN", "simulated-access-token"),
        businesses=(
            SimulatedBusiness(
                phone_number_id="106540352242922",
                display_number="+254 700 000 001",
                waba_id="102290129340398",
                name="Simulated Business",
            ),
        ),
        consumer_key=environment.get("MPESA_CONSUMER_KEY", "simulated-key"),
        consumer_secret=environment.get("MPESA_CONSUMER_SECRET", "simulated-secret"),
        shortcode=environment.get("MPESA_SHORTCODE", SANDBOX_SHORTCODE),
        passkey=environment.get("MPESA_PASSKEY", SANDBOX_PASSKEY),
        now=clock.now,
        move=clock.move,
        speed=speed,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--webhook", default="http://127.0.0.1:8080/webhooks/whatsapp", help="where webhooks go")
    parser.add_argument("--speed", type=float, default=1.0, help="2 makes simulated delays half as long")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    settings = settings_from(dict(os.environ), given.webhook, given.speed)
    web.run_app(build(settings), host=given.host, port=given.port)


if __name__ == "__main__":
    main()
