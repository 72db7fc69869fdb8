"""What a simulated provider must be told: who it serves, with which secrets, where webhooks go and what time it is.

Built by whoever starts the sandbox (`aais serve`, a test, or `python -m sandbox`). Nothing here comes from the
product's own rooms: the sandbox knows only what a real provider would know about its customers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from sandbox.ads_market import Market, Steady
from sandbox.ads_world import DEFAULT_AD_ACCOUNTS, AdAccount
from sandbox.sites import SimulatedPage
from sandbox.templates import DEFAULT_TEMPLATES, Template

SANDBOX_SHORTCODE = "174379"
SANDBOX_PASSKEY = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"


class SimulatedBusiness(msgspec.Struct, frozen=True, kw_only=True):
    """One WhatsApp number of one business. `access_token` overrides the settings' token for this number only."""

    phone_number_id: str
    display_number: str
    waba_id: str
    name: str
    access_token: str = ""


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """One M-Pesa shortcode; `name` is what the customer's handset shows. `till` is set for Buy Goods only."""

    shortcode: str
    passkey: str
    name: str
    till: str = ""


class SimulatedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a phone. With `shares_phone` false, businesses see only a business-scoped id and a username."""

    id: str
    name: str
    msisdn: str
    language: str = "en"
    shares_phone: bool = True
    username: str = ""
    pin: str = "1234"
    balance: int = 25_000  # whole Kenya shillings


DEFAULT_CUSTOMERS = (
    SimulatedCustomer(id="wanjiku", name="Wanjiku Kamau", msisdn="254712000101", language="en"),
    SimulatedCustomer(id="juma", name="Juma Otieno", msisdn="254722000102", language="sw"),
    SimulatedCustomer(
        id="amina", name="Amina Hassan", msisdn="254110000103", language="sw", shares_phone=False, username="amina.h"
    ),
    SimulatedCustomer(id="brian", name="Brian Mwangi", msisdn="254733000104", language="en", balance=120),
)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class SandboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the sandbox needs. Times are aware datetimes; amounts are whole Kenya shillings.

    `now` is the one clock. `move` jumps it forward; without it the page hides its clock controls. `speed` divides every
    simulated delay (2.0 is twice as fast). `longest_retry` caps the wait before a webhook is tried again. `state_path`
    keeps chats and windows across a restart.
    """

    app_secret: str
    webhook_url: str
    access_token: str
    businesses: tuple[SimulatedBusiness, ...]
    consumer_key: str
    consumer_secret: str
    shortcode: str = SANDBOX_SHORTCODE
    passkey: str = SANDBOX_PASSKEY
    merchant_name: str = "SIMULATED BUSINESS"
    merchants: tuple[Merchant, ...] = ()
    verify_token: str = ""
    customers: tuple[SimulatedCustomer, ...] = DEFAULT_CUSTOMERS
    templates: tuple[Template, ...] = DEFAULT_TEMPLATES
    now: Callable[[], datetime] = _wall_clock
    move: Callable[[timedelta], Awaitable[None] | None] | None = None
    zone: str = "Africa/Nairobi"
    speed: float = 1.0
    longest_retry: float = 0.0  # simulated seconds; 0 keeps Meta's own growing waits
    prompt_timeout: float = 60.0  # seconds a PIN prompt stays on the handset
    http_callback_hosts: tuple[str, ...] = ()  # hosts beside loopback that may be called back over plain http
    messages_per_second: int = 80  # 0 switches the throughput limit off
    pair_rate: bool = True
    state_path: Path | None = None
    ad_accounts: tuple[AdAccount, ...] = DEFAULT_AD_ACCOUNTS
    pages: tuple[SimulatedPage, ...] = ()  # the businesses' own web pages
    market: Market = msgspec.field(default_factory=Steady)  # what ads meet there

    def every_merchant(self) -> tuple[Merchant, ...]:
        """The merchants given, or the single one of `shortcode` and `passkey`."""
        if self.merchants:
            return self.merchants
        return (Merchant(shortcode=self.shortcode, passkey=self.passkey, name=self.merchant_name),)
